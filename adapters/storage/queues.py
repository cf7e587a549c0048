"""Storage queues: orders for work that no request waits for.

Messages carry ids and nothing personal, in base64 as the host reads them.
"""

import asyncio
import logging
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from domain.base.errors import Unavailable
from domain.operations.health import Waiting

if TYPE_CHECKING:
    from azure.storage.queue.aio import QueueClient

log = logging.getLogger("izwop.queues")

# A person waits for the answer: the SDK's own pauses between tries add up to a minute.
_PATIENCE: dict[str, Any] = {
    "initial_backoff": 1, "increment_base": 1, "random_jitter_range": 1, "retry_total": 2,
    "connection_timeout": 5,
}  # fmt: skip


class Queue:
    """One queue. With a connection string it is created on first use.

    Without one the app signs in with its identity, which may send and peek but not create queues.
    """

    def __init__(self, name: str, connection: str | None, account_url: str | None) -> None:
        self._name, self._connection, self._account_url = name, connection, account_url
        self._opening = asyncio.Lock()
        self._client: QueueClient | None = None
        self._poison: QueueClient | None = None

    async def send(self, order: BaseModel, *, after: timedelta = timedelta(0)) -> None:
        """Send an order, to be seen `after` a while, or refuse with `Unavailable`."""
        from azure.core.exceptions import AzureError  # noqa: PLC0415

        try:
            client = await self._queue()
            hidden = int(after.total_seconds())
            await client.send_message(order.model_dump_json(), visibility_timeout=hidden)
        except AzureError as exc:
            log.warning("queue_unreachable queue=%s error=%s", self._name, type(exc).__name__)
            raise Unavailable from None

    async def waiting(self) -> Waiting:
        """Approximate queue length, time of the oldest message, and poison count."""
        client = await self._queue()
        properties, front = await asyncio.gather(client.get_queue_properties(), client.peek_messages())
        return Waiting(
            name=self._name,
            count=properties.approximate_message_count or 0,
            oldest_at=front[0].inserted_on if front else None,
            set_aside=await self._set_aside(),
        )

    async def close(self) -> None:
        for client in (self._client, self._poison):
            if client is not None:
                await client.close()
        self._client = self._poison = None

    async def _set_aside(self) -> int:
        from azure.core.exceptions import ResourceNotFoundError  # noqa: PLC0415

        if self._poison is None:
            self._poison = self._connect(f"{self._name}-poison")
        try:
            return (await self._poison.get_queue_properties()).approximate_message_count or 0
        except ResourceNotFoundError:  # the host creates it with the first poison message
            return 0

    async def _queue(self) -> "QueueClient":
        async with self._opening:
            if self._client is None:
                self._client = await self._open()
        return self._client

    async def _open(self) -> "QueueClient":
        from azure.core.exceptions import ResourceExistsError  # noqa: PLC0415

        client = self._connect(self._name)
        if self._connection is not None:
            try:
                with suppress(ResourceExistsError):
                    await client.create_queue()
            except BaseException:  # also when the caller is cancelled
                await client.close()
                raise
        return client

    def _connect(self, name: str) -> "QueueClient":
        from azure.core.pipeline.transport import AioHttpTransport  # noqa: PLC0415
        from azure.storage.queue import TextBase64EncodePolicy  # noqa: PLC0415
        from azure.storage.queue.aio import QueueClient  # noqa: PLC0415

        policy: dict[str, Any] = {"message_encode_policy": TextBase64EncodePolicy(), **_PATIENCE}
        policy["transport"] = AioHttpTransport(use_env_settings=False)
        if self._connection is not None:
            return QueueClient.from_connection_string(self._connection, name, **policy)
        from azure.identity.aio import DefaultAzureCredential  # noqa: PLC0415

        return QueueClient(self._account_url or "", name, credential=DefaultAzureCredential(), **policy)
