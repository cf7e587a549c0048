"""The weekly job: strengths that changed by silence alone are written anew, and no others are touched."""

from datetime import UTC, datetime, timedelta

import wiring.operations
import wiring.relationships.strength
from domain.operations.slices import Slice
from domain.operations.work import Work, new_work
from domain.relationships.interactions.interaction import Said, number_of
from domain.relationships.interactions.log import Logging, log_interaction
from domain.relationships.strength.reading import strongest
from domain.relationships.strength.strength import Strength
from domain.relationships.strength.weekly import STRENGTHS, StrengthsJob
from functions.framework.clock import new_id
from tests.functions.privacy.test_copy import account_of
from tests.functions.relationships.strength.test_interactions import stored
from tests.functions.relationships.test_contacts import a_contact

TODAY = datetime.now(UTC)


async def met(owner: str, contact: dict, ago: int, *, kind: str = "meeting") -> None:
    """Log a meeting on its day, as it was then."""
    at = TODAY - timedelta(days=ago)
    await log_interaction(
        owner,
        contact["id"],
        Said.model_validate({"kind": kind, "day": at.date()}),
        Logging(new_id("int"), "typed", at),
        store=wiring.relationships.strength.interactions(),
    )


async def anew(owner: str, contact: dict) -> Strength:
    """The strength as of today, counted from all interactions."""
    store = wiring.relationships.strength.interactions()
    found = await store.strength(owner, contact["id"])
    entries = [each.entry for each in await store.all_of(owner, contact["id"])]
    return found.counted(entries, number_of(TODAY.date()))


def work(owner: str) -> Work:
    return new_work(STRENGTHS, owner, new_id("job"), TODAY)


async def test_the_timer_touches_only_what_is_due(host, signed_in) -> None:
    ada = await signed_in()
    owner = await account_of(ada)
    silent, lively = await a_contact(ada), await a_contact(ada)
    await met(owner, silent, 400)
    await met(owner, lively, 1)
    before = await stored(ada, lively)
    assert (await stored(ada, silent)).state == "growing"
    await host.run_timer("relationships_touch_due")
    await host.drain_queue("work")
    after = await stored(ada, silent)
    assert after.state == "dormant"
    expected = await anew(owner, silent)
    assert after.model_dump(exclude={"version"}) == expected.model_dump(exclude={"version"})
    assert await stored(ada, lively) == before
    # Nothing is due any more: another run writes nothing.
    await host.run_timer("relationships_touch_due")
    await host.drain_queue("work")
    assert (await stored(ada, silent)).version == after.version
    done = await wiring.operations.works().of_kind(owner, STRENGTHS)
    assert [(each.state, each.done) for each in done] == [("done", 1)]


async def test_a_slice_ends_with_its_bound_and_the_next_goes_on(signed_in) -> None:
    ada = await signed_in()
    owner = await account_of(ada)
    contacts = [await a_contact(ada, f"Person {number}") for number in range(5)]
    for contact in contacts:
        await met(owner, contact, 300)
    job = StrengthsJob(wiring.relationships.strength.interactions())
    first = await job.slice(work(owner), Slice(lambda: 0.0, items=3))
    assert (first.done, first.over) == (3, False)
    second = await job.slice(work(owner), Slice(lambda: 0.0, items=3))
    assert (second.done, second.over) == (2, True)
    assert (await job.slice(work(owner), Slice(lambda: 0.0))).done == 0
    for contact in contacts:
        assert (await stored(ada, contact)).state == "dormant"


async def test_what_is_logged_meanwhile_is_not_lost(signed_in) -> None:
    ada = await signed_in()
    owner = await account_of(ada)
    grace = await a_contact(ada)
    await met(owner, grace, 300)
    store = wiring.relationships.strength.interactions()

    class Late:
        """The store, where somebody meets between the reading of what is due and its writing."""

        async def due(self, owner_id, today, limit):
            return await store.due(owner_id, today, limit)

        async def save_touched(self, strengths):
            if (await store.strength(owner, grace["id"])).sums.number == 1:
                await met(owner, grace, 0)
            await store.save_touched(strengths)

    done = await StrengthsJob(Late()).slice(work(owner), Slice(lambda: 0.0))
    assert (done.done, done.over) == (0, True)
    found = await stored(ada, grace)
    assert (found.sums.number, found.state) == (2, "growing")


async def test_the_lists_of_strengths_are_ranges_of_an_index(signed_in) -> None:
    ada = await signed_in()
    owner = await account_of(ada)
    ago = (0, 10, 200, 500)
    contacts = [await a_contact(ada, f"Person {number}") for number in ago]
    for contact, days in zip(contacts, ago, strict=True):
        await met(owner, contact, days)
    store = wiring.relationships.strength.interactions()
    await StrengthsJob(store).slice(work(owner), Slice(lambda: 0.0))
    first, following = await store.strengths(owner, 3, None)
    rest, _ = await store.strengths(owner, 3, following)
    ids = [contact["id"] for contact in contacts]
    scores = [each.score for each in (*first, *rest)]
    assert scores == sorted(scores, reverse=True)
    # By their scores of today, which the stored ones are never below.
    for number in (1, 2, 3, 4):
        found = await strongest(owner, number, now=TODAY, store=store)
        assert [each.contact_id for each, _ in found] == ids[:number]
    dormant, _ = await store.in_state(owner, "dormant", 10)
    assert [each.contact_id for each in dormant] == ids[2:]
    days, _ = await store.between(owner, (TODAY - timedelta(days=10)).date(), TODAY.date(), 10)
    assert [each.contact_id for each in days] == [ids[1], ids[0]]
