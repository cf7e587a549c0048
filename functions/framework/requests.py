"""Bodies, conditions and cookies of HTTP requests."""

import re

import azure.functions as func
from pydantic import BaseModel, ValidationError

from domain.base import errors
from domain.base.texts import N_
from functions.framework.problems import (
    MAX_BODY,
    BadBody,
    BodyTooLarge,
    LengthRequired,
    MediaTypeRefused,
    faults_of,
)


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
    """Body of one of these media types. The use case limits its size."""
    body = _raw_body(req, media_types)
    if not body:
        raise errors.InvalidInput([errors.Fault("/file", "empty", N_("Choose a file first"))])
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
    """Version in If-Match. An unknown ETag is stale."""
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
