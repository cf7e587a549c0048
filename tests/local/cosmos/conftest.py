"""One server for the session, in memory; a fresh container for each test that asks."""

from collections.abc import AsyncIterator, Iterator

import pytest
import pytest_asyncio
from azure.cosmos import PartitionKey
from azure.cosmos.aio import ContainerProxy, CosmosClient, DatabaseProxy

from tests.local.cosmos.running import Server, aio_client, fresh


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    running = Server()
    yield running
    assert running.stop() == 0


@pytest_asyncio.fixture(scope="session")
async def client(server: Server) -> AsyncIterator[CosmosClient]:
    async with aio_client(server.url) as opened:
        yield opened


@pytest_asyncio.fixture(scope="session")
async def database(client: CosmosClient) -> DatabaseProxy:
    return await client.create_database("main")


@pytest_asyncio.fixture
async def container(database: DatabaseProxy) -> AsyncIterator[ContainerProxy]:
    """An empty container with partition key `/owner` and expiry switched on."""
    made = await database.create_container(fresh("items"), PartitionKey("/owner"), default_ttl=-1)
    yield made
    await database.delete_container(made)
