"""A first sync of 10,000 contacts against a bare loop, a look without changes, and 1,000 sources due."""

import secrets
import time
import tracemalloc
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, NamedTuple

import httpx

import wiring.integrations
import wiring.operations
from adapters.outbound.pace import Pace
from bench.books import Charges, charges
from bench.lines import Line, Target
from bench.people import an_organisation
from bench.staged import Unsent, do_all
from domain.integrations.connecting import Connecting, NewSource, change_settings, connect, tokens_of
from domain.integrations.instructions import Order
from domain.integrations.ordering import order
from domain.integrations.source import FieldMap, Flow, Source, SourceSettings
from domain.integrations.sync.starting import NewRun, Works, queue_due, start_run, sync_due, work_id
from domain.organisations.organisation import Acting
from functions.framework.clock import new_id, now
from wiring.integrations import connectors

FEW, MANY, DUE, PAGE = 1_000, 10_000, 1_000, 100
FIELDS: Final = {
    "first_name": "firstname",
    "last_name": "lastname",
    "email": "email",
    "phone": "phone",
    "title": "jobtitle",
    "city": "city",
}
_ASKED: Final = ",".join(FIELDS.values())


class Crm(NamedTuple):
    """A connected system with contacts. `token` opens it for a bare loop, too."""

    by: Acting
    source: Source
    token: str
    account: str


async def lines(settings: Mapping[str, str]) -> list[Line]:
    """`settings` are those of a running cloud with its stand-ins."""
    # What HubSpot allows in ten seconds would be measured otherwise.
    connectors.pace_of = lambda _key, limits: Pace(1_000_000, limits.window, share=1)  # type: ignore[assignment]
    api = dict(each.split("=", 1) for each in settings["VENDOR_ADDRESSES"].split(","))["hubspot"]
    async with (
        charges(settings) as counted,
        httpx.AsyncClient(base_url=api.removesuffix("/hubspot"), trust_env=False, timeout=120) as there,
    ):
        return [*await _first(counted, there), await _unchanged(counted, there), await _due()]


async def _connected(there: httpx.AsyncClient, size: int) -> Crm:
    account = f"bench-{secrets.token_hex(4)}"
    at = f"/_local/hubspot/{account}"
    token = (await there.post(f"{at}/token", json={})).json()["token"]
    await there.post(f"{at}/limits", json={"search": 100_000, "tenSeconds": 1_000_000})
    # As of an hour ago: who looks now finds them as they were.
    await there.post("/_local/clock", json={"advanceSeconds": -3600})
    for first in range(0, size, FEW):
        some = [_contact(number) for number in range(first, min(first + FEW, size))]
        (await there.post(f"{at}/records/contacts", json=some)).raise_for_status()
    await there.post("/_local/clock", json={"go": True})
    by, ports = await an_organisation(), wiring.integrations.connect_ports()
    described = ports.descriptions["hubspot"]
    new = NewSource(kind="hubspot", name="CRM", tokens={"access_token": token})
    connecting = Connecting(new_id("src"), "hubspot", "CRM", tokens_of(new, described), now())
    source = await connect(by, connecting, ports=ports)
    flow = Flow(
        object_type="person", fields=[FieldMap(ours=ours, theirs=theirs) for ours, theirs in FIELDS.items()]
    )
    chosen = SourceSettings(name="CRM", flows=[flow])
    source = await change_settings(
        source, chosen, described, version=source.version, now=now(), sources=ports.sources
    )
    source = await order(
        by,
        source,
        Order(purpose="To measure", attested=True),
        new_id("ins"),
        version=source.version,
        now=now(),
        connector=await wiring.integrations.opener().open(source, ""),
        description=described,
        instructions=wiring.integrations.instructions(),
    )
    return Crm(by, source, token, account)


def _contact(number: int) -> dict[str, str]:
    return {
        "firstname": f"Person{number}",
        "lastname": f"Name{number}",
        "email": f"person{number}@example.com",
        "phone": f"+46 8 123 {number:05}",
        "jobtitle": "Engineer",
        "city": f"Town {number % 9}",
    }


async def _synced(crm: Crm) -> None:
    """A run from its beginning to its end."""
    instruction = await wiring.integrations.instructions().get(
        crm.source.org_id, crm.source.instruction_id or ""
    )
    if instruction is None:
        raise RuntimeError("nothing is ordered")
    works = Works(wiring.operations.works(), Unsent())
    ports = wiring.integrations.ports()
    run = await start_run(crm.source, instruction, NewRun(new_id("run")), ports=ports, works=works)
    await do_all(crm.source.org_id, work_id(run.id))


