"""SIGKILL while the index of the search is made small and built anew, and while keys are replaced.

After each kill the next question finds exactly what is stored, and the timer alone has the work ended.
"""

import itertools
import os
from datetime import UTC, datetime, timedelta

import pytest

import wiring.operations
import wiring.relationships
import wiring.relationships.search
from adapters.cosmos.relationships.sealed import SEALED
from domain.operations.orders import OrderMessage
from domain.operations.work import SYSTEM, new_work, start_work
from domain.relationships.rotation import KEPT_ON, LAST_STEP, RESEAL, ROTATE, STEP
from domain.relationships.search.building import BUILD
from functions.framework.clock import new_id
from tests.functions.privacy.test_copy import account_of
from tests.functions.relationships.notes.test_notes import a_note, texts
from tests.functions.relationships.reminders.test_reminders import a_reminder
from tests.functions.relationships.reminders.test_reminders import read as read_reminder
from tests.functions.relationships.search.test_search import found
from tests.functions.relationships.search.test_upkeep import forget_opened, head_of, snapshots_of
from tests.functions.relationships.test_contacts import a_contact, change

pytestmark = pytest.mark.kills

KILLS = int(os.environ.get("KILLS", "10"))
IN_A_ROW = 5
SIDES = ("after", "before")
# Two contacts or notes on a page, so that a build has several parts; several documents to seal anew.
FEW = {
    "domain.relationships.search.building:_PAGE": 2,
    "domain.relationships.search.upkeep:_MOST_AT_ONCE": 2,
    "adapters.cosmos.relationships.sealed:_PAGE": 2,
}


def deaths(step: int, calls: int):
    """Where the next worker dies: after each of its calls, in no order; then before each of them."""
    numbers = [(step * call) % calls + 1 for call in range(calls)]
    return itertools.cycle(["any", side, number] for side in SIDES for number in numbers)


class Book:
    """Contacts of one owner, each with a note, and what a search must find."""

    def __init__(self, worker, person) -> None:
        self.worker, self.person, self.at = worker, person, datetime.now(UTC)
        self.made: list[dict] = []

    async def begin(self, count: int) -> "Book":
        self.owner = await account_of(self.person)
        for _ in range(count):
            await self.another()
        return self

    async def another(self) -> None:
        contact = await a_contact(self.person, f"Ann {len(self.made):02}", tags=[f"tag{len(self.made):02}"])
        await a_note(self.person, contact, f"secret{len(self.made):02}")
        self.made.append(contact)

    async def is_found(self) -> None:
        """By a worker that opens the index anew."""
        names = [f"Ann {number:02}" for number in range(len(self.made))]
        forget_opened()
        assert await found(self.person, "ann", limit=100) == names
        assert await found(self.person, "secret", limit=100) == names
        last = len(names) - 1
        assert await found(self.person, f"tag{last:02} secret{last:02}") == [names[last]]

    async def work(self, owner: str, job: str, dies) -> int:
        """Do long work with workers that die, continued by the timer alone; return the kills."""
        kills = 0
        for die in (*itertools.islice(dies, IN_A_ROW), *[None] * IN_A_ROW):
            self.at += timedelta(minutes=5)
            await self.worker(do="timer", at=self.at.isoformat())
            said = await self.worker(
                do="work", owner=owner, id=job, at=self.at.isoformat(), items=2, die=die, bounds=FEW
            )
            kills += said == "killed"
            if said in ("done", "nothing"):
                break
        work = await wiring.operations.works().get(owner, job)
        assert (work.state, work.failed) == ("done", 0)
        return kills


@pytest.mark.timeout(600)
async def test_compaction_survives_the_death_of_its_workers(worker, signed_in) -> None:
    book, kills = await Book(worker, await signed_in()).begin(3), 0
    dies = deaths(3, 8)
    ports = wiring.relationships.search
    message = OrderMessage(
        container="relations", owner_id=book.owner, order_id=f"order-search-compaction-{book.owner}"
    )
    order = {"do": "order", "container": "relations", "owner": book.owner, "id": message.order_id}
    while kills < KILLS:
        await book.another()
        await ports.order_compaction(book.owner)
        head = await head_of(book.owner)
        said = await worker(**order, at=book.at.isoformat(), die=next(dies))
        kills += said == "killed"
        await book.is_found()
        book.at += timedelta(hours=2)
        assert await worker(do="timer", at=book.at.isoformat()) == "sent"
        await worker(**order, at=book.at.isoformat())
        assert await wiring.operations.orders().get(message) is None
        await book.is_found()
        after = await head_of(book.owner)
        assert (after.epoch, after.sequence, after.deltas) == (head.epoch, head.sequence, [])
        assert after.snapshot in await snapshots_of(book.owner)


