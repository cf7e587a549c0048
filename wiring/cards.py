"""Cards and their handles, and the published cards as this worker caches them."""

from typing import TYPE_CHECKING

from adapters.cosmos.published import CosmosPublished
from adapters.published_cache import PublishedCache
from wiring import database, once

if TYPE_CHECKING:
    from adapters.cosmos.cards import CosmosCards
    from adapters.cosmos.reservations import CosmosHandles
    from domain.cards.create import Ports

# A card page needs the published cards alone, and a cold start should not pay for more.


@once
def published() -> PublishedCache:
    return PublishedCache(CosmosPublished(database()))


@once
def store() -> "CosmosCards":
    from adapters.cosmos.cards import CosmosCards  # noqa: PLC0415 - see above

    return CosmosCards(database())


@once
def handles() -> "CosmosHandles":
    from adapters.cosmos.reservations import CosmosHandles  # noqa: PLC0415 - see above

    return CosmosHandles(database())


@once
def ports() -> "Ports":
    from domain.cards.create import Ports  # noqa: PLC0415 - see above
    from wiring.accounts import profiles  # noqa: PLC0415 - see above

    return Ports(store(), handles(), profiles())
