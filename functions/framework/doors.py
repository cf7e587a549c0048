"""Doors: each capability's table of its functions, which are imported on their first call.

A handler is written `module:function`. The kind of a door supplies the frame around it: identification of the
caller, and replies to refusals and bugs. At start only the tables are imported.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from typing import Any, ClassVar, NamedTuple, Protocol

import azure.functions as func

from domain.base.errors import InternalError, Refusal
from functions.framework.compression import coding_for, encoded
from functions.framework.texts import language_of, speaking

log = logging.getLogger("izwop")

API = "api/v1"
_STORAGE = "AzureWebJobsStorage"

Handler = Callable[[func.HttpRequest], Awaitable[func.HttpResponse]]
Refuse = Callable[[func.HttpRequest, Refusal], Awaitable[func.HttpResponse]]


class Door(Protocol):
    """One function of the app. The host tries routes in the order of the functions' names."""

    @property
    def name(self) -> str: ...
    @property
    def handler(self) -> str: ...
    def register(self, app: func.FunctionApp) -> None: ...


@dataclass(frozen=True)
class Page:
    """Public page. Refusals and bugs are answered with a page, or for programs with problem details.

    `methods` are separated by blanks; without any, every method is routed.
    """

    name: str
    methods: str
    route: str
    handler: str
    refuse: ClassVar[str] = "functions.framework.pages:refuse"
    keeps: ClassVar[bool] = False
    level: ClassVar[func.AuthLevel] = func.AuthLevel.ANONYMOUS

    def register(self, app: func.FunctionApp) -> None:
        framed = _framed(self.name, self.handler, self.refused, keeps=self.keeps)
        routed = app.route(route=self.route, methods=self.methods.split() or None, auth_level=self.level)
        app.function_name(self.name)(routed(framed))

    async def refused(self, req: func.HttpRequest, refusal: Refusal) -> func.HttpResponse:
        answer: func.HttpResponse = await resolve(self.refuse)(req, refusal)
        return answer


class KeptPage(Page):
    """Page whose handler caches its replies and compresses each of them once."""

    keeps: ClassVar[bool] = True


class MyPage(Page):
    """Page under `/my`; without a session it redirects to the sign-in."""

    refuse: ClassVar[str] = "functions.framework.my_pages:refuse"


@dataclass(frozen=True)
class MyForm(MyPage):
    """Form under `/my`. `texts_in` names the function that reads the typed texts to show in a refusal."""

    texts_in: str

    async def refused(self, req: func.HttpRequest, refusal: Refusal) -> func.HttpResponse:
        answer: func.HttpResponse = await resolve(self.refuse)(req, refusal, resolve(self.texts_in))
        return answer


class SignInPage(Page):
    """Page of signing in and out, whose refusals come with advice."""

    refuse: ClassVar[str] = "functions.sign_in.pages:refuse"


class Resource(Page):
    """File or document for programs. Refusals and bugs are answered with problem details."""

    refuse: ClassVar[str] = "functions.framework.problems:refuse"


class Scim(Page):
    """Door of SCIM, for directories. Refusals and bugs are answered in SCIM's form."""

    refuse: ClassVar[str] = "functions.scim.refusals:refuse"


class OperatorResource(Resource):
    """Resource that the host protects with a function key, sent in `x-functions-key`."""

    level = func.AuthLevel.FUNCTION


class Operation(NamedTuple):
    """Operation of the API. The handler is described by `functions.framework.operations.operation`."""

    name: str
    method: str
    path: str
    handler: str

    def register(self, app: func.FunctionApp) -> None:
        async def handle(req: func.HttpRequest) -> func.HttpResponse:
            answer: func.HttpResponse = await resolve("functions.framework.operations:perform")(
                resolve(self.handler), req
            )
            return answer

        async def refused(req: func.HttpRequest, refusal: Refusal) -> func.HttpResponse:
            answer: func.HttpResponse = await resolve("functions.framework.problems:refuse")(req, refusal)
            return answer

        framed = _framed(self.name, handle, refused)
        routed = app.route(route=f"{API}/{self.path}", methods=[self.method])(framed)
        app.function_name(self.name)(routed)


class Queue(NamedTuple):
    """Queue function. The host delivers a message again when the handler raises."""

    name: str
    queue: str
    handler: str

    def register(self, app: func.FunctionApp) -> None:
        async def handle(message: func.QueueMessage) -> None:
            await resolve(self.handler)(message)

        handle.__name__ = self.name
        triggered = app.queue_trigger(arg_name="message", queue_name=self.queue, connection=_STORAGE)(handle)
        app.function_name(self.name)(triggered)


class Timer(NamedTuple):
    """Timer function, run by a schedule of six NCRONTAB fields in UTC. One run at a time."""

    name: str
    schedule: str
    handler: str

    def register(self, app: func.FunctionApp) -> None:
        async def handle(timer: func.TimerRequest) -> None:  # noqa: ARG001 - the trigger's binding
            await resolve(self.handler)()

        handle.__name__ = self.name
        app.function_name(self.name)(app.timer_trigger(arg_name="timer", schedule=self.schedule)(handle))


REGISTERED: dict[str, Door] = {}


def register(app: func.FunctionApp, capabilities: Iterable[str]) -> None:
    """Register every door of `functions.<capability>.doors`."""
    for capability in capabilities:
        for door in import_module(f"functions.{capability}.doors").DOORS:
            door.register(app)
            REGISTERED[door.name] = door


@cache
def resolve(handler: str) -> Any:
    """Import the module of `module:name` and return the object of that name."""
    module, _, name = handler.partition(":")
    return getattr(import_module(module), name)


def _framed(name: str, handler: str | Handler, refuse: Refuse, *, keeps: bool = False) -> Handler:
    """Handler in the language of its request, with refusals answered by `refuse`.

    Replies are compressed unless the handler `keeps` them.
    """

    async def handle(req: func.HttpRequest) -> func.HttpResponse:
        with speaking(language_of(req)):
            try:
                called: Handler = resolve(handler) if isinstance(handler, str) else handler
                answer = await called(req)
                if keeps:
                    return answer
            except Refusal as refusal:
                answer = await _told(name, req, refusal, refuse)
            except Exception:
                log.exception("unexpected error in %s", name)
                answer = await _told(name, req, InternalError(), refuse)
        return encoded(answer, coding_for(req.headers.get("accept-encoding", "")))

    # The runtime checks the signature against the bindings and logs the name.
    handle.__name__ = name
    return handle


async def _told(name: str, req: func.HttpRequest, refusal: Refusal, refuse: Refuse) -> func.HttpResponse:
    try:
        answer = await refuse(req, refusal)
    except Exception:
        log.exception("a refusal could not be told in %s", name)
        answer = resolve("functions.framework.problems:problem")(InternalError())
    return answer
