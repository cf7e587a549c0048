"""The Cosmos DB client and the few operations the repositories are made of.

Every operation but `sweep` names its partition. What the service says in status codes becomes a return value
or a refusal here, so that repositories and the domain never see the SDK.
"""

import asyncio
import json
import logging
import re
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager, contextmanager
from datetime import UTC, datetime
from functools import cache
from http import HTTPStatus
from pathlib import Path
from typing import Any

from azure.core import MatchConditions
from azure.core.exceptions import AzureError, ClientAuthenticationError
from azure.cosmos import exceptions
from azure.cosmos.aio import ContainerProxy, CosmosClient

from adapters.cosmos.upgrades import SCHEMA_VERSION, Document, upgraded
from domain.base.errors import StaleVersion, Unavailable

log = logging.getLogger("izwop.cosmos")

__all__ = ["SCHEMA_VERSION", "Database", "Document", "Items", "instant"]

# A person waits: a call that takes longer has failed. The SDK's own retries of two seconds fit in.
CALL_SECONDS = 5
_ITEM_ID = re.compile("[A-Za-z0-9_:-]{1,200}")
_RETRY_WITH = 449  # "The operation encountered a transient error", of the service
_BUSY = {HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.GONE, _RETRY_WITH}


class OutcomeUnknown(Unavailable):
    """The answer was lost: the store may or may not have done the write."""


class Database:
    """One client per worker, opened by the first call.

    Without a key it signs in with a managed identity: that of `client_id`, else the app's own.
    """

    def __init__(self, endpoint: str, key: str | None, name: str, *, client_id: str | None = None) -> None:
        self._endpoint, self._key, self._name, self._client_id = endpoint, key, name, client_id
        self._opening = asyncio.Lock()
        self._client: CosmosClient | None = None
        self._containers: dict[str, ContainerProxy] = {}

    async def container(self, name: str) -> ContainerProxy:
        if name in self._containers:
            return self._containers[name]
        if self._client is None:
            async with self._opening:
                if self._client is None:
                    self._client = await self._open()
        opened = self._client.get_database_client(self._name).get_container_client(name)
        return self._containers.setdefault(name, opened)

    async def close(self) -> None:
        self._containers.clear()
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def _open(self) -> CosmosClient:
        # aiohttp, which this loads, is not needed to import the app.
        from azure.core.pipeline.transport import AioHttpTransport  # noqa: PLC0415

        credential: Any = self._key
        if credential is None:
            from azure.identity.aio import DefaultAzureCredential  # noqa: PLC0415

            named = {} if self._client_id is None else {"managed_identity_client_id": self._client_id}
            credential = DefaultAzureCredential(**named)
        client = CosmosClient(
            self._endpoint,
            credential,
            # Looking up proxies and netrc for each request doubles the client's CPU time.
            transport=AioHttpTransport(use_env_settings=False),
            # A person waits for the answer: fail early.
            retry_throttle_total=3,
            retry_throttle_backoff_max=2,
        )
        try:
            async with _asked():
                return await client.__aenter__()
        except BaseException:  # who asks may have given up, and the store may know no such key
            await client.close()
            raise


@asynccontextmanager
async def _asked() -> AsyncIterator[None]:
    """Run one call to the store with a time limit; raise its failures as refusals."""
    try:
        with _refusals():
            async with asyncio.timeout(CALL_SECONDS):
                yield
    except TimeoutError:
        log.warning("cosmos_timeout")
        raise OutcomeUnknown from None


