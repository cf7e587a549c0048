"""Health, long work and orders, and the upgrade of stored documents."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from wiring import database, once, queue

if TYPE_CHECKING:
    from datetime import datetime

    from adapters.cosmos.health import CosmosHealth
    from adapters.cosmos.migration import CosmosMigration
    from adapters.cosmos.work import CosmosOrders, CosmosWorks
    from adapters.storage.queues import Queue
    from domain.operations.orders import Effect, Order
    from domain.operations.slices import Job
    from domain.operations.staged import Staged


_VERSION = Path(__file__).parent.parent / "version.txt"


@once
def store_health() -> "CosmosHealth":
    from adapters.cosmos.health import CosmosHealth

    return CosmosHealth(database())


@once
def migration() -> "CosmosMigration":
    from adapters.cosmos.migration import CosmosMigration

    return CosmosMigration(database())


def wrong_settings() -> list[str]:
    """One sentence for each setting that is missing or wrong, whether it was used yet or not."""
    import settings

    return settings.wrong()


@once
def works() -> "CosmosWorks":
    from adapters.cosmos.work import CosmosWorks

    return CosmosWorks(database())


@once
def work_queue() -> "Queue":
    from adapters.storage.queue_names import WORK

    return queue(WORK)


@once
def jobs() -> dict[str, "Job"]:
    """The kinds of long work."""
    from domain.connections.refresh import REFRESH
    from domain.operations.migration import UPGRADE, UpgradeJob
    from domain.privacy.copy import COPY, CopyJob
    from domain.relationships.rotation import RESEAL, ROTATE
    from domain.relationships.search.building import BUILD
    from domain.relationships.strength.weekly import STRENGTHS, StrengthsJob
    from wiring import connections, integrations, organisations, privacy
    from wiring.relationships import calendar, duplicates, rotation, search, strength, transfer

    return {
        COPY: CopyJob(privacy.sections(), privacy.copies()),
        UPGRADE: UpgradeJob(migration()),
        **duplicates.jobs(),
        BUILD: search.job(),
        REFRESH: connections.refresh_job(),
        ROTATE: rotation.rotate_job(),
        RESEAL: rotation.reseal_job(),
        STRENGTHS: StrengthsJob(strength.interactions()),
        **calendar.jobs(),
        **integrations.jobs(),
        **organisations.jobs(),
        **transfer.jobs(),
    }


@once
def orders() -> "CosmosOrders":
    from adapters.cosmos.work import CosmosOrders

    return CosmosOrders(database())


@once
def order_queue() -> "Queue":
    from adapters.storage.queue_names import ORDERS

    return queue(ORDERS)


async def start_stage(owner_id: str, found: "Staged", at: "datetime") -> None:
    """Start the long work of the present stage of something, unless it has none or was started."""
    from domain.operations.staged import start_stage

    await start_stage(owner_id, found, now=at, works=works(), queue=work_queue())


@once
def effects() -> dict[str, "Effect"]:
    """Effects of orders by kind."""
    from domain.cards.card import PROJECTION
    from domain.connections.ports import TELLING
    from domain.publishing.repair import carry_out_projection
    from domain.relationships.contacts import ERASE_DEPENDENTS, FOLLOW_IMPORTANCE
    from domain.relationships.duplicates.merge import MOVE, MOVE_BACK
    from domain.relationships.reminders.ringing import MAIL
    from domain.relationships.search.upkeep import COMPACTION
    from domain.relationships.transfer.imports import START_IMPORT
    from wiring import cards, companies, connections, exchange, organisations, publishing, relationships
    from wiring.organisations import leaving
    from wiring.relationships import duplicates, reminders, search, strength, transfer

    projection = partial(carry_out_projection, cards=cards.store(), ports=publishing.ports())

    async def show_and_tell(order: "Order") -> None:
        """Project the card, then have what connected people saw of it compared."""
        if order.container == "organisations":
            # It may have been made while its person left, or while the organisation was closed.
            await leaving.follow_card(order.owner_id, order.subject_id)
        card = await projection(order)
        if order.container == "organisations":
            await leaving.follow_projected(order, card)
        await connections.order_refresh(order, card.person_id if card else order.owner_id)

    return {
        PROJECTION: show_and_tell,
        ERASE_DEPENDENTS: relationships.erase_dependents,
        MOVE: duplicates.moves().carry_out_move,
        MOVE_BACK: duplicates.moves().carry_out_move_back,
        COMPACTION: search.compact,
        MAIL: reminders.order_mail,
        FOLLOW_IMPORTANCE: strength.follow_importance,
        START_IMPORT: transfer.start_import,
        TELLING: connections.tell,
        **companies.effects(),
        **exchange.effects(),
        **organisations.effects(),
    }


@once
def version() -> str:
    """The release that runs: a package says which, a checkout does not know."""
    return _VERSION.read_text("utf-8").strip() if _VERSION.exists() else "development"
