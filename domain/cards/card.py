"""Cards as their owners have them, what their handles stand for, and the ports that keep both.

Every write raises `version`, which is the card's ETag outside. The stored card is the truth; what the public
sees is a projection of it in another partition. A publication is therefore two steps: the card and an order
to project it land together, then the projection lands unless a newer one already has. A projection that
never came is caught up by that order (see `domain/operations/orders.py`).
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Literal, NamedTuple, Protocol

from pydantic import AfterValidator, Field

from domain.base.errors import (
    NotFound,
    StaleVersion,
)
from domain.base.idempotency import Creation
from domain.base.model import Model
from domain.cards.content import CardContent
from domain.cards.handles import MAX_LENGTH, check_handle

ProfileId = Annotated[str, Field(max_length=40, json_schema_extra={"pattern": "^prf_[a-z2-7]{26}$"})]
# A claim younger than this is not freed while a request that adopts it runs.
ADOPT_AFTER = timedelta(minutes=5)
# The kind of order to show the public what a card now says.
PROJECTION = "projection"

Handle = Annotated[str, Field(max_length=MAX_LENGTH), AfterValidator(check_handle)]


class Card(Model):
    """A card as its owner has it. `etag` is the store's, for the next write.

    `previous` is what the last publication replaced, for as long as that can be undone. `former_handles`
    lead to `handle`. `key` is that of its creation. `was_published` stays true once the card's name has
    stood for something.
    """

    id: str
    account_id: str
    profile_id: str
    handle: str
    former_handles: list[str] = Field(default=[])
    version: int
    draft: CardContent
    published: CardContent | None = None
    published_at: datetime | None = None
    previous: CardContent | None = None
    paused: bool = False
    was_published: bool = False
    deleted: bool = False
    key: str | None = None
    created_at: datetime
    updated_at: datetime
    etag: str | None = Field(default=None, exclude=True)

    def changed(self, at: datetime, **update: object) -> "Card":
        return self.model_copy(update={"version": self.version + 1, "updated_at": at, **update})

    @property
    def is_live(self) -> bool:
        return self.published is not None and not self.paused


class ShownImage(Model):
    """The files of one image by variant (such as `webp` and `jpeg`), and its size in pixels.

    The names are the card's own, so that the same picture on two cards ties nothing together; `sources` leads
    from them to the blobs. `public` says that everybody may see it, and so may keep it.
    """

    files: dict[str, str]
    sources: dict[str, str] = Field(default={})
    width: int
    height: int
    public: bool = False


class PublishedCard(Model):
    """What a handle stands for now: a live card, another handle, or nothing.

    `code` is the QR code of its address as SVG markup, `phone_texts` the numbers as people read them: both
    take long to make, so they are made when a card is projected.
    """

    handle: str
    card_id: str
    version: int
    content: CardContent | None
    published_at: datetime | None
    redirect_to: str | None = None
    code: str = ""
    phone_texts: dict[str, str] = Field(default={})
    images: dict[str, ShownImage] = Field(default={})
    owner_id: str = ""


class Claim(Model):
    """A handle's reservation, held under the skeleton of the handle. Pending until its card is stored."""

    handle: str
    account_id: str
    card_id: str
    key: str | None
    state: Literal["pending", "held"] = "pending"
    claimed_at: datetime
    etag: str | None = Field(default=None, exclude=True)


class CardStore(Protocol):
    async def get(self, account_id: str, card_id: str) -> Card | None: ...
    async def list(
        self, account_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Card], str | None]: ...
    async def count(self, account_id: str) -> int: ...
    async def create(self, card: Card, creation: "Creation[Card] | None") -> bool: ...
    async def forget_creation(self, account_id: str, key: str) -> None: ...
    async def creation(self, account_id: str, key: str) -> "Creation[Card] | None": ...
    async def save(self, card: Card) -> Card: ...
    async def save_and_order_projection(self, card: Card) -> Card: ...


class CardVersion(NamedTuple):
    """The version of an owner's card that a change was made from."""

    account_id: str
    card_id: str
    version: int


class HandleClaims(Protocol):
    async def claim(self, claim: Claim) -> Claim: ...
    async def adopt(self, claim: Claim, at: datetime) -> Claim: ...
    async def hold(self, claim: Claim) -> None: ...
    async def free(self, claim: Claim) -> None: ...
    async def find(self, handle: str) -> Claim | None:
        """Who has claimed the handle, or one that looks like it."""
        ...


class PublishedCards(Protocol):
    async def get(self, handle: str) -> PublishedCard | None: ...
    async def project(self, card: PublishedCard, *, first: bool) -> None: ...


async def read_card(account_id: str, card_id: str, *, cards: CardStore) -> Card:
    card = await cards.get(account_id, card_id)
    if card is None:
        raise NotFound
    return card


async def read_version(of: CardVersion, cards: CardStore) -> Card:
    """The card, or `StaleVersion` when it is another version by now."""
    card = await read_card(of.account_id, of.card_id, cards=cards)
    if card.version != of.version:
        raise StaleVersion
    return card


async def read_or_done(
    of: CardVersion, cards: CardStore, *, done: Callable[[Card], bool]
) -> tuple[Card, bool]:
    """The card, and whether the change was made already: its answer was lost, and it is asked for again.

    That is so when the card is at the version after `of` and is as `done` says (RFC 9110 §13.1.1). Not for a
    change whose content a program may have computed from what it read: two of them that write the same are
    not one. Any other version raises `StaleVersion`.
    """
    card = await read_card(of.account_id, of.card_id, cards=cards)
    if card.version == of.version:
        return card, False
    if card.version == of.version + 1 and done(card):
        return card, True
    raise StaleVersion
