"""SIGKILL of the worker at each step of long work and of orders: nothing is lost, nothing is done twice.

A step is a call to a dependency. The worker dies before the request or after the response. After each kill
only the timer continues, some minutes later.
"""

import itertools
import os
from datetime import UTC, datetime, timedelta

import pytest

import wiring.cards
import wiring.images
import wiring.operations
import wiring.privacy
from adapters.cosmos.upgrades import SCHEMA_VERSION
from domain.operations.orders import OrderMessage
from functions.framework.clock import new_id
from tests.adapters.cosmos.test_migration import old_card
from tests.functions.cards.test_api_cards import a_card, published
from tests.functions.images.test_images import ready
from tests.functions.privacy.test_copy import account_of, opened
from tests.functions.visits.test_counting import a_batch, send

pytestmark = pytest.mark.kills

# Kills at each step. `make kills` sets a hundred.
KILLS = int(os.environ.get("KILLS", "10"))
# Fewer than `MAX_TRIES`.
IN_A_ROW = 5
# Account, profile, card, picture, visits, session, and the work of the copy.
ITEMS = 7
COPY_STEPS = [
    "read work", "take work", "read data", "write piece", "read piece", "stage volume", "commit volume",
    "list pieces", "delete piece", "save work", "send message",
]  # fmt: skip
# Steps that occur once in a run.
ONCE = {"stage volume", "commit volume", "list pieces"}
ORDER_STEPS = ["read order", "read data", "show card", "delete order"]
UPGRADE_STEPS = ["take work", "write old document", "save work", "send message"]
TIMER_STEPS = ["write order", "send message"]


@pytest.fixture(scope="module")
async def copier(host, worker, signed_in):
    """Account, and its copy as it is without kills."""
    person = await signed_in()
    picture = (await ready(host, person))["id"]
    card = (await published(person, photo=picture, title="Analyst")).json()
    await send(a_batch(card["id"], 3))
    await host.drain_queue("visits")
    copier = Copier(worker, await account_of(person))
    work = await copier.start()
    assert await copier.go_on(warm=True) == "done"
    copier.expected = await copier.volume()
    assert "index.html" in await opened(await copier.now())
    await copier.forget()
    assert work.created_at == copier.asked_at
    return copier


class Sent:
    """Queue that collects the ids of the work in its messages."""

    def __init__(self) -> None:
        self.work: set[str] = set()

    async def send(self, message, **_hidden) -> None:
        self.work.add(message.work_id)


class Copier:
    """Repetition of the same copy, which must give the same bytes each time."""

    def __init__(self, worker, account: str) -> None:
        self.worker, self.account, self.id = worker, account, new_id("job")
        self.asked_at = self.at = datetime.now(UTC)
        self.expected = b""

    async def start(self):
        from domain.operations.work import new_work, start_work  # noqa: PLC0415 - what the host loaded
        from domain.privacy.copy import COPY  # noqa: PLC0415

        self.at = self.asked_at
        work = new_work(COPY, self.account, self.id, self.asked_at)
        return await start_work(work, works=wiring.operations.works(), queue=wiring.operations.work_queue())

    async def go_on(self, die: list | None = None, **given: object) -> str:
        return await self.worker(
            do="work", owner=self.account, id=self.id, at=self.at.isoformat(), items=2, die=die, **given
        )

    async def finish(self) -> None:
        """Finish the copy without further kills."""
        for _ in range(IN_A_ROW):
            await self.timer()
            if await self.go_on() in ("done", "nothing"):
                return

    async def timer(self) -> bool:
        """Run the timer some minutes later; return whether it queues the copy."""
        from domain.operations.slices import send_due_work  # noqa: PLC0415

        self.at += timedelta(minutes=5)
        queue = Sent()
        await send_due_work(self.at, works=wiring.operations.works(), queue=queue)
        return self.id in queue.work

    async def now(self):
        return await wiring.operations.works().get(self.account, self.id)

    async def volume(self) -> bytes:
        from domain.privacy.copy import CopyCursor  # noqa: PLC0415

        [volume] = CopyCursor.of(await self.now()).volumes
        return await wiring.privacy.copies().read_volume(self.account, self.id, volume.name)

    async def left(self) -> list[str]:
        container = await wiring.images.blobs().container("exports")
        folder = f"{self.account}/{self.id}/"
        return [name async for name in container.list_blob_names(name_starts_with=folder)]

    async def forget(self) -> None:
        await wiring.privacy.copies().delete_copy(self.account, self.id, keep=())
        await wiring.operations.works()._items["accounts"].delete(self.id, self.account)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("step", COPY_STEPS)
