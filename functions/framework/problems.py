"""Refusals as problem details (RFC 9457), their statuses and faults."""

import uuid
from collections.abc import Mapping
from http import HTTPStatus

import azure.functions as func
from pydantic import ValidationError

from domain.base import errors
from domain.base.limits import TooManyRequests
from domain.base.model import Model
from domain.base.texts import N_
from functions.framework.replies import reply

MAX_BODY = 256 * 1024
# More than anybody corrects in one go, and a limit on the reply to a hostile body.
MAX_FAULTS = 100


class BadBody(errors.Refusal):
    code = "malformed_body"
    title = N_("The body cannot be read")


class MediaTypeRefused(errors.Refusal):
    code = "unsupported_media_type"
    field = "Content-Type"
    title = N_("The body has a media type that is not understood here")


class BodyTooLarge(errors.Refusal):
    code = "body_too_large"
    title = N_("The body is larger than %(size)s KiB", size=MAX_BODY // 1024)


class LengthRequired(errors.Refusal):
    code = "length_required"
    field = "Content-Length"
    title = N_("Send the body with a Content-Length, not chunked")


class MethodNotAllowed(errors.Refusal):
    code = "method_not_allowed"
    title = N_("This method is not for this address")


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
    TooManyRequests: HTTPStatus.TOO_MANY_REQUESTS,
    BadBody: HTTPStatus.BAD_REQUEST,
    MediaTypeRefused: HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
    errors.ImageTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    BodyTooLarge: HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
    LengthRequired: HTTPStatus.LENGTH_REQUIRED,
    MethodNotAllowed: HTTPStatus.METHOD_NOT_ALLOWED,
    errors.InternalError: HTTPStatus.INTERNAL_SERVER_ERROR,
}


def status_of(refusal: type[errors.Refusal]) -> HTTPStatus:
    return next(STATUS[family] for family in refusal.__mro__ if family in STATUS)


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
    faults = [errors.Fault(refusal.field, refusal.code, refusal.detail)] if refusal.field else []
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
    if refusal.retry_after is not None:
        extra["Retry-After"] = str(refusal.retry_after)
    return reply(
        body.model_dump_json().encode(), status=status, content_type="application/problem+json", headers=extra
    )


async def refuse(
    req: func.HttpRequest,  # noqa: ARG001 - as pages do
    refusal: errors.Refusal,
) -> func.HttpResponse:
    """Answer a refusal with problem details."""
    return problem(refusal)


_CODES = {
    "extra_forbidden": ("unknown_field", N_("is not a field of this object")),
    "missing": ("required", N_("is required")),
    "too_short": ("required", N_("must not be empty")),
    "string_pattern_mismatch": ("invalid_format", N_("does not have the right form")),
    "literal_error": ("invalid_choice", N_("is not one of the choices")),
    "string_unicode": ("invalid_text", N_("is not valid Unicode")),
}
# The code of every other of pydantic's errors, told in pydantic's own English.
WRONG_TYPE = "wrong_type"
# Codes that our own field types raise, with messages that take their values from the context.
_OWN_CODES = frozenset(
    ["control_characters", "invalid_email", "invalid_phone", "invalid_url", "url_scheme", "too_long",
     "invalid_handle", "handle_reserved", "invisible", "invalid_choice",
     "invalid_colour", "named_twice", "required", "not_for_entities", "comma",
     "invalid_domain", "domain_address", "domain_not_public", "domain_of_everybody",
     "locked_without_value", "off_with_value", "wider_than_widest", "name_not_required",
     "mapped_twice", "flows_twice"]
)  # fmt: skip


def _pointer(location: tuple[int | str, ...]) -> str:
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in location)


def _too_much(most: int, *, many: bool) -> tuple[str, str]:
    if many:
        return "too_many", N_("takes at most %(most)s values", most=most)
    return "too_long", N_("takes at most %(most)s characters", most=most)


def faults_of(exc: ValidationError) -> list[errors.Fault]:
    """Faults of a pydantic error, with our own stable codes and texts. They never repeat the value."""
    faults = []
    for item in exc.errors(include_url=False, include_input=False):
        kind, context = item["type"], item.get("ctx", {})
        code, detail = _CODES.get(kind, (kind if kind in _OWN_CODES else WRONG_TYPE, item["msg"]))
        if kind in ("too_long", "string_too_long") and "max_length" in context:
            code, detail = _too_much(context["max_length"], many=context.get("field_type") == "List")
        elif code == kind:
            detail = N_(detail, **context)
        faults.append(errors.Fault(_pointer(item["loc"]), code, detail))
    return faults
