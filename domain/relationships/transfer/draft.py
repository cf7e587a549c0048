"""A contact made of a record: every value goes to its field, or to a field of the owner's own, or is noted.

Nothing is dropped without a note, and nothing is guessed that would change what was written.
"""

import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, ValidationError

from domain.base.countries import CODES
from domain.base.fields import FORBIDDEN, is_visible
from domain.base.folding import fold
from domain.cards.mending import mended_link, mended_phone
from domain.relationships.contact import (
    MOST_TAGS,
    MOST_VALUES,
    ContactAddress,
    ContactContent,
    ContactEmail,
    ContactLink,
    ContactPhone,
    CustomField,
)
from domain.relationships.transfer.notes import FATAL
from domain.relationships.transfer.readers.record import Note, Property, Record

_LINE: Final = 120
_TEXT: Final = 2_000
_MOST_NOTES: Final = 30
_SHOWN: Final = 60
# Of the program that wrote the file, and of no use to a person.
_TECHNICAL: Final = frozenset({
    "VERSION", "PRODID", "REV", "UID", "CLIENTPIDMAP", "SORT-STRING", "MAILER", "PROFILE", "SOURCE", "NAME", "CLASS",
    "X-ABUID", "X-ABADR", "X-ABSHOWAS", "KIND", "X-ABLABEL", "X-IMAGETYPE", "X-IMAGEHASH", "AGENT", "XML", "CREATED",
    "X-ABCROP-RECTANGLE", "X-MAPS-URL", "X-ABPHOTO", "N", "FN", "X-SHARED-PHOTO-DISPLAY-PREF",
    "X-IZWOP-ARCHIVED", "X-IZWOP-IMPORTANCE",
})  # fmt: skip
_OWN_FIELDS: Final = {
    "NOTE": "Note", "BDAY": "Birthday", "ANNIVERSARY": "Anniversary", "ROLE": "Role", "GENDER": "Gender",
    "LANG": "Language", "TZ": "Time zone", "GEO": "Place on the map", "RELATED": "Related", "LABEL": "Address label",
    "DEATHDATE": "Date of death", "BIRTHPLACE": "Place of birth", "HOBBY": "Hobby", "EXPERTISE": "Expertise",
    "INTEREST": "Interest", "PRONOUNS": "Pronouns", "X-PRONOUNS": "Pronouns", "X-SPOUSE": "Spouse",
    "X-MANAGER": "Manager", "X-ASSISTANT": "Assistant", "X-GENDER": "Gender", "X-ANNIVERSARY": "Anniversary",
    "FBURL": "Calendar", "CALURI": "Calendar", "MEMBER": "Member",
}  # fmt: skip
_LINKS: Final = ("URL", "IMPP", "SOCIALPROFILE", "X-SOCIALPROFILE")
# Types of values that say nothing to a person.
_PLAIN_TYPES: Final = frozenset(
    {
        "pref",
        "internet",
        "voice",
        "text",
        "x400",
        "work",
        "home",
        "cell",
        "mobile",
        "main",
        "x-internet",
        "dom",
        "intl",
        "parcel",
        "postal",
        "msg",
        "business",
        "private",
        "",
        "iphone",
    }
)


class Given(NamedTuple):
    """What an import knows beside the file: the country of numbers without one, names of countries, the day."""

    today: date
    phone_country: str = ""
    countries: Mapping[str, str] = {}


class Drafted(NamedTuple):
    """A contact to be, unless something fatal is noted; `entity` names the company that it is linked to."""

    content: ContactContent | None
    notes: list[Note]
    entity: str | None = None


def draft_of(record: Record, given: Given) -> Drafted:
    if record.exact is not None:
        return _exact(record, given)
    return _Draft(record, given).made()


def _exact(record: Record, given: Given) -> Drafted:
    """A contact as iZwop itself wrote it: all of it, or none."""
    values = dict(record.exact or {})
    entity = values.pop("entity", None)
    if entity is not None and not isinstance(entity, str):
        return Drafted(None, [Note("invalid", "entity")])
    try:
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
            for name in ("emails", "phones", "addresses", "links")
        }
    )


