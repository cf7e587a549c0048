"""After a publication: what connected people have seen of the card is compared with what it says now.

Nobody waits for it: pages show the card itself. It is long work, because a card may have thousands of
connections, and each has its history in another partition.
"""

import hashlib
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

from domain.base.errors import StaleVersion
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.connections.link import Link
from domain.connections.ports import LinkStore, TakeCard, card_of
from domain.connections.seen import Texts, texts_of
from domain.operations.orders import Order
from domain.operations.slices import Slice
from domain.operations.work import Progress, Work, WorkQueue, WorkStore, new_work, start_work
from domain.visibility.view import Viewer, view_for

REFRESH = "connections"
_PAGE = 50
_CONNECTED = Viewer(signed_in=True, connected=True)


async def order_refresh(
    order: Order, person_id: str, *, links: LinkStore, works: WorkStore, queue: WorkQueue
) -> None:
    """Start the work that a card's projection asks for, if its person is connected with anybody.

    A staff card is an organisation's, and its person is connected by it.
    """
    if await links.any(person_id):
        text = f"refresh {person_id} {order.subject_id} {order.created_at.isoformat()}"
        work_id = make_id(ID_PREFIXES["work"], hashlib.sha256(text.encode()).digest()[:ID_BYTES])
        work = new_work(REFRESH, person_id, work_id, order.created_at)
        await start_work(work, works=works, queue=queue)


class RefreshJob:
    """Goes through the connections of one owner; `clock` gives the time."""

    def __init__(self, links: LinkStore, take: TakeCard, clock: Callable[[], datetime]) -> None:
        self._links, self._take, self._clock = links, take, clock

    async def slice(self, work: Work, bound: Slice) -> Progress:
        cursor, done, said = work.cursor or None, 0, dict[tuple[str, str], Texts]()
        while not bound.is_over:
            found, cursor = await self._links.page(work.owner_id, "connected", _PAGE, cursor)
            for link in found:
                await self._refresh(link, said)
            bound.spend(max(1, len(found)))
            done += len(found)
            if cursor is None:
                return Progress("", done, over=True)
        return Progress(cursor or "", done)

    async def discard(self, work: Work) -> None:
        """Nothing is kept of it."""

    async def _refresh(self, link: Link, said: dict[tuple[str, str], Texts]) -> None:
        shown = (link.mine.handle, link.mine.profile_id)
        if shown not in said:
            said[shown] = await self._texts(link)
        kept = await self._links.linked(link.other_id, link.id)
        # Who is blocked through another connection sees less than others do; their own page compares.
        mine = (link.owner_id, link.mine.profile_id, link.other_id)
        if kept is None or not await self._links.connected(*mine):
            return
        looked = kept.looked(said[shown], self._clock().date())
        if looked is not kept:
            with suppress(StaleVersion):
                await self._links.save_linked(looked)

    async def _texts(self, link: Link) -> Texts:
        card = await card_of(link.mine, link.owner_id, self._take)
        return {} if card is None else texts_of(view_for(card, _CONNECTED).content)
