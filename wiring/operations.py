"""What operators look at, and the upgrade of stored documents."""

from pathlib import Path
from typing import TYPE_CHECKING

from wiring import database, once

if TYPE_CHECKING:
    from adapters.cosmos.health import CosmosHealth
    from adapters.cosmos.migration import CosmosMigration


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
def version() -> str:
    """The release that runs: a package says which, a checkout does not know."""
    return _VERSION.read_text("utf-8").strip() if _VERSION.exists() else "development"
