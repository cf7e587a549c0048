"""HTTP around the store: routing, the signature check, the usual headers, faults and call records."""

import asyncio
import base64
import hmac
import logging
import uuid
from contextlib import suppress
from typing import Any

from aiohttp import web

from local.cosmos import auth, documents, faults, resources
from local.cosmos.errors import NOT_FOUND, Refusal, unsupported
from local.cosmos.faults import Fault, Faults
from local.cosmos.model import Container
from local.cosmos.store import Store
from local.cosmos.throttle import Budgets
from local.cosmos.wire import Call, Reply, dump_json, segments_of

LARGEST_REQUEST = 16 * 1024 * 1024  # bigger than any limit checked, so that the refusal is the service's
SWEEP_SECONDS = 30
log = logging.getLogger(__name__)


def build_app(store: Store, key: str) -> web.Application:
    """Serve `store` to clients that sign with `key` (base64)."""
    server = _Server(store, key)
    app = web.Application(client_max_size=LARGEST_REQUEST)
    app.router.add_route("*", "/_local/{what}", server.local)
    app.router.add_route("*", "/{path:.*}", server.answer)

    async def sweeping(_: web.Application) -> Any:
        task = asyncio.create_task(_sweep(store))
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    app.cleanup_ctx.append(sweeping)
    return app


async def _sweep(store: Store) -> None:
    while True:
        await asyncio.sleep(SWEEP_SECONDS)
        store.sweep()


class _Server:
    def __init__(self, store: Store, key: str) -> None:
        self.store = store
        self.key_text = key
        self.key = base64.b64decode(key, validate=True)
        self.faults = Faults()
        self.budgets = Budgets(store)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        call = Call(
            method=request.method,
            segments=segments_of(request.raw_path),
            headers={name.lower(): value for name, value in request.headers.items()},
            body=await request.read(),
            origin=f"{request.scheme}://{request.host}",
        )
        fault: Fault | None = None
        try:
            auth.check(self.key, call)
            fault = self.faults.take(call)
            if fault and fault.delay_ms:
                await asyncio.sleep(fault.delay_ms / 1000)
            reply = await self.within_budget(call, fault)
        except Refusal as refusal:
            reply = _refused(call, refusal)
        except Exception:
            log.exception("%s %s", call.method, request.raw_path)
            reply = _refused(call, Refusal(500, "The local Cosmos server failed; see its log."))
        self.faults.record(call, reply.status, reply.charge)
        if fault and fault.action == "lost_answer" and request.transport:
            request.transport.abort()
        return _response(call, reply)

    async def within_budget(self, call: Call, fault: Fault | None) -> Reply:
        """Answer, and count the charge against the container's RU/s where a test ordered throttling."""
        container = self.throttled(call)
        if container is None:
            return await self.with_fault(call, fault)
        self.budgets.check(container)
        try:
            reply = await self.with_fault(call, fault)
        except Refusal as refusal:
            self.budgets.spend(container, refusal.charge)
            raise
        self.budgets.spend(container, reply.charge)
        return reply

    def throttled(self, call: Call) -> Container | None:
        match call.segments:
            case ("dbs", name, "colls", ref, "docs", *_) if self.faults.throttles(call):
                database = self.store.find_database(name, by_rid=call.by_rid)
                return self.store.find_container(database, ref, by_rid=call.by_rid)
        return None

    async def with_fault(self, call: Call, fault: Fault | None) -> Reply:
        """Answer as the fault, if any, demands."""
        call = faults.resumed(call)
        if fault is None:
            return await self.dispatch(call)
        match fault.action:
            case "status":
                return _injected(fault)
            case "time_cap" if call.operation not in faults.PAGED:
                raise Refusal(408, "The operation did not end within the time it may take; it was not done.")
            case "short_pages" | "time_cap":
                reply = await self.dispatch(faults.with_fewer_rows(call, fault.rows))
                return reply if fault.rows else faults.without_rows(call, reply)
        return await self.dispatch(call)

    async def dispatch(self, call: Call) -> Reply:  # noqa: PLR0911 - one line per resource
        match call.segments:
            case ():
                return resources.account(call)
            case ("dbs",):
                return resources.databases(self.store, call)
            case ("offers",):
                return resources.offers(self.store, call)
            case ("offers", rid):
                return resources.offer(self.store, call, rid)
            case ("dbs", name, *rest):
                database = self.store.find_database(name, by_rid=call.by_rid)
                match rest:
                    case []:
                        return resources.database(self.store, call, database)
                    case ["colls"]:
                        return resources.containers(self.store, call, database)
                    case ["colls", ref, *inner]:
                        container = self.store.find_container(database, ref, by_rid=call.by_rid)
                        return await self.in_container(call, container, inner)
        raise unsupported(f"the resource '/{'/'.join(call.segments)}'")

    async def in_container(self, call: Call, container: Container, inner: list[str]) -> Reply:
        if inner == []:
            return resources.container(self.store, call, container)
        intended = call.header("x-ms-cosmos-intended-collection-rid")
        if intended and intended != container.rid:
            raise Refusal(
                400, "The container was recreated: its rid is not the intended one.", substatus=1024
            )
        match inner:
            case ["pkranges"]:
                return resources.key_ranges(call, container)
            case ["conflicts"]:  # one region has none; the SDK may still ask
                return resources.feed("Conflicts", container.rid, call, [])
            case ["conflicts", _]:
                raise Refusal(404, NOT_FOUND)
            case ["docs"] if call.operation in {"query", "list"}:
                reply = await documents.query(self.store, call, container)
            case ["docs"]:
                reply = documents.collection(self.store, call, container)
            case ["docs", ref]:
                reply = documents.item(self.store, call, container, ref)
            case _:
                raise unsupported(f"the resource '{inner[0]}' of a container")
        reply.headers |= session_headers(container)
        return reply

    async def local(self, request: web.Request) -> web.Response:
        """Endpoints for tests: faults, call records, clock."""
        given = request.headers.get("x-local-key", "")
        if not hmac.compare_digest(given.encode(), self.key_text.encode()):
            return web.json_response({"code": "Unauthorized", "message": "x-local-key is wrong"}, status=401)
        match (request.method, request.match_info["what"]):
            case ("POST", "faults"):
                try:
                    self.faults.order(await request.json())
                except (Refusal, ValueError) as exc:
                    return web.json_response({"code": "BadRequest", "message": str(exc)}, status=400)
            case ("DELETE", "faults"):
                self.faults.ordered.clear()
                self.budgets.forget()
            case ("GET", "calls"):
                return web.json_response(self.faults.calls)
            case ("DELETE", "calls"):
                self.faults.calls.clear()
            case ("POST", "clock"):
                self.store.clock.advance(float((await request.json())["advanceSeconds"]))
            case _:
                return web.json_response({"code": "NotFound", "message": NOT_FOUND}, status=404)
        return web.Response(status=204)


