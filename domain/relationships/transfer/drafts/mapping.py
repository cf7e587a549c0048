"""Properties of a record to fields of a contact, and what only iZwop's own files say."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, NamedTuple

from pydantic import ValidationError

from domain.base.countries import CODES
from domain.base.fields import is_visible
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
)
from domain.relationships.transfer.drafts.filling import LINE, Filling, Kept, is_date, one_line
from domain.relationships.transfer.readers.record import Property

# Of the program that wrote the file, or read elsewhere; of no use to a person.
_TECHNICAL: Final = frozenset({
    "VERSION", "PRODID", "REV", "UID", "CLIENTPIDMAP", "SORT-STRING", "MAILER", "PROFILE", "SOURCE", "NAME",
    "CLASS", "AGENT", "XML", "CREATED", "N", "FN", "KIND", "X-ABUID", "X-ABADR", "X-ABSHOWAS", "X-ABLABEL",
    "X-ABPHOTO", "X-ABCROP-RECTANGLE", "X-IMAGETYPE", "X-IMAGEHASH", "X-MAPS-URL", "X-IZWOP-ARCHIVED",
    "X-IZWOP-IMPORTANCE", "X-IZWOP-PARTS", "X-IZWOP-ENTITY", "X-PHONETIC-FIRST-NAME", "X-PHONETIC-LAST-NAME",
})  # fmt: skip
_OWN_FIELDS: Final = {
    "NOTE": "Note", "BDAY": "Birthday", "ANNIVERSARY": "Anniversary", "ROLE": "Role", "GENDER": "Gender",
    "LANG": "Language", "TZ": "Time zone", "GEO": "Place on the map", "RELATED": "Related",
    "LABEL": "Address label", "DEATHDATE": "Date of death", "BIRTHPLACE": "Place of birth", "HOBBY": "Hobby",
    "EXPERTISE": "Expertise", "INTEREST": "Interest", "PRONOUNS": "Pronouns", "X-PRONOUNS": "Pronouns",
    "X-SPOUSE": "Spouse", "X-MANAGER": "Manager", "X-ASSISTANT": "Assistant", "X-GENDER": "Gender",
    "X-ANNIVERSARY": "Anniversary", "FBURL": "Calendar", "CALURI": "Calendar", "MEMBER": "Member",
}  # fmt: skip
# Types of values that say nothing to a person, or what the kind of the value says.
_PLAIN_TYPES: Final = frozenset({
    "", "pref", "internet", "x-internet", "voice", "text", "msg", "x400", "work", "business", "home",
    "private", "cell", "mobile", "iphone", "main", "dom", "intl", "parcel", "postal",
})  # fmt: skip
_HOME: Final = frozenset({"home", "private"})
_MOBILE: Final = frozenset({"cell", "mobile", "iphone"})
_WORK: Final = frozenset({"work", "business", "fax", "pager", "main"})


class Given(NamedTuple):
    """Beside the file an import knows the day, the country of numbers without one, and names of countries."""

    today: date
    phone_country: str = ""
    countries: Mapping[str, str] = {}


class Source(NamedTuple):
    """A record's properties on their way: labels of its groups, and whether iZwop itself wrote it."""

    into: Filling
    given: Given
    labels: Mapping[str, str]
    is_own: bool


def take(each: Property, of: Source) -> None:
    """Put a property where it belongs."""
    name, into = each.name, of.into
    if name in _TECHNICAL:
        return
    if (taker := _TAKERS.get(name)) is not None:
        taker(each, of)
    elif name == "X-COLUMN" and len(each.values) > 1:
        into.keep(Kept(each.value, into.clean(each.values[1])))
    elif text := into.clean("; ".join(filter(None, (part.strip() for part in each.values)))):
        label = of.labels.get(each.group) or _OWN_FIELDS.get(name) or _spoken(name)
        into.keep(Kept(label, text))


def labels_in(properties: list[Property]) -> dict[str, str]:
    """Labels of groups, as Apple and Google write them: `_$!<Home>!$_` without its marks."""
    return {
        each.group: each.value.removeprefix("_$!<").removesuffix(">!$_")
        for each in properties
        if each.group and each.name == "X-ABLABEL"
    }


def _about(each: Property, of: Source) -> dict[str, Any]:
    """The label, source and date of a value."""
    said = of.labels.get(each.group) or (each.parameters.get("X-LABEL") or [""])[0]
    if not said and each.name in ("EMAIL", "TEL", "ADR", "URL"):
        said = ", ".join(kind for kind in each.types() if kind not in _PLAIN_TYPES).capitalize()
    label = of.into.line(said)[:LINE].strip()
    about: dict[str, Any] = {"label": label} if label and is_visible(label) else {}
    [source] = each.parameters.get("X-IZWOP-SOURCE", [])[:1] or [""]
    [since] = each.parameters.get("X-IZWOP-SINCE", [])[:1] or [""]
    about["source"] = source if source in ("typed", "card", "import", "exchange") else "import"
    about["since"] = since if is_date(since) else of.given.today
    return about


