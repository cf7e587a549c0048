"""Storage queues: orders for work that no request waits for.

Messages carry ids and nothing personal, in base64 as the host reads them.
"""

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from domain.mail import MailOrder

if TYPE_CHECKING:
    from azure.storage.queue.aio import QueueClient

MAIL_QUEUE = "mail"
VISIT_QUEUE = "visits"
IMAGE_QUEUE = "images"


class Queue:
    """One queue, made on first use. Without a connection string it signs in with the app's identity."""

    def __init__(self, name: str, connection: str | None, account_url: str | None) -> None:
        self._name, self._connection, self._account_url = name, connection, account_url
        self._opening = asyncio.Lock()
        self._client: QueueClient | None = None

    async def send(self, order: BaseModel) -> None:
        client = await self._queue()
        await client.send_message(order.model_dump_json())

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

        policy: dict[str, Any] = {"message_encode_policy": TextBase64EncodePolicy()}
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
