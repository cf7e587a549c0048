"""Doors: the tables in which capabilities name their functions, each imported on its first call.

A handler is written `module:function`. The kind of a door supplies the frame around it: how the caller is
read, and how refusals and bugs are told. Nothing of a capability but its table is imported at start.
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

log = logging.getLogger("izwop")

API = "api/v1"
_STORAGE = "AzureWebJobsStorage"

Handler = Callable[[func.HttpRequest], Awaitable[func.HttpResponse]]
Refuse = Callable[[func.HttpRequest, Refusal], func.HttpResponse]


class Door(Protocol):
    """One function of the app. `name` is the function's name, by whose order the host tries routes."""

    @property
    def name(self) -> str: ...
    @property
    def handler(self) -> str: ...
    def register(self, app: func.FunctionApp) -> None: ...


@dataclass(frozen=True)
class Page:
    """A page that anybody may open. Refusals and bugs are told on a page, or to programs as a problem.

    `methods` are written with blanks between them; every method where none is named.
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

    def refused(self, req: func.HttpRequest, refusal: Refusal) -> func.HttpResponse:
        answer: func.HttpResponse = resolve(self.refuse)(req, refusal)
        return answer


class KeptPage(Page):
    """A page whose handler keeps its replies, and so compresses each of them once itself."""

    keeps: ClassVar[bool] = True


class MyPage(Page):
    """A page under `/my`: without a session it leads to signing in."""

    refuse: ClassVar[str] = "functions.framework.my_pages:refuse"


@dataclass(frozen=True)
class MyForm(MyPage):
    """A form under `/my` that people write into. `texts_in` names what reads from it what a refusal shows."""

    texts_in: str

    def refused(self, req: func.HttpRequest, refusal: Refusal) -> func.HttpResponse:
        answer: func.HttpResponse = resolve(self.refuse)(req, refusal, resolve(self.texts_in))
        return answer


class SignInPage(Page):
    """A page of signing in and out, whose refusals come with advice."""

    refuse: ClassVar[str] = "functions.sign_in.pages:refuse"


class Resource(Page):
    """A file or document for programs. Refusals and bugs are told as a problem."""

    refuse: ClassVar[str] = "functions.framework.problems:refuse"


class OperatorResource(Resource):
    """A resource that the host gives only to who brings a function key, in `x-functions-key`."""

    level = func.AuthLevel.FUNCTION


class Operation(NamedTuple):
    """An operation of the API. The handler is described by `functions.framework.operations.operation`."""

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

        def refused(req: func.HttpRequest, refusal: Refusal) -> func.HttpResponse:
            answer: func.HttpResponse = resolve("functions.framework.problems:refuse")(req, refusal)
            return answer

        framed = _framed(self.name, handle, refused)
        routed = app.route(route=f"{API}/{self.path}", methods=[self.method])(framed)
        app.function_name(self.name)(routed)


class Queue(NamedTuple):
    """A function that takes the messages of a queue. The host delivers it again when the handler raises."""

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
    """A function that runs by a schedule: six fields of NCRONTAB, in UTC. One run at a time."""

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
    """The object that `module:name` names; imports its module."""
    module, _, name = handler.partition(":")
    return getattr(import_module(module), name)


def _framed(name: str, handler: str | Handler, refuse: Refuse, *, keeps: bool = False) -> Handler:
    """The handler with its refusals told by `refuse`, and its replies compressed unless it keeps them so."""

    async def handle(req: func.HttpRequest) -> func.HttpResponse:
        try:
            called: Handler = resolve(handler) if isinstance(handler, str) else handler
            answer = await called(req)
            if keeps:
                return answer
        except Refusal as refusal:
            answer = _told(name, req, refusal, refuse)
        except Exception:
            log.exception("unexpected error in %s", name)
            answer = _told(name, req, InternalError(), refuse)
        return encoded(answer, coding_for(req.headers.get("accept-encoding", "")))

    # The runtime checks the signature against the bindings and shows the name.
    handle.__name__ = name
    return handle


def _told(name: str, req: func.HttpRequest, refusal: Refusal, refuse: Refuse) -> func.HttpResponse:
    try:
        answer = refuse(req, refusal)
    except Exception:
        log.exception("a refusal could not be told in %s", name)
        answer = resolve("functions.framework.problems:problem")(InternalError())
    return answer
