"""Answers of Mailchimp: times, ids, pages, chosen fields, refusals."""

import hashlib
import uuid
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from local.vendors.skin import Refused, Reply, Request
from local.vendors.store import Record

PAGE, LARGEST_PAGE = 10, 1000


def time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds")


def code(record: Record) -> str:
    """The id of a list or campaign, as Mailchimp has them."""
    return hashlib.sha256(f"{record.type}{record.id}".encode()).hexdigest()[:10]


def hashed(address: str) -> str:
    """The id of a member."""
    return hashlib.md5(address.lower().encode(), usedforsecurity=False).hexdigest()


def refusal(status: int, title: str, detail: str, **more: Any) -> Refused:
    body = {
        "type": "https://mailchimp.com/developer/marketing/docs/errors/",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": str(uuid.uuid4()),
    }
    return Refused(Reply(status, body | more, {"Content-Type": "application/problem+json; charset=utf-8"}))


def not_found() -> Refused:
    return refusal(404, "Resource Not Found", "The requested resource could not be found.")


def invalid(field: str, message: str) -> Refused:
    detail = (
        "The resource submitted could not be validated. For field-specific details, see the 'errors' array."
    )
    return refusal(400, "Invalid Resource", detail, errors=[{"field": field, "message": message}])


def unserved(what: str) -> Refused:
    """What the stand-in does not do, which says nothing about Mailchimp."""
    return refusal(404, "Not In Stand-in", f"The stand-in of Mailchimp does not serve {what}.")


def page[T](request: Request, found: Iterable[T], name: str, show: Callable[[T], Any], **more: Any) -> Reply:
    """A page of what was found, by `count` and `offset`, with the fields that are asked for."""
    every = list(found)
    count, offset = _number(request, "count", PAGE), _number(request, "offset", 0)
    if not 1 <= count <= LARGEST_PAGE:
        raise invalid("count", f"This value should be between 1 and {LARGEST_PAGE}.")
    shown = [show(each) for each in every[offset : offset + count]]
    return Reply(200, chosen(request, more | {name: shown, "total_items": len(every)}))


def _number(request: Request, name: str, default: int) -> int:
    text = request.first(name, str(default))
    if not text.isascii() or not text.isdigit():
        raise invalid(name, "This value should be a number.")
    return int(text)


def since(request: Request, name: str) -> datetime | None:
    """A time in the query."""
    if name not in request.query:
        return None
    try:
        at = datetime.fromisoformat(request.first(name).replace(" ", "+"))
    except ValueError:
        raise invalid(name, "This value is not a valid datetime.") from None
    return at.replace(tzinfo=at.tzinfo or UTC)


def chosen(request: Request, body: dict[str, Any]) -> dict[str, Any]:
    """The members that `fields` names, without those that `exclude_fields` names."""
    wanted, unwanted = _paths(request, "fields"), _paths(request, "exclude_fields")
    if wanted:
        body = _picked(body, wanted)
    return _without(body, unwanted) if unwanted else body


def _paths(request: Request, name: str) -> list[list[str]]:
    return [
        each.strip().split(".") for each in ",".join(request.query.get(name, [])).split(",") if each.strip()
    ]


def _picked(body: Any, paths: list[list[str]]) -> Any:
    if isinstance(body, list):
        return [_picked(each, paths) for each in body]
    if not isinstance(body, dict) or any(not path for path in paths):
        return body
    names = {path[0] for path in paths}
    rest = {name: [path[1:] for path in paths if path[0] == name] for name in names}
    return {name: _picked(value, rest[name]) for name, value in body.items() if name in names}


def _without(body: Any, paths: list[list[str]]) -> Any:
    if isinstance(body, list):
        return [_without(each, paths) for each in body]
    if not isinstance(body, dict):
        return body
    gone = {path[0] for path in paths if len(path) == 1}
    rest = {name: [path[1:] for path in paths if path[0] == name and len(path) > 1] for name in body}
    return {name: _without(value, rest[name]) for name, value in body.items() if name not in gone}
