"""Servers on loopback that answer as they are told, byte for byte."""

import asyncio
import re
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

Write = Callable[[asyncio.StreamWriter], Awaitable[None]]


def answer(status: int = 200, body: bytes = b"{}", **headers: str) -> bytes:
    given = {name.replace("_", "-"): text for name, text in headers.items()}
    fields = {"Content-Length": str(len(body))} | given
    head = "".join(f"{name}: {text}\r\n" for name, text in fields.items())
    return f"HTTP/1.1 {status} Reason\r\n{head}\r\n".encode() + body


@dataclass
class Served:
    """A server: its address, what it was sent, and what it answers, the last one again and again."""

    url: str = ""
    answers: list[bytes | Write] = field(default_factory=lambda: [answer()])
    seen: list[bytes] = field(default_factory=list)
    connections: int = 0

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                found = re.search(rb"content-length: *([0-9]+)", head.lower())
                self.seen.append(head + await reader.readexactly(int(found[1]) if found else 0))
                said = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
                if callable(said):
                    await said(writer)
                    return
                writer.write(said)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@asynccontextmanager
async def serving(*, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> AsyncIterator[Served]:
    served = Served()
    server = await asyncio.start_server(served._serve, host, 0, ssl=tls)
    port = server.sockets[0].getsockname()[1]
    served.url = f"{'https' if tls else 'http'}://{host}:{port}"
    yield served
    server.close()
