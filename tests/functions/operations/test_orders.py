"""Orders in the real store: owed until they are done, queued less and less often, replaced by later ones."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

import wiring.operations
from functions.framework.clock import new_id

MINUTE = timedelta(minutes=1)


@pytest.fixture
def orders(host):
    """The module that the host loaded."""
    from domain.operations import orders  # noqa: PLC0415

    return orders


class Bench:
    """One order of an account, what its effect saw, and a clock that the test moves."""

    def __init__(self, orders) -> None:
        self._orders, self.store = orders, wiring.operations.orders()
        self.owner, self.at, self.seen, self.sent = new_id("acc"), datetime.now(UTC), [], []
        self.id = f"order-{self.kind}-{self.owner}"

    kind = "test"

    async def send(self, message) -> None:
        if message.owner_id == self.owner:
            self.sent.append(message)

    async def effect(self, order) -> None:
        self.seen.append(order.created_at)

    async def give(self) -> None:
        """As an adapter does, beside the change."""
        from adapters.cosmos.work import order_document  # noqa: PLC0415

        order = self._orders.new_order(self.kind, self.owner, self.owner, self.at)
        await self.store._items["accounts"].batch([("upsert", (order_document(order),))], self.owner)

    async def timer(self) -> list:
        self.sent.clear()
        await self._orders.send_due_orders(self.at, orders=self.store, queue=self)
        return self.sent

    @property
    def message(self):
        return self._orders.OrderMessage(owner_id=self.owner, order_id=self.id)

    async def carry_out(self, effect=None) -> bool:
        return await self._orders.carry_out(
            self.message, effects={self.kind: effect or self.effect}, orders=self.store
        )


@pytest.fixture
def bench(orders):
    return Bench(orders)


async def test_an_order_is_owed_until_its_effect_is_there(bench) -> None:
    await bench.give()
    assert await bench.timer() == []
    bench.at += 2 * MINUTE
    assert [message.order_id for message in await bench.timer()] == [bench.id]

    async def broken(order) -> None:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        await bench.carry_out(broken)
    assert await bench.carry_out() is True
    assert await bench.carry_out() is False
    assert len(bench.seen) == 1
    bench.at += timedelta(days=1)
    assert await bench.timer() == []


async def test_one_that_fails_again_and_again_is_queued_less_and_less_often(bench, orders) -> None:
    await bench.give()
    queued = []
    for _ in range(12 * 60):
        bench.at += MINUTE
        if await bench.timer():
            queued.append(bench.at)
    waits = [later - earlier for earlier, later in itertools.pairwise(queued)]
    assert waits == sorted(waits)
    assert waits[-1] <= orders.MOST_PATIENCE + MINUTE
    assert len(queued) < 20


async def test_one_that_has_failed_for_days_keeps_no_other_order_waiting(bench, orders) -> None:
    """Doubled on and on, its wait would be longer than any time there is."""
    await bench.give()
    for tries in (40, 41, 1000):
        order = await bench.store.get(bench.message)
        await bench.store.save(order.model_copy(update={"tries": tries, "due_at": bench.at}))
        bench.at += MINUTE
        assert [message.order_id for message in await bench.timer()] == [bench.id]
        assert (await bench.store.get(bench.message)).due_at == bench.at + orders.MOST_PATIENCE


async def test_a_later_order_is_not_lost_with_the_one_it_replaced(bench) -> None:
    await bench.give()

    async def changed_meanwhile(order) -> None:
        bench.at += MINUTE
        await bench.give()

    assert await bench.carry_out(changed_meanwhile) is True
    assert await bench.carry_out() is True
    assert bench.seen == [bench.at]


@pytest.mark.parametrize(
    "broken",
    [{}, {"body": None}, {"body": {"kind": 1}, "schemaVersion": 99}, {"body": {}, "schemaVersion": 2}],
    ids=str,
)
async def test_what_cannot_be_read_keeps_no_other_order_waiting(bench, caplog, broken) -> None:
    await bench.give()
    bench.at += 2 * MINUTE
    stored = {
        "id": "order-broken", "accountId": "acc_", "kind": "order", "dueAt": "2026-01-01T00:00:00.000000Z",
        "secret": "Ada", "schemaVersion": 2, **broken,
    }  # fmt: skip
    await bench.store._items["accounts"].create(stored)
    try:
        assert len(await bench.timer()) == 1
        assert "due_unreadable" in caplog.text
        assert "Ada" not in caplog.text
    finally:
        await bench.store._items["accounts"].delete("order-broken", "acc_")