class _Draft:
    def __init__(self, record: Record, given: Given) -> None:
        self._given, self._properties = given, record.properties
        self._notes = list(record.notes)
        self._values: dict[str, Any] = {}
        self._own: list[CustomField] = []
        self._lists: dict[str, list[Any]] = {name: [] for name in ("emails", "phones", "addresses", "links")}
        self._labels = {
            each.group: _plain_label(each.value)
            for each in record.properties
            if each.group and each.name == "X-ABLABEL"
        }
        self._is_own = any("iZwop" in each.value for each in record.properties if each.name == "PRODID")

    def made(self) -> Drafted:
        self._name()
        for each in self._properties:
            self._take(each)
        if "name" not in self._values and not self._named_otherwise():
            return Drafted(None, [*self._notes[:_MOST_NOTES], Note("nothing")])
        if self._values.get("kind") == "entity":
            self._values.pop("name_parts", None)
        content = ContactContent.model_validate(
            {**self._values, **self._lists, "custom_fields": self._limited(self._own, "custom fields")}
        )
        entity = self._first("X-IZWOP-ENTITY") if content.kind == "person" else ""
        return Drafted(content, self._notes[:_MOST_NOTES], entity or None)

    # Names

    def _first(self, name: str) -> str:
        return next((self._clean(each.value) for each in self._properties if each.name == name), "")

    def _name(self) -> None:
        parts = next((each.values for each in self._properties if each.name == "N"), [])
        family, given, additional, prefix, suffix = ([self._line(part) for part in parts] + [""] * 5)[:5]
        name = self._line(self._first("FN"))
        joined = " ".join(filter(None, (prefix, given, additional, family, suffix)))
        organisation = self._line(" ".join(self._first("ORG").split(";")))
        shown = {each.name: each.value.strip().upper() for each in self._properties}
        is_entity = shown.get("KIND") == "ORG" or shown.get("X-ABSHOWAS") == "COMPANY"
        if is_entity or (not (name or joined or self._first("NICKNAME")) and organisation):
            self._values["kind"] = "entity"
            name = name or organisation or joined
        if name or joined:
            self._set("name", name or joined, "Name")
        self._parts([family, given, additional, prefix, suffix])
        if shown.get("X-IZWOP-ARCHIVED") == "1":
            self._values["archived"] = True
        importance = shown.get("X-IZWOP-IMPORTANCE", "")
        if importance in ("1", "2", "3", "4", "5"):
            self._values["importance"] = int(importance)

    def _parts(self, parts: list[str]) -> None:
        """The parts of the name; of iZwop's own files only those that the owner typed, not those it guessed."""
        if self._is_own:
            said = next((each.values for each in self._properties if each.name == "X-IZWOP-PARTS"), [])
            parts = ([self._clean(part) for part in said] + [""] * 5)[:5]
        named = dict(zip(("family", "given", "additional", "prefix", "suffix"), parts, strict=True))
        named["phonetic_given"] = self._line(self._first("X-PHONETIC-FIRST-NAME"))
        named["phonetic_family"] = self._line(self._first("X-PHONETIC-LAST-NAME"))
        fitting = {
            part: text for part, text in named.items() if text and len(text) <= _LINE and is_visible(text)
        }
        if fitting:
            self._values["name_parts"] = fitting

    def _named_otherwise(self) -> bool:
        """Call a contact without a name by its nickname, address or number."""
        found = [
            self._values.get("nickname"),
            self._values.get("organisation"),
            *(each.address for each in self._lists["emails"]),
            *(each.number for each in self._lists["phones"]),
        ]
        name = next((text for text in found if text), None)
        if name is None:
            return False
        self._values["name"] = name[:_LINE]
        self._note("no_name", "")
        return True

    # Every property

    def _take(self, each: Property) -> None:
        name = each.name
        if name in _TECHNICAL or name.startswith("X-PHONETIC") or name in ("X-IZWOP-PARTS", "X-IZWOP-ENTITY"):
            return
        take = _TAKERS.get(name)
        if take is not None:
            take(self, each)
        elif name in _LINKS:
            self._link(each)
        elif text := self._clean("; ".join(filter(None, (part.strip() for part in each.values)))):
            if name == "X-COLUMN" and len(each.values) > 1:
                self._keep(each.value, self._clean(each.values[1]))
            else:
                label = self._labels.get(each.group) or _OWN_FIELDS.get(name) or _spoken(name)
                self._keep(label, text)

    def _email(self, each: Property) -> None:
        address = self._clean(each.value).removeprefix("mailto:")
        kind = "home" if "home" in each.types() or "private" in each.types() else "work"
        values = {"kind": kind, "address": address, **self._about(each)}
        self._add("emails", ContactEmail, values, address, "email_kept", "E-mail")

    def _phone(self, each: Property) -> None:
        number = self._clean(each.value).removeprefix("tel:")
        types = each.types()
        kind = "mobile"
        if not {"cell", "mobile", "iphone"} & set(types):
            kind = (
                "home"
                if "home" in types
                else "work"
                if {"work", "fax", "pager", "main"} & set(types)
                else "mobile"
            )
        values = {"kind": kind, "number": self._mended(number), **self._about(each)}
        self._add("phones", ContactPhone, values, number, "phone_kept", "Phone")

    def _mended(self, number: str) -> str:
        """The number with its country code, if it was written without; ours are as their owner wants them."""
        return number if self._is_own else mended_phone(number, self._given.phone_country)

    def _link(self, each: Property) -> None:
        url = self._clean(each.value)
        complete = url if url.lower().startswith("http://") else mended_link(url)
        values = {"url": complete, **self._about(each)}
        service = (each.types() or [""])[0] if each.name != "URL" else ""
        if "label" not in values and service:
            values["label"] = service.capitalize()[:_LINE]
        self._add("links", ContactLink, values, url, "link_kept", "Link")

    def _address(self, each: Property) -> None:
        parts = ([self._clean(part) for part in each.values] + [""] * 7)[:7]
        box, extended, street, city, region, code, country = parts
        street = "\n".join(filter(None, (box, extended, street)))
        known = self._country(country, each)
        if country and not known:
            self._keep("Country", country, "country_kept")
        values: dict[str, Any] = {
            "street": street, "city": _one_line(city), "region": _one_line(region),
            "postal_code": _one_line(code), "country": known,
        }  # fmt: skip
        values = {part: text for part, text in values.items() if text}
        if not values:
            return
        kind = "home" if "home" in each.types() or "private" in each.types() else "work"
        whole = ", ".join(filter(None, (street, city, region, code, country)))
        self._add(
            "addresses",
            ContactAddress,
            {"kind": kind, **values, **self._about(each)},
            whole,
            "text_kept",
            "Address",
        )

    def _country(self, name: str, each: Property) -> str | None:
        code = name.upper() if len(name) == 2 else ""  # noqa: PLR2004 - ISO 3166-1 alpha-2
        code = code or (each.parameters.get("CC") or [""])[0].upper()
        return code if code in CODES else self._given.countries.get(fold(name))

    def _nickname(self, each: Property) -> None:
        self._set("nickname", self._line(", ".join(each.values)), "Nickname")

    def _title(self, each: Property) -> None:
        self._set("title", self._line(each.value), "Title")

    def _organisation(self, each: Property) -> None:
        parts = [text for part in each.values if (text := self._line(part))]
        is_its_name = self._values.get("kind") == "entity" and parts[:1] == [self._values.get("name")]
        if parts and (self._is_own or not is_its_name):
            self._set("organisation", parts[0], "Company or organisation")
        for part in parts[1:]:
            self._keep("Department", part)

    def _tags(self, each: Property) -> None:
        for label in each.values:
            self._label("tags", MOST_TAGS, self._line(label))

    def _group(self, each: Property) -> None:
        self._label("groups", MOST_VALUES, self._line(each.value))

    def _label(self, name: str, most: int, label: str) -> None:
        if not label:
            return
        labels = self._values.setdefault(name, [])
        if len(label) > 60 or "," in label or not is_visible(label):  # noqa: PLR2004 - as long as a tag may be
            self._keep("Tag", label, "label_kept")
        elif fold(label) in map(fold, labels):
            return
        elif len(labels) >= most:
            self._note("too_many", label)
        else:
            labels.append(label)

    def _met(self, each: Property) -> None:
        place, event, on, card = ([self._clean(part) for part in each.values] + [""] * 4)[:4]
        given = {"place": place, "event": event, "on": on, "card": card}
        self._values["met"] = {part: text for part, text in given.items() if text}
        try:
            ContactContent.model_validate({"name": "-", "met": self._values["met"]})
        except ValidationError:
            del self._values["met"]
            self._keep("How you met", "; ".join(filter(None, (place, event, on))), "text_kept")

    def _own_field(self, each: Property) -> None:
        label, text = ([self._clean(part) for part in each.values] + ["", ""])[:2]
        self._keep(label, text)

    # Values

    def _about(self, each: Property) -> dict[str, Any]:
        """The label, source and date of a value."""
        said = self._labels.get(each.group) or (each.parameters.get("X-LABEL") or [""])[0]
        types = [kind for kind in each.types() if kind not in _PLAIN_TYPES]
        label = self._line(said or (", ".join(types).capitalize() if each.name != "X-SOCIALPROFILE" else ""))[
            :_LINE
        ]
        about: dict[str, Any] = {"label": label} if label and is_visible(label) else {}
        [source] = each.parameters.get("X-IZWOP-SOURCE", [])[:1] or [""]
        [since] = each.parameters.get("X-IZWOP-SINCE", [])[:1] or [""]
        about["source"] = source if source in ("typed", "card", "import", "exchange") else "import"
        about["since"] = since if _is_date(since) else self._given.today
        return about

    def _add(
        self, name: str, model: type[BaseModel], values: dict[str, Any], text: str, code: str, label: str
    ) -> None:
        if not text:
            return
        try:
            value: Any = model.model_validate(values)
        except ValidationError:
            self._keep(label, text, code)
            return
        present = self._lists[name]
        if value in present and not self._is_own:
            return
        if len(present) >= MOST_VALUES:
            self._note("too_many", text)
            return
        present.append(value)

    def _set(self, field: str, text: str, label: str) -> None:
        """Fill a field of one line; what does not fit, or is there a second time, becomes a field of one's own."""
        if not text:
            return
        if not is_visible(text):
            self._note("text_kept", label)
        elif self._values.get(field) == text:
            return
        elif len(text) > _LINE:
            self._keep(label, text, "text_kept")
            self._values.setdefault(field, text[:_LINE].strip())
        elif field in self._values:
            self._keep(label, text)
        else:
            self._values[field] = text

    def _keep(self, label: str, text: str, code: str = "") -> None:
        """Keep a text as a field of the owner's own, in pieces if it is long."""
        if not text:
            return
        if code:
            self._note(code, text)
        label = self._line(label)[:_LINE].strip()
        if not label or not is_visible(label):
            label = "Field"
        pieces = [text[at : at + _TEXT] for at in range(0, len(text), _TEXT)]
        for number, piece in enumerate(pieces, start=1):
            numbered = label if number == 1 else f"{label[: _LINE - 6]} {number}"
            if piece.strip():
                self._own.append(CustomField(label=numbered, text=piece))

    def _limited(self, values: list[CustomField], what: str) -> list[CustomField]:
        if len(values) > MOST_VALUES:
            self._note("too_many", what)
        return values[:MOST_VALUES]

    def _note(self, code: str, what: str) -> None:
        note = Note(code, _one_line(what)[:_SHOWN])
        if note not in self._notes:
            self._notes.append(note)

    def _clean(self, text: str) -> str:
        """The text without control characters, which are noted."""
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if FORBIDDEN.search(text):
            self._note("cleaned", "")
            text = FORBIDDEN.sub("", text)
        return unicodedata.normalize("NFC", text).strip()

    def _line(self, text: str) -> str:
        return _one_line(self._clean(text))