@contextmanager
def _refusals() -> Iterator[None]:
    try:
        yield
    except exceptions.CosmosAccessConditionFailedError:
        raise StaleVersion from None
    except exceptions.CosmosHttpResponseError as exc:
        if not _is_transient(exc.status_code):
            raise
        log.warning("cosmos_busy status=%s", exc.status_code)
        refused = exc.status_code == HTTPStatus.TOO_MANY_REQUESTS
        raise (Unavailable if refused else OutcomeUnknown) from None
    except exceptions.CosmosBatchOperationError:
        raise  # a batch has a status for each operation
    except ClientAuthenticationError as exc:
        log.warning("cosmos_unreachable error=%s", type(exc).__name__)
        raise Unavailable from None
    except AzureError as exc:  # cut off, unreadable, or too late for the SDK
        log.warning("cosmos_unreachable error=%s", type(exc).__name__)
        raise OutcomeUnknown from None


def _is_transient(status: int | None) -> bool:
    return status is None or status in _BUSY or status >= HTTPStatus.INTERNAL_SERVER_ERROR


@cache
def _partition_keys() -> dict[str, str]:
    """Name of the partition key property, by container."""
    containers = json.loads(Path(__file__).with_name("containers.json").read_text("utf-8"))
    return {container["name"]: container["partitionKey"].removeprefix("/") for container in containers}


def _content(document: Document) -> Document:
    """The document without the store's own properties."""
    return {name: value for name, value in document.items() if not name.startswith("_")}


