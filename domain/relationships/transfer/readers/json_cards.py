"""Contacts in JSON as records: jCard (RFC 7095), JSContact (RFC 9553), and iZwop's own file."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from domain.base.letters import whole
from domain.relationships.transfer.readers.record import (
    MOST_PROPERTIES,
    MOST_RECORDS,
    MOST_TEXT,
    FileRefused,
    Note,
    Property,
    Record,
)

# Where iZwop's own JSContact keeps a contact exactly; `izwop` begins its own file.
EXACT: Final = "izwop.com:contact"
_LIST: Final = "contacts"
# 200 for each contact.
_MOST_VALUES: Final = 200 * MOST_RECORDS
_BINARY: Final = frozenset({"photo", "logo", "key", "sound"})
_CONTEXTS: Final = {"private": "home", "work": "work"}
_FEATURES: Final = {"mobile": "cell", "fax": "fax", "pager": "pager"}
_PARTS: Final = {"surname": 0, "given": 1, "given2": 2, "title": 3, "credential": 4, "generation": 4}
_OF_ADDRESS: Final = {"name": 2, "number": 2, "locality": 3, "region": 4, "postcode": 5, "country": 6}


def opened(text: str) -> Any:
    # A file of the largest size with nothing but empty lists in it would take half a gigabyte.
    if sum(map(text.count, ",[{")) > _MOST_VALUES:
        raise FileRefused("too_many_values")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise FileRefused("broken") from None


def form_of(found: Any) -> str | None:
    """Which of the forms a JSON text has."""
    if isinstance(found, dict):
        if found.get("izwop") == _LIST and isinstance(found.get(_LIST), list):
            return "izwop-json"
        if found.get("@type") == "Card" or isinstance(found.get("cards"), list):
            return "jscontact"
    if isinstance(found, list) and found:
        if found[0] == "vcard":
            return "jcard"
        if isinstance(found[0], list) and found[0][:1] == ["vcard"]:
            return "jcard"
        if isinstance(found[0], dict) and (found[0].get("@type") == "Card" or "uid" in found[0]):
            return "jscontact"
    return "jcard" if found == [] else None


def read_json(found: Any, form: str) -> Iterator[Record]:
    cards = found
    if form == "izwop-json":
        cards = found[_LIST]
    elif isinstance(found, dict):
        cards = found["cards"] if isinstance(found.get("cards"), list) else [found]
    elif found and found[0] == "vcard":
        cards = [found]
    if len(cards) > MOST_RECORDS:
        raise FileRefused("too_many")
    # JSON has no lines to speak of: contacts are counted.
    for number, card in enumerate(cards, start=1):
        if form == "jcard":
            yield _from_jcard(number, card)
        elif form == "izwop-json":
            yield _exact(number, card)
        else:
            yield _from_jscontact(number, card)


def _exact(number: int, card: Any) -> Record:
    if not isinstance(card, dict):
        return Record(number, [], [Note("not_a_card")])
    return Record(number, [], [], exact=card)


def _text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return whole(str(value)[:MOST_TEXT])


def _from_jcard(number: int, card: Any) -> Record:
    record = Record(number, [], [])
    if not (isinstance(card, list) and card[:1] == ["vcard"] and len(card) > 1 and isinstance(card[1], list)):
        record.notes.append(Note("not_a_card"))
        return record
    for line in card[1][:MOST_PROPERTIES]:
        if not (isinstance(line, list) and len(line) > 3 and isinstance(line[1], dict)):  # noqa: PLR2004 - name, parameters, type, value
            record.notes.append(Note("unread_line", str(number)))
            continue
        name, given, _, *values = line
        if _text(name).lower() in _BINARY:
            record.notes.append(Note("not_taken", _text(name).capitalize()))
            continue
        parameters = {
            _text(key).upper(): [_text(each) for each in (value if isinstance(value, list) else [value])]
            for key, value in given.items()
        }
        [group] = parameters.pop("GROUP", [""])[:1] or [""]
        record.properties.append(Property(_text(name).upper(), _flat(values), parameters, group))
    return record


def _flat(values: list[Any]) -> list[str]:
    """The values of a property; parts that are lists themselves are joined, as in an address."""
    if len(values) == 1 and isinstance(values[0], list):
        values = values[0]
    return [
        ", ".join(map(_text, value)) if isinstance(value, list) else _text(value) for value in values[:1000]
    ]


# Maps of JSContact whose entries are one property each: the property, and where its value is.
_ENTRIES: Final = (
    ("organizations", "ORG", ("name",)),
    ("titles", "TITLE", ("name",)),
    ("emails", "EMAIL", ("address",)),
    ("phones", "TEL", ("number",)),
    ("onlineServices", "URL", ("uri", "user")),
    ("links", "URL", ("uri",)),
    ("notes", "NOTE", ("note",)),
    ("nicknames", "NICKNAME", ("name",)),
)
_OTHERS: Final = frozenset(
    ["name", "addresses", "anniversaries", "keywords", "media", "kind", "@type", "version", "uid", "prodId",
     "updated", "created", "language"]
)  # fmt: skip


def _from_jscontact(number: int, card: Any) -> Record:
    if not isinstance(card, dict):
        return Record(number, [], [Note("not_a_card")])
    if isinstance(card.get(EXACT), dict):
        return Record(number, [], [], exact=card[EXACT])
    record = Record(number, [], [])
    _add_name(record, card)
    for name, of, places in _ENTRIES:
        for entry in _entries(card, name):
            label = {"label": entry["service"]} if "service" in entry else {}
            value = next((entry[place] for place in places if entry.get(place)), "")
            _add(record, of, _text(value).removeprefix("tel:"), {**entry, **label})
    for entry in _entries(card, "addresses"):
        record.properties.append(Property("ADR", _address(entry), _types(entry)))
    for entry in _entries(card, "anniversaries"):
        day = [_text(entry.get("kind")) or "Day", _date(entry.get("date"))]
        record.properties.append(Property("X-COLUMN", day))
    if isinstance(keywords := card.get("keywords"), dict):
        record.properties.append(Property("CATEGORIES", [_text(each) for each in keywords]))
    if _entries(card, "media"):
        record.notes.append(Note("not_taken", "Photo"))
    known = _OTHERS | {name for name, _, _ in _ENTRIES}
    record.notes.extend(Note("not_taken", _text(name)) for name in list(card)[:100] if name not in known)
    return record


def _entries(card: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    found = card.get(name)
    values = list(found.values()) if isinstance(found, dict) else []
    return [entry for entry in values[:100] if isinstance(entry, dict)]


def _add(record: Record, name: str, value: Any, entry: Mapping[str, Any] | None = None) -> None:
    if text := _text(value).strip():
        record.properties.append(Property(name, [text], _types(entry or {})))


def _types(entry: Mapping[str, Any]) -> dict[str, list[str]]:
    contexts, features = entry.get("contexts"), entry.get("features")
    types = [_CONTEXTS.get(each, each) for each in contexts] if isinstance(contexts, dict) else []
    types += [_FEATURES[each] for each in features if each in _FEATURES] if isinstance(features, dict) else []
    label = _text(entry.get("label"))
    return {"TYPE": [_text(each) for each in types], **({"X-LABEL": [label]} if label else {})}


def _address(entry: Mapping[str, Any]) -> list[str]:
    parts = [""] * 7
    components = entry.get("components")
    for each in components if isinstance(components, list) else []:
        if isinstance(each, dict) and (at := _OF_ADDRESS.get(_text(each.get("kind")))) is not None:
            parts[at] = " ".join(filter(None, (parts[at], _text(each.get("value")))))
    if not any(parts):
        parts[2] = _text(entry.get("full"))
    parts[6] = _text(entry.get("countryCode")) or parts[6]
    return parts


def _add_name(record: Record, card: Mapping[str, Any]) -> None:
    name = card.get("name")
    if isinstance(name, dict):
        _add(record, "FN", name.get("full"))
        parts = [""] * 5
        components = name.get("components")
        for each in components if isinstance(components, list) else []:
            if isinstance(each, dict) and (at := _PARTS.get(_text(each.get("kind")))) is not None:
                parts[at] = " ".join(filter(None, (parts[at], _text(each.get("value")))))
        if any(parts):
            record.properties.append(Property("N", parts))
    if card.get("kind") in ("org", "group"):
        record.properties.append(Property("KIND", ["org"]))


def _date(value: Any) -> str:
    if not isinstance(value, dict):
        return ""
    if value.get("@type") == "Timestamp" or "utc" in value:
        return _text(value.get("utc"))
    return "-".join(_text(value.get(part)).zfill(2) for part in ("year", "month", "day") if value.get(part))
