"""Wiring: the parts of each capability, built on first use. The only place that chooses adapters."""

import logging
from collections.abc import Awaitable, Callable
from functools import cache
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from adapters.cosmos.database import Database
    from adapters.storage.queues import Queue


# At INFO the SDKs log every URL they call, with the ids and handles in it.
logging.getLogger("azure").setLevel(logging.WARNING)


class Closable(Protocol):
    def close(self) -> Awaitable[None]: ...


_open: list[Closable] = []
_forget: list[Callable[[], None]] = []


def once[T](build: Callable[[], T]) -> Callable[[], T]:
    """Build on the first call, and anew after `close()`."""
    built = cache(build)
    _forget.append(built.cache_clear)
    return built


def closed_at_end[C: Closable](part: C) -> C:
    """Register the part to be closed by `close()`, and return it."""
    _open.append(part)
    return part


async def close() -> None:
    """Close every open connection, and drop all built parts."""
    while _open:
        await _open.pop().close()
    for forget in _forget:
        forget()


@once
def database() -> "Database":
    import settings.store
    from adapters.cosmos.database import Database

    chosen = settings.store.load()
    key = chosen.cosmos_key.get_secret_value() if chosen.cosmos_key else None
    return closed_at_end(Database(chosen.cosmos_endpoint, key, chosen.cosmos_database))


def storage_connection() -> str | None:
    """The connection string of the storage account, where there is one."""
    import settings.storage

    chosen = settings.storage.load().storage
    return chosen.get_secret_value() if chosen else None


def queue(name: str) -> "Queue":
    import settings.storage
    from adapters.storage.queues import Queue

    return closed_at_end(Queue(name, storage_connection(), settings.storage.load().storage_queues))
