"""What every HTTP door shares: headers, replies, problems, and reading bodies and conditions."""

import functools
import logging
import re
import uuid
from collections.abc import Awaitable, Callable, Iterable, Mapping
from http import HTTPStatus

import azure.functions as func
from pydantic import BaseModel, ValidationError

from domain import errors
from domain.model import Model

log = logging.getLogger("izwop")

Handler = Callable[[func.HttpRequest], Awaitable[func.HttpResponse]]

MAX_BODY = 256 * 1024
# More than anybody corrects in one go, and a bound on what a hostile body makes us write.
MAX_FAULTS = 100
SECURITY_HEADERS = {
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "strict-origin-when-cross-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}


class BadBody(errors.Refusal):
    code = "malformed_body"
    title = "The body cannot be read"


class MediaTypeRefused(errors.Refusal):
    code = "unsupported_media_type"
    field = "Content-Type"
    title = "The body has a media type that is not understood here"


class BodyTooLarge(errors.Refusal):
    code = "body_too_large"
    title = f"The body is larger than {MAX_BODY // 1024} KiB"


class LengthRequired(errors.Refusal):
    code = "length_required"
    field = "Content-Length"
    title = "Send the body with a Content-Length, not chunked"


class MethodNotAllowed(errors.Refusal):
    code = "method_not_allowed"
    title = "This method is not for this address"


class InternalError(errors.Refusal):
    """A bug of ours; what it was goes to the log and nowhere else."""

    code = "internal_error"
    title = "Something went wrong on our side; trying again may help"


STATUS: dict[type[errors.Refusal], HTTPStatus] = {
    errors.InvalidInput: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.KeyReused: HTTPStatus.UNPROCESSABLE_ENTITY,
    errors.NotFound: HTTPStatus.NOT_FOUND,
    errors.Unauthenticated: HTTPStatus.UNAUTHORIZED,
    errors.Forbidden: HTTPStatus.FORBIDDEN,
    errors.Conflict: HTTPStatus.CONFLICT,
    errors.StaleVersion: HTTPStatus.PRECONDITION_FAILED,
    errors.VersionRequired: HTTPStatus.PRECONDITION_REQUIRED,
    errors.Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    BadBody: HTTPStatus.BAD_REQUEST,
    MediaTypeRefused: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.ImageTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    BodyTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    LengthRequired: HTTPStatus.LENGTH_REQUIRED,
    MethodNotAllowed: HTTPStatus.METHOD_NOT_ALLOWED,
    InternalError: HTTPStatus.INTERNAL_SERVER_ERROR,
}


def status_of(refusal: type[errors.Refusal]) -> HTTPStatus:
    return next(STATUS[family] for family in refusal.__mro__ if family in STATUS)


def reply(
    body: bytes = b"",
    *,
    status: int = HTTPStatus.OK,
    content_type: str = "application/json",
    headers: Mapping[str, str] | None = None,
    cookies: Iterable[str] = (),
) -> func.HttpResponse:
    """Answer with the security headers; private and uncached unless `headers` says otherwise.

    `cookies` are Set-Cookie values, the only header that may repeat.
    """
    merged = {**SECURITY_HEADERS, "Cache-Control": "no-store", **(headers or {})}
    # The worker adds a wrong one where none is set; a 304 would carry it into caches.
    merged["Content-Type"] = content_type
    response = func.HttpResponse(body, status_code=status, headers=merged)
    for cookie in cookies:
        response.headers.add("Set-Cookie", cookie)
    return response


def redirect(location: str, *, cookies: Iterable[str] = ()) -> func.HttpResponse:
    """Send the browser on with GET (303)."""
    return reply(
        status=HTTPStatus.SEE_OTHER,
        content_type="text/plain",
        headers={"Location": location},
        cookies=cookies,
    )


class ProblemFault(Model):
    field: str
    code: str
    detail: str


class Problem(Model):
    """RFC 9457 problem details. `code` is stable; `errors` lists every fault of the input at once."""

    type: str
    title: str
    status: int
    code: str
    detail: str
    instance: str
    errors: list[ProblemFault]


def problem(refusal: errors.Refusal, headers: Mapping[str, str] | None = None) -> func.HttpResponse:
    status = status_of(type(refusal))
    faults = [errors.Fault(refusal.field, refusal.code, str(refusal))] if refusal.field else []
    if isinstance(refusal, errors.InvalidInput):
        faults = refusal.faults[:MAX_FAULTS]
    body = Problem(
        type=f"urn:izwop:problem:{refusal.code}",
        title=refusal.title,
        status=status,
        code=refusal.code,
        detail=str(refusal),
        instance=f"urn:uuid:{uuid.uuid4()}",
        errors=[ProblemFault(field=fault.field, code=fault.code, detail=fault.detail) for fault in faults],
    )
    extra = dict(headers or {})
    if status == HTTPStatus.UNAUTHORIZED:
        extra["WWW-Authenticate"] = 'Bearer realm="izwop"'
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        extra["Retry-After"] = str(errors.Unavailable.retry_after)
    return reply(
        body.model_dump_json().encode(), status=status, content_type="application/problem+json", headers=extra
    )


def endpoint(handler: Handler) -> Handler:
    """Turn refusals into problems. A bug is logged without the request and answered with a constant 500."""

    @functools.wraps(handler)
    async def wrapped(req: func.HttpRequest) -> func.HttpResponse:
        try:
            return await handler(req)
        except errors.Refusal as refusal:
            return problem(refusal)
        except Exception:
            log.exception("unexpected error in %s", handler.__name__)
            return problem(InternalError())

    return wrapped


_CODES = {
    "extra_forbidden": ("unknown_field", "is not a field of this object"),
    "missing": ("required", "is required"),
    "too_short": ("required", "must not be empty"),
    "string_pattern_mismatch": ("invalid_format", "does not have the right form"),
    "literal_error": ("invalid_choice", "is not one of the choices"),
    "string_unicode": ("invalid_text", "is not valid Unicode"),
}
# Codes that our own field types raise; every other pydantic type is a value of the wrong kind.
_OWN_CODES = frozenset(
    ["control_characters", "invalid_email", "invalid_phone", "invalid_url", "url_scheme", "too_long",
     "invalid_handle", "handle_reserved", "invisible", "invalid_choice"]
)  # fmt: skip


def _pointer(location: tuple[int | str, ...]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in location)


def faults_of(exc: ValidationError) -> list[errors.Fault]:
    """Say what pydantic found in our own stable words. The offending value is never repeated."""
    faults = []
    for item in exc.errors(include_url=False, include_input=False):
        kind, context = item["type"], item.get("ctx", {})
        code, detail = _CODES.get(kind, (kind if kind in _OWN_CODES else "wrong_type", item["msg"]))
        if kind in ("too_long", "string_too_long") and "max_length" in context:
            many = context.get("field_type") == "List"
            code = "too_many" if many else "too_long"
            detail = f"takes at most {context['max_length']} {'values' if many else 'characters'}"
        faults.append(errors.Fault(_pointer(item["loc"]), code, detail))
    return faults


def read_json[M: BaseModel](model: type[M], req: func.HttpRequest) -> M:
    """Read the body as `model`, or refuse it with every fault it has."""
    body = read_body(req, "application/json")
    try:
        return model.model_validate_json(body)
    except ValidationError as exc:
        if any(item["type"] == "json_invalid" for item in exc.errors(include_url=False, include_input=False)):
            raise BadBody("The body is not valid JSON.") from None
        raise errors.InvalidInput(faults_of(exc)) from None


def read_body(req: func.HttpRequest, media_type: str) -> bytes:
    body = _raw_body(req, (media_type,))
    if len(body) > MAX_BODY:
        raise BodyTooLarge
    return body


def read_binary(req: func.HttpRequest, media_types: tuple[str, ...]) -> bytes:
    """A body of one of these media types. How large it may be is for the use case to say."""
    body = _raw_body(req, media_types)
    if not body:
        raise BadBody("The body is empty.")
    return body


def _raw_body(req: func.HttpRequest, media_types: tuple[str, ...]) -> bytes:
    if "chunked" in req.headers.get("transfer-encoding", "").lower():
        raise LengthRequired
    given = req.headers.get("content-type", "").partition(";")[0].strip().lower()
    if given not in media_types or req.headers.get("content-encoding", "identity").lower() != "identity":
        raise MediaTypeRefused(f"Send {' or '.join(media_types)}, without Content-Encoding.")
    return req.get_body()


_ETAG = re.compile(r'"([0-9]{1,15})"')


def etag(version: int) -> str:
    return f'"{version}"'


def read_version(req: func.HttpRequest) -> int:
    """The version in If-Match. An ETag that is not of our making matches nothing."""
    given = req.headers.get("if-match")
    if not given:
        raise errors.VersionRequired
    match = _ETAG.fullmatch(given.strip())
    if match is None:
        raise errors.StaleVersion
    return int(match[1])


def matches(req: func.HttpRequest, tag: str) -> bool:
    """Whether If-None-Match names `tag`, by the weak comparison of RFC 9110 §13.1.2."""
    given = req.headers.get("if-none-match")
    if given is None:
        return False
    return given.strip() == "*" or tag in [part.strip().removeprefix("W/") for part in given.split(",")]


def read_cookies(req: func.HttpRequest) -> dict[str, str]:
    """The request's cookies; of a repeated name the first, malformed ones dropped."""
    found: dict[str, str] = {}
    for part in req.headers.get("cookie", "").split(";"):
        name, separator, value = part.strip().partition("=")
        if separator and name not in found:
            found[name] = value
    return found


def set_cookie(name: str, value: str, *, max_age: int | None = None) -> str:
    """A Set-Cookie value that the host leaves as it is; without `max_age` it ends with the browser."""
    age = "" if max_age is None else f"; Max-Age={max_age}"
    return f"{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{age}"
