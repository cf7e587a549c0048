"""Cards: drafts, publication, and the use cases around them.

Every write raises `version`, which is the card's ETag outside. The stored card is the truth; what the public
sees is a projection of it in another partition. A publication is therefore two steps: the card and an order
to project it land together, then the projection lands unless a newer one already has. A projection that
never came is caught up by housekeeping.
"""

from datetime import datetime, timedelta
from typing import Annotated, Literal, Protocol

from pydantic import AfterValidator, Field

from domain.accounts import ProfileStore
from domain.content import CardContent
from domain.creation import Creation, request_hash
from domain.errors import (
    Fault,
    HandleLookalike,
    HandleTaken,
    InvalidInput,
    KeyReused,
    NotFound,
    StaleVersion,
    Unavailable,
)
from domain.handles import MAX_LENGTH, check_handle, suggest_handle
from domain.model import Closed, Model

ProfileId = Annotated[str, Field(max_length=40, json_schema_extra={"pattern": "^prf_[a-z2-7]{26}$"})]
# A claim younger than this is not freed while a request that adopts it runs.
ADOPT_AFTER = timedelta(minutes=5)

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
    """The files of one image by form (such as `webp` and `jpeg`), and its size in pixels.

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

    `code` is the QR code of its address as SVG markup, `phone_texts` the numbers as people read them; the
    store makes both, and a card that was not stored has none.
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


class NewCard(Closed):
    profile_id: ProfileId
    handle: Handle | None = Field(default=None, description="Made from the name when absent.")
    content: CardContent


class CardDraft(Closed):
    profile_id: ProfileId
    content: CardContent


class CardHandle(Closed):
    handle: Handle


class CardCopy(Closed):
    """Where a copy goes. Without a profile it stays in the card's own."""

    profile_id: ProfileId | None = None
    handle: Handle | None = None


class Claim(Model):
    """A handle's reservation, held under the skeleton of the handle. Pending until its card is stored."""

    handle: str
    account_id: str
    card_id: str
    key: str | None
    state: Literal["pending", "held"] = "pending"
    claimed_at: datetime
    etag: str | None = Field(default=None, exclude=True)


class ProjectionOrder(Model):
    """An order, not yet seen done, to show the public what a card now says."""

    id: str
    account_id: str
    card_id: str
    etag: str


class CardStore(Protocol):
    async def get(self, account_id: str, card_id: str) -> Card | None: ...
    async def list(
        self, account_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Card], str | None]: ...
    async def create(self, card: Card, creation: "Creation[Card] | None") -> bool: ...
    async def forget_creation(self, account_id: str, key: str) -> None: ...
    async def creation(self, account_id: str, key: str) -> "Creation[Card] | None": ...
    async def save(self, card: Card) -> Card: ...
    async def save_and_order_projection(self, card: Card) -> Card: ...


class HandleClaims(Protocol):
    async def claim(self, claim: Claim) -> Claim: ...
    async def adopt(self, claim: Claim, at: datetime) -> Claim: ...
    async def hold(self, claim: Claim) -> None: ...


class PublishedCards(Protocol):
    async def get(self, handle: str) -> PublishedCard | None: ...
    async def project(self, card: PublishedCard, *, first: bool) -> None: ...


async def read_card(account_id: str, card_id: str, *, cards: CardStore) -> Card:
    card = await cards.get(account_id, card_id)
    if card is None:
        raise NotFound
    return card


async def read_version(account_id: str, card_id: str, version: int, cards: CardStore) -> Card:
    card = await read_card(account_id, card_id, cards=cards)
    if card.version != version:
        raise StaleVersion
    return card


async def create_card(
    account_id: str,
    new: NewCard,
    *,
    card_id: str,
    suffix: str,
    key: str | None,
    now: datetime,
    cards: CardStore,
    handles: HandleClaims,
    profiles: ProfileStore,
) -> Card:
    """Create a draft card under its own handle; repeating it with the same `key` answers the same card.

    Raises `HandleTaken`, `HandleLookalike` or `KeyReused`. A crash on the way leaves a pending claim, which
    the repetition adopts or housekeeping frees.
    """
    if key and (done := await cards.creation(account_id, key)):
        return done.repeated(new)
    await _own_profile(account_id, new.profile_id, profiles)
    handle = new.handle or suggest_handle(new.content.name, suffix)
    wanted = Claim(handle=handle, account_id=account_id, card_id=card_id, key=key, claimed_at=now)
    claim = await handles.claim(wanted)
    if claim.card_id != card_id:
        # A sibling of this request may have come first and be done by now.
        if key and (done := await cards.creation(account_id, key)):
            return done.repeated(new)
        claim = await adopted(claim, wanted, handles)
    card = Card(
        id=claim.card_id, account_id=account_id, profile_id=new.profile_id, handle=claim.handle, version=1,
        draft=new.content, created_at=now, updated_at=now, key=key,
    )  # fmt: skip
    creation = Creation[Card](key=key, request=request_hash(new), made=card) if key else None
    if not await cards.create(card, creation):
        return await _already_stored(card, key, new, cards)
    await handles.hold(claim)
    return card


async def adopted(claim: Claim, wanted: Claim, handles: HandleClaims) -> Claim:
    """Take up the claim of an earlier try of this request, or refuse: the handle is another card's."""
    mine = wanted.key is not None and (claim.account_id, claim.key) == (wanted.account_id, wanted.key)
    if not mine or claim.state != "pending":
        raise HandleTaken if claim.handle == wanted.handle else HandleLookalike
    if wanted.claimed_at - claim.claimed_at > ADOPT_AFTER:
        return await handles.adopt(claim, wanted.claimed_at)
    return claim


async def _already_stored(card: Card, key: str | None, new: NewCard, cards: CardStore) -> Card:
    """The card that is there: made by a sibling under the same key, or by us with the answer lost."""
    if key and (done := await cards.creation(card.account_id, key)):
        return done.repeated(new)
    stored = await cards.get(card.account_id, card.id)
    if stored is None:
        raise Unavailable
    if stored.draft != card.draft:
        raise KeyReused
    return stored


async def _own_profile(account_id: str, profile_id: str, profiles: ProfileStore) -> None:
    if await profiles.get(account_id, profile_id) is None:
        raise InvalidInput([Fault("/profileId", "unknown_profile", "is not one of your profiles")])


async def duplicate_card(
    account_id: str,
    card_id: str,
    copy: CardCopy,
    *,
    new_card_id: str,
    suffix: str,
    key: str | None,
    now: datetime,
    cards: CardStore,
    handles: HandleClaims,
    profiles: ProfileStore,
) -> Card:
    """Make a draft card that says what the draft of another one says."""
    card = await read_card(account_id, card_id, cards=cards)
    new = NewCard(profile_id=copy.profile_id or card.profile_id, handle=copy.handle, content=card.draft)
    return await create_card(
        account_id,
        new,
        card_id=new_card_id,
        suffix=suffix,
        key=key,
        now=now,
        cards=cards,
        handles=handles,
        profiles=profiles,
    )


async def edit_card(
    account_id: str,
    card_id: str,
    draft: CardDraft,
    *,
    version: int,
    now: datetime,
    cards: CardStore,
    profiles: ProfileStore,
) -> Card:
    card = await read_version(account_id, card_id, version, cards)
    if draft.profile_id != card.profile_id:
        await _own_profile(account_id, draft.profile_id, profiles)
    return await cards.save(card.changed(now, draft=draft.content, profile_id=draft.profile_id))
