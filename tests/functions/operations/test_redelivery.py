"""Orders and slices of long work that come again, late and in any order, change nothing.

One person has every kind of them done once. What each was given is kept, and given to it again when all of it
is over: as by a worker that lost its lease and comes back, or for a message that the queue had kept.
"""

import itertools
import json
import random
from datetime import UTC, datetime
from typing import NamedTuple

import pytest

import wiring.operations
import wiring.organisations
import wiring.relationships
import wiring.relationships.search
from domain.operations.slices import Slice
from functions.framework.clock import new_id
from tests.functions.connections.people import connect, own_card, person_with_card
from tests.functions.organisations.test_closing import close, reopen
from tests.functions.organisations.test_leaving import an_office, rule, staff
from tests.functions.organisations.test_staff_cards import draft
from tests.functions.privacy.test_copy import account_of, copied
from tests.functions.relationships.calendar.test_calendar import AT, calendar, event, logged
from tests.functions.relationships.duplicates.test_duplicates import finished, mail, search
from tests.functions.relationships.duplicates.test_merges import merge
from tests.functions.relationships.duplicates.test_merges import undo as undo_merge
from tests.functions.relationships.notes.test_notes import a_note
from tests.functions.relationships.reminders.test_reminders import a_reminder, in_days, make_due, rings
from tests.functions.relationships.strength.test_weekly import met
from tests.functions.relationships.test_contacts import a_contact, change, delete
from tests.functions.relationships.transfer.test_exports import exported
from tests.functions.relationships.transfer.test_imports import FILE, imported, undo
from tests.stored import everything

ORDERS = [
    "projection", "erase-dependents", "follow-importance", "move-merged", "move-back", "search-compaction",
    "reminder-mail", "start-import", "connection", "org-membership", "org-closing", "org-cards",
    "template-release",
]  # fmt: skip
JOBS = [
    "copy", "find-duplicates", "merge-duplicates", "undo-merges", "search-index", "connections", "reseal",
    "strengths", "calendar", "calendar-undo", "import-read", "import-write", "import-undo", "export",
    "org-follow", "org-follow-cards", "template-release", "template-effect",
]  # fmt: skip
# Of people without an account (`tests/functions/exchange/test_mails.py`), of organisations
# (`tests/functions/organisations`), and the system's own work (`tests/kills/test_kills.py`,
# `tests/functions/relationships/test_rotation.py`).
ELSEWHERE = {
    "exchange-receipt", "exchange-contact", "exchange-recall", "invitation-mails", "org-domains", "brand",
    "remove-team", "erase-organisation", "org-visits", "org-assignments", "assignment-effect",
    "make-staff-cards", "design-desk", "proposal-effect", "proposal-mail", "upgrade", "rotate-keys",
    "org-import", "org-import-check", "org-import-write", "org-import-undo",
    "org-photos", "org-photos-set", "org-photos-undo",
    "invitation-run", "invitation-run-count", "invitation-run-send", "request-digest",
    "request-answer-mail",
    "sync-source", "disconnect-source",
    "company-connection", "leave-companies",
}  # fmt: skip


class Given(NamedTuple):
    """What the effects of orders and the slices of long work were given, by kind."""

    orders: dict[str, list]
    works: dict[str, list]


class Recorded:
    """A kind of long work that keeps what its slices are given."""

    def __init__(self, job, works: list) -> None:
        self.job, self.works = job, works

    async def slice(self, work, bound):
        self.works.append(work)
        return await self.job.slice(work, bound)

    async def discard(self, work) -> None:
        await self.job.discard(work)

    def __getattr__(self, name: str):
        return getattr(self.job, name)


def recorded(effect, orders: list):
    async def carry_out(order) -> None:
        orders.append(order)
        await effect(order)

    return carry_out


async def a_life(host, signed_in) -> None:
    """Everything that orders and long work are for."""
    ada, _ = await person_with_card(signed_in)
    bob = await signed_in()
    await connect(ada, bob, (await own_card(bob))["handle"])
    owner = await account_of(ada)
    one, two, three = [await a_contact(ada, name, importance=2) for name in ("One", "Two", "Three")]
    for each in (one, two, three):
        await a_note(ada, each, f"note of {each['id']}")
        await met(owner, each, 40)
    await change(ada, one, name="One", importance=4)
    await merge(ada, one, two, keepVersion=2)
    await undo_merge(ada, (await merge(ada, one, three, keepVersion=3)).json())
    await met(owner, await a_contact(ada, "Silent"), 400)
    gone = await a_contact(ada, "Gone")
    await a_note(ada, gone, "gone")
    await delete(ada, gone)
    path = f"contacts/{gone['id']}/restoration"
    etag = (await ada.api("GET", path)).headers["etag"]
    assert (await ada.api("DELETE", path, headers={"If-Match": etag})).status_code == 204
    await wiring.relationships.search.order_compaction(owner)
    await host.drain_queue("orders")
    await make_due(ada, await a_reminder(ada, one, on=in_days(0)))
    await rings(host)
    await undo(host, ada, await imported(host, ada, FILE))
    for number in range(4):
        await a_contact(ada, "Ann Stone", **mail(f"ann{number // 2}@example.com"))
    await search(host, ada)
    run = await ada.api("POST", "contact-merge-runs")
    await finished(host, ada, run)
    await finished(host, ada, await ada.api("POST", f"contact-merge-runs/{run.json()['id']}/undo"))
    file = await logged(host, ada, calendar(event("one", 10, "ann0@example.com")))
    assert (await ada.api("DELETE", f"{AT}/{file['id']}/application")).status_code == 200
    await host.drain_queue("work")
    await exported(host, ada, "json")
    await copied(host, owner)
    await host.run_timer("relationships_touch_due")
    await a_reseal(owner)
    await of_an_organisation(host, signed_in)
    for _ in range(3):
        await all_orders()
        await host.drain_queue("orders")
        await host.drain_queue("work")


