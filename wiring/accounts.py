"""Accounts, their identities and profiles."""

from adapters.cosmos.accounts import CosmosAccounts, CosmosProfiles
from adapters.cosmos.reservations import CosmosIdentities
from wiring import database, once


@once
def store() -> CosmosAccounts:
    return CosmosAccounts(database())


@once
def identities() -> CosmosIdentities:
    return CosmosIdentities(database())


@once
def profiles() -> CosmosProfiles:
    return CosmosProfiles(database())
