"""`/scim/v2`: a request of a directory, from its token to its answer."""

import json
import re
import secrets
from contextlib import suppress
from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qsl

import azure.functions as func
from scim2_models import InvalidSyntaxException, SCIMException
from scim2_server.requests import ScimRequest
from scim2_server.responses import ScimResponse

import wiring.accounts
import wiring.organisations.directory
from domain.base.errors import Refusal, Unauthenticated, Unavailable
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.limits import DIRECTORY_REQUESTS
from domain.organisations.directory.connection import DirectoryCaller, PersonKey, who_sends
from domain.organisations.directory.people import Request
from domain.organisations.organisation import Member
from functions.framework.clock import now
from functions.framework.problems import MAX_BODY, BodyTooLarge
from functions.framework.replies import reply
from functions.scim.handler import Handler
from functions.scim.protocol import service
from functions.scim.quick import base_url, person_asked, quick_answer
from functions.scim.refusals import MEDIA_TYPE, scim_type_of
from functions.scim.storage import Storage

_READS: Final = ("GET", "HEAD")
_SAME: Final[tuple[str, ...]] = ("Location", "Content-Location", "ETag", "Allow", "WWW-Authenticate")
# What else stands in an address may be about somebody.
_ID: Final = re.compile("(mem|tem)_[a-z2-7]{26}")
# By token, the hour in which this worker has written that it was used.
_WRITTEN: dict[str, datetime] = {}
_MOST_WRITTEN: Final = 10_000


async def answer(req: func.HttpRequest) -> func.HttpResponse:
    about = person_asked(req)
    caller, person = await _caller(req, about)
    at = now()
    await wiring.accounts.limiter().take(DIRECTORY_REQUESTS, caller.organisation.id, at)
    await _used(caller, at)
    if len(req.get_body()) > MAX_BODY:
        raise BodyTooLarge
    if (told := quick_answer(req, about, person)) is not None:
        return _reply(told)
    log_id = make_id(ID_PREFIXES["log"], secrets.token_bytes(ID_BYTES))
    request = Request(caller, log_id, at, wiring.organisations.directory.ports())
    scim = service()
    handler = Handler(scim, Storage(request, person), request)
    try:
        answered = await _answered(handler, req)
    except SCIMException as refusal:
        answered = scim.error_response(refusal)
        await _note(req, request, refusal.scim_type or str(refusal.status))
    except Refusal as refusal:
        await _note(req, request, scim_type_of(refusal) or refusal.code)
        raise
    return _reply(answered)


async def _answered(handler: Handler, req: func.HttpRequest) -> ScimResponse:
    """The answer, also to what is nested too deep to be read, and to halves of characters."""
    try:
        return await handler.handle(_request(req))
    except (RecursionError, UnicodeEncodeError):
        raise InvalidSyntaxException(detail="The request is nested too deep, or no text") from None


async def _caller(req: func.HttpRequest, about: PersonKey | None) -> tuple[DirectoryCaller, Member | None]:
    scheme, _, token = req.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated
    return await who_sends(token.strip(), about, store=wiring.organisations.directory.store())


async def _used(caller: DirectoryCaller, at: datetime) -> None:
    """Remember that the token was used; each worker writes it once in an hour."""
    hour = at.replace(minute=0, second=0, microsecond=0)
    if _WRITTEN.get(caller.source.id) == hour:
        return
    if len(_WRITTEN) >= _MOST_WRITTEN:
        _WRITTEN.clear()
    _WRITTEN[caller.source.id] = hour
    with suppress(Unavailable):
        await wiring.organisations.directory.store().used(caller.organisation.id, caller.source.id, at)


async def _note(req: func.HttpRequest, request: Request, why: str) -> None:
    """Log what was refused, but for what only reads."""
    if req.method in _READS:
        return
    parts = _path(req).strip("/").split("/")
    known = parts[1] if len(parts) > 1 and _ID.fullmatch(parts[1]) else None
    entry = request.entry("refused", known)
    kind = "team" if parts[0].lower() == "groups" else "person"
    with suppress(Unavailable):
        await request.ports.store.note(entry.model_copy(update={"kind": kind, "refusal": why[:60]}))


def _path(req: func.HttpRequest) -> str:
    return "/" + (req.route_params.get("path") or "")


def _request(req: func.HttpRequest) -> ScimRequest:
    whole = req.method in ("POST", "PUT") and _path(req).lower().startswith("/users")
    return ScimRequest(
        method=req.method,
        base_url=base_url(),
        path=_path(req),
        query=dict(parse_qsl(req.url.partition("?")[2], keep_blank_values=True)),
        headers=dict(req.headers),
        body=_completed(req) if whole else req.get_body(),
    )


def _completed(req: func.HttpRequest) -> bytes:
    """The body, of a person with what we cannot do without and what some directories leave out.

    Who has no address has that of their user name, if it is one; who is not said to be inactive is active.
    """
    body = bytes(req.get_body())
    try:
        given: Any = json.loads(body)
    except ValueError:
        return body
    if not isinstance(given, dict):
        return body
    if not given.get("emails") and "@" in str(given.get("userName") or ""):
        given["emails"] = [{"value": given["userName"], "type": "work", "primary": True}]
    if given.get("active") is None:
        given["active"] = True
    return json.dumps(given).encode()


def _reply(answered: ScimResponse) -> func.HttpResponse:
    headers = {name: answered.headers[name] for name in _SAME if name in answered.headers}
    body = b"" if answered.body is None else json.dumps(answered.body).encode()
    return reply(body, status=int(answered.status), content_type=MEDIA_TYPE, headers=headers)
