"""Requests of a directory against an empty function and one with a point read, each in a host of its own.

Each round is of another organisation, because the requests of one are limited. What a request asks of the
store is counted as well: that is what it costs, and no machine changes it.
"""

import asyncio
import json
import secrets
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import wiring.organisations
import wiring.organisations.directory
from bench.books import Charges, charges
from bench.lines import Line, Target
from bench.load import get, seconds_for
from bench.pages import CONNECTIONS, ROOT, WARM_CARD, Cost, Served, compared, cost, publish, serve
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.organisations.directory.connection import DirectoryCaller, NewToken, make_token
from domain.organisations.directory.people import Request, create_person
from domain.organisations.directory.rules import Said
from domain.organisations.organisation import Acting, Organisation, Person, membership_order, new_member

ROUNDS, REQUESTS, PEOPLE = 8, 100, 25
A_SECOND, SECONDS = 25, 60
# The last requests begin within the minute, and end after it.
HELD = Target("<=", 1.02)
# One point read alone is 0.1 of an empty function: who reads anything misses this.
OF_EMPTY = Target(">=", 0.3)


class _Kind(NamedTuple):
    """How a kind of request is called, the least part of a point read's pace, and the most calls it makes."""

    name: str
    of_a_read: float
    calls: int


# The token, the organisation and the person are one call. A filter finds the person by another document. What
# follows a change, such as their card, is eight calls of its ten.
KINDS = {
    "reads": _Kind("a person by SCIM", 0.4, 1),
    "filters": _Kind("a person by SCIM, by a filter", 0.25, 2),
    "changes": _Kind("a change of a person by SCIM", 0.05, 10),
}


class _Sent(NamedTuple):
    """What the directory of one organisation sends."""

    reads: list[bytes]
    filters: list[bytes]
    changes: list[bytes]


def _new_id(kind: str) -> str:
    return make_id(ID_PREFIXES[kind], secrets.token_bytes(ID_BYTES))


async def lines(settings: Mapping[str, str], logs: Path) -> list[Line]:
    """Start both hosts and compare them. `settings` are those of a running cloud."""
    product = await serve("directory", ROOT, settings, logs)
    try:
        reference = await serve("reference", Path(__file__).parent / "apps" / "empty", settings, logs)
        try:
            async with charges(settings) as counted:
                asked = [*await _asked(product, counted), await _held(product)]
                return [*asked, *await _compared(product, reference)]
        finally:
            await reference.child.stop()
    finally:
        await product.child.stop()


async def _asked(product: Served, counted: Charges) -> list[Line]:
    """What one request of each kind asks of the store, once its worker has been asked before."""
    found, sent = list[Line](), await _organisation()
    for name, requests in sent._asdict().items():
        await seconds_for(product.port, requests[:2], 1)
        await counted.reset()
        await seconds_for(product.port, requests[2:3], 1)
        calls, units = await counted.calls(), await counted.spent()
        target = Target("<=", KINDS[name].calls, "calls")
        shown = f"{calls} {'call' if calls == 1 else 'calls'}: {units:g} RU"
        counts = {"calls": calls, "requestUnits": units}
        found.append(Line(KINDS[name].name, shown, "point read: 1 RU", units, (target,), counts))
    return found


async def _held(product: Served) -> Line:
    """What Microsoft Entra wants of an organisation, held for a minute: a third of it changes people."""
    sent = await _organisation()
    mixed = [each for three in zip(*sent, strict=True) for each in three]
    began, slowest = time.perf_counter(), 0.0
    for second in range(SECONDS):
        await asyncio.sleep(began + second - time.perf_counter())
        some = [mixed[(second * A_SECOND + place) % len(mixed)] for place in range(A_SECOND)]
        slowest = max(slowest, await seconds_for(product.port, some, CONNECTIONS))
    spent = time.perf_counter() - began
    return Line(
        f"{A_SECOND} requests a second of a directory, for a minute",
        f"{spent:.1f} s, those of a second in {slowest:.2f} s at most",
        f"{SECONDS} s",
        spent / SECONDS,
        (HELD,),
    )


async def _compared(product: Served, reference: Served) -> list[Line]:
    await publish([WARM_CARD])
    empty, one_read = [get("/empty")] * REQUESTS, [get(f"/read/{WARM_CARD}")] * REQUESTS
    of_empty: dict[str, list[tuple[Cost, Cost]]] = {name: [] for name in KINDS}
    of_a_read: dict[str, list[tuple[Cost, Cost]]] = {name: [] for name in KINDS}
    for turn in range(ROUNDS + 1):
        sent = await _organisation()
        for name, requests in sent._asdict().items():
            ours = await cost(product, requests)
            nothing, reading = await cost(reference, empty), await cost(reference, one_read)
            if turn:  # the first one loads what is needed
                of_empty[name].append((ours, nothing))
                of_a_read[name].append((ours, reading))
    found = list[Line]()
    for name, kind in KINDS.items():
        found += compared(f"{kind.name} / empty function", of_empty[name], OF_EMPTY)[:1]
        least = Target(">=", kind.of_a_read)
        found += compared(f"{kind.name} / empty + point read", of_a_read[name], least)
    return found


async def _organisation() -> _Sent:
    """An organisation with people of its directory, and what that sends."""
    at, org_id = datetime.now(UTC), _new_id("organisation")
    owner = new_member(org_id, Person(_new_id("account"), "Ada", "ada@example.com"), "owner", at)
    organisation = Organisation(id=org_id, name="Bench", owners=[owner.id], created_at=at, updated_at=at)
    await wiring.organisations.store().create(organisation, owner, membership_order(owner, at))
    store = wiring.organisations.directory.store()
    new = NewToken(secrets.token_hex(), secrets.token_urlsafe(32), at)
    directory, text, token = await make_token(Acting(organisation, owner), new, store=store)
    caller = DirectoryCaller(organisation, directory, token)
    ids, names = list[str](), list[str]()
    for _ in range(PEOPLE):
        word = secrets.token_hex(8)
        said = Said(user_name=word, email=f"{word}@example.com", display=f"Person {word}", title="Person")
        request = Request(caller, _new_id("log"), at, wiring.organisations.directory.ports())
        ids.append((await create_person(request, said, _new_id("member"))).id)
        names.append(word)
    return _Sent(
        [_ask("GET", f"Users/{ids[turn % PEOPLE]}", text) for turn in range(REQUESTS)],
        [_ask("GET", f"Users?filter=userName%20eq%20%22{names[turn % PEOPLE]}%22", text)
         for turn in range(REQUESTS)],
        [_ask("PATCH", f"Users/{ids[turn % PEOPLE]}?attributes=title", text, _title(turn))
         for turn in range(REQUESTS)],
    )  # fmt: skip


def _title(turn: int) -> bytes:
    operation = {"op": "Replace", "path": "title", "value": f"Title {turn}"}
    return json.dumps(
        {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": [operation]}
    ).encode()


def _ask(method: str, path: str, token: str, body: bytes = b"") -> bytes:
    sent = f"Content-Type: application/scim+json\r\nContent-Length: {len(body)}\r\n" if body else ""
    head = (
        f"{method} /scim/v2/{path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n{sent}\r\n"
    )
    return head.encode() + body
