"""Cards and their handles, and the published cards as this worker caches them."""

from typing import TYPE_CHECKING

from wiring import database, once

if TYPE_CHECKING:
    from adapters.cosmos.cards import CosmosCards
    from adapters.cosmos.reservations import CosmosHandles
    from adapters.published_cache import PublishedCache
    from domain.cards.create import Ports


@once
def published() -> "PublishedCache":
    from adapters.cosmos.published import CosmosPublished
    from adapters.published_cache import PublishedCache

    return PublishedCache(CosmosPublished(database()))


@once
def store() -> "CosmosCards":
    from adapters.cosmos.cards import CosmosCards

    return CosmosCards(database())


@once
def handles() -> "CosmosHandles":
    from adapters.cosmos.reservations import CosmosHandles

    return CosmosHandles(database())


@once
def ports() -> "Ports":
    from domain.cards.create import Ports
    from wiring.accounts import limiter, profiles

    return Ports(store(), handles(), profiles(), limiter())
