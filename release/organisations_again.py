"""Closings and erasures of organisations to repeat in a restored database (see `release/erase_again.py`)."""

import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from functools import partial

from adapters.cosmos.cards import CosmosCards
from adapters.cosmos.database import Database
from adapters.cosmos.images import CosmosImages
from adapters.cosmos.integrations.records import CosmosRecords
from adapters.cosmos.ledger import CosmosLedger
from adapters.cosmos.organisations.design import CosmosDesigns, CosmosDesk
from adapters.cosmos.organisations.domains import CosmosDomains
from adapters.cosmos.organisations.erasure import CosmosContents
from adapters.cosmos.organisations.memberships import CosmosMemberships
from adapters.cosmos.organisations.organisations import CosmosOrganisations
from adapters.cosmos.published import CosmosPublished
from adapters.cosmos.reservations import CosmosDomainHolders, CosmosHandles
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.integrations.source import source_key
from domain.operations.orders import new_order
from domain.operations.slices import Slice
from domain.organisations.design.design import Design, Moment, recorded
from domain.organisations.design.desk import desk_order
from domain.organisations.erasure import Erasing, erase_some
from domain.organisations.memberships import ALL_MEMBERSHIPS
from domain.organisations.organisation import Organisation, cards_order
from domain.organisations.staff_cards.gone import TakingDown, take_down
from domain.publishing.publication import Ports

Do = Callable[[], Awaitable[object]]


def _publishing(database: Database) -> Ports:
    """What shows that a card is gone; such a card has no code to draw."""
    return Ports(
        CosmosCards(database),
        CosmosHandles(database),
        CosmosPublished(database),
        CosmosImages(database),
        draw_code=lambda _: "",
    )


async def _forget(records: CosmosRecords, org_id: str, source_id: str) -> bool:
    """Erase some of what a connected system has brought in."""
    return await records.erase(source_key(org_id, source_id), 100) == 0


class RestoredOrganisations:
    """Organisations of a restored database, and what they were in the old one at last."""

    def __init__(self, old: Database, database: Database) -> None:
        self._old, self._there = CosmosOrganisations(old), CosmosOrganisations(database)
        self._erasing = Erasing(
            self._there,
            CosmosContents(database),
            CosmosMemberships(database),
            CosmosDomains(database),
            CosmosDomainHolders(database),
            partial(take_down, ports=TakingDown(_publishing(database), CosmosHandles(database).forget)),
            CosmosDesk(database),
            partial(_forget, CosmosRecords(database)),
        )
        self._designs = CosmosDesigns(database)

    async def to_erase(self, org_id: str) -> Do | None:
        there = await self._there.get(org_id)
        return None if there is None else partial(self._erase, there)

    async def to_close(self, org_id: str) -> Do | None:
        """Also one that was closed at the moment and once more since: it has a day of its own."""
        latest, there = await self._old.get(org_id), await self._there.get(org_id)
        if latest is None or there is None or (there.closed and there.updated_at >= latest.updated_at):
            return None
        closed = there.changed(datetime.now(UTC), closed=True, closed_by=latest.closed_by)
        return partial(self._save, closed)

    async def to_bring_back(self, org_id: str) -> Do | None:
        """Closed at the moment, and taken back since: here it would soon be erased."""
        latest, there = await self._old.get(org_id), await self._there.get(org_id)
        if latest is None or latest.closed or there is None:
            return None
        opened = {"closed": False, "closed_by": None, "reopened_at": latest.reopened_at}
        return partial(self._save, there.changed(datetime.now(UTC), **opened))

    async def access_to_end(self, org_id: str, since: datetime) -> Do | None:
        """Access of a designer from before the moment: it may have been ended since."""
        design = await self._designs.get(org_id)
        grant = design.grant
        if grant is None or grant.ended_at is not None or grant.given_at > since:
            return None
        return partial(self._end_access, design)

    async def _end_access(self, design: Design) -> None:
        moment = Moment(datetime.now(UTC), make_id(ID_PREFIXES["record"], secrets.token_bytes(ID_BYTES)))
        ended = design.without_access(moment.now).changed()
        order = desk_order(design.org_id, moment.now)
        await self._designs.save(ended, recorded(ended, "restored", moment), order)

    async def _save(self, organisation: Organisation) -> None:
        """Store it; the app brings the lists of its people and its cards in line."""
        org_id, at = organisation.id, organisation.updated_at
        order = new_order(ALL_MEMBERSHIPS, org_id, org_id, at, container="organisations")
        await self._there.save_with(organisation, [order, cards_order(org_id, at)])

    async def _erase(self, there: Organisation) -> None:
        gone = there
        if not there.erasing:
            closed = there.changed(datetime.now(UTC), closed=True, closed_by=None)
            gone = await self._there.save_with(closed, [])
        over = False
        while not over:
            _, over = await erase_some(gone, Slice(time.monotonic), self._erasing)


async def organisations_taken_back(
    old: Database, database: Database, since: datetime
) -> AsyncIterator[tuple[str, Callable[[], Awaitable[Do | None]]]]:
    known, restored = CosmosLedger(old), RestoredOrganisations(old, database)
    async for org_id in known.erased_organisations():
        yield f"erase {org_id}", partial(restored.to_erase, org_id)
    async for org_id in known.closed_organisations():
        yield f"close {org_id}", partial(restored.to_close, org_id)
    async for org_id in CosmosLedger(database).closed_organisations():
        yield f"bring back {org_id}", partial(restored.to_bring_back, org_id)
    async for org_id in CosmosLedger(database).designed_organisations():
        yield f"end the access of a designer to {org_id}", partial(restored.access_to_end, org_id, since)