async def test_a_copy_survives_the_death_of_its_workers(copier, step: str) -> None:
    kills, copies = 0, 0
    times = (1,) if step in ONCE else (1, 2)
    sides = itertools.cycle([side, time] for time in times for side in ("before", "after"))
    while kills < KILLS:
        await copier.forget()
        await copier.start()
        in_a_row = 0
        while in_a_row < IN_A_ROW:
            said = await copier.go_on([step, *next(sides)])
            if said != "killed":
                break
            kills, in_a_row = kills + 1, in_a_row + 1
            # The last write before the kill may have finished the copy.
            assert await copier.timer() or (await copier.now()).state == "done"
        await copier.finish()
        work = await copier.now()
        assert (work.state, work.done, work.total, work.failed) == ("done", ITEMS, ITEMS, 0)
        assert await copier.volume() == copier.expected
        assert [name.count("/") for name in await copier.left()] == [2], "one volume, and no piece"
        copies += 1
    assert copies >= kills // IN_A_ROW


@pytest.mark.timeout(600)
@pytest.mark.parametrize("step", UPGRADE_STEPS)
async def test_the_sweep_of_old_documents_survives_the_death_of_its_workers(worker, host, step: str) -> None:
    from domain.operations.migration import UPGRADE  # noqa: PLC0415 - what the host loaded
    from domain.operations.work import SYSTEM, new_work, start_work  # noqa: PLC0415

    works, account, kills = wiring.operations.works(), new_id("acc"), 0
    container = await wiring.database().container("accounts")
    sides = itertools.cycle([["before", 1], ["after", 1], ["before", 2], ["after", 2]])
    while kills < KILLS:
        cards = [new_id("crd") for _ in range(4)]
        for card in cards:
            await container.create_item(old_card(account, card, "ada"))
        at, job = datetime.now(UTC), new_id("job")
        await start_work(
            new_work(UPGRADE, SYSTEM, job, at), works=works, queue=wiring.operations.work_queue()
        )
        for die in [*([step, *next(sides)] for _ in range(IN_A_ROW)), *[None] * IN_A_ROW]:
            at += timedelta(minutes=5)
            assert await worker(do="timer", at=at.isoformat()) in ("sent", "killed")
            said = await worker(do="work", owner=SYSTEM, id=job, at=at.isoformat(), items=2, die=die)
            kills += said == "killed"
            if said in ("done", "nothing"):
                break
        assert ((await works.get(SYSTEM, job)).state, (await works.get(SYSTEM, job)).failed) == ("done", 0)
        for card in cards:
            stored = await container.read_item(card, account)
            assert stored["schemaVersion"] == SCHEMA_VERSION
            assert (await wiring.cards.store().get(account, card)).published.audiences.title == "public"
            await container.delete_item(card, account)


