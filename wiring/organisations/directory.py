"""Directories of organisations, which say who their people are."""

from typing import TYPE_CHECKING

from wiring import database, once, organisations

if TYPE_CHECKING:
    from adapters.cosmos.organisations.directory import CosmosDirectories
    from domain.organisations.directory.people import DirectoryPorts


@once
def store() -> "CosmosDirectories":
    from adapters.cosmos.organisations.directory import CosmosDirectories

    return CosmosDirectories(database())


def ports() -> "DirectoryPorts":
    from domain.organisations.directory.people import DirectoryPorts
    from wiring.organisations import teams

    return DirectoryPorts(store(), organisations.store(), teams.store(), organisations.settle)