async def _first(counted: Charges, there: httpx.AsyncClient) -> list[Line]:
    crm = await _connected(there, MANY)
    await counted.reset()
    began = time.perf_counter()
    await _synced(crm)
    ours, calls = MANY / (time.perf_counter() - began), await counted.calls() / MANY
    reference = MANY / await _bare(there, crm)
    peaks = dict[int, int]()
    for size in (FEW, MANY):
        other = await _connected(there, size)
        tracemalloc.start()
        await _synced(other)
        peaks[size] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return [
        Line(
            f"first sync of {MANY:,} contacts: records a second / a bare loop with the SDK's batches",
            f"{ours:,.0f} a second, {calls:.3f} calls to the store a record",
            f"{reference:,.0f} a second",
            ours / reference,
            (Target(">=", 0.6), Target("<=", 0.1, "storeCallsARecord")),
            {"storeCallsARecord": round(calls, 3)},
        ),
        Line(
            f"memory of a first sync: {MANY:,} contacts / {FEW:,}",
            f"{peaks[MANY] / 1e6:.1f} MB",
            f"{peaks[FEW] / 1e6:.1f} MB",
            peaks[MANY] / peaks[FEW],
            (Target("<=", 1.5),),
        ),
    ]


async def _bare(there: httpx.AsyncClient, crm: Crm) -> float:
    """Seconds in which httpx and the SDK alone read the contacts and store them as they are."""
    container = await wiring.integrations.client_database().container("client_data")
    key, after, began = new_id("org"), "", time.perf_counter()
    while True:
        page = await there.get(
            "/hubspot/crm/objects/2026-09/contacts",
            params={"limit": str(PAGE), "properties": _ASKED} | ({"after": after} if after else {}),
            headers={"Authorization": f"Bearer {crm.token}"},
        )
        found: dict[str, Any] = page.raise_for_status().json()
        some = [{"id": each["id"], "sourceKey": key, "body": each} for each in found["results"]]
        await container.execute_item_batch([("create", (each,)) for each in some], partition_key=key)
        after = found.get("paging", {}).get("next", {}).get("after", "")
        if not after:
            return time.perf_counter() - began


async def _unchanged(counted: Charges, there: httpx.AsyncClient) -> Line:
    """A look at a source of which nothing has changed, once its worker has looked before."""
    crm = await _connected(there, FEW)
    await _synced(crm)
    works = Works(wiring.operations.works(), Unsent())
    for _ in range(2):
        source = await wiring.integrations.sources().get(crm.source.org_id, crm.source.id)
        if source is None:
            raise RuntimeError("the source is gone")
        await counted.reset()
        await there.delete("/_local/calls")
        run = await sync_due(source, new_id("run"), ports=wiring.integrations.ports(), works=works)
        if run is not None:
            await do_all(source.org_id, work_id(run.id))
    asked = (await there.get("/_local/calls")).json()
    # The message of the queue names the source, which the worker reads.
    calls, of_vendor = await counted.calls() + 1, sum(crm.account in str(each) for each in asked)
    return Line(
        "a look at a source without changes",
        f"{of_vendor} calls to the vendor, {calls} to the store",
        "1 and 1",
        calls,
        (Target("<=", 5, "storeCalls"), Target("<=", 5, "vendorCalls")),
        {"storeCalls": calls, "vendorCalls": of_vendor},
    )


async def _due() -> Line:
    """Sources that are due at the same moment: each costs a write and a message."""
    at, queue = now(), wiring.integrations.sync_queue()
    for number in range(DUE):
        source = Source(
            id=new_id("src"),
            org_id=new_id("org"),
            kind="hubspot",
            settings=SourceSettings(name=f"CRM {number}"),
            state="running",
            due_at=at - timedelta(seconds=1),
            created_at=at,
            updated_at=at,
        )
        await wiring.integrations.sources().create(source)
    began = time.perf_counter()
    sent = await queue_due(now(), sources=wiring.integrations.sources(), queue=queue)
    spent = time.perf_counter() - began
    if sent < DUE:
        raise RuntimeError("not every source was queued")
    return Line(
        f"{DUE:,} sources due at once: queued", f"{spent:.1f} s", "60 s", spent / 60, (Target("<=", 1),)
    )
