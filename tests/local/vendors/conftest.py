"""A stand-in as tests use it: an account of their own, a client with its token, and the control endpoints."""

import secrets
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from local.vendors import Vendors


@dataclass
class Place:
    """An account at a vendor. `http` speaks to the vendor's API, `control` to the stand-in."""

    http: httpx.AsyncClient
    control: httpx.AsyncClient
    vendor: str
    account: str

    async def order(self, *rules: dict[str, Any]) -> None:
        """Order faults for this account only."""
        about = {"vendor": self.vendor, "account": self.account}
        rules = [rule | {"match": about | rule.get("match", {})} for rule in rules]
        answer = await self.control.post("/_local/faults", json=rules)
        assert answer.is_success, answer.text

    async def do(self, what: str, given: Any = None, method: str = "POST") -> Any:
        """Do something special to the vendor, or what a person does with its records."""
        answer = await self.control.request(
            method, f"/_local/{self.vendor}/{self.account}/{what}", json=given
        )
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None


@pytest.fixture
async def control(vendors: Vendors) -> AsyncIterator[httpx.AsyncClient]:
    """Client for the control endpoints; afterwards the clock goes right and no fault is left."""
    async with httpx.AsyncClient(base_url=vendors.origin, trust_env=False, timeout=30) as client:
        yield client
        await client.delete("/_local/faults")
        await client.post("/_local/clock", json={"go": True})


@pytest.fixture
async def place(vendors: Vendors, control: httpx.AsyncClient) -> AsyncIterator[Callable[..., Any]]:
    """Make a new account at a vendor, empty, with a client that has a token of it."""
    clients = []

    async def make(vendor: str, **how: Any) -> Place:
        account = f"account-{secrets.token_hex(4)}"
        client = httpx.AsyncClient(base_url=vendors.api(vendor), trust_env=False, timeout=30)
        clients.append(client)
        made = Place(client, control, vendor, account)
        token = (await made.do("token", how or None))["token"]
        client.headers["Authorization"] = f"Bearer {token}"
        return made

    yield make
    for client in clients:
        await client.aclose()
