"""What connections need from outside."""

from collections.abc import Awaitable, Callable
from typing import NamedTuple, Protocol

from domain.base.errors import NotFound
from domain.base.limits import Limiter
from domain.cards.card import Card, PublishedCard
from domain.connections.link import Access, Link, Side, State
from domain.connections.seen import Linked
from domain.operations.orders import Order
from domain.relationships.contacts import Book
from domain.relationships.interactions.log import Interactions
from domain.visibility.view import CardView, Viewer, view_for

# The kind of order to tell the other side what was said, and to do what follows on one's own.
TELLING = "connection"
_MOST_RENAMES = 2

TakeCard = Callable[[str], Awaitable[PublishedCard]]


class LinkStore(Protocol):
    async def get(self, owner_id: str, link_id: str) -> Link | None: ...
    async def page(
        self, owner_id: str, state: State, limit: int, cursor: str | None
    ) -> tuple[list[Link], str | None]:
        """A page of the owner's connections in a state, the newest in it first."""
        ...

    async def count(self, owner_id: str, state: State) -> int: ...
    async def any(self, owner_id: str) -> bool:
        """Whether the owner is connected with anybody."""
        ...

    async def connected(self, owner_id: str, profile_id: str, account_id: str) -> bool:
        """Whether the account is connected with this profile, by the word of the profile's owner."""
        ...

    async def access(self, owner_id: str, profile_id: str, account_id: str) -> Access: ...
    async def save(self, link: Link, access: Access | None = None, order: Order | None = None) -> Link:
        """Store the connection, the access and the order together, or refuse with `StaleVersion`."""
        ...

    async def linked(self, owner_id: str, link_id: str) -> Linked | None: ...
    async def save_linked(self, linked: Linked) -> Linked: ...


class Cards(Protocol):
    async def get(self, account_id: str, card_id: str) -> Card | None: ...
    async def list(
        self, account_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Card], str | None]: ...


class Notices(Protocol):
    async def somebody_asks(self, account_id: str, link_id: str) -> None:
        """Queue the mail that tells the account that somebody asks."""
        ...


class Ports(NamedTuple):
    """`take` gives the published card of a handle as everybody finds it, or refuses with `NotFound`."""

    links: LinkStore
    take: TakeCard
    cards: Cards
    book: Book
    interactions: Interactions
    limiter: Limiter
    notices: Notices


async def card_at(handle: str, take: TakeCard) -> PublishedCard:
    """The published card of a present or former handle."""
    for _ in range(_MOST_RENAMES):
        card = await take(handle)
        if card.redirect_to is None:
            return card
        handle = card.redirect_to
    raise NotFound


async def card_to_ask(handle: str, take: TakeCard) -> PublishedCard:
    """The card from which one asks; none that an earlier release published, because it has no profile."""
    card = await card_at(handle, take)
    if not card.profile_id:
        raise NotFound
    return card


async def card_of(side: Side, owner_id: str, take: TakeCard) -> PublishedCard | None:
    """The card of one of the two, unless it is gone, or belongs to another profile by now."""
    try:
        card = await card_at(side.handle, take)
    except NotFound:
        return None
    same = card.owner_id == owner_id and card.profile_id == side.profile_id
    return card if same else None


async def view_of(link: Link, ports: Ports) -> CardView | None:
    """The other's card as its owner lets the owner of this connection see it now."""
    card = await card_of(link.theirs, link.other_id, ports.take)
    if card is None:
        return None
    connected = await ports.links.connected(link.other_id, link.theirs.profile_id, link.owner_id)
    return view_for(card, Viewer(signed_in=True, connected=connected))