class Items:
    """The items of one container."""

    def __init__(self, database: Database, name: str) -> None:
        self._database, self._name = database, name

    async def read(self, item: str, partition: str) -> Document | None:
        """Return the item, or None when it is absent or no item can have this id."""
        if not _ITEM_ID.fullmatch(item):
            return None
        container = await self._database.container(self._name)
        async with _asked():
            try:
                found = dict(await container.read_item(item, partition_key=partition))
            except exceptions.CosmosResourceNotFoundError:
                return None
        return upgraded(self._name, found)

    async def read_all(self, items: Sequence[str], partition: str) -> list[Document] | None:
        """Read items of a partition in one call; None if one is absent."""
        if not all(map(_ITEM_ID.fullmatch, items)):
            return None
        try:
            found = await self._batch([("read", (item,)) for item in items], partition)
        except StaleVersion:
            return None
        return [upgraded(self._name, dict(each["resourceBody"])) for each in found]

    async def create(self, document: Document) -> bool:
        """Store a new item; False when its id is taken in its partition."""
        container = await self._database.container(self._name)
        async with _asked():
            try:
                await container.create_item(document, no_response=True)
            except exceptions.CosmosResourceExistsError:
                return False
        return True

    async def replace(self, document: Document, etag: str) -> Document:
        """Replace the item that was read with `etag`, or refuse with `StaleVersion`.

        The SDK repeats a write whose answer it did not get, and is then told of the version that this write
        itself made.
        """
        try:
            return await self._replace(document, etag)
        except (StaleVersion, OutcomeUnknown) as refusal:
            return await self._landed(document, refusal)

    async def _replace(self, document: Document, etag: str) -> Document:
        container = await self._database.container(self._name)
        async with _asked():
            try:
                replaced = await container.replace_item(
                    document["id"], document, etag=etag, match_condition=MatchConditions.IfNotModified
                )
            except exceptions.CosmosResourceNotFoundError:
                raise StaleVersion from None
        return dict(replaced)

    async def _landed(self, document: Document, refusal: Unavailable | StaleVersion) -> Document:
        """Return the stored item if it equals the one to be written; otherwise raise the refusal."""
        container = await self._database.container(self._name)
        partition = document[_partition_keys()[self._name]]
        async with _asked():
            try:
                found = dict(await container.read_item(document["id"], partition_key=partition))
            except exceptions.CosmosResourceNotFoundError:
                raise refusal from None
        if _content(found) != _content(document):
            raise refusal
        return found

    async def patch(
        self, item: str, partition: str, values: Mapping[str, Any], *, where: str | None = None
    ) -> bool | None:
        """Set top-level values. False when `where` did not hold, None when the item is absent.

        `where` is SQL that follows `from c`, with nothing in it that a person wrote.
        """
        container = await self._database.container(self._name)
        operations = [{"op": "set", "path": f"/{name}", "value": value} for name, value in values.items()]
        condition = None if where is None else f"from c {where}"
        try:
            async with _asked():
                await container.patch_item(
                    item, partition, operations, filter_predicate=condition, no_response=True
                )
        except StaleVersion:
            return False
        except exceptions.CosmosResourceNotFoundError:
            return None
        return True

    async def delete(self, item: str, partition: str, *, etag: str | None = None) -> None:
        """Delete an item unless it changed since `etag`; an absent or changed item is no error."""
        container = await self._database.container(self._name)
        condition: dict[str, Any] = {}
        if etag:
            condition = {"etag": etag, "match_condition": MatchConditions.IfNotModified}
        try:
            async with _asked():
                await container.delete_item(item, partition, **condition)
        except (exceptions.CosmosResourceNotFoundError, StaleVersion):
            return

    async def batch(self, operations: Sequence[tuple[Any, ...]], partition: str) -> list[Document]:
        """Do all operations or none. Raises `StaleVersion` for an ETag, `FileExistsError` for a taken id.

        After a conflict, a replaced item that is stored as intended proves that the whole batch was done.
        """
        if not operations:
            return []  # the store refuses such a batch
        try:
            return await self._batch(operations, partition)
        except (StaleVersion, OutcomeUnknown) as refusal:
            replaced = [operation[1][1] if operation[0] == "replace" else None for operation in operations]
            if not any(replaced):
                raise
            return [
                {"resourceBody": await self._landed(document, refusal)} if document else {}
                for document in replaced
            ]

    async def _batch(self, operations: Sequence[tuple[Any, ...]], partition: str) -> list[Document]:
        container = await self._database.container(self._name)
        async with _asked():
            try:
                results = await container.execute_item_batch(list(operations), partition_key=partition)
            except exceptions.CosmosBatchOperationError as exc:
                status = exc.operation_responses[exc.error_index]["statusCode"]
                if status == HTTPStatus.CONFLICT:
                    raise FileExistsError from None
                if status in (HTTPStatus.PRECONDITION_FAILED, HTTPStatus.NOT_FOUND):
                    raise StaleVersion from None
                if _is_transient(status):
                    log.warning("cosmos_busy status=%s", status)
                    raise Unavailable from None
                raise
        return [dict(result) for result in results]

    async def query(self, sql: str, partition: str, **parameters: Any) -> list[Document]:
        """All results of a query within one partition; the SQL bounds how many they are."""
        container = await self._database.container(self._name)
        async with _asked():
            found = container.query_items(
                sql, parameters=_parameters(parameters), partition_key=partition, max_item_count=100
            )
            return [upgraded(self._name, dict(document)) async for document in found]

    async def count(self, sql: str, partition: str, **parameters: Any) -> int:
        """The result of a `SELECT VALUE COUNT(1)` within one partition."""
        container = await self._database.container(self._name)
        async with _asked():
            found = container.query_items(
                sql, parameters=_parameters(parameters), partition_key=partition, max_item_count=1
            )
            return sum([int(part) async for part in found])  # type: ignore[call-overload]

    async def sweep(self, sql: str, **parameters: Any) -> AsyncGenerator[Document]:
        """Stream a plain filter across all partitions. For maintenance, never for a request."""
        async with aclosing(self.stored(sql, **parameters)) as documents:
            async for document in documents:
                yield upgraded(self._name, document)

    async def stored(self, sql: str, **parameters: Any) -> AsyncGenerator[Document]:
        """The same, but each document as it is stored."""
        container = await self._database.container(self._name)
        with _refusals():
            async for document in container.query_items(sql, parameters=_parameters(parameters)):
                yield dict(document)


def _parameters(values: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{"name": f"@{name}", "value": value} for name, value in values.items()]


def instant(at: datetime) -> str:
    """Timestamp as sortable text: UTC, always with microseconds."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
