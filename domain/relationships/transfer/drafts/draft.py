"""A contact made of a record: every value goes to its field, or to a field of the owner's own, or is noted.

Nothing is dropped without a note, and nothing is guessed that would change what was written.
"""

from datetime import date
from typing import NamedTuple

from pydantic import ValidationError

from domain.base.fields import Name, is_visible
from domain.base.model import Closed
from domain.relationships.contact import VALUE_LISTS, ContactContent
from domain.relationships.transfer.drafts.filling import LINE, Filling
from domain.relationships.transfer.drafts.mapping import Given, Source, labels_in, take
from domain.relationships.transfer.readers.record import Note, Record

_SHOWN = 60
_PARTS = ("family", "given", "additional", "prefix", "suffix")


class Drafted(NamedTuple):
    """A contact to be, unless something fatal is noted; `entity` names the company that it is linked to."""

    content: ContactContent | None
    notes: list[Note]
    entity: str | None = None


def draft_of(record: Record, given: Given) -> Drafted:
    return _exact(record, given) if record.exact is not None else _filled(record, given)


class _Linked(Closed):
    """What an exact contact says beside its content: the name of its company."""

    entity: Name | None = None


def _exact(record: Record, given: Given) -> Drafted:
    """A contact as iZwop itself wrote it: all of it, or none."""
    values = dict(record.exact or {})
    try:
        entity = _Linked(entity=values.pop("entity", None)).entity
        content = ContactContent.model_validate(values | {"entityId": None})
    except ValidationError as exc:
        at = "/".join(str(part) for part in exc.errors(include_url=False, include_input=False)[0]["loc"])
        return Drafted(None, [*record.notes, Note("invalid", at[:_SHOWN])])
    linked = entity if content.kind == "person" else None
    return Drafted(_imported(content, given.today), record.notes, linked)


def _imported(content: ContactContent, today: date) -> ContactContent:
    """The content with the source of each value that does not say its own."""
    return content.model_copy(
        update={
            name: [
                value.model_copy(update={"source": value.source or "import", "since": value.since or today})
                for value in getattr(content, name)
            ]
            for name in VALUE_LISTS
        }
    )


def _filled(record: Record, given: Given) -> Drafted:
    is_own = any("iZwop" in each.value for each in record.properties if each.name == "PRODID")
    into = Filling(record.notes, exact=is_own)
    of = Source(into, given, labels_in(record.properties), is_own)
    _name(record, of)
    for each in record.properties:
        take(each, of)
    if "name" not in into.values and not _named_otherwise(into):
        return Drafted(None, [*into.notes, Note("nothing")])
    if into.values.get("kind") == "entity":
        into.values.pop("name_parts", None)
    content = into.content()
    entity = _first(record, "X-IZWOP-ENTITY") if content.kind == "person" else ""
    return Drafted(content, into.notes, into.clean(entity) or None)


def _first(record: Record, name: str) -> str:
    return next((each.value for each in record.properties if each.name == name), "")


def _name(record: Record, of: Source) -> None:
    into = of.into
    parts = next((each.values for each in record.properties if each.name == "N"), [])
    family, given, additional, prefix, suffix = ([into.line(part) for part in parts] + [""] * 5)[:5]
    name = into.line(_first(record, "FN"))
    joined = " ".join(filter(None, (prefix, given, additional, family, suffix)))
    organisation = into.line(_first(record, "ORG"))
    said = _first(record, "KIND").strip().lower() == "org"
    is_entity = said or _first(record, "X-ABSHOWAS").strip().upper() == "COMPANY"
    is_named = name or joined or _first(record, "NICKNAME").strip()
    if is_entity or (organisation and not is_named):
        into.values["kind"] = "entity"
        name = name or organisation
    into.set("name", name or joined, "Name")
    _parts(record, of, [family, given, additional, prefix, suffix])
    if _first(record, "X-IZWOP-ARCHIVED") == "1":
        into.values["archived"] = True
    if (importance := _first(record, "X-IZWOP-IMPORTANCE")) in ("1", "2", "3", "4", "5"):
        into.values["importance"] = int(importance)


def _parts(record: Record, of: Source, parts: list[str]) -> None:
    """The parts of the name; of iZwop's own files only those that the owner typed, not those it guessed."""
    if of.is_own:
        said = next((each.values for each in record.properties if each.name == "X-IZWOP-PARTS"), [])
        parts = ([of.into.line(part) for part in said] + [""] * 5)[:5]
    named = dict(zip(_PARTS, parts, strict=True))
    named["phonetic_given"] = of.into.line(_first(record, "X-PHONETIC-FIRST-NAME"))
    named["phonetic_family"] = of.into.line(_first(record, "X-PHONETIC-LAST-NAME"))
    fitting = {part: text for part, text in named.items() if text and len(text) <= LINE and is_visible(text)}
    for part, text in named.items():
        if text and part not in fitting:
            of.into.note("too_long", part)
    if fitting:
        of.into.values["name_parts"] = fitting


def _named_otherwise(into: Filling) -> bool:
    """Call a contact without a name by its nickname, company, address or number."""
    found = [
        into.values.get("nickname"),
        into.values.get("organisation"),
        *(each.address for each in into.lists["emails"]),
        *(each.number for each in into.lists["phones"]),
    ]
    name = next((text for text in found if text), None)
    if name is None:
        return False
    into.values["name"] = name[:LINE]
    into.note("no_name")
    return True
