"""Guard of outgoing connections: it resolves a name, judges the addresses, and connects to one of them.

There is nothing between judging and connecting that could look the name up again.
"""

import asyncio
import logging
import re
import socket
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Final

import httpcore
import httpx

from adapters.outbound.addresses import is_public
from domain.integrations.errors import AddressRefused

log = logging.getLogger("izwop.outbound")

CONNECT_SECONDS: Final = 5
# Of one name; more are no sign of an honest server.
MOST_ADDRESSES: Final = 20
_LOOPBACK: Final = "127.0.0.1"
_HOST = re.compile(rb"[0-9A-Za-z._:-]{1,253}")

Resolve = Callable[[str], Awaitable[Sequence[str]]]
type _SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]


async def resolved(host: str) -> Sequence[str]:
    """Addresses of a name, as the machine's resolver tells them."""
    found = await asyncio.get_running_loop().getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return [str(entry[4][0]) for entry in found]


class Guard(httpcore.AsyncNetworkBackend):
    """Opens connections to public servers, and to this machine under the names in `loopback`."""

    def __init__(
        self,
        loopback: frozenset[str] = frozenset(),
        *,
        resolve: Resolve = resolved,
        judge: Callable[[str], bool] = is_public,
    ) -> None:
        self._loopback, self._resolve, self._judge = loopback, resolve, judge
        self._sockets = httpcore.AnyIOBackend()

    def refuse(self, url: httpx.URL) -> None:
        """Refuse the form of an address: only https on its own port, and no name or password in it."""
        if url.host in self._loopback and not url.userinfo:
            return
        plain = _HOST.fullmatch(url.raw_host) and not url.userinfo
        if url.scheme != "https" or url.port not in (None, 443) or not plain:
            raise AddressRefused

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - as httpcore calls it
        local_address: str | None = None,
        socket_options: Iterable[_SocketOption] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        seconds = CONNECT_SECONDS if timeout is None else timeout
        try:
            async with asyncio.timeout(seconds):
                addresses = await self._addresses(host)
        except (OSError, UnicodeError):
            raise httpcore.ConnectError("not resolved") from None
        fault: Exception = httpcore.ConnectError("no address")
        for address in addresses:
            try:
                return await self._sockets.connect_tcp(address, port, seconds, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as exc:
                fault = exc
        raise fault

    async def connect_unix_socket(
        self,
        path: str,  # noqa: ARG002 - as httpcore calls it
        timeout: float | None = None,  # noqa: ASYNC109, ARG002
        socket_options: Iterable[_SocketOption] | None = None,  # noqa: ARG002
    ) -> httpcore.AsyncNetworkStream:
        raise AddressRefused

    async def sleep(self, seconds: float) -> None:
        await self._sockets.sleep(seconds)

    async def _addresses(self, host: str) -> Sequence[str]:
        """All addresses of a name, if every one may be called."""
        if host in self._loopback:
            return [_LOOPBACK]
        found = list(dict.fromkeys(await self._resolve(host)))
        if len(found) > MOST_ADDRESSES or not all(map(self._judge, found)):
            log.warning("address_refused")
            raise AddressRefused
        return found
