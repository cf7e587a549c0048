"""The cards of a closed organisation say that no card is shown; when it is back they are as they were."""

import asyncio
import itertools
import time

import pytest

import wiring.cards
import wiring.operations
import wiring.organisations
import wiring.organisations.leaving
import wiring.organisations.templates
from tests.functions.organisations.test_closing import close, reopen
from tests.functions.organisations.test_leaving import Staff, an_office, leads_to, rule, staff
from tests.functions.organisations.test_staff_cards import Office

KIND = "org-follow-cards"


async def as_stored(people: list[Staff]) -> list:
    same = {"version": 0, "updated_at": None, "etag": None}
    return [(await each.stored()).model_copy(update=same) for each in people]


@pytest.fixture
async def office(signed_in):
    return await an_office(signed_in)


async def four(office: Office, signed_in) -> list[Staff]:
    """Two who are there, one whose card is paused, and one who has left for a colleague."""
    _shown, colleague, paused, leaver = people = [await staff(office, signed_in) for _ in range(4)]
    stored = await paused.stored()
    cards = wiring.organisations.templates.staff_cards()
    await cards.save_all([stored.changed(stored.updated_at, paused=True)])
    await wiring.organisations.templates.show_all([await paused.stored()])
    assert (await rule(office, to="colleague", memberId=colleague.member_id)).status_code == 200
    assert (await leaver.removed()).status_code == 204
    return people


async def test_its_cards_are_not_shown_and_are_back_as_they_were(host, office, signed_in, client) -> None:
    people = await four(office, signed_in)
    shown, colleague = people[:2]
    wanted = [shown.handle, colleague.handle, None, colleague.handle]
    assert [await leads_to(client, each.handle) for each in people] == wanted
    before = await as_stored(people)
    await close(office.owner, office.org)
    await host.drain_queue("work")
    assert [await leads_to(client, each.handle) for each in people] == [None] * 4
    reasons = [(await each.stored()).ending.why for each in people]
    assert reasons == ["organisation_gone", "organisation_gone", "organisation_gone", "left"]
    assert (await reopen(office.owner, office.org)).status_code == 204
    await host.drain_queue("work")
    assert [await leads_to(client, each.handle) for each in people] == wanted
    assert await as_stored(people) == before


async def test_a_taking_back_during_the_work_has_one_outcome(office, signed_in, client, monkeypatch) -> None:
    """The work of the closing has read that it is closed, and saves when the work of the opening is over."""
    from domain.operations.slices import Slice  # noqa: PLC0415 - what the host loaded
    from domain.operations.work import new_work  # noqa: PLC0415
    from functions.framework.clock import now  # noqa: PLC0415

    people = [await staff(office, signed_in) for _ in range(2)]
    store, late = wiring.organisations.templates.staff_cards(), []
    work = new_work(KIND, "system", "job_x", now()).model_copy(update={"cursor": office.org["id"]})

    class Slow:
        async def save_all(self, cards):
            if not late:
                late.append(cards)
                assert (await reopen(office.owner, office.org)).status_code == 204
                done = await wiring.operations.jobs()[KIND].slice(work, Slice(time.monotonic))
                assert done.over
            return await store.save_all(cards)

        def __getattr__(self, name: str):
            return getattr(store, name)

    from domain.organisations.staff_cards.gone import FollowCardsJob  # noqa: PLC0415

    await close(office.owner, office.org)
    slow = wiring.organisations.leaving.all_cards()._replace(cards=Slow())
    assert (await FollowCardsJob(slow).slice(work, Slice(time.monotonic))).over
    assert late
    assert [await leads_to(client, each.handle) for each in people] == [each.handle for each in people]


async def test_many_cards_are_done_in_slices_and_each_goes_on_where_one_ended(
    office, signed_in, client
) -> None:
    from domain.operations.slices import Slice  # noqa: PLC0415 - what the host loaded
    from domain.operations.work import new_work  # noqa: PLC0415
    from functions.framework.clock import now  # noqa: PLC0415

    people = [await staff(office, signed_in) for _ in range(5)]
    await close(office.owner, office.org)
    job, cursor, steps = wiring.operations.jobs()[KIND], office.org["id"], []
    work = new_work(KIND, "system", "job_x", now())
    while not steps or not steps[-1].over:
        step = work.model_copy(update={"cursor": cursor})
        # Two workers at once, of whom one comes too late.
        ends = await asyncio.gather(
            *(job.slice(step, Slice(itertools.repeat(0.0).__next__, items=2)) for _ in range(2)),
            return_exceptions=True,
        )
        steps.append(next(end for end in ends if not isinstance(end, Exception)))
        cursor = steps[-1].cursor
    assert [step.done for step in steps] == [2, 2, 1]
    assert [await leads_to(client, each.handle) for each in people] == [None] * 5


async def test_the_order_comes_twice_and_begins_one_work(host, office, signed_in) -> None:
    from domain.organisations.organisation import cards_order  # noqa: PLC0415 - what the host loaded
    from functions.framework.clock import now  # noqa: PLC0415

    grace = await staff(office, signed_in)
    order = cards_order(office.org["id"], now())
    for _ in range(3):
        await wiring.organisations.effects()[order.kind](order)
    await host.drain_queue("work")
    stored = await grace.stored()
    await wiring.organisations.effects()[order.kind](order)
    await host.drain_queue("work")
    assert await grace.stored() == stored


async def test_a_closing_ends_no_card_twice_while_people_leave(host, office, signed_in, client) -> None:
    grace = await staff(office, signed_in)
    assert (await grace.removed()).status_code == 204
    before = await grace.stored()
    await close(office.owner, office.org)
    await host.drain_queue("work")
    assert (await grace.stored()).ending == before.ending
    assert (await reopen(office.owner, office.org)).status_code == 204
    await host.drain_queue("work")
    await grace.back()
    assert await leads_to(client, grace.handle) == grace.handle
