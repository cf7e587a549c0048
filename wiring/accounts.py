"""Accounts, their identities and profiles."""

from typing import TYPE_CHECKING

from wiring import database, once

if TYPE_CHECKING:
    from adapters.cosmos.accounts import CosmosAccounts, CosmosProfiles
    from adapters.cosmos.reservations import CosmosIdentities


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
