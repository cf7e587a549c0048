"""Cards, the published projection of their handles, and the ports that store both.

Every write raises `version`, which is the card's ETag in HTTP. The stored card is the source of truth;
viewers read a projection of it in another partition. A publication is therefore two steps: the card and an
order to project it are stored together, then the projection is stored unless a newer one exists. The order
catches up a missing projection (see `domain/operations/orders.py`).
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, Literal, NamedTuple, Protocol

from pydantic import AfterValidator, Field, JsonValue

from domain.base.errors import (
    NotFound,
    StaleVersion,
)
from domain.base.idempotency import Creation
from domain.base.ids import is_organisation
from domain.base.model import Closed, Model
from domain.cards.content import CardContent
from domain.cards.exchange_form import ExchangeForm
from domain.cards.handles import MAX_LENGTH, check_handle
from domain.cards.palette import Palette

ProfileId = Annotated[str, Field(max_length=40, json_schema_extra={"pattern": "^prf_[a-z2-7]{26}$"})]
# A younger claim is not freed, because the request that adopts it may still run.
ADOPT_AFTER = timedelta(minutes=5)
# The kind of order to show the public what a card now says.
PROJECTION = "projection"

Handle = Annotated[str, Field(max_length=MAX_LENGTH), AfterValidator(check_handle)]


class Kept(Model):
    """Content of a deleted card, kept until a time: before it, the owner can take the card back."""

    draft: CardContent
    published: CardContent | None
    published_at: datetime | None
    previous: CardContent | None
    until: datetime


class StaffSuccessor(Closed):
    """Where the links of a leaver's card lead: to a colleague's card, to the company page, or nowhere."""

    to: Literal["nobody", "company_page", "colleague"] = "nobody"
    member_id: Annotated[str, Field(max_length=40)] | None = None


class Staff(Model):
    """Of a card that belongs to an organisation: whose it is, and what it follows from.

    `number` is that of the template's release, and `brand` the version of the brand in it.
    `own` is what the person wrote, and `granted` the values of locked fields that this card
    has by request. `problems` names fields that do not say what the template wants.
    `person_id` is the person's account, for the rule of who is connected; "" of somebody who has not joined.
    Of somebody who is not in the organisation any more: when they left, and who follows them.
    """

    member_id: str
    person_id: str
    template_id: str
    number: int
    brand: int = 0
    own: CardContent
    granted: dict[str, JsonValue] = Field(default={})
    problems: list[str] = Field(default=[])
    left_at: datetime | None = None
    successor: StaffSuccessor | None = None


# Why a card is over: its owner moved on, its person left, the organisation is gone, or nobody pays for it.
Reason = Literal["moved", "left", "organisation_gone", "lapsed"]


class Ending(Model):
    """That a card is over, why, and the handle that its links lead to from then on, if to any."""

    why: Reason
    successor: str | None
    at: datetime


class Card(Model):
    """Stored card of an owner, an account or an organisation. `etag` is the store's, for the next write.

    `previous` is the content that the last publication replaced, while that can be undone. `undone` means
    that an undo brought `published` back. `former_handles` redirect to `handle`. `key` is the hashed
    Idempotency-Key of its creation. `was_published` stays true after the first publication. A `deleted` card
    has no content; what it had is in `kept` until it is erased. A card with an `ending` shows nothing, also
    once it is deleted: its handles lead to its successor, if it has one.
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
    undone: bool = False
    paused: bool = False
    was_published: bool = False
    deleted: bool = False
    kept: Kept | None = None
    exchange_form: ExchangeForm = Field(default_factory=ExchangeForm)
    staff: Staff | None = None
    ending: Ending | None = None
    key: str | None = None
    created_at: datetime
    updated_at: datetime
    etag: str | None = Field(default=None, exclude=True)

    def changed(self, at: datetime, **update: object) -> "Card":
        return self.model_copy(update={"version": self.version + 1, "updated_at": at, **update})

    @property
    def person_id(self) -> str:
        """Account of the person whom the card is about."""
        return self.staff.person_id if self.staff else self.account_id

    @property
    def is_entity(self) -> bool:
        """Whether it is the card of an organisation itself, and not of a person."""
        return self.staff is None and is_organisation(self.account_id)

    @property
    def is_live(self) -> bool:
        return self.published is not None and not self.paused and self.ending is None

    @property
    def as_it_was(self) -> "Card":
        """The card before it was deleted; the card itself if it was not, or is erased."""
        if self.kept is None:
            return self
        content = {name: getattr(self.kept, name) for name in Kept.model_fields if name != "until"}
        return self.model_copy(update={"deleted": False, "kept": None, **content})

    def can_come_back(self, now: datetime) -> bool:
        return self.kept is not None and now < self.kept.until