_TAKERS: Final[dict[str, Callable[[_Draft, Property], None]]] = {
    "EMAIL": _Draft._email,
    "TEL": _Draft._phone,
    "ADR": _Draft._address,
    "NICKNAME": _Draft._nickname,
    "TITLE": _Draft._title,
    "ORG": _Draft._organisation,
    "CATEGORIES": _Draft._tags,
    "X-IZWOP-GROUP": _Draft._group,
    "X-IZWOP-MET": _Draft._met,
    "X-IZWOP-FIELD": _Draft._own_field,
}


def is_fatal(notes: Iterable[Note]) -> bool:
    return any(note.code in FATAL for note in notes)


def _one_line(text: str) -> str:
    """The text in one line; blanks within it stay as they are."""
    return " ".join(part for line in text.splitlines() if (part := line.replace("\t", " ").strip()))


def _plain_label(label: str) -> str:
    """A label as Apple writes it, `_$!<Home>!$_`, without its marks."""
    return label.removeprefix("_$!<").removesuffix(">!$_")


def _spoken(name: str) -> str:
    """The name of a property, as a label: `X-FAVOURITE-COLOUR` is `Favourite colour`."""
    return name.removeprefix("X-").replace("-", " ").replace("_", " ").strip().capitalize()[:_LINE] or "Field"


def _is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
