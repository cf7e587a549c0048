"""What operators look at, long work and orders, and the upgrade of stored documents."""

from functools import partial
from pathlib import Path

from adapters.cosmos.health import CosmosHealth
from adapters.cosmos.migration import CosmosMigration
from adapters.cosmos.work import CosmosOrders, CosmosWorks
from adapters.storage import queue_names
from adapters.storage.queues import Queue
from domain.cards.card import PROJECTION
from domain.operations.migration import UPGRADE, UpgradeJob
from domain.operations.orders import Effect
from domain.operations.work import Job
from wiring import database, once, queue

_VERSION = Path(__file__).parent.parent / "version.txt"

# Long work and orders reach into every capability, which only their queues should pay for.


@once
def store_health() -> CosmosHealth:
    return CosmosHealth(database())


@once
def migration() -> CosmosMigration:
    return CosmosMigration(database())


@once
def works() -> CosmosWorks:
    return CosmosWorks(database())


@once
def work_queue() -> Queue:
    return queue(queue_names.WORK)


@once
def jobs() -> dict[str, Job]:
    """The kinds of long work."""
    from domain.privacy.copy import COPY, CopyJob  # noqa: PLC0415 - see above
    from wiring import privacy  # noqa: PLC0415 - see above

    return {COPY: CopyJob(privacy.sections(), privacy.copies()), UPGRADE: UpgradeJob(migration())}


@once
def orders() -> CosmosOrders:
    return CosmosOrders(database())


@once
def order_queue() -> Queue:
    return queue(queue_names.ORDERS)


@once
def effects() -> dict[str, Effect]:
    """What orders bring about, by their kind."""
    from domain.publishing.repair import carry_out_projection  # noqa: PLC0415 - see above
    from wiring import cards, publishing  # noqa: PLC0415 - see above

    projection = partial(carry_out_projection, cards=cards.store(), ports=publishing.ports())
    return {PROJECTION: projection}


@once
def version() -> str:
    """The release that runs: a package says which, a checkout does not know."""
    return _VERSION.read_text("utf-8").strip() if _VERSION.exists() else "development"
