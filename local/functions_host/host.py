"""Functions host: one loaded app, its HTTP server, its queue listeners and its timers."""

import asyncio
import json
import logging
import os
from collections.abc import Awaitable, Callable, Mapping
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from azure.core.exceptions import AzureError

from local.functions_host import http, lint, worker
from local.functions_host.host_json import HostJson
from local.functions_host.http import Receive, Scope, Send
from local.functions_host.queues import LEASE_SECONDS, QueueListener, Queues
from local.functions_host.routing import Router, decoded_path, route_of
from local.functions_host.settings import is_disabled
from local.functions_host.timers import TimerListener, TimerStatus
from local.functions_host.worker import Datum, Function, Invocation

log = logging.getLogger("functions_host")

MASTER_KEY = "local-master-key"
_BY_HAND = '{"error": "post {\\"input\\": \\"...\\"} to a timer or a queue function"}'
_NO_METADATA: Mapping[str, Datum] = MappingProxyType({})


class FunctionsHost:
    """One function app, loaded and checked as Azure would. Make it with `await FunctionsHost.load(...)`."""

    def __init__(
        self,
        functions: list[Function],
        host_json: HostJson,
        settings: Mapping[str, str],
        data_dir: Path | None,
        lease: float,
    ) -> None:
        self.functions = {function.name: function for function in functions}
        self._router = Router(
            route_of(function, host_json.route_prefix)
            for function in functions
            if function.kind == "httpTrigger"
        )
        self._homepage = str(settings.get("AzureWebJobsDisableHomepage", "")).lower() != "true"
        self._queues = Queues(settings, host_json.queues)
        self._listeners = {
            function.name: QueueListener(function, self._queues, self._run, lease)
            for function in functions
            if function.kind == "queueTrigger"
        }
        status = TimerStatus(data_dir)
        self._timers = {
            function.name: TimerListener(function, settings, status, self._run)
            for function in functions
            if function.kind == "timerTrigger"
        }
        self._by_hand: set[asyncio.Task[bool]] = set()
        self._environment: dict[str, str | None] = {}

    @classmethod
    async def load(
        cls,
        app_dir: Path,
        settings: Mapping[str, str],
        *,
        data_dir: Path | None = None,
        lease: float = LEASE_SECONDS,
    ) -> "FunctionsHost":
        """Load and check the app in `app_dir`; `RefusedApp` names every function Azure would refuse.

        `settings` become environment variables, as app settings do in Azure, until `stop`. `data_dir`
        keeps the timers' last runs across restarts (None: forgotten). `lease` is how long, in seconds,
        a queue message stays hidden from others while its function runs.
        """
        app_dir = app_dir.resolve()  # noqa: ASYNC240  once, before anything is served
        # Set by Azure and by Core Tools, too: code can detect by it that a host loads it.
        settings = {"FUNCTIONS_WORKER_RUNTIME": "python", **settings}
        before = {name: os.environ.get(name) for name in settings}
        os.environ.update(settings)
        try:
            host_json = HostJson.read(app_dir)
            functions = await worker.load(app_dir)
            lint.check(functions, host_json, settings)
            functions = [each for each in functions if not is_disabled(each.name, settings)]
        except BaseException:
            _restore_environment(before)
            raise
        host = cls(functions, host_json, settings, data_dir, lease)
        host._environment = before
        return host

    async def start_listeners(self) -> None:
        """Create missing trigger queues, then poll queues and run timers until `stop`."""
        await asyncio.gather(*(listener.start() for listener in self._listeners.values()))
        for timer in self._timers.values():
            timer.start()

    async def stop(self, grace: float = 5) -> None:
        """Stop listening, give running functions `grace` seconds to end, and put the environment back."""
        await asyncio.gather(
            *(listener.stop(grace) for listener in self._listeners.values()),
            *(timer.stop(grace) for timer in self._timers.values()),
        )
        if self._by_hand:
            await asyncio.wait(self._by_hand, timeout=grace)
        await self._queues.close()
        _restore_environment(self._environment)
        self._environment = {}

    async def run_timer(self, name: str) -> bool:
        """Run a timer function now; whether it succeeded."""
        return await self._timers[name].run_once(past_due=False)

    async def drain_queue(self, name: str) -> int:
        """Process what is visible in the queue `name` now, retries and all; how many messages were taken."""
        listener = next(each for each in self._listeners.values() if each.queue_name == name)
        return await listener.drain()

    @cached_property
    def asgi(self) -> Callable[[Scope, Receive, Send], Awaitable[None]]:
        """The ASGI application. Its lifespan starts and stops the listeners."""

        # A plain function, because uvicorn takes a bound method for an ASGI 2 application.
        async def application(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                await self._http(scope, receive, send)
            elif scope["type"] == "lifespan":
                await self._lifespan(receive, send)
            else:
                raise NotImplementedError(f"the Functions host does not speak {scope['type']}")

        return application

    async def _http(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = decoded_path(scope.get("raw_path") or scope["path"].encode())
        method = scope["method"]
        if path[:7] == "/admin/":
            await self._admin(scope, receive, send, path)
            return
        found = self._router.find(path, method)
        if found is None:
            await self._no_function(path, send)
            return
        route, params = found
        if route.auth_level != "anonymous" and http.missing_key(scope, MASTER_KEY):
            await http.send_empty(send, 401)
            return
        length = http.content_length(scope["headers"])
        if length > http.BODY_LIMIT:
            await http.send_empty(send, 413, [(b"connection", b"close")])
            return
        try:
            body = await http.read_body(receive) if length else b""
        except http.ClientGone:
            return
        request = http.request_datum(scope, params, body)
        done = await self._run(route.function, request, _NO_METADATA)
        if done.failure is not None:
            await http.send_empty(send, 500)
            return
        try:
            await http.send_reply(send, method, done.returned)
        except http.BadReply as exc:
            log.error("function %s, invocation %s: %s", route.function.name, done.id, exc)  # noqa: TRY400  no trace to show
            await http.send_empty(send, 500)

    async def _no_function(self, path: str, send: Send) -> None:
        if path != "/":
            await http.send_empty(send, 404)
        elif self._homepage:
            await http.send_text(
                send, 200, "Your local Functions host is running.\n", "text/plain; charset=utf-8"
            )
        else:
            await http.send_empty(send, 204)

    async def _run(self, function: Function, value: Datum, metadata: Mapping[str, Datum]) -> Invocation:
        """Call a function and deliver its outputs; an output that cannot be delivered fails the call."""
        done = await worker.invoke(function, value, metadata)
        if done.failure is not None or not (done.outputs or function.kind != "httpTrigger"):
            return done
        try:
            woken = await self._queues.deliver(function, done)
        except Exception as exc:
            log.exception("function %s, invocation %s: output not delivered", function.name, done.id)
            return Invocation(done.id, None, (), str(exc))
        for listener in self._listeners.values():
            if listener.key in woken:
                listener.wake()
        return done

    async def _admin(self, scope: Scope, receive: Receive, send: Send, path: str) -> None:
        """`GET /admin/host/status` and `POST /admin/functions/{name}`; loopback, so no key."""
        if path == "/admin/host/status" and scope["method"] == "GET":
            state = {"id": "local", "state": "Running", "functions": sorted(self.functions)}
            await http.send_text(send, 200, json.dumps(state))
            return
        name = path.removeprefix("/admin/functions/").lower()
        function = next((f for f in self.functions.values() if f.name.lower() == name), None)
        if scope["method"] != "POST" or function is None:
            await http.send_empty(send, 404)
            return
        # A page of another site can post text/plain to a loopback port without asking, JSON it cannot.
        if dict(scope["headers"]).get(b"content-type", b"").split(b";")[0].strip() != b"application/json":
            await http.send_empty(send, 415)
            return
        try:
            text = str(json.loads(await http.read_body(receive) or b"{}").get("input") or "")
            self._start_by_hand(function, text)
        except (ValueError, AttributeError):
            await http.send_text(send, 400, _BY_HAND)
        else:
            await http.send_empty(send, 202)

    def _start_by_hand(self, function: Function, text: str) -> None:
        if function.name in self._timers:
            running = self._timers[function.name].run_once(past_due=False)
        elif function.name in self._listeners:
            running = self._listeners[function.name].run_by_hand(text)
        else:
            raise ValueError("only timers and queue functions")
        task = asyncio.create_task(running)
        self._by_hand.add(task)
        task.add_done_callback(self._by_hand.discard)

    async def _lifespan(self, receive: Receive, send: Send) -> None:
        await receive()
        try:
            await self.start_listeners()
        except AzureError as exc:
            await self.stop(grace=0)
            message = f"a queue does not answer: {exc.message}"
            await send({"type": "lifespan.startup.failed", "message": message})
            return
        await send({"type": "lifespan.startup.complete"})
        await receive()
        await self.stop()
        await send({"type": "lifespan.shutdown.complete"})


def _restore_environment(before: Mapping[str, str | None]) -> None:
    for name, value in before.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
