"""Requests of a directory against a function with a point read, each in a host of its own.

Each round is of another organisation, because the requests of one are limited.
"""

import json
import secrets
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import wiring.organisations
import wiring.organisations.directory
from bench.lines import Line, Target
from bench.load import get
from bench.pages import ROOT, WARM_CARD, Cost, Served, compared, cost, publish, serve
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.organisations.directory.connection import DirectoryCaller, NewToken, make_token
from domain.organisations.directory.people import Request, create_person
from domain.organisations.directory.rules import Said
from domain.organisations.organisation import Acting, Organisation, Person, membership_order, new_member

ROUNDS, REQUESTS, PEOPLE = 8, 100, 25
# Each request reads its token and the organisation. A change makes eleven calls to the store, and brings the
# card of the person in line.
TARGETS = {"reads": Target(">=", 0.2), "filters": Target(">=", 0.15), "changes": Target(">=", 0.03)}


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
            return await _compared(product, reference)
        finally:
            await reference.child.stop()
    finally:
        await product.child.stop()


async def _compared(product: Served, reference: Served) -> list[Line]:
    await publish([WARM_CARD])
    one_read = [get(f"/read/{WARM_CARD}")] * REQUESTS
    spent: dict[str, list[tuple[Cost, Cost]]] = {}
    for turn in range(ROUNDS + 1):
        sent = await _organisation()
        for name, requests in sent._asdict().items():
            pair = await cost(product, requests), await cost(reference, one_read)
            if turn:  # the first one loads what is needed
                spent.setdefault(name, []).append(pair)
    names = {
        "reads": "a person by SCIM",
        "filters": "a person by SCIM, by a filter",
        "changes": "a change of a person by SCIM",
    }
    return [
        line
        for name, rounds in spent.items()
        for line in compared(f"{names[name]} / empty + point read", rounds, TARGETS[name])
    ]


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
