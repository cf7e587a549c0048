"""Accounts, their identities and profiles."""

from typing import TYPE_CHECKING

from wiring import database, once

if TYPE_CHECKING:
    from adapters.cosmos.accounts import CosmosAccounts, CosmosProfiles
    from adapters.cosmos.reservations import CosmosIdentities
    from adapters.rate_limiter import RateLimiter


@once
def store() -> "CosmosAccounts":
    from adapters.cosmos.accounts import CosmosAccounts

    return CosmosAccounts(database())


@once
def identities() -> "CosmosIdentities":
    from adapters.cosmos.reservations import CosmosIdentities

    return CosmosIdentities(database())


@once
def profiles() -> "CosmosProfiles":
    from adapters.cosmos.accounts import CosmosProfiles

    return CosmosProfiles(database())


@once
def limiter() -> "RateLimiter":
    import hashlib

    from adapters.cosmos.rate_windows import CosmosRateWindows
    from adapters.rate_limiter import RateLimiter
    from wiring.sign_in import chosen

    key = chosen().session_key.get_secret_value()
    return RateLimiter(CosmosRateWindows(database()), hashlib.sha256(f"limits {key}".encode()).digest())