@pytest.mark.timeout(600)
@pytest.mark.parametrize("step", [*ORDER_STEPS, *TIMER_STEPS, "publish"])
async def test_a_card_is_shown_whoever_dies_on_the_way(worker, signed_in, client, step: str) -> None:
    ada = await signed_in()
    account, stranger = await account_of(ada), client()
    kills = 0
    while kills < KILLS:
        card = (await a_card(ada)).json()
        at = datetime.now(UTC) - timedelta(days=1)
        order = f"order-projection-{card['id']}"
        # The publishing worker dies right before the projection, or right after it.
        die = ["show card", "before", 1] if step != "publish" else ["show card", "after", 1]
        assert (
            await worker(do="publish", owner=account, id=card["id"], at=at.isoformat(), die=die) == "killed"
        )
        kills += step == "publish"
        for side in ("before", "after") if step != "publish" else ():
            at += timedelta(hours=2)
            if step in TIMER_STEPS:
                said = await worker(do="timer", at=at.isoformat(), die=[step, side, 1])
            else:
                said = await worker(
                    do="order", owner=account, id=order, at=at.isoformat(), die=[step, side, 1]
                )
            kills += said == "killed"
        at += timedelta(hours=2)
        assert await worker(do="timer", at=at.isoformat()) == "sent"
        await worker(do="order", owner=account, id=order, at=at.isoformat())
        message = OrderMessage(owner_id=account, order_id=order)
        assert await wiring.operations.orders().get(message) is None
        assert (await stranger.get(f"/c/{card['handle']}")).status_code == 200


@pytest.mark.timeout(600)
@pytest.mark.parametrize("change", ["delete", "restore"])
async def test_a_published_card_is_deleted_and_back_whoever_dies_on_the_way(
    worker, signed_in, change: str
) -> None:
    """After a kill the public sees what is stored, and the card's content is there in any case."""
    ada = await signed_in()
    account, cards = await account_of(ada), wiring.cards.store()
    steps = itertools.cycle(
        [step, side, time]
        for step in ("read data", "show card")
        for time in (1, 2, 3)
        for side in ("before", "after")
    )
    kills = before = 0
    while kills < KILLS:
        card = (await published(ada, title="Analyst")).json()
        at = datetime.now(UTC)
        if change == "restore":
            assert await worker(do="delete", owner=account, id=card["id"], at=at.isoformat()) == "delete"
        died = (
            await worker(do=change, owner=account, id=card["id"], at=at.isoformat(), die=next(steps))
            == "killed"
        )
        kills += died
        await finish_orders(worker, account, card, at)
        stored = await cards.get_with_deleted(account, card["id"])
        before += died and stored.deleted == (change == "restore")
        assert stored.as_it_was.draft.title == "Analyst"
        assert await is_shown(card) != stored.deleted
        # Asked for once more: it is done now, if it was not before.
        await worker(do=change, owner=account, id=card["id"], at=at.isoformat())
        assert await is_shown(card) == (change == "restore")
    assert 0 < before < kills, "some died before the change was stored, and some after"


@pytest.mark.timeout(600)
async def test_an_erased_draft_gives_its_names_back_whoever_dies_on_the_way(worker, signed_in) -> None:
    ada = await signed_in()
    account, cards, handles = await account_of(ada), wiring.cards.store(), wiring.cards.handles()
    # Before and after the write, the look for the claim, and its deletion.
    calls = (("read data", 2), ("read data", 3), ("other", 1))
    steps = itertools.cycle([step, side, time] for step, time in calls for side in ("before", "after"))
    kills = 0
    while kills < KILLS:
        card, at = (await a_card(ada, title="Secret")).json(), datetime.now(UTC)
        await worker(do="delete", owner=account, id=card["id"], at=at.isoformat())
        assert (await handles.find(card["handle"])).card_id == card["id"]
        said = await worker(do="erase", owner=account, id=card["id"], at=at.isoformat(), die=next(steps))
        kills += said == "killed"
        await worker(do="erase", owner=account, id=card["id"], at=at.isoformat())
        await finish_orders(worker, account, card, at)
        stored = await cards.get_with_deleted(account, card["id"])
        assert "Secret" not in stored.model_dump_json()
        assert await handles.find(card["handle"]) is None


async def finish_orders(worker, account: str, card: dict, at: datetime) -> None:
    """Let the timer and the queue's worker do what is left, some minutes later."""
    later = (at + timedelta(minutes=5)).isoformat()
    assert await worker(do="timer", at=later) == "sent"
    await worker(do="order", owner=account, id=f"order-projection-{card['id']}", at=later)


async def is_shown(card: dict) -> bool:
    """Whether the public sees the card, past the cache of this process."""
    return (await wiring.cards.published().get(card["handle"])).content is not None