class ShownImage(Model):
    """Files of one image by variant (such as `webp` and `jpeg`), and its size in pixels.

    The names are the card's own, so that the same picture does not link two cards; `sources` maps them to the
    blobs. `public` means that everyone may see the image, so that caches may store it.
    """

    files: dict[str, str]
    sources: dict[str, str] = Field(default={})
    width: int
    height: int
    public: bool = False


class PublishedCard(Model):
    """Published projection of a handle: a live card, a redirect to another handle, or nothing.

    `code` is the QR code of its address as SVG markup, `phone_texts` the phone numbers in national groups,
    `palette` the colours of a card with its own one. They are slow to make, so they are made when a card is
    projected. `exchange_form` is the form by which strangers leave their details, if it is on. `entity` tells
    that it is the card of an organisation itself. `owner_id` and `profile_id` are for the rule of who is
    connected, and in no output.
    """

    handle: str
    card_id: str
    version: int
    content: CardContent | None
    published_at: datetime | None
    redirect_to: str | None = None
    code: str = ""
    phone_texts: dict[str, str] = Field(default={})
    palette: Palette | None = None
    images: dict[str, ShownImage] = Field(default={})
    exchange_form: ExchangeForm | None = None
    entity: bool = False
    owner_id: str = ""
    profile_id: str = ""


class Claim(Model):
    """Reservation of a handle, stored under its skeleton. Pending until its card is stored."""

    handle: str
    account_id: str
    card_id: str
    key: str | None
    state: Literal["pending", "held"] = "pending"
    claimed_at: datetime
    etag: str | None = Field(default=None, exclude=True)


class CardStore(Protocol):
    async def get(self, account_id: str, card_id: str) -> Card | None: ...
    async def get_with_deleted(self, account_id: str, card_id: str) -> Card | None:
        """Return the card, also a deleted or erased one."""
        ...

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
    """Version of an owner's card that a change is based on."""

    account_id: str
    card_id: str
    version: int


class HandleClaims(Protocol):
    async def claim(self, claim: Claim) -> Claim: ...
    async def adopt(self, claim: Claim, at: datetime) -> Claim: ...
    async def hold(self, claim: Claim) -> None: ...
    async def free(self, claim: Claim) -> None: ...
    async def find(self, handle: str) -> Claim | None:
        """Claim of the handle, or of one that looks like it."""
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
    """Return the card, or raise `StaleVersion` if its version is another by now."""
    card = await read_card(of.account_id, of.card_id, cards=cards)
    if card.version != of.version:
        raise StaleVersion
    return card


async def read_or_done(
    of: CardVersion, cards: CardStore, *, done: Callable[[Card], bool]
) -> tuple[Card, bool]:
    """Return the card, and whether this request repeats a change that was made and whose answer was lost.

    A repetition finds the card at the version after `of` with the outcome that `done` checks (RFC 9110
    §13.1.1). Not for changes that a program may compute from the content it read: two equal writes are then
    two changes. Any other version raises `StaleVersion`.
    """
    card = await read_card(of.account_id, of.card_id, cards=cards)
    if card.version == of.version:
        return card, False
    if card.version == of.version + 1 and done(card):
        return card, True
    raise StaleVersion
