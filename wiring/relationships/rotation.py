"""Rotation of the keys by which private things are sealed."""

from typing import TYPE_CHECKING

from wiring import database, once, relationships

if TYPE_CHECKING:
    from domain.relationships.rotation import ResealJob, RotateJob


@once
def rotate_job() -> "RotateJob":
    from adapters.owner_keys import MasterKeySmith
    from domain.relationships.rotation import RotateJob
    from wiring import operations

    smith = MasterKeySmith(relationships.master_key())
    return RotateJob(relationships.wrapped_keys(), smith, operations.works(), operations.work_queue())


@once
def reseal_job() -> "ResealJob":
    from adapters.cosmos.relationships.sealed import CosmosSealed
    from domain.relationships.rotation import ResealJob
    from wiring.relationships import search

    sealed = CosmosSealed(database(), relationships.keys())
    return ResealJob(relationships.wrapped_keys(), sealed, (search.after_bulk,))
