"""Calls of a connector for one source: authorised, within its budget, repeated where that does no harm.

Whatever goes wrong becomes one of the errors that the engine acts on.
"""

import asyncio
import random
import time
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Final

from adapters.outbound.client import Answer, Call, NotSent, Outbound, TooSlow
from adapters.outbound.words import words_of
from domain.integrations.budget import Budget, Room
from domain.integrations.credentials import Access, Credentials
from domain.integrations.errors import AccessLost, VendorLimited, VendorRefused, VendorUnavailable

# Seconds before the second and the third try of a call; each is drawn between half of it and all.
PAUSES: Final = (0.5, 2.0)
# The longest wait that a vendor may ask for within a call; a longer one is the engine's matter.
MOST_WAIT_SECONDS: Final = 3
# No try begins later than this after the first.
TRIES_SECONDS: Final = 20
MOST_RETRY_AFTER: Final = 24 * 60 * 60
_NO_ACCESS: Final = (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN)


def bearer(credentials: Credentials) -> Mapping[str, str]:
    return {"Authorization": f"Bearer {credentials.access_token.get_secret_value()}"}


class Calls:
    """`authorised` makes the headers of the credentials. `room_of` reads what the vendor says of its limits;
    it raises `VendorLimited` where the vendor says in a way of its own that there is no more room.
    """

    def __init__(
        self,
        outbound: Outbound,
        access: Access,
        budget: Budget,
        *,
        authorised: Callable[[Credentials], Mapping[str, str]] = bearer,
        room_of: Callable[[Answer], Room | None] = lambda _: None,
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        self._outbound, self._access, self._budget = outbound, access, budget
        self._authorised, self._room_of, self._pauses = authorised, room_of, pauses

    async def send(self, call: Call) -> Answer:
        """The answer if it says success; else `VendorUnavailable`, `VendorLimited`, `AccessLost` or
        `VendorRefused`.
        """
        credentials = await self._access.current()
        answer = await self._tried(call, credentials)
        if answer.status in _NO_ACCESS:
            credentials = await self._access.renewed(credentials)
            answer = await self._tried(call, credentials)
        if answer.status in _NO_ACCESS:
            raise AccessLost(words_of(answer.body, credentials.secrets()))
        if HTTPStatus.OK <= answer.status < HTTPStatus.MULTIPLE_CHOICES:
            return answer
        raise VendorRefused(answer.status, words_of(answer.body, credentials.secrets()))

    async def _tried(self, call: Call, credentials: Credentials) -> Answer:
        """The first answer that is neither a fault of the vendor's nor a request to wait a moment."""
        begun = time.monotonic()
        for pause in (*self._pauses, None):
            last = pause is None or time.monotonic() - begun > TRIES_SECONDS
            try:
                return await self._once(call, credentials)
            except VendorLimited as limited:
                wait: float | None = limited.retry_after
                if last or wait is None or wait > MOST_WAIT_SECONDS:
                    raise
            except TooSlow:
                raise
            except VendorUnavailable as exc:
                if last or not (call.is_repeatable or isinstance(exc, NotSent)):
                    raise
                wait = None
            await asyncio.sleep(wait if wait is not None else (pause or 0) * random.uniform(0.5, 1))  # noqa: S311
        raise VendorUnavailable

    async def _once(self, call: Call, credentials: Credentials) -> Answer:
        await self._budget.spend()
        answer = await self._outbound.exchange(call, self._authorised(credentials))
        room = self._room_of(answer)
        if room is not None:
            await self._budget.told(room)
        if answer.status == HTTPStatus.TOO_MANY_REQUESTS:
            raise VendorLimited(retry_after=retry_after(answer))
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status == HTTPStatus.REQUEST_TIMEOUT:
            raise VendorUnavailable(retry_after=retry_after(answer))
        return answer


def retry_after(answer: Answer) -> int | None:
    """Seconds of a `Retry-After`, which is a number or a date; None without one."""
    said = answer.headers.get("retry-after", "").strip()
    if said.isascii() and said.isdigit():
        return min(max(int(said[:9]), 1), MOST_RETRY_AFTER)
    try:
        at = parsedate_to_datetime(said)
    except (ValueError, OverflowError):
        return None
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    seconds = (at - datetime.now(UTC)).total_seconds()
    return min(max(int(seconds) + 1, 1), MOST_RETRY_AFTER)
