"""HTTP around the skins: routing, faults, the record of calls."""

import asyncio
import json
import logging
from collections import Counter
from collections.abc import AsyncIterator
from itertools import batched
from pathlib import Path
from urllib.parse import parse_qs, unquote

from aiohttp import web

from local.vendors import skins
from local.vendors.clock import Clock
from local.vendors.control import Control
from local.vendors.deliveries import Deliveries
from local.vendors.faults import Fault, Faults
from local.vendors.pages import Pages
from local.vendors.skin import DEMO, Refused, Reply, Request, Skin, World
from local.vendors.store import Store

LARGEST_REQUEST = 16 * 1024 * 1024
_PIECES = 10
log = logging.getLogger(__name__)


def build_app(folder: Path | None = None, *, with_data: bool = False) -> web.Application:
    """Serve every skin below its name, pages below `/pages`, control below `/_local`.

    With a folder, what is written survives a restart; with data, the demo accounts are filled once.
    """
    faults, clock = Faults(), Clock()
    world = World(Store(clock, folder), clock, faults, Deliveries(faults))
    made = skins.make_all(world)
    for skin in made.values() if with_data else ():
        demo = skin.account(DEMO)
        if not demo.kept("filled"):
            skin.fill(demo)
            demo.keep("filled", "yes")
    server = Server(world, made)
    app = web.Application(client_max_size=LARGEST_REQUEST)
    control, pages = Control(world, made), Pages(world, made)
    app.router.add_route("*", "/_local/{path:.*}", control.answer)
    app.router.add_get("/", pages.index)
    app.router.add_route("*", "/pages/{vendor}{path:.*}", pages.answer)
    app.router.add_route("*", "/{vendor}/{path:.*}", server.answer)

    async def ending(_: web.Application) -> AsyncIterator[None]:
        yield
        await world.deliveries.stop()
        world.store.close()

    app.cleanup_ctx.append(ending)
    return app


class Server:
    """The door of the skins."""

    def __init__(self, world: World, made: dict[str, Skin]) -> None:
        self._world = world
        self._skins = made
        self._at_work: Counter[tuple[str, str | None]] = Counter()

    async def answer(self, asked: web.Request) -> web.StreamResponse:
        skin = self._skins.get(asked.match_info["vendor"])
        if skin is None:
            return web.json_response(
                {"message": f"No stand-in is called {asked.match_info['vendor']}."}, status=404
            )
        request = await _request(asked, skin)
        account = skin.account_name(request)
        place = (skin.name, account)
        self._at_work[place] += 1
        request.simultaneous = self._at_work[place]
        try:
            fault = self._world.faults.take(skin.name, account, request.method, request.path)
            reply = await self._with_fault(skin, request, fault)
        finally:
            self._at_work[place] -= 1
        self._world.faults.record(
            {
                "vendor": skin.name,
                "account": account,
                "method": request.method,
                "path": request.path,
                "query": asked.query_string,
                "status": reply.status,
                "fault": fault and fault.action,
            }
        )
        return await _send(asked, reply, fault)

    async def _with_fault(self, skin: Skin, request: Request, fault: Fault | None) -> Reply:
        match fault and fault.action:
            case "status" | "token_expired" if fault:
                return skin.fault(fault.status, fault.retry_after)
            case "delay" if fault:
                await asyncio.sleep(fault.seconds)
            case "after_commit" if fault:
                await self._done(skin, request)
                return skin.fault(fault.status, fault.retry_after)
        return await self._done(skin, request)

    async def _done(self, skin: Skin, request: Request) -> Reply:
        try:
            return await skin.answer(request)
        except Refused as refused:
            return refused.reply
        except Exception:
            log.exception("%s %s %s", skin.name, request.method, request.path)
            return Reply(500, {"message": "The stand-in itself failed; see its log."})


async def _request(asked: web.Request, skin: Skin) -> Request:
    path = asked.rel_url.raw_path.split("/")[2:]
    return Request(
        method=asked.method,
        segments=tuple(unquote(part) for part in path if part),
        query=parse_qs(asked.rel_url.raw_query_string, keep_blank_values=True),
        headers={name.lower(): value for name, value in asked.headers.items()},
        body=await asked.read(),
        base=f"{asked.scheme}://{asked.host}/{skin.name}",
    )


async def _send(asked: web.Request, reply: Reply, fault: Fault | None) -> web.StreamResponse:
    if fault is not None and fault.action == "lost_answer" and asked.transport:
        asked.transport.abort()
    body, kind = _encoded(reply.body)
    headers = {"Content-Type": kind} | reply.headers if body else reply.headers
    if fault is None or fault.action not in {"truncated", "drip"}:
        return web.Response(status=reply.status, body=body, headers=headers)
    answer = web.StreamResponse(status=reply.status, headers=headers | {"Content-Length": str(len(body))})
    await answer.prepare(asked)
    if fault.action == "truncated":
        await answer.write(body[: len(body) // 2])
        if asked.transport:
            asked.transport.abort()
        return answer
    pieces = [bytes(piece) for piece in batched(body, max(1, -(-len(body) // _PIECES)), strict=False)]
    for piece in pieces:
        await asyncio.sleep(fault.seconds / len(pieces))
        await answer.write(piece)
    return answer


def _encoded(body: object) -> tuple[bytes, str]:
    match body:
        case None:
            return b"", "text/plain"
        case bytes():
            return body, "application/octet-stream"
        case str():
            return body.encode(), "text/html; charset=utf-8"
    return json.dumps(body, ensure_ascii=False).encode(), "application/json;charset=utf-8"
