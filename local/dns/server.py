"""`python -m local.dns.server`: prints `ready HOST:PORT` and answers by UDP and TCP until it is stopped."""

import argparse
import asyncio
import contextlib
import logging
import signal
from pathlib import Path

import dns.exception

from local.dns.zone import answer, read

log = logging.getLogger("local.dns")
_MOST_UDP = 512
_MOST_TCP = 65_535
_TRIES = 20


class Udp(asyncio.DatagramProtocol):
    def __init__(self, zone: Path) -> None:
        self._zone = zone

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.DatagramTransport)  # noqa: S101 - what UDP has
        self._transport = transport

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if (wire := said(data, self._zone, _MOST_UDP)) is not None:
            self._transport.sendto(wire, addr)


def said(question: bytes, zone: Path, most: int) -> bytes | None:
    """The answer as bytes; one that is too long is cut and says so."""
    with contextlib.suppress(dns.exception.DNSException, ValueError, IndexError):
        reply = answer(question, read(zone))
        return None if reply is None else reply.to_wire(max_size=most, prefer_truncation=True)
    return None


async def _tcp(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, zone: Path) -> None:
    with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
        length = int.from_bytes(await reader.readexactly(2))
        wire = said(await reader.readexactly(length), zone, _MOST_TCP)
        if wire is not None:
            writer.write(len(wire).to_bytes(2) + wire)
            await writer.drain()
    writer.close()


async def run(zone: Path) -> None:
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    for left in reversed(range(_TRIES)):
        transport, _ = await loop.create_datagram_endpoint(lambda: Udp(zone), local_addr=("127.0.0.1", 0))
        port = transport.get_extra_info("sockname")[1]
        try:  # the same number for both
            server = await asyncio.start_server(lambda r, w: _tcp(r, w, zone), "127.0.0.1", port)
            break
        except OSError:
            transport.close()
            if not left:
                raise
    print(f"ready 127.0.0.1:{port}", flush=True)
    await stopped.wait()
    server.close()
    transport.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.dns.server", description=__doc__)
    parser.add_argument("--zone", type=Path, required=True, help="the file of records")
    asyncio.run(run(parser.parse_args().zone))


if __name__ == "__main__":
    main()
