"""Frame of `/api/v1`: descriptions of operations, reading of their requests, writing of their replies."""

import hashlib
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import azure.functions as func
from pydantic import BaseModel, ValidationError

from domain.base.errors import Fault, InvalidInput, Refusal
from domain.base.model import Closed
from domain.base.texts import N_
from functions.framework.callers import authenticate, require_fresh
from functions.framework.clock import now
from functions.framework.doors import API
from functions.framework.problems import faults_of
from functions.framework.replies import reply
from functions.framework.requests import etag, read_binary, read_json, read_version

DEFAULT_LIMIT, MAX_LIMIT = 25, 100
_KEY = re.compile("[!-~]{1,255}")


class Page(Closed):
    next: str | None


class Call[B = None, Q = None](NamedTuple):
    """One authenticated request of an operation, read and vetted as the operation declares."""

    account_id: str
    params: dict[str, str]
    now: datetime
    body: B
    query: Q
    content: bytes = b""
    version: int = 0
    key: str | None = None
    limit: int = DEFAULT_LIMIT
    cursor: str | None = None
    session_token: str | None = None


@dataclass(frozen=True)
class Answer:
    """The reply of an operation; a `version` becomes the ETag, a `location` a path under the API.

    `content` is for an operation that returns bytes.
    """

    body: BaseModel | None = None
    version: int | None = None
    location: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b""


class Operation(NamedTuple):
    """A described operation of the API; its door gives the method and the path.

    `versioned` operations need If-Match; `creates` take Idempotency-Key; `lists` take limit and cursor;
    `takes` lists the media types of a binary body, `gives` is that of a binary answer.
    `fresh` ones need a sign-in within minutes when the caller is a browser.
    """

    summary: str
    action: Callable[[Any], Awaitable[Answer]]
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    answer: type[BaseModel] | None = None
    versioned: bool = False
    creates: bool = False
    lists: bool = False
    takes: tuple[str, ...] = ()
    gives: str = ""
    fresh: bool = False
    conflicts: tuple[type[Refusal], ...] = ()

    @property
    def status(self) -> HTTPStatus:
        if self.creates:
            return HTTPStatus.CREATED
        return HTTPStatus.OK if self.answer or self.gives else HTTPStatus.NO_CONTENT


def operation[B = None, Q = None](
    summary: str,
    *,
    body: type[B] | None = None,
    query: type[Q] | None = None,
    answer: type[BaseModel] | None = None,
    versioned: bool = False,
    creates: bool = False,
    lists: bool = False,
    takes: tuple[str, ...] = (),
    gives: str = "",
    fresh: bool = False,
    conflicts: tuple[type[Refusal], ...] = (),
) -> Callable[[Callable[[Call[B, Q]], Awaitable[Answer]]], Operation]:
    """Describe an action as an operation of the API (see `Operation`)."""

    def describe(action: Callable[[Call[B, Q]], Awaitable[Answer]]) -> Operation:
        return Operation(
            summary,
            action,
            _model(body),
            _model(query),
            answer,
            versioned,
            creates,
            lists,
            takes,
            gives,
            fresh,
            conflicts,
        )

    return describe


def _model(given: type[Any] | None) -> type[BaseModel] | None:
    return given


async def perform(operation: Operation, req: func.HttpRequest) -> func.HttpResponse:
    """Read a request as the operation declares, run the action, and reply."""
    caller = await authenticate(req)
    if operation.fresh and caller.session:
        require_fresh(caller.session, operation.summary)
    limit, cursor = _paging(req) if operation.lists else (DEFAULT_LIMIT, None)
    call = Call(
        account_id=caller.account_id,
        params=dict(req.route_params),
        now=now(),
        version=read_version(req) if operation.versioned else 0,
        body=read_json(operation.body, req) if operation.body else None,
        content=read_binary(req, operation.takes) if operation.takes else b"",
        query=_read_query(operation, req),
        key=_idempotency_key(req) if operation.creates else None,
        limit=limit,
        cursor=cursor,
        session_token=caller.session.token if caller.session else None,
    )
    answer = await operation.action(call)
    headers = dict(answer.headers)
    if answer.version is not None:
        headers["ETag"] = etag(answer.version)
    if answer.location is not None:
        headers["Location"] = f"/{API}/{answer.location}"
    if operation.gives:
        return reply(answer.content, content_type=operation.gives, headers=headers)
    written = answer.body.model_dump_json(by_alias=True).encode() if answer.body else b""
    return reply(written, status=operation.status, headers=headers)


def _read_query(operation: Operation, req: func.HttpRequest) -> BaseModel | None:
    if operation.query is None:
        return None
    paging = ("limit", "cursor") if operation.lists else ()
    given = {name: text for name, text in _query(req).items() if name not in paging}
    try:
        return operation.query.model_validate(given, by_alias=True, by_name=False)
    except ValidationError as exc:
        faults = [fault._replace(field=fault.field.removeprefix("/")) for fault in faults_of(exc)]
        raise InvalidInput(faults) from None


def _query(req: func.HttpRequest) -> dict[str, str]:
    # The host drops parameters without a value, which are wrong values all the same.
    return dict(parse_qsl(req.url.partition("?")[2], keep_blank_values=True))


def _paging(req: func.HttpRequest) -> tuple[int, str | None]:
    given = _query(req)
    text = given.get("limit", str(DEFAULT_LIMIT))
    if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= MAX_LIMIT):  # noqa: PLR2004
        detail = N_("must be a whole number from 1 to %(most)s", most=MAX_LIMIT)
        raise InvalidInput([Fault("limit", "out_of_range", detail)])
    return int(text), given.get("cursor") or None


def _idempotency_key(req: func.HttpRequest) -> str | None:
    given = req.headers.get("idempotency-key")
    if given is None:
        return None
    if not _KEY.fullmatch(given):
        fault = Fault("Idempotency-Key", "invalid_format", "must be 1 to 255 visible ASCII characters")
        raise InvalidInput([fault])
    return hashlib.sha256(given.encode()).hexdigest()
