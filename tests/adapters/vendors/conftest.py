"""Connectors against the stand-ins of their vendors, through the client that the product uses."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from adapters.outbound.access import SourceAccess
from adapters.outbound.calls import Calls
from adapters.outbound.client import Answer, Call, Outbound
from adapters.outbound.guard import Guard
from adapters.outbound.pace import Pace
from adapters.outbound.session import Session
from adapters.vendors import hubspot
from domain.integrations.credentials import Credentials
from tests.adapters.vendors.hubspot_requests import check
from tests.local.vendors.conftest import Place, control, place

__all__ = ["control", "place"]


class Watched:
    """Checks every request by the vendor's own models, and counts it."""

    def __init__(self, calls: Calls, base: str) -> None:
        self._calls, self._base = calls, base
        self.made: list[tuple[str, str]] = []

    async def send(self, call: Call) -> Answer:
        path = urlsplit(call.url).path.removeprefix(urlsplit(self._base).path)
        check(call.method, path, call.params, call.json)
        self.made.append((call.method, path))
        return await self._calls.send(call)


class Hub:
    """An account of HubSpot's stand-in, and a connector to it."""

    def __init__(self, at: Place, connector: Any, watched: Watched) -> None:
        self.at, self.connector, self.watched = at, connector, watched

    async def a_record(self, kind: str, **fields: Any) -> str:
        return str(await self.at.do(f"records/{kind}", fields))

    async def some(self, kind: str, fields: list[dict[str, Any]]) -> list[str]:
        return [str(each) for each in await self.at.do(f"records/{kind}", fields)]

    async def edit(self, kind: str, ref: str, **fields: Any) -> None:
        await self.at.do(f"records/{kind}/{ref}", fields, "PATCH")

    async def delete(self, kind: str, ref: str) -> None:
        await self.at.do(f"records/{kind}/{ref}", method="DELETE")

    async def all(self, kind: str) -> list[dict[str, Any]]:
        """Live records as the stand-in has them."""
        found = await self.at.do(f"records/{kind}", method="GET")
        return [each for each in found if not each["deleted"]]

    async def stop_clock(self, at: str) -> None:
        await self.at.control.post("/_local/clock", json={"stopAt": at})

    async def advance(self, seconds: float) -> None:
        await self.at.control.post("/_local/clock", json={"advanceSeconds": seconds})


@pytest.fixture
async def hub_of(place: Callable[..., Any]) -> Any:
    """Make an account with a connector; of other scopes than all, if some are named."""
    opened = list[Outbound]()

    async def make(**how: Any) -> Hub:
        at = await place("hubspot", **how)
        # Tests search faster than people let happen.
        await at.do("limits", {"search": 100_000, "tenSeconds": 100_000})
        token = at.http.headers["Authorization"].removeprefix("Bearer ")

        async def held() -> Credentials:
            return Credentials.model_validate({"kind": "token", "access_token": token})

        base = str(at.http.base_url).rstrip("/")
        outbound = Outbound(Guard(frozenset({httpx.URL(base).host})))
        opened.append(outbound)
        pace = Pace(100_000, 10, share=1)
        calls = Calls(
            outbound,
            SourceAccess(held),
            pace,
            room_of=hubspot.room_of,
            pauses=(0.01, 0.01),
        )
        watched = Watched(calls, base)
        return Hub(at, hubspot.opened(Session(base, watched, "iZwop (ins_1)")), watched)

    yield make
    for each in opened:
        await each.close()


@pytest.fixture
async def hub(hub_of: Callable[..., Any]) -> Hub:
    made: Hub = await hub_of()
    return made