def session_headers(container: Container) -> dict[str, str]:
    """Without the range id the SDK would read the ranges again after every write."""
    return {
        "x-ms-session-token": f"0:-1#{container.lsn}",
        "x-ms-documentdb-partitionkeyrangeid": "0",
        "x-ms-alt-content-path": container.link,
        "x-ms-content-path": container.rid,
        "lsn": str(container.lsn),
    }


def _injected(fault: Fault) -> Reply:
    refusal = Refusal(fault.status, "Injected by a test.", substatus=fault.substatus)
    body = dump_json({"code": refusal.code, "message": refusal.message})
    headers = {"x-ms-substatus": str(fault.substatus)} if fault.substatus else {}
    if fault.status in {429, 449, 503}:
        headers["x-ms-retry-after-ms"] = str(fault.retry_after_ms)
    return Reply(fault.status, body, 0.0, headers)


def _refused(call: Call, refusal: Refusal) -> Reply:
    message = f"{refusal.message}\r\nActivityId: {call.header('x-ms-activity-id')}"
    substatus = {"x-ms-substatus": str(refusal.substatus)} if refusal.substatus else {}
    body = dump_json({"code": refusal.code, "message": message})
    return Reply(refusal.status, body, refusal.charge, substatus | refusal.headers)


def _response(call: Call, reply: Reply) -> web.Response:
    headers = {
        "content-type": "application/json",
        "content-location": call.location,
        "x-ms-activity-id": call.header("x-ms-activity-id") or str(uuid.uuid4()),
        "x-ms-request-charge": str(reply.charge),
        "x-ms-serviceversion": "version=local",
        "x-ms-gatewayversion": "version=local",
    }
    return web.Response(status=reply.status, body=reply.body, headers=headers | reply.headers)
