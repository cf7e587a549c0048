"""SIGKILL while the keys of an owner are replaced: each step is taken once, and everything stays readable."""

from datetime import timedelta

import pytest

import wiring.operations
import wiring.relationships
from adapters.cosmos.relationships.sealed import SEALED
from domain.operations.work import SYSTEM, new_work, start_work
from domain.relationships.rotation import KEPT_ON, LAST_STEP, RESEAL, ROTATE, STEP
from domain.relationships.search.building import BUILD
from functions.framework.clock import new_id
from tests.functions.relationships.notes.test_notes import texts
from tests.functions.relationships.reminders.test_reminders import a_reminder
from tests.functions.relationships.reminders.test_reminders import read as read_reminder
from tests.kills.test_kills import KILLS
from tests.kills.test_search_kills import Book, deaths

pytestmark = pytest.mark.kills


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
