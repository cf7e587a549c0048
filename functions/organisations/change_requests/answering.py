"""Answering several requests at once, each by itself."""

import asyncio
from collections.abc import Iterable
from datetime import datetime
from typing import Final

import wiring.organisations.templates
from domain.base.errors import InvalidInput, NotFound, StaleVersion
from domain.organisations.change_requests.requests import (
    AlreadyDecided,
    Answer,
    Decision,
    RequestVersion,
    decide,
)
from domain.organisations.organisation import Acting
from domain.organisations.roles import NotAllowed

# Each reads and writes a card; together they stay within the time of a request.
MOST_AT_ONCE: Final = 50
_AT_ONCE: Final = 8


async def answer_all(
    by: Acting, versions: Iterable[tuple[str, int]], state: Decision, now: datetime
) -> list[tuple[str, str | None]]:
    """What became of each: None, or the code of why it was not answered."""
    ports, answer, turns = (
        wiring.organisations.templates.request_ports(),
        Answer(state=state),
        asyncio.Semaphore(_AT_ONCE),
    )

    async def one(request_id: str, version: int) -> tuple[str, str | None]:
        async with turns:
            try:
                await decide(RequestVersion(by, request_id, version), answer, now=now, ports=ports)
            except (AlreadyDecided, NotFound, StaleVersion, NotAllowed, InvalidInput) as refusal:
                return request_id, refusal.code
            return request_id, None

    return await asyncio.gather(*(one(*each) for each in versions))
