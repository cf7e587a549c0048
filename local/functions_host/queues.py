"""Storage queues: the trigger's poller with retry and poison queue, and the output binding."""

import asyncio
import base64
import binascii
import contextlib
import json
import logging
import os
import random
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any

from azure.core.exceptions import AzureError, ResourceExistsError, ResourceNotFoundError
from azure.core.pipeline.transport import AioHttpTransport
from azure.identity.aio import DefaultAzureCredential
from azure.storage.queue import QueueMessage
from azure.storage.queue.aio import QueueClient, QueueServiceClient

from local.functions_host.host_json import QueueSettings
from local.functions_host.settings import resolve, storage_account
from local.functions_host.worker import Datum, Function, Invocation

log = logging.getLogger("functions_host")

LEASE_SECONDS = 600.0
_MIN_POLL = 0.1
_FOREVER = -1
# The SDK's own pauses of 15 seconds and more are too long for a person who waits.
_RETRIES: dict[str, Any] = {"initial_backoff": 1, "increment_base": 1, "retry_total": 2}

Key = tuple[str, str]  # storage account, queue name
Run = Callable[[Function, Datum, Mapping[str, Datum]], Awaitable[Invocation]]


class Queues:
    """The app's queues by binding, with the message encoding of host.json."""

    def __init__(self, settings: Mapping[str, str], rules: QueueSettings) -> None:
        self.rules = rules
        self._settings = settings
        self._services: dict[str, QueueServiceClient] = {}
        self._credential: DefaultAzureCredential | None = None

    def key(self, binding: Mapping[str, Any]) -> Key:
        """Key of a binding's queue."""
        account = storage_account(binding.get("connection") or "AzureWebJobsStorage", self._settings)
        return account, resolve(str(binding["queueName"]), self._settings)

    def client(self, key: Key) -> QueueClient:
        account, name = key
        if account not in self._services:
            self._services[account] = self._service(account)
        return self._services[account].get_queue_client(name)

    def _service(self, account: str) -> QueueServiceClient:
        if not account.startswith("https://"):
            transport = AioHttpTransport(use_env_settings=False)
            return QueueServiceClient.from_connection_string(account, transport=transport, **_RETRIES)
        self._credential = self._credential or DefaultAzureCredential()
        return QueueServiceClient(account, credential=self._credential, **_RETRIES)

    async def close(self) -> None:
        await asyncio.gather(*(service.close() for service in self._services.values()))
        self._services.clear()
        if self._credential is not None:
            await self._credential.close()

    async def deliver(self, function: Function, done: Invocation) -> set[Key]:
        """Send a function's queue outputs; return the queues that got messages."""
        values = dict(done.outputs)
        if done.returned is not None:
            values["$return"] = done.returned
        reached = set()
        for binding in function.bindings:
            if binding["type"] == "queue" and binding["name"] in values:
                key = self.key(binding)
                for content in _messages(values[binding["name"]]):
                    await self.send(key, content)
                reached.add(key)
        return reached

    async def send(self, key: Key, content: bytes) -> None:
        """Send one message, creating the queue if it is missing. It never expires."""
        text = base64.b64encode(content).decode() if self.rules.base64 else content.decode()
        await self.send_raw(key, text)

    async def send_raw(self, key: Key, text: str) -> None:
        client = self.client(key)
        try:
            await client.send_message(text, time_to_live=_FOREVER)
        except ResourceNotFoundError:
            await create(client)
            await client.send_message(text, time_to_live=_FOREVER)

    def decode(self, text: str) -> Datum:
        """A message's body for the worker: text when it is UTF-8, else bytes; ValueError if not base64."""
        content = base64.b64decode(text, validate=True) if self.rules.base64 else text.encode()
        try:
            return Datum(content.decode(), "string")
        except UnicodeDecodeError:
            return Datum(content, "bytes")


async def create(client: QueueClient) -> None:
    with contextlib.suppress(ResourceExistsError):
        await client.create_queue()


def _messages(value: Datum) -> list[bytes]:
    """One output value as messages: a JSON list is several, and JSON is written anew by the host."""
    if isinstance(value.value, bytes):
        return [value.value]
    text = str(value.value)
    try:
        parsed = json.loads(text) if text.strip()[:1] in ("{", "[") else text
    except ValueError:
        parsed = text
    return [
        (item if isinstance(item, str) else json.dumps(item, indent=2)).encode()
        for item in (parsed if isinstance(parsed, list) else [parsed])
    ]


