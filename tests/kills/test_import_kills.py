"""SIGKILL of the worker at each step of an import and of its undo: every row becomes one contact, or none.

As in `test_kills.py`, only the timer continues after a kill, some minutes later.
"""

import itertools
import os
from datetime import UTC, datetime, timedelta

import pytest

import wiring.accounts
import wiring.operations
import wiring.relationships
import wiring.relationships.transfer
from tests.functions.privacy.test_copy import account_of

pytestmark = pytest.mark.kills

# A round of an import has six already; `make kills` has more rounds.
KILLS = max(1, int(os.environ.get("KILLS", "10")) // 3)
IN_A_ROW, MOST_ALIVE = 2, 5
CARDS = 230
STEPS = ["take work", "read data", "write piece", "read piece", "delete piece", "save work", "send message"]


def cards() -> bytes:
    return "".join(
        f"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Person {number:03}\r\nEMAIL:p{number}@example.com\r\n"
        f"CATEGORIES:Tag {number % 7}\r\nEND:VCARD\r\n"
        for number in range(CARDS)
    ).encode()


class Importer:
    """Imports of one owner, by workers that die."""

    def __init__(self, worker, account: str) -> None:
        self.worker, self.account = worker, account
        self.at = datetime.now(UTC)

    async def begin(self):
        from domain.relationships.transfer.uploads import receive_file  # noqa: PLC0415 - the host's

        to = wiring.relationships.transfer.intake()._replace(limiter=NoLimit())
        self.import_id = (await receive_file(self.account, cards(), "", now=self.at, to=to)).id

    async def now(self):
        return await wiring.relationships.transfer.imports().get(self.account, self.import_id)

    async def finish(self, deaths) -> int:
        """Do the work of the present stage with workers that die where `deaths` says; return the kills."""
        found, kills = await self.now(), 0
        stage, work_id = found.stage, found.work_id
        for die in itertools.chain(itertools.islice(deaths, IN_A_ROW), [None] * MOST_ALIVE):
            self.at += timedelta(minutes=5)
            # The order that is stored with the stage starts its work, if nobody else did.
            order = {"owner": self.account, "id": f"order-start-import-{self.import_id}"}
            await self.worker(do="order", **order, container="relations", at=self.at.isoformat())
            await self.worker(do="timer", at=self.at.isoformat())
            said = await self.worker(
                do="work", owner=self.account, id=work_id, at=self.at.isoformat(), items=2, die=die
            )
            kills += said == "killed"
            if (await self.now()).stage != stage and said in ("done", "nothing"):
                break
        assert (await self.now()).stage != stage, said
        return kills

    async def contacts(self) -> list:
        found, cursor = [], None
        while True:
            page, cursor = await wiring.relationships.contacts().list(self.account, 100, cursor)
            found += page
            if cursor is None:
                return found


class NoLimit:
    async def take(self, rate, subject, now) -> None: ...


@pytest.mark.timeout(900)
@pytest.mark.parametrize("step", STEPS)
async def test_an_import_and_its_undo_survive_the_death_of_their_workers(
    worker, host, signed_in, step: str
) -> None:
    from domain.relationships.transfer.imports import (  # noqa: PLC0415 - what the host loaded
        ImportVersion,
        start_undo,
        start_writing,
    )

    importer = Importer(worker, await account_of(await signed_in()))
    store, contacts = wiring.relationships.transfer.imports(), wiring.relationships.contacts()
    sides = itertools.cycle([[side, time] for time in (1, 2, 3) for side in ("before", "after")])
    deaths = ([step, *next(sides)] for _ in itertools.count())
    kills = 0
    while kills < KILLS:
        await importer.begin()
        kills += await importer.finish(deaths)
        found = await importer.now()
        assert (found.stage, found.rows, found.chosen()) == ("ready", CARDS, CARDS)
        of = ImportVersion(importer.account, found.id, found.version)
        await start_writing(of, now=importer.at, imports=store, contacts=contacts)
        kills += await importer.finish(deaths)
        found = await importer.now()
        assert (found.stage, found.written, found.skipped) == ("done", CARDS, 0)
        names = sorted(contact.content.name for contact in await importer.contacts())
        assert names == [f"Person {number:03}" for number in range(CARDS)]
        of = ImportVersion(importer.account, found.id, found.version)
        await start_undo(of, now=importer.at, imports=store)
        kills += await importer.finish(deaths)
        found = await importer.now()
        assert (found.stage, found.removed, found.kept_count) == ("undone", CARDS, 0)
        assert await importer.contacts() == []
