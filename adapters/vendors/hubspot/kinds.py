"""HubSpot's types of records, and what an object of ours takes of them.

Calls, e-mails and meetings are one object, `activity`, with fields of its own: never a text of somebody's.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

from adapters.vendors.hubspot.api import Row
from domain.integrations.connectors import ObjectName, VendorField, VendorRecord
from domain.integrations.errors import VendorUnavailable

OWNER: Final = "hubspot_owner_id"
MERGED: Final = "hs_merged_object_ids"
Values = Mapping[str, str]


class Kind(NamedTuple):
    """`modified` is the property with the time of the last change, `links` the types that are linked.

    `shows` makes fields of properties, which are `asked` for; without it, they are the same.
    """

    path: str
    modified: str
    links: tuple[tuple[ObjectName, str], ...] = ()
    asked: tuple[str, ...] = ()
    shows: Callable[[Values], dict[str, str]] | None = None

    def properties(self, fields: Collection[str]) -> list[str]:
        names = fields if self.shows is None else self.asked
        return list(dict.fromkeys([*names, self.modified, OWNER, MERGED]))

    def id_here(self, id_: str) -> str:
        """The id of a record among all of its object: numbers of different types may be the same."""
        return id_ if self.shows is None else f"{self.path}:{id_}"

    def record(
        self, row: Row, fields: Collection[str], links: Mapping[ObjectName, Sequence[str]]
    ) -> VendorRecord:
        found = row.get("properties") or {}
        values = {name: "" if value is None else str(value) for name, value in found.items()}
        shown = values if self.shows is None else self.shows(values)
        merged = [self.id_here(each) for each in values.get(MERGED, "").split(";") if each]
        modified = values.get(self.modified) or str(row.get("updatedAt") or "")
        id_ = self.id_here(str(row["id"]))
        return VendorRecord(
            id_,
            {name: shown.get(name, "") for name in fields},
            changed_at=time_of(modified),
            version=modified or None,
            owner=values.get(OWNER) or None,
            links=tuple((name, each) for name, ids in links.items() for each in ids),
            archived=bool(row.get("archived")),
            merged=tuple(each for each in merged if each != id_),
        )


def time_of(text: str) -> datetime | None:
    if not text:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise VendorUnavailable from None


def _minutes(milliseconds: float) -> str:
    return str(round(milliseconds / 60_000))


def _call(values: Values) -> dict[str, str]:
    length = values.get("hs_call_duration", "")
    return {
        "kind": "call",
        "title": values.get("hs_call_title", ""),
        "at": values.get("hs_timestamp", ""),
        "direction": {"INBOUND": "in", "OUTBOUND": "out"}.get(values.get("hs_call_direction", ""), ""),
        "minutes": _minutes(float(length)) if length.replace(".", "", 1).isdigit() else "",
    }


def _email(values: Values) -> dict[str, str]:
    directions = {"INCOMING_EMAIL": "in", "EMAIL": "out", "FORWARDED_EMAIL": "out"}
    return {
        "kind": "email",
        "title": values.get("hs_email_subject", ""),
        "at": values.get("hs_timestamp", ""),
        "direction": directions.get(values.get("hs_email_direction", ""), ""),
    }


def _meeting(values: Values) -> dict[str, str]:
    begin = values.get("hs_meeting_start_time") or values.get("hs_timestamp", "")
    begun, ended = time_of(begin), time_of(values.get("hs_meeting_end_time", ""))
    length = (ended - begun).total_seconds() * 1000 if begun and ended else None
    return {
        "kind": "meeting",
        "title": values.get("hs_meeting_title", ""),
        "at": begin,
        "minutes": "" if length is None or length < 0 else _minutes(length),
    }


_CHANGED: Final = "hs_lastmodifieddate"
_PERSONS: Final[tuple[tuple[ObjectName, str], ...]] = (("person", "contacts"),)

KINDS: Final[Mapping[ObjectName, tuple[Kind, ...]]] = {
    "company": (Kind("companies", _CHANGED),),
    "person": (Kind("contacts", "lastmodifieddate", (("company", "companies"),)),),
    "activity": (
        Kind(
            "calls", _CHANGED, _PERSONS,
            ("hs_timestamp", "hs_call_title", "hs_call_direction", "hs_call_duration"), _call,
        ),
        Kind(
            "emails", _CHANGED, _PERSONS, ("hs_timestamp", "hs_email_subject", "hs_email_direction"), _email
        ),
        Kind(
            "meetings", _CHANGED, _PERSONS,
            ("hs_timestamp", "hs_meeting_title", "hs_meeting_start_time", "hs_meeting_end_time"), _meeting,
        ),
    ),
}  # fmt: skip

ACTIVITY_FIELDS: Final = (
    VendorField("kind", "Kind", "choice", "kind", read_only=True, choices=("call", "email", "meeting")),
    VendorField("title", "Title", "text", "title", read_only=True),
    VendorField("at", "Date", "date", "at", read_only=True),
    VendorField("direction", "Direction", "choice", "direction", read_only=True, choices=("in", "out")),
    VendorField("minutes", "Minutes", "number", "minutes", read_only=True),
)