class QueueListener:
    """Polls one queue for one function."""

    def __init__(self, function: Function, queues: Queues, run: Run, lease: float) -> None:
        self.key = queues.key(function.trigger)
        self.queue_name = self.key[1]
        self._function = function
        self._queues = queues
        self._rules = queues.rules
        self._run = run
        self._lease = lease
        self._wake = asyncio.Event()
        self._polling: asyncio.Task[None] | None = None
        self._running: set[asyncio.Task[None]] = set()
        threshold = self._rules.new_batch_threshold
        self._threshold = (
            threshold if threshold is not None else self._rules.batch_size // 2 * (os.cpu_count() or 1)
        )

    async def start(self) -> None:
        """Create the queue if it is missing and poll it until `stop`."""
        await create(self._queues.client(self.key))
        self._polling = asyncio.create_task(self._poll())

    async def stop(self, grace: float) -> None:
        """Take no more messages; after `grace` seconds the messages of running functions are redelivered."""
        if self._polling is not None:
            self._polling.cancel()
            await asyncio.gather(self._polling, return_exceptions=True)
            self._polling = None
        if self._running:
            _, late = await asyncio.wait(self._running, timeout=grace)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    def wake(self) -> None:
        """Poll at once, because a message was just sent to this queue."""
        self._wake.set()

    async def drain(self) -> int:
        """Process until nothing is visible; how many messages were taken."""
        taken = 0
        while messages := await self._receive():
            taken += len(messages)
            await asyncio.gather(*(self._process(message) for message in messages))
        return taken

    async def run_by_hand(self, text: str) -> bool:
        """Run the function on a text that is in no queue."""
        done = await self._run(self._function, Datum(text, "string"), {"DequeueCount": Datum("1", "json")})
        return done.failure is None

    async def _poll(self) -> None:
        empty = 0
        while True:
            while len(self._running) > self._threshold:
                await asyncio.wait(self._running, return_when=asyncio.FIRST_COMPLETED)
            self._wake.clear()
            try:
                messages = await self._receive()
            except AzureError as exc:
                log.warning("queue %s: %s", self.queue_name, type(exc).__name__)
                messages = []
            for message in messages:
                task = asyncio.create_task(self._process(message))
                self._running.add(task)
                task.add_done_callback(self._running.discard)
            empty = 0 if messages else empty + 1
            if empty:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._wake.wait(), self._pause(empty))

    def _pause(self, empty: int) -> float:
        if empty == 1:
            return _MIN_POLL
        grown = _MIN_POLL * 2 ** min(empty - 2, 20) * random.uniform(0.8, 1.2)  # noqa: S311  spreads pollers
        return float(min(_MIN_POLL + grown, self._rules.max_polling_interval))

    async def _receive(self) -> list[QueueMessage]:
        client = self._queues.client(self.key)
        pages = client.receive_messages(
            messages_per_page=self._rules.batch_size, visibility_timeout=int(self._lease)
        ).by_page()
        try:
            async for page in pages:
                return [message async for message in page]
        except ResourceNotFoundError:
            await create(client)
        return []

    async def _process(self, message: QueueMessage) -> None:
        """Run the function on one message and settle it: delete, retry or poison."""
        try:
            if (message.dequeue_count or 0) > self._rules.max_dequeue_count:
                await self._poison(message)
                return
            try:
                value = self._queues.decode(message.content)
            except (ValueError, binascii.Error):
                log.error("queue %s: message %s is not base64", self.queue_name, message.id)  # noqa: TRY400
                await self._poison(message)
                return
            renewing = asyncio.create_task(self._keep_hidden(message))
            try:
                done = await self._run(self._function, value, _metadata(message))
            finally:
                renewing.cancel()
                await asyncio.gather(renewing, return_exceptions=True)
            await self._settle(message, succeeded=done.failure is None)
        except AzureError as exc:
            # The lease was lost or the storage is down: the message is redelivered by itself.
            log.warning(
                "queue %s: message %s not settled: %s", self.queue_name, message.id, type(exc).__name__
            )

    async def _settle(self, message: QueueMessage, *, succeeded: bool) -> None:
        client = self._queues.client(self.key)
        if succeeded:
            await client.delete_message(message)
        elif self.queue_name.endswith("-poison"):
            pass  # hidden until the end of its lease, so that it does not fail in a fast loop
        elif (message.dequeue_count or 0) >= self._rules.max_dequeue_count:
            await self._poison(message)
        else:
            timeout = int(self._rules.visibility_timeout)
            await client.update_message(message, visibility_timeout=timeout)
            if timeout == 0:
                self._wake.set()

    async def _poison(self, message: QueueMessage) -> None:
        """Copy to `<queue>-poison`, then delete; a crash between leaves both, never neither."""
        account, name = self.key
        log.error("queue %s: message %s moved to %s-poison", name, message.id, name)
        await self._queues.send_raw((account, f"{name}-poison"), message.content)
        await self._queues.client(self.key).delete_message(message)

    async def _keep_hidden(self, message: QueueMessage) -> None:
        client = self._queues.client(self.key)
        while True:
            await asyncio.sleep(self._lease / 2)
            renewed = await client.update_message(message, visibility_timeout=int(self._lease))
            message.pop_receipt = renewed.pop_receipt


def _metadata(message: QueueMessage) -> dict[str, Datum]:
    def text(value: str | None) -> Datum:
        return Datum(value, "string")

    def time(value: datetime | None) -> Datum:
        return Datum(json.dumps(value.isoformat() if value else None), "json")

    return {
        "Id": text(message.id),
        "PopReceipt": text(message.pop_receipt),
        "DequeueCount": Datum(str(message.dequeue_count), "json"),
        "InsertionTime": time(message.inserted_on),
        "ExpirationTime": time(message.expires_on),
        "NextVisibleTime": time(message.next_visible_on),
    }