def _email(each: Property, of: Source) -> None:
    address = of.into.clean(each.value).removeprefix("mailto:")
    kind = "home" if _HOME & set(each.types()) else "work"
    values = {"kind": kind, "address": address, **_about(each, of)}
    of.into.add("emails", ContactEmail, values, Kept("E-mail", address, "email_kept"))


def _phone(each: Property, of: Source) -> None:
    number = of.into.clean(each.value).removeprefix("tel:")
    types = set(each.types())
    kind = "mobile"
    if not types & _MOBILE:
        kind = "home" if types & _HOME else "work" if types & _WORK else "mobile"
    # Numbers of our own files are as their owner wants them.
    mended = number if of.is_own else mended_phone(number, of.given.phone_country)
    values = {"kind": kind, "number": mended, **_about(each, of)}
    of.into.add("phones", ContactPhone, values, Kept("Phone", number, "phone_kept"))


def _link(each: Property, of: Source) -> None:
    url = of.into.clean(each.value)
    complete = url if url.lower().startswith("http://") else mended_link(url)
    values = {"url": complete, **_about(each, of)}
    service = (each.types() or [""])[0] if each.name != "URL" else ""
    if "label" not in values and service:
        values["label"] = service.capitalize()[:LINE]
    of.into.add("links", ContactLink, values, Kept("Link", url, "link_kept"))


def _address(each: Property, of: Source) -> None:
    parts = ([of.into.clean(part) for part in each.values] + [""] * 7)[:7]
    box, extended, street, city, region, code, country = parts
    street = "\n".join(filter(None, (box, extended, street)))
    known = _country(country, each, of)
    if country and not known:
        of.into.keep(Kept("Country", country, "country_kept"))
    filled = {
        "street": street, "city": one_line(city), "region": one_line(region), "postal_code": one_line(code),
        "country": known,
    }  # fmt: skip
    filled = {part: text for part, text in filled.items() if text}
    if filled:
        kind = "home" if _HOME & set(each.types()) else "work"
        whole = ", ".join(filter(None, (street, city, region, code, country)))
        values = {"kind": kind, **filled, **_about(each, of)}
        of.into.add("addresses", ContactAddress, values, Kept("Address", whole, "text_kept"))


def _country(name: str, each: Property, of: Source) -> str | None:
    code = name.upper() if len(name) == 2 else ""  # noqa: PLR2004 - ISO 3166-1 alpha-2
    code = code or (each.parameters.get("CC") or [""])[0].upper()
    return code if code in CODES else of.given.countries.get(fold(name))


def _nickname(each: Property, of: Source) -> None:
    of.into.set("nickname", of.into.line(", ".join(each.values)), "Nickname")


def _title(each: Property, of: Source) -> None:
    of.into.set("title", of.into.line(each.value), "Title")


def _organisation(each: Property, of: Source) -> None:
    parts = [text for part in each.values if (text := of.into.line(part))]
    values = of.into.values
    is_its_name = values.get("kind") == "entity" and parts[:1] == [values.get("name")]
    if parts and (of.is_own or not is_its_name):
        of.into.set("organisation", parts[0], "Company or organisation")
    for part in parts[1:]:
        of.into.keep(Kept("Department", part))


def _tags(each: Property, of: Source) -> None:
    for label in each.values:
        of.into.label("tags", MOST_TAGS, of.into.line(label))


def _group(each: Property, of: Source) -> None:
    of.into.label("groups", MOST_VALUES, of.into.line(each.value))


def _met(each: Property, of: Source) -> None:
    place, event, on, card = ([of.into.clean(part) for part in each.values] + [""] * 4)[:4]
    parts = {"place": place, "event": event, "on": on, "card": card}
    met = {part: text for part, text in parts.items() if text}
    try:
        ContactContent.model_validate({"name": "-", "met": met})
    except ValidationError:
        whole = "; ".join(filter(None, (place, event, on)))
        of.into.keep(Kept("How you met", whole, "text_kept"))
    else:
        of.into.values["met"] = met


def _own_field(each: Property, of: Source) -> None:
    label, text = ([of.into.clean(part) for part in each.values] + ["", ""])[:2]
    of.into.keep(Kept(label, text))


def _spoken(name: str) -> str:
    """The name of a property, as a label: `X-FAVOURITE-COLOUR` is `Favourite colour`."""
    return name.removeprefix("X-").replace("-", " ").replace("_", " ").strip().capitalize()[:LINE] or "Field"


_TAKERS: Final[dict[str, Callable[[Property, Source], None]]] = {
    "EMAIL": _email,
    "TEL": _phone,
    "ADR": _address,
    "URL": _link,
    "IMPP": _link,
    "SOCIALPROFILE": _link,
    "X-SOCIALPROFILE": _link,
    "NICKNAME": _nickname,
    "TITLE": _title,
    "ORG": _organisation,
    "CATEGORIES": _tags,
    "X-IZWOP-GROUP": _group,
    "X-IZWOP-MET": _met,
    "X-IZWOP-FIELD": _own_field,
}
