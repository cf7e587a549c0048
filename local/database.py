"""Creation of the app's database in the local Cosmos server, from the definition for deployments."""

import json
from pathlib import Path
from typing import Any

from azure.core.pipeline.transport import AioHttpTransport
from azure.cosmos import PartitionKey
from azure.cosmos.aio import CosmosClient, DatabaseProxy

NAME = "izwop"
CONTAINERS = Path(__file__).parents[1] / "adapters" / "cosmos" / "containers.json"


async def create(endpoint: str, key: str) -> None:
    """Create the database and every container that is missing; a changed indexing policy is applied."""
    transport = AioHttpTransport(use_env_settings=False)
    async with CosmosClient(endpoint, credential=key, transport=transport) as client:
        database = await client.create_database_if_not_exists(NAME)
        for definition in json.loads(CONTAINERS.read_text("utf-8")):
            await _create_container(database, definition)


async def _create_container(database: DatabaseProxy, definition: dict[str, Any]) -> None:
    partition_key = PartitionKey(path=definition["partitionKey"])
    indexing_policy, default_ttl = definition.get("indexingPolicy"), definition.get("defaultTtl")
    container = await database.create_container_if_not_exists(
        definition["name"],
        partition_key=partition_key,
        indexing_policy=indexing_policy,
        default_ttl=default_ttl,
    )
    stored = await container.read()
    if indexing_policy not in (None, stored.get("indexingPolicy")):
        await database.replace_container(
            container, partition_key, indexing_policy=indexing_policy, default_ttl=default_ttl
        )
