"""TXT records in DNS, as a resolver tells them. DNSSEC is not looked at.

Whoever is asked may lie, loop, be silent or send too much: what is not a plain answer is none, and what is
taken of an answer is bounded.
"""

import asyncio
import logging
from typing import TYPE_CHECKING, Final

from domain.organisations.proving import Texts

if TYPE_CHECKING:
    from dns.asyncresolver import Resolver

log = logging.getLogger("izwop.dns")

SECONDS: Final = 3
MOST_RECORDS: Final = 50
# Longer than any value of ours, and than four strings of a record.
_MOST_LETTERS: Final = 1000


class DnsTexts:
    """`resolver` is `host:port` of a resolver; without one it is the machine's own."""

    def __init__(self, resolver: str | None) -> None:
        self._resolver = resolver

    async def texts_of(self, *names: str) -> Texts:
        found = await asyncio.gather(*map(self.texts, names))
        values = frozenset(value for each in found for value in each.values)
        return Texts(values, answered=all(each.answered for each in found))

    async def texts(self, name: str) -> Texts:
        from dns.exception import DNSException  # noqa: PLC0415
        from dns.resolver import NXDOMAIN, NoAnswer  # noqa: PLC0415

        try:
            async with asyncio.timeout(SECONDS + 1):
                answer = await self._client().resolve(f"{name}.", "TXT", search=False, lifetime=SECONDS)
        except (NXDOMAIN, NoAnswer):
            return Texts(frozenset(), answered=True)
        except (DNSException, OSError, TimeoutError, ValueError) as exc:
            log.info("dns_silent error=%s", type(exc).__name__)
            return Texts(frozenset(), answered=False)
        records = list(answer.rrset or [])
        values = frozenset(_text(record.strings) for record in records[:MOST_RECORDS])
        return Texts(values, answered=len(records) <= MOST_RECORDS)

    def _client(self) -> "Resolver":
        from dns.asyncresolver import Resolver  # noqa: PLC0415

        if self._resolver is None:
            return Resolver()
        host, _, port = self._resolver.rpartition(":")
        client = Resolver(configure=False)
        client.nameservers = [host.strip("[]")]
        client.port = int(port)
        return client


def _text(strings: tuple[bytes, ...]) -> str:
    """The strings of a record, of 255 bytes at most each, as the one text that they are."""
    return b"".join(strings).decode("ascii", "replace")[:_MOST_LETTERS]
