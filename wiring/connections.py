"""Connections between accounts by consent."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from wiring import accounts, cards, notifications, once, operations, relationships, visibility
from wiring.relationships import strength

if TYPE_CHECKING:
    from adapters.cosmos.connections import CosmosConnections
    from domain.cards.card import PublishedCard
    from domain.connections.ports import Ports
    from domain.connections.refresh import RefreshJob
    from domain.operations.orders import Order


def links() -> "CosmosConnections":
    return visibility.connections()


async def take_card(handle: str) -> "PublishedCard":
    """The published card of a handle, as this worker caches it."""
    return (await cards.published().take(handle)).card


class _Notices:
    async def somebody_asks(self, account_id: str, link_id: str) -> None:
        from domain.connections.notice import ASKED
        from domain.notifications.mail import MailOrder

        order = MailOrder(kind=ASKED, account_id=account_id, subject_id=link_id)
        await notifications.queue().send(order)


@once
def ports() -> "Ports":
    from domain.connections.ports import Ports

    return Ports(
        links(),
        take_card,
        cards.store(),
        relationships.book(),
        strength.interactions(),
        accounts.limiter(),
        _Notices(),
    )


def _now() -> datetime:
    return datetime.now(UTC)


async def tell(order: "Order") -> None:
    """Effect of the order that follows what one of the two said."""
    from domain.connections.telling import carry_out_telling

    await carry_out_telling(order, now=_now(), ports=ports())


async def order_refresh(order: "Order", person_id: str) -> None:
    """What follows the projection of a card."""
    from domain.connections.refresh import order_refresh

    await order_refresh(
        order, person_id, links=links(), works=operations.works(), queue=operations.work_queue()
    )


def refresh_job() -> "RefreshJob":
    from domain.connections.refresh import RefreshJob

    return RefreshJob(links(), take_card, _now)
