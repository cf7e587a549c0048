"""Answers of HubSpot: times, records, pages and refusals."""

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from local.vendors.hubspot.definitions import TYPES
from local.vendors.skin import Refused, Reply
from local.vendors.store import Record


def time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def value(record: Record, name: str) -> str | None:
    """The value of a property, those included that HubSpot sets by itself."""
    known = TYPES[record.type]
    own = {
        "hs_object_id": lambda: record.id,
        known.created: lambda: time(record.created),
        known.modified: lambda: time(record.modified),
        "hs_full_name_or_email": lambda: _full_name(record),
    }
    return own[name]() if name in own else record.fields.get(name) or None


def _full_name(record: Record) -> str:
    names = [record.fields.get(name) for name in ("firstname", "lastname")]
    return " ".join(filter(None, names)) or record.fields.get("email", "")


def as_json(record: Record, names: Iterable[str] = (), *, answers: str = "asked") -> dict[str, Any]:
    """A record with the properties that were asked for; after writing, with all that have a value."""
    known = TYPES[record.type]
    wanted = sorted({*names, "hs_object_id", known.created, known.modified}) if names else list(known.shown)
    if answers == "all":
        wanted = sorted({*record.fields, *known.shown})
    properties = {name: value(record, name) for name in wanted}
    shown: dict[str, Any] = {
        "id": record.id,
        "properties": {
            name: held for name, held in properties.items() if held is not None or answers == "asked"
        },
        "createdAt": time(record.created),
        "updatedAt": time(record.modified),
        "archived": record.deleted is not None,
    }
    return shown if record.deleted is None else shown | {"archivedAt": time(record.deleted)}


def refusal(code: int, category: str, message: str, /, **more: Any) -> Refused:
    body = {"status": "error", "message": message, "correlationId": _correlation(), "category": category}
    return Refused(Reply(code, body | more))


def _correlation() -> str:
    parts = [secrets.token_hex(size) for size in (4, 2, 2, 2, 6)]
    return "-".join(parts)


def not_found() -> Refused:
    return refusal(404, "OBJECT_NOT_FOUND", "resource not found")


def invalid(message: str, code: str | None = None, name: str | None = None) -> Refused:
    """A request that does not fit; with the name of a property, of which the value does not fit."""
    if name is None:
        return refusal(400, "VALIDATION_ERROR", message)
    detail = f'[{{"isValid":false,"message":"{message}","error":"{code}","name":"{name}"}}]'
    errors = [{"message": message, "code": code, "context": {"propertyName": [name]}}]
    return refusal(400, "VALIDATION_ERROR", f"Property values were not valid: {detail}", errors=errors)


def unserved(what: str) -> Refused:
    """What the stand-in does not do, which says nothing about HubSpot."""
    return refusal(404, "NOT_IN_STAND_IN", f"The stand-in of HubSpot does not serve {what}.")
