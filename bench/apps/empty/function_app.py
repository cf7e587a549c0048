"""Reference app: one empty function, and one with a single point read."""  # noqa: INP001 - no package

import os

import azure.functions as func
from azure.core.pipeline.transport import AioHttpTransport
from azure.cosmos.aio import ContainerProxy, CosmosClient

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
_opened: list[ContainerProxy] = []


@app.route(route="empty", methods=["GET"])
async def empty(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 - the binding needs it
    return func.HttpResponse()


@app.route(route="read/{handle}", methods=["GET"])
async def read(req: func.HttpRequest) -> func.HttpResponse:
    handle = req.route_params["handle"]
    container = _opened[0] if _opened else await _open()
    await container.read_item(handle, partition_key=handle)
    return func.HttpResponse()


async def _open() -> ContainerProxy:
    # The same client as the product's, which is twice as fast as the SDK's default.
    client = CosmosClient(
        os.environ["COSMOS_ENDPOINT"],
        os.environ["COSMOS_KEY"],
        transport=AioHttpTransport(use_env_settings=False),
        retry_throttle_total=3,
        retry_throttle_backoff_max=2,
    )
    await client.__aenter__()
    database = client.get_database_client(os.environ["COSMOS_DATABASE"])
    _opened.append(database.get_container_client("published"))
    return _opened[0]
