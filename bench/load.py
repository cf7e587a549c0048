"""Load generator: raw HTTP/1.1 on kept-alive connections, cheap enough not to distort the measurement."""

import asyncio
import time
from collections.abc import Iterable, Iterator


class LoadFailed(Exception):
    """The server answered with something else than 200, or closed the connection."""


def get(path: str, agent: str = "", *, accepting: str = "") -> bytes:
    """One GET request as a browser would ask for a page. Without an `agent` no visit is counted.

    `accepting` is its Accept-Encoding.
    """
    named = f"User-Agent: {agent}\r\n" if agent else ""
    named += f"Accept-Encoding: {accepting}\r\n" if accepting else ""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAccept: text/html\r\n{named}\r\n".encode()


class _Connection(asyncio.Protocol):
    """Asks one request after the other until there are none left."""

    def __init__(self, requests: Iterator[bytes]) -> None:
        self._requests = requests
        self._buffer = b""
        self.finished = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101 - for the type checker
        self._transport = transport

    def ask(self) -> None:
        request = next(self._requests, None)
        if request is None:
            self.finished.set_result(None)
            self._transport.close()
        else:
            self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n") + 4
        if end == 3:  # noqa: PLR2004 - not found, plus 4
            return
        if not self._buffer.startswith(b"HTTP/1.1 200 "):
            self._fail(self._buffer[:200].decode(errors="replace"))
            return
        _, found, rest = self._buffer[:end].partition(b"content-length: ")
        if not found:
            self._fail("an answer without content-length")
            return
        if len(self._buffer) >= end + int(rest[: rest.index(b"\r")]):
            self._buffer = b""
            self.ask()

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(f"the connection was closed: {exc}")

    def _fail(self, reason: str) -> None:
        if not self.finished.done():
            self.finished.set_exception(LoadFailed(reason))
            self._transport.close()


async def seconds_for(port: int, requests: Iterable[bytes], connections: int) -> float:
    """Wall time from the first request to the last answer; connecting is not counted."""
    loop, queue = asyncio.get_running_loop(), iter(requests)
    opened = [
        (await loop.create_connection(lambda: _Connection(queue), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    start = time.perf_counter()
    for connection in opened:
        connection.ask()
    await asyncio.gather(*(connection.finished for connection in opened))
    return time.perf_counter() - start


async def bytes_of(port: int, request: bytes) -> tuple[int, int]:
    """Bytes of the head and the body of an answer on the wire."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request.replace(b"Host:", b"Connection: close\r\nHost:", 1))
    answer = await reader.read()
    writer.close()
    if not answer.startswith(b"HTTP/1.1 200 "):
        raise LoadFailed(answer[:200].decode(errors="replace"))
    head = answer.index(b"\r\n\r\n") + 4
    return head, len(answer) - head
