"""Orders: effects that must follow a change, such as the projection of a card (transactional outbox).

An order is stored in the same batch as its change, so that neither exists without the other. The request that
makes the change may also carry out the effect at once. A timer queues every order that is still stored later,
and the queue's worker deletes the order after its effect. An effect may be carried out twice.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Literal, Protocol

from pydantic import ConfigDict, Field

from domain.base.errors import StaleVersion
from domain.base.model import Model

# Longer than a request takes to carry out its effect at once.
PATIENCE = timedelta(minutes=1)
MOST_PATIENCE = timedelta(hours=1)
# Enough to reach the maximum. Without a limit, many tries would overflow the wait.
_MOST_DOUBLINGS = 6


# Container of the changed document, and so of its order.
OrderContainer = Literal["accounts", "relations", "organisations"]


class Order(Model):
    """Effect that is due. A later order of the same kind and subject replaces an earlier one.

    It contains only ids and nothing of the change: the effect is derived from the data stored at that time.
    """

    container: OrderContainer = "accounts"
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
    """Queue message that names the order to carry out."""

    model_config = ConfigDict(extra="forbid")

    version: Literal[1] = 1
    container: OrderContainer = "accounts"
    owner_id: str
    order_id: str


class OrderStore(Protocol):
    async def get(self, message: OrderMessage) -> Order | None: ...
    async def save(self, order: Order) -> Order: ...
    async def delete(self, order: Order) -> None:
        """Delete the order unless a later one has replaced it."""
        ...

    def due(self, now: datetime) -> AsyncIterator[Order]:
        """Overdue orders of all owners."""
        ...


class OrderQueue(Protocol):
    async def send(self, message: OrderMessage) -> None: ...


Effect = Callable[[Order], Awaitable[None]]


def new_order(
    kind: str, owner_id: str, subject_id: str, at: datetime, *, container: OrderContainer = "accounts"
) -> Order:
    return Order(
        container=container,
        kind=kind,
        owner_id=owner_id,
        subject_id=subject_id,
        due_at=at + PATIENCE,
        created_at=at,
    )


def message_of(order: Order) -> OrderMessage:
    return OrderMessage(container=order.container, owner_id=order.owner_id, order_id=order.id)


async def carry_out(message: OrderMessage, *, effects: Mapping[str, Effect], orders: OrderStore) -> bool:
    """Carry out the effect of an order; False if the order no longer exists."""
    order = await orders.get(message)
    if order is None:
        return False
    await effects[order.kind](order)
    await orders.delete(order)
    return True


async def send_due_orders(now: datetime, *, orders: OrderStore, queue: OrderQueue) -> int:
    """Queue the orders that are due; return their number. The wait grows with each try."""
    sent = 0
    async for order in orders.due(now):
        with suppress(StaleVersion):
            await orders.save(order.put_off(now))
            await queue.send(message_of(order))
            sent += 1
    return sent
