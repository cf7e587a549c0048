"""Storage queues: orders for work that no request waits for.

Messages carry ids and nothing personal, in base64 as the host reads them.
"""

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from domain.errors import Unavailable
from domain.mail import MailOrder

if TYPE_CHECKING:
    from azure.storage.queue.aio import QueueClient

log = logging.getLogger("izwop.queues")

MAIL_QUEUE = "mail"
VISIT_QUEUE = "visits"
IMAGE_QUEUE = "images"
# A person waits for the answer: the SDK's own pauses between tries add up to a minute.
_PATIENCE: dict[str, Any] = {
    "initial_backoff": 1, "increment_base": 1, "random_jitter_range": 1, "retry_total": 2,
    "connection_timeout": 5,
}  # fmt: skip


class Queue:
    """One queue, made on first use. Without a connection string it signs in with the app's identity."""

    def __init__(self, name: str, connection: str | None, account_url: str | None) -> None:
        self._name, self._connection, self._account_url = name, connection, account_url
        self._opening = asyncio.Lock()
        self._client: QueueClient | None = None

    async def send(self, order: BaseModel) -> None:
        """Send an order, or refuse with `Unavailable` when the queue does not take it."""
        from azure.core.exceptions import AzureError  # noqa: PLC0415

        try:
            client = await self._queue()
            await client.send_message(order.model_dump_json())
        except AzureError as exc:
            log.warning("queue_unreachable queue=%s error=%s", self._name, type(exc).__name__)
            raise Unavailable from None

    async def close(self) -> None:
        if self._client is not None:
            await self._client.close()
            self._client = None

    async def _queue(self) -> "QueueClient":
        async with self._opening:
            if self._client is None:
                self._client = await self._open()
        return self._client

    async def _open(self) -> "QueueClient":
        from azure.core.exceptions import ResourceExistsError  # noqa: PLC0415
        from azure.storage.queue import TextBase64EncodePolicy  # noqa: PLC0415
        from azure.storage.queue.aio import QueueClient  # noqa: PLC0415

        policy: dict[str, Any] = {"message_encode_policy": TextBase64EncodePolicy(), **_PATIENCE}
        if self._connection is not None:
            client = QueueClient.from_connection_string(self._connection, self._name, **policy)
        else:
            from azure.identity.aio import DefaultAzureCredential  # noqa: PLC0415

            client = QueueClient(
                self._account_url or "", self._name, credential=DefaultAzureCredential(), **policy
            )
        with suppress(ResourceExistsError):
            await client.create_queue()
        return client


class MailQueue(Queue):
    async def send_welcome(self, account_id: str) -> None:
        await self.send(MailOrder(kind="welcome", account_id=account_id))