@pytest.mark.timeout(600)
async def test_building_the_index_survives_the_death_of_its_workers_beside_writers(worker, signed_in) -> None:
    book, kills = await Book(worker, await signed_in()).begin(5), 0
    dies, works = deaths(19, 46), wiring.operations.works()
    while kills < 3 * KILLS:
        job, queue = new_id("job"), wiring.operations.work_queue()
        await start_work(new_work(BUILD, book.owner, job, book.at), works=works, queue=queue)
        die = next(dies)
        said = await worker(
            do="work", owner=book.owner, id=job, at=book.at.isoformat(), items=2, die=die, bounds=FEW
        )
        kills += said == "killed"
        # Written while nobody builds, and the index is half built.
        label = f"new{job[-6:]}"
        await change(book.person, book.made[0], name="Ann 00", tags=[label])
        await book.another()
        await book.is_found()
        kills += await book.work(book.owner, job, dies)
        head = await head_of(book.owner)
        assert (head.epoch, head.building, head.ready) == (job, None, True)
        assert await snapshots_of(book.owner) == [head.snapshot]
        await book.is_found()
        assert await found(book.person, label) == ["Ann 00"]
        # By this index: it was not built again because it was lost.
        assert (await head_of(book.owner)).epoch == job


@pytest.mark.timeout(600)
async def test_replacing_the_keys_of_an_owner_survives_the_death_of_its_workers(worker, signed_in) -> None:
    """Each step of a rotation is taken once or not yet, and whatever was sealed can be read at any time."""
    book, kills = await Book(worker, await signed_in()).begin(3), 0
    works, queue, keys = (
        wiring.operations.works(),
        wiring.operations.work_queue(),
        wiring.relationships.wrapped_keys(),
    )
    reminder = await a_reminder(book.person, book.made[0], silentWeeks=3)
    told = (await read_reminder(book.person, reminder)).content
    rotating, resealing = deaths(5, 24), deaths(11, 30)
    while kills < KILLS:
        stored = await keys.get(book.owner)
        await keys.save(stored.model_copy(update={"due_at": book.at, "resealed": False, "previous": None}))
        # Announced, sealing, sealed anew.
        for wait in (STEP, LAST_STEP, timedelta(0)):
            job = new_id("job")
            await start_work(new_work(ROTATE, SYSTEM, job, book.at), works=works, queue=queue)
            kills += await book.work(SYSTEM, job, rotating)
            # As workers do that forget the keys after a minute.
            wiring.relationships.keys()._kept.clear()
            assert (await read_reminder(book.person, reminder)).content == told
            assert await texts(book.person, book.made[1]) == ["secret01"]
            book.at += wait
        now = await keys.get(book.owner)
        assert (now.generation, now.previous) == (stored.generation + 1, stored.current)
        reseal = [work for work in await works.of_kind(book.owner, RESEAL) if work.state == "running"]
        assert len(reseal) == 1
        kills += await book.work(book.owner, reseal[0].id, resealing)
        assert (await keys.get(book.owner)).resealed
        assert await generations(book.owner) == {str(now.generation)}
        for build in await works.of_kind(book.owner, BUILD):
            if not build.is_over:
                await book.work(book.owner, build.id, iter(()))
        book.at += KEPT_ON
        job = new_id("job")
        await start_work(new_work(ROTATE, SYSTEM, job, book.at), works=works, queue=queue)
        kills += await book.work(SYSTEM, job, rotating)
        assert (await keys.get(book.owner)).previous is None
        wiring.relationships.keys()._kept.clear()
        await book.is_found()
        assert (await read_reminder(book.person, reminder)).content == told


async def generations(owner: str) -> set[str]:
    """Generations of the keys that sealed what the owner has."""
    stored = await wiring.relationships.contacts()._items.query("SELECT * FROM c", owner)
    members = {each.kind: each.member for each in SEALED}
    parts = [each.get(members[each["kind"]]) for each in stored if each["kind"] in members]
    return {part["text"].partition(".")[0] for part in parts if part}
