"""The vCard of a card view in version 3.0 (RFC 2426), which every importer accepts.

Order and form of the lines are adapted to importers: a short line after N, ORG and ADR, because old Android
readers swallow a folded one there; telephone numbers as bare E.164, because Android drops the rest; no logo,
because Android would store it as a second photo. Values without a property that importers read are in the
note, which all of them show.
"""

from collections.abc import Iterable
from itertools import count

from domain.cards.content import CardContent, NameParts
from domain.formats.labels import PRODUCT, labelled_links, network_type, organisation_of, paragraphs
from domain.formats.names import structured_name
from domain.formats.vcard_lines import file_of, photo_data, structured, text, uri
from domain.visibility.view import CardView

_EMAIL_TYPE = {"work": "WORK", "home": "HOME"}
_WITH_PROPERTY = frozenset({"name", "title", "organisation"})
_PHONE_TYPE = {"mobile": "CELL", "work": "WORK,VOICE", "home": "HOME,VOICE"}


def write_vcard(view: CardView, url: str, photo: bytes | None = None) -> bytes:
    """Return the card as a vCard file in UTF-8; `url` is the card's address and gives it its stable UID.

    `photo` is the shown photo as JPEG; one of more than 200 KB is left out.
    """
    content, items = view.content, count(1)
    lines = [
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"N:{structured(*_name(view))}",
        f"UID:{view.uid}",
        f"FN:{text(content.name)}",
        *_sounds(content.name_parts),
    ]
    if organisation := organisation_of(view):
        lines.append(f"ORG:{text(organisation)}")
    if view.entity:
        lines.append("X-ABShowAs:COMPANY")
    lines.append(f"REV:{view.published_at:%Y-%m-%dT%H:%M:%SZ}")
    if content.title:
        lines.append(f"TITLE:{text(content.title)}")
    _add_reached_at(lines, content, items)
    lines.append(f"PRODID:{PRODUCT}")
    if note := _note(content):
        lines.append(f"NOTE:{text(note)}")
    _add_links(lines, content, url, items)
    if data := photo_data(photo):
        lines.append(f"PHOTO;ENCODING=b;TYPE=JPEG:{data}")
    lines.append("END:VCARD")
    plain = "".join(lines).isascii()
    return file_of(lines if plain else [_with_charset(line) for line in lines])


def _name(view: CardView) -> Iterable[str]:
    """The name by parts. An organisation has none, which is how address books know one."""
    return [""] * 5 if view.entity else structured_name(view.content.name, view.content.name_parts)


def _sounds(parts: NameParts | None) -> list[str]:
    """How the name sounds, as Apple and Android read it, and sorts where the sounds decide that."""
    family, given = (parts.phonetic_family or "", parts.phonetic_given or "") if parts else ("", "")
    if not family and not given:
        return []
    named = {"FIRST": given, "LAST": family}
    lines = [f"X-PHONETIC-{part}-NAME:{text(sound)}" for part, sound in named.items() if sound]
    return [*lines, f"SORT-STRING:{text(' '.join(filter(None, (family, given))))}"]


def _with_charset(line: str) -> str:
    """A line that tells its encoding where that matters.

    Version 3.0 leaves it to the transport, which a saved file no longer has; Outlook would take its own.
    """
    if line.isascii():
        return line
    name, _, value = line.partition(":")
    return f"{name};CHARSET=UTF-8:{value}"


def _add_reached_at(lines: list[str], content: CardContent, items: "count[int]") -> None:
    for email in content.emails:
        _add(lines, f"EMAIL;TYPE={_EMAIL_TYPE[email.kind]}:{text(email.address)}", email.label, items)
    for phone in content.phones:
        _add(lines, f"TEL;TYPE={_PHONE_TYPE[phone.kind]}:{text(phone.number)}", phone.label, items)
    if at := content.office_address:
        item = f"item{next(items)}"
        parts = (at.street, at.city, at.region, at.postal_code, at.country)
        lines.append(f"{item}.ADR;TYPE=WORK:;;{structured(*[part or '' for part in parts])}")
        if at.country:
            lines.append(f"{item}.X-ABADR:{text(at.country.lower())}")


def _add_links(lines: list[str], content: CardContent, url: str, items: "count[int]") -> None:
    if content.website:
        lines.append(f"URL;TYPE=WORK:{uri(content.website)}")
    lines += [f"X-SOCIALPROFILE;TYPE={network_type(at.url)}:{uri(at.url)}" for at in content.social_links]
    for label, link in labelled_links(content, url):
        _add(lines, f"URL:{uri(link)}", label, items)


def _add(lines: list[str], line: str, label: str | None, items: "count[int]") -> None:
    """Add a line with its custom label, if any, as Apple and Google write it."""
    if label is None:
        lines.append(line)
        return
    item = f"item{next(items)}"
    lines += (f"{item}.{line}", f"{item}.X-ABLabel:{text(label)}")


def _note(content: CardContent) -> str:
    languages = [f"Languages: {', '.join(content.languages)}"] if content.languages else []
    return "\n\n".join([*paragraphs(content, _WITH_PROPERTY), *languages])
