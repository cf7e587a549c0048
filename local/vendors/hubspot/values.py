"""Values that are written: what HubSpot refuses, and what it makes of the others."""

import re
from datetime import UTC, date, datetime
from typing import Any

from local.vendors.faults import Faults
from local.vendors.hubspot.definitions import LIFECYCLE, TYPES, Property
from local.vendors.hubspot.shapes import invalid, refusal
from local.vendors.store import Account, Fields, Record

LONGEST = 65_536
_EMAIL = re.compile(r"[^@\s,;<>\"]+@[^@\s.,;<>\"]+(\.[^@\s.,;<>\"]+)+")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")


def definitions(account: Account, kind: str) -> dict[str, Property]:
    """Properties of a type by name, those included that were made in this account."""
    made = (
        Property(**{**each, "options": tuple(each["options"])})
        for each in account.kept(f"properties {kind}", [])
    )
    return {known.name: known for known in (*TYPES[kind].properties, *made)}


def accepted(account: Account, faults: Faults, kind: str, fields: Any, record: Record | None) -> Fields:
    """The values as HubSpot stores them; raises its refusal of the first that does not fit."""
    known = definitions(account, kind)
    if not isinstance(fields, dict):
        raise invalid("Invalid input JSON: properties must be an object")
    stored = {name: _stored(account, known.get(name), name, given) for name, given in fields.items()}
    if (rule := faults.refused("hubspot", account.name, stored)) is not None:
        raise invalid(rule.message, "INVALID_VALUE", rule.field)
    for name, value in stored.items():
        _refuse_twin(account, kind, known[name], value, record)
    if record is not None and not _goes_forward(record, stored.get("lifecyclestage")):
        del stored["lifecyclestage"]  # HubSpot accepts an earlier stage, and keeps the later one
    return stored


def _stored(account: Account, known: Property | None, name: str, given: Any) -> str:
    if known is None:
        raise invalid(f"Property '{name}' does not exist", "PROPERTY_DOESNT_EXIST", name)
    if known.read_only:
        raise invalid(f"{name} is a read only property; its value cannot be set.", "READ_ONLY_VALUE", name)
    if isinstance(given, bool):
        given = "true" if given else "false"
    if not isinstance(given, str | int | float):
        raise invalid(f"{name} must be a text; an empty one clears it.", "INVALID_VALUE", name)
    text = str(given).strip()
    if len(text) > LONGEST:
        raise invalid(f"{name} is longer than {LONGEST} characters.", "VALUE_TOO_LONG", name)
    return _typed(account, known, text) if text else ""


def _typed(account: Account, known: Property, text: str) -> str:
    name = known.name
    match known.type:
        case "number" if not _NUMBER.fullmatch(text):
            raise invalid(f"{text} was not a valid number.", "INVALID_INTEGER", name)
        case "bool" if text not in {"true", "false"}:
            raise invalid(f"{text} was not one of the allowed options: [true, false]", "INVALID_OPTION", name)
        case "datetime" | "date":
            return _time(known, text)
        case "enumeration":
            options = known.options or tuple(owner.id for owner in account.after("owners"))
            if text not in options:
                allowed = ", ".join(options)
                raise invalid(
                    f"{text} was not one of the allowed options: [{allowed}]", "INVALID_OPTION", name
                )
    if name == "email":
        if not _EMAIL.fullmatch(text):
            raise invalid(f"Email address {text} is invalid", "INVALID_EMAIL", name)
        return text.lower()
    return text


def _time(known: Property, text: str) -> str:
    try:
        at = datetime.fromtimestamp(int(text) / 1000, UTC) if text.isdigit() else datetime.fromisoformat(text)
        if known.type == "date":
            return at.date().isoformat() if text.isdigit() else date.fromisoformat(text).isoformat()
    except (ValueError, OverflowError, OSError):
        code = "INVALID_DATE"
        raise invalid(f"{text} was not a valid {known.type}.", code, known.name) from None
    at = at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _refuse_twin(account: Account, kind: str, known: Property, stored: str, record: Record | None) -> None:
    is_email = kind == "contacts" and known.name == "email"
    if not stored or not (known.unique or is_email):
        return
    others = [found for found in account.with_value(kind, known.name, stored) if found is not record]
    if others and is_email:
        raise refusal(409, "CONFLICT", f"Contact already exists. Existing ID: {others[0].id}")
    if others:
        message = f"{others[0].id} already has that value."
        raise invalid(message, "CONFLICTING_UNIQUE_VALUE", known.name)


def _goes_forward(record: Record, stage: str | None) -> bool:
    before = record.fields.get("lifecyclestage")
    return not stage or not before or LIFECYCLE.index(stage) >= LIFECYCLE.index(before)
