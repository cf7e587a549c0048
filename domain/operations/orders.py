"""Orders: what must follow a change, such as showing a card, for good.

An order is stored in the same batch as the change it follows, so that neither is there without the other.
Whoever made the change may bring the effect about at once; a timer queues every order that is still there
later, and the queue's worker deletes it once its effect is there. An effect may come about twice.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Literal, Protocol

from pydantic import ConfigDict, Field

from domain.base.errors import StaleVersion
from domain.base.model import Model

# Longer than what brings the effect about at once takes.
PATIENCE = timedelta(minutes=1)
MOST_PATIENCE = timedelta(hours=1)
# Enough to get there. Doubled for each try, the wait would at last be longer than any time there is.
_MOST_DOUBLINGS = 6


class Order(Model):
    """One effect that is owed. A later order of the same kind and subject takes the place of an earlier one.

    It names by ids what to look at and says nothing of the change: the effect is made of what is stored then.
    """

    kind: str
    owner_id: str
    subject_id: str
    tries: int = 0
    due_at: datetime
    created_at: datetime
    etag: str | None = Field(default=None, exclude=True)

    @property
    def id(self) -> str:
        return f"order-{self.kind}-{self.subject_id}"

    def put_off(self, at: datetime) -> "Order":
        wait = min(PATIENCE * 2 ** min(self.tries, _MOST_DOUBLINGS), MOST_PATIENCE)
        return self.model_copy(update={"tries": self.tries + 1, "due_at": at + wait})


class OrderMessage(Model):
    """The queue message: which order to carry out."""

    model_config = ConfigDict(extra="forbid")

    version: Literal[1] = 1
    owner_id: str
    order_id: str


class OrderStore(Protocol):
    async def get(self, owner_id: str, order_id: str) -> Order | None: ...
    async def save(self, order: Order) -> Order: ...
    async def delete(self, order: Order) -> None:
        """Delete the order unless a later one has taken its place."""
        ...

    def due(self, now: datetime) -> AsyncIterator[Order]:
        """The orders of all owners that nobody carried out in time."""
        ...


class OrderQueue(Protocol):
    async def send(self, message: OrderMessage) -> None: ...


Effect = Callable[[Order], Awaitable[None]]


def new_order(kind: str, owner_id: str, subject_id: str, at: datetime) -> Order:
    return Order(kind=kind, owner_id=owner_id, subject_id=subject_id, due_at=at + PATIENCE, created_at=at)


async def carry_out(message: OrderMessage, *, effects: Mapping[str, Effect], orders: OrderStore) -> bool:
    """Bring the effect of an order about; False when nothing is owed any more."""
    order = await orders.get(message.owner_id, message.order_id)
    if order is None:
        return False
    await effects[order.kind](order)
    await orders.delete(order)
    return True


async def send_due_orders(now: datetime, *, orders: OrderStore, queue: OrderQueue) -> int:
    """Queue the orders that are due; return how many. One that fails again and again is queued less often."""
    sent = 0
    async for order in orders.due(now):
        with suppress(StaleVersion):
            await orders.save(order.put_off(now))
            await queue.send(OrderMessage(owner_id=order.owner_id, order_id=order.id))
            sent += 1
    return sent