async def of_an_organisation(host, signed_in) -> None:
    """Its template is released, somebody leaves and is taken back, and so is the organisation itself."""
    with pytest.MonkeyPatch.context() as patch:
        # What a request settles at once is recorded as well.
        patch.setattr("wiring.organisations.effects", wiring.operations.effects)
        office = await an_office(signed_in)
        bob, eve = await staff(office, signed_in), await staff(office, signed_in)
        assert (await rule(office, to="colleague", memberId=bob.member_id)).status_code == 200
        path = await draft(office, title={"mode": "locked", "value": "Staff"})
        version = {"If-Match": office.read.headers["etag"]}
        assert (await office.owner.api("POST", f"{path}/effect", headers=version)).status_code == 200
        await host.drain_queue("work")
        await office.release()
        for each in (bob, eve):
            assert (await each.removed()).status_code == 204
        await bob.back()
        await close(office.owner, office.org)
        await host.drain_queue("work")
        assert (await reopen(office.owner, office.org)).status_code == 204
        await host.drain_queue("work")


async def a_reseal(owner: str) -> None:
    from domain.operations.work import new_work, start_work  # noqa: PLC0415 - what the host loaded
    from domain.relationships.rotation import RESEAL  # noqa: PLC0415

    works, queue = wiring.operations.works(), wiring.operations.work_queue()
    await start_work(new_work(RESEAL, owner, new_id("job"), datetime.now(UTC)), works=works, queue=queue)


async def all_orders() -> None:
    """Send messages for all orders that are stored, as the timer does a minute later."""
    from domain.operations.orders import OrderMessage  # noqa: PLC0415

    for (container, item), text in (await everything()).items():
        if item.startswith("order-"):
            stored = json.loads(text)
            owner = stored.get("ownerId") or stored.get("orgId") or stored["accountId"]
            message = OrderMessage(container=container, owner_id=owner, order_id=item)
            await wiring.operations.order_queue().send(message)


async def kept() -> dict[tuple[str, str], dict]:
    """All documents without what the store adds, the bookkeeping of orders and long work, how often a
    strength was written, and the rows that only a search that is under way reads.
    """
    found = {}
    for place, text in (await everything()).items():
        if not place[1].startswith(("order-", "job_", "duplicate-rows-")):
            stored = json.loads(text)
            if stored.get("kind") == "strength":
                del stored["body"]["version"]
            found[place] = {name: value for name, value in stored.items() if not name.startswith("_")}
    return found


@pytest.fixture(scope="module")
async def given(host, signed_in) -> Given:
    effects, jobs = wiring.operations.effects(), wiring.operations.jobs()
    given = Given({kind: [] for kind in effects}, {kind: [] for kind in jobs})
    before = dict(effects), dict(jobs)
    for kind, effect in before[0].items():
        effects[kind] = recorded(effect, given.orders[kind])
    for kind, job in before[1].items():
        jobs[kind] = Recorded(job, given.works[kind])
    try:
        await a_life(host, signed_in)
    finally:
        effects.update(before[0])
        jobs.update(before[1])
    return given


def test_every_kind_is_here_or_has_a_test_of_its_own(host) -> None:
    kinds = {*wiring.operations.effects(), *wiring.operations.jobs()}
    assert kinds == {*ORDERS, *JOBS} | ELSEWHERE


@pytest.mark.parametrize("kind", ORDERS)
async def test_an_order_that_is_carried_out_again_changes_nothing(given, kind: str) -> None:
    orders = given.orders[kind]
    assert orders, "no such order was made"
    before = await kept()
    for order in again(orders):
        await wiring.operations.effects()[kind](order)
    assert differences(before, await kept()) == {}


@pytest.mark.parametrize("kind", JOBS)
async def test_a_slice_that_is_done_again_changes_nothing(given, kind: str) -> None:
    works = given.works[kind]
    assert works, "no such work was done"
    before = await kept()
    for work in again(works):
        await wiring.operations.jobs()[kind].slice(work, Slice(itertools.repeat(0.0).__next__))
    assert differences(before, await kept()) == {}


async def test_all_of_them_in_any_order_change_nothing(given) -> None:
    effects, jobs, before = wiring.operations.effects(), wiring.operations.jobs(), await kept()
    late = [(effects[kind], [order]) for kind in ORDERS for order in given.orders[kind]]
    for kind in JOBS:
        bound = Slice(itertools.repeat(0.0).__next__)
        late += [(jobs[kind].slice, [work, bound]) for work in given.works[kind]]
    for act, what in again(late):
        await act(*what)
    assert differences(before, await kept()) == {}


def again(things: list) -> list:
    """Each of them twice, in an order that has nothing to do with how they came."""
    return random.Random(10).sample(things * 2, 2 * len(things))


def differences(before: dict, after: dict) -> dict:
    return {
        place: (before.get(place), after.get(place))
        for place in before.keys() | after.keys()
        if before.get(place) != after.get(place)
    }
