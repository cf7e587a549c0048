"""All cards of an organisation: over while it is closed, shown when it is back, gone when it is erased.

The first two are long work, which goes through the cards a page at a time. A page that is done twice changes
nothing.
"""

import hashlib
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from datetime import datetime
from typing import Final, NamedTuple, Protocol

from domain.base.errors import StaleVersion, Unavailable
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.cards.card import Card, Ending
from domain.operations.orders import Order
from domain.operations.slices import Slice
from domain.operations.work import SYSTEM, Progress, Work, WorkQueue, WorkStore, new_work, start_work
from domain.organisations.organisation import ALL_CARDS, Member, Organisation
from domain.organisations.staff_cards.leaving import with_organisation
from domain.publishing.publication import Ports as PublicationPorts
from domain.publishing.publication import project
from domain.publishing.repair import free_handles

FOLLOW_CARDS: Final = "org-follow-cards"
# Cards that are saved in one batch of the store.
_PAGE: Final = 50
_TRIES: Final = 5


class Cards(Protocol):
    async def newest(self, org_id: str, limit: int, cursor: str | None) -> tuple[list[Card], str | None]:
        """A page of all cards of an organisation, the newest first."""
        ...

    async def save_all(self, cards: list[Card]) -> list[Card]: ...


class Organisations(Protocol):
    async def get(self, org_id: str) -> Organisation | None: ...
    async def find_members(self, org_id: str, ids: list[str]) -> list[Member]: ...


class CardsPorts(NamedTuple):
    """`follow` brings one card in line, `show_all` projects several at once."""

    cards: Cards
    organisations: Organisations
    follow: Callable[[str, str], Awaitable[None]]
    show_all: Callable[[Iterable[Card]], Awaitable[None]]


def work_id_of(order: Order) -> str:
    text = f"{ALL_CARDS} {order.owner_id} {order.created_at.isoformat()}"
    return make_id(ID_PREFIXES["work"], hashlib.sha256(text.encode()).digest()[:ID_BYTES])


async def start_following_cards(order: Order, *, works: WorkStore, queue: WorkQueue) -> None:
    """Effect of the order after a closing or a taking back: one work for each, however often it comes."""
    work = new_work(FOLLOW_CARDS, SYSTEM, work_id_of(order), order.created_at)
    await start_work(work.model_copy(update={"cursor": order.owner_id}), works=works, queue=queue)


async def follow_company_page(page: Card, *, works: WorkStore, queue: WorkQueue) -> None:
    """Let the cards of those who left before lead to the company page: once for each of its handles."""
    if page.was_published:
        text = f"{FOLLOW_CARDS} {page.account_id} {page.handle}"
        work_id = make_id(ID_PREFIXES["work"], hashlib.sha256(text.encode()).digest()[:ID_BYTES])
        work = new_work(FOLLOW_CARDS, SYSTEM, work_id, page.updated_at)
        await start_work(work.model_copy(update={"cursor": page.account_id}), works=works, queue=queue)


class FollowCardsJob:
    """The cursor is the organisation, and where the next page begins.

    A card that is made meanwhile is not in the pages: the order of its own projection brings it in line.
    """

    def __init__(self, ports: CardsPorts) -> None:
        self._ports = ports

    async def slice(self, work: Work, bound: Slice) -> Progress:
        org_id, _, cursor = work.cursor.partition(" ")
        done = 0
        while not bound.is_over:
            organisation = await self._ports.organisations.get(org_id)
            if organisation is None or organisation.erasing:
                # The erasure takes them down.
                return Progress(org_id, done, over=True)
            cards, following = await self._page(org_id, min(_PAGE, bound.left), cursor or None, work)
            bound.spend(max(1, cards))
            done += cards
            if following is None:
                return Progress(org_id, done, over=True)
            cursor = following
        return Progress(f"{org_id} {cursor}", done)

    async def discard(self, work: Work) -> None:
        """Nothing is kept of it."""

    async def _page(self, org_id: str, limit: int, cursor: str | None, work: Work) -> tuple[int, str | None]:
        """Bring a page in line, until what follows from the latest organisation is stored."""
        ports, alone = self._ports, set[str]()
        for _ in range(_TRIES):
            cards, following = await ports.cards.newest(org_id, limit, cursor)
            organisation = await ports.organisations.get(org_id)
            if organisation is None:
                return len(cards), None
            there = await self._there(org_id, cards)
            alone |= {card.id for card in cards if card.id not in there}
            wanted = [
                new
                for card in cards
                if card.id in there and (new := with_organisation(card, organisation, work.updated_at))
            ]
            if not wanted:
                # Also what a worker saved that died then.
                await ports.show_all(card for card in cards if card.id in there)
                for card_id in sorted(alone):
                    await ports.follow(org_id, card_id)
                return len(cards), following
            with suppress(StaleVersion):
                await ports.cards.save_all(wanted)
        raise Unavailable

    async def _there(self, org_id: str, cards: list[Card]) -> set[str]:
        """Ids of the cards whose people are there, and of those that are nobody's in particular."""
        ids = [card.staff.member_id for card in cards if card.staff]
        members = {each.id for each in await self._ports.organisations.find_members(org_id, ids)}
        return {
            card.id
            for card in cards
            if card.staff is None or (card.staff.member_id in members and card.staff.left_at is None)
        }


class TakingDown(NamedTuple):
    """`forget` drops from a claim whose it was, and keeps the handle taken for good."""

    publication: PublicationPorts
    forget: Callable[[str], Awaitable[None]]


async def take_down(org_id: str, card_id: str, at: datetime, *, ports: TakingDown) -> None:
    """Leave of a card what its handles need to answer for good, before it is erased. Safe to repeat."""
    card = await ports.publication.cards.get_with_deleted(org_id, card_id)
    if card is None:
        return
    if not card.was_published:
        await free_handles(card, ports.publication.handles)
        return
    led = card.ending.successor if card.ending and card.ending.why == "moved" else None
    ending = Ending(why="moved" if led else "organisation_gone", successor=led, at=at)
    gone = card.changed(at, published=None, published_at=None, ending=ending)
    await project(gone, ports.publication, first=False)
    for handle in (card.handle, *card.former_handles):
        await ports.forget(handle)
