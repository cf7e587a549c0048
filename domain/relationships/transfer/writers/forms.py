"""The forms of an export: how pages of contacts become the bytes of a file, piece by piece.

A part of an export is a file by itself: a beginning, pieces with what stands between them, and an end.
"""

import csv
import io
import json
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from domain.base.texts import N_
from domain.relationships.contact import ContactContent
from domain.relationships.transfer.own_columns import cells_for, columns_for
from domain.relationships.transfer.writers.exact import exact
from domain.relationships.transfer.writers.jscontact import jscontact_of
from domain.relationships.transfer.writers.vcard import jcard_of, write_vcard3, write_vcard4

# A contact and the name of the company that it is linked to.
Told = tuple[ContactContent, str | None]
# The most values of each list that a contact of the export has.
Most = dict[str, int]


class Form(NamedTuple):
    """One form: its name for people, suffix and media type, and how it is written."""

    name: str
    suffix: str
    media: str
    write: Callable[[Iterable[Told], Most], bytes]
    begin: Callable[[Most], bytes] = lambda _: b""
    between: bytes = b""
    end: bytes = b""


def _json(contacts: Iterable[Told], _: Most) -> bytes:
    return ",\n".join(_dumped(exact(*contact)) for contact in contacts).encode()


def _dumped(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _csv(contacts: Iterable[Told], most: Most) -> bytes:
    return _rows(cells_for(exact(*contact), most) for contact in contacts)


def _header(most: Most) -> bytes:
    # With the mark by which spreadsheets know that it is UTF-8.
    return b"\xef\xbb\xbf" + _rows([columns_for(most)])


def _rows(rows: Iterable[list[str]]) -> bytes:
    target = io.StringIO()
    csv.writer(target).writerows(rows)
    return target.getvalue().encode()


_VCARD: Final = "text/vcard; charset=utf-8"
FORMS: Final[dict[str, Form]] = {
    "vcard4": Form(N_("vCard 4.0"), "vcf", _VCARD, lambda some, _: write_vcard4(some)),
    "vcard3": Form(N_("vCard 3.0, for older programs"), "vcf", _VCARD, lambda some, _: write_vcard3(some)),
    "csv": Form(N_("Table (CSV)"), "csv", "text/csv; charset=utf-8", _csv, _header),
    "json": Form(
        N_("JSON, exactly as iZwop keeps them"), "json", "application/json", _json,
        lambda _: b'{"izwop":"contacts","version":1,"contacts":[\n', b",\n", b"\n]}\n",
    ),
    "jcard": Form(
        N_("jCard"), "jcard.json", "application/vcard+json",
        lambda some, _: ",\n".join(jcard_of(*each) for each in some).encode(),
        lambda _: b"[\n", b",\n", b"\n]\n",
    ),
    "jscontact": Form(
        N_("JSContact"), "jscontact.json", "application/jscontact+json",
        lambda some, _: ",\n".join(_dumped(jscontact_of(*each)) for each in some).encode(),
        lambda _: b"[\n", b",\n", b"\n]\n",
    ),
}  # fmt: skip


def most_of(contacts: Iterable[ContactContent], most: Most) -> Most:
    """The most values of each list, of these contacts and of those before."""
    lists = {
        "emails": "emails",
        "phones": "phones",
        "addresses": "addresses",
        "links": "links",
        "customFields": "custom_fields",
    }
    found = dict(most)
    for content in contacts:
        for name, field in lists.items():
            found[name] = max(found.get(name, 0), len(getattr(content, field)))
    return found
