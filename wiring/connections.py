"""Connections between accounts by consent."""

from typing import TYPE_CHECKING

from wiring import accounts, cards, notifications, once, relationships, visibility

if TYPE_CHECKING:
    from adapters.cosmos.connections import CosmosConnections
    from domain.cards.card import PublishedCard
    from domain.connections.ports import Ports


def links() -> "CosmosConnections":
    return visibility.connections()


async def take_card(handle: str) -> "PublishedCard":
    """The published card of a handle, as this worker caches it."""
    return (await cards.published().take(handle)).card


class _Notices:
    async def somebody_asks(self, account_id: str, link_id: str) -> None:
        from domain.connections.notice import ASKED
        from domain.notifications.welcome import MailOrder

        order = MailOrder(kind=ASKED, account_id=account_id, subject_id=link_id)
        await notifications.queue().send(order)


@once
def ports() -> "Ports":
    from domain.connections.ports import Ports

    return Ports(
        links(), take_card, cards.store(), relationships.book(), accounts.limiter(), _Notices()
    )
