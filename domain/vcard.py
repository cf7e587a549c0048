"""The vCard of a card view: version 3.0 (RFC 2426), the one that every importer takes.

The order and form of the lines follow what importers do with them: a short line after N, ORG and ADR,
because old Android readers swallow a folded one there; links with `;` and `,` percent-encoded, because
readers disagree on escaping them; telephone numbers as bare E.164, because Android drops the rest.
"""

import re
import uuid
from collections.abc import Iterator
from urllib.parse import urlsplit

from domain.content import Address, CardContent
from domain.views import CardView

MEDIA_TYPE = "text/vcard"

_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x09\x0b-\x1f\x7f]")
_SPECIAL = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029\\\\;,]")
_NOT_A_TYPE = re.compile("[^a-z0-9-]")
_FOLD = 75

_EMAIL_TYPE = {"work": "WORK", "home": "HOME"}
_PHONE_TYPE = {"mobile": "CELL", "work": "WORK,VOICE", "home": "HOME,VOICE"}


def write_vcard(view: CardView, url: str) -> bytes:
    """Return the card as a vCard file in UTF-8; `url` is the card's address and gives it its stable UID."""
    return "".join([_content_line(line) for line in _lines(view, url)]).encode()


def _lines(view: CardView, url: str) -> Iterator[str]:
    content = view.content
    yield "BEGIN:VCARD"
    yield "VERSION:3.0"
    yield f"N:{_structured(*_split_name(content.name))}"
    yield f"UID:urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, url)}"
    yield f"FN:{_text(content.name)}"
    if content.organisation:
        yield f"ORG:{_structured(content.organisation)}"
    yield f"REV:{view.published_at:%Y-%m-%dT%H:%M:%SZ}"
    if content.title:
        yield f"TITLE:{_text(content.title)}"
    yield from (f"EMAIL;TYPE={_EMAIL_TYPE[email.kind]}:{_text(email.address)}" for email in content.emails)
    yield from (f"TEL;TYPE={_PHONE_TYPE[phone.kind]}:{phone.number}" for phone in content.phones)
    if content.office_address:
        yield from _address(content.office_address)
    yield "PRODID:-//iZwop//iZwop//EN"
    if content.company_text:
        yield f"NOTE:{_text(content.company_text)}"
    yield from _links(content, url)
    yield "END:VCARD"


def _address(address: Address) -> Iterator[str]:
    parts = (address.street, address.city, address.region, address.postal_code, address.country)
    yield f"item1.ADR;TYPE=WORK:;;{_structured(*(part or '' for part in parts))}"
    if address.country:
        yield f"item1.X-ABADR:{address.country.lower()}"


def _links(content: CardContent, url: str) -> Iterator[str]:
    if content.website:
        yield f"URL;TYPE=WORK:{_url(content.website)}"
    networks = [(_network(social.url), social.url) for social in content.social_links]
    for network, link in networks:
        yield f"X-SOCIALPROFILE;TYPE={network}:{_url(link)}"
    labelled = [(network.capitalize(), link) for network, link in networks]
    labelled += [("Video", content.video_link)] if content.video_link else []
    labelled += [("Map", content.map_link)] if content.map_link else []
    labelled += [(product.label, product.url) for product in content.product_links]
    labelled += [("iZwop", url)]
    for number, (label, link) in enumerate(labelled, start=2):
        yield f"item{number}.URL:{_url(link)}"
        yield f"item{number}.X-ABLabel:{_text(label)}"


def _network(link: str) -> str:
    """The name of a social network: `linkedin` for https://www.linkedin.com/in/ada."""
    labels = (urlsplit(link).hostname or "").removeprefix("www.").split(".")
    return _NOT_A_TYPE.sub("", labels[-2] if len(labels) > 1 else labels[0]) or "other"


def _split_name(name: str) -> tuple[str, str, str, str, str]:
    """Family and given name for N, by the last space: a guess that FN, which people see, does not share."""
    given, _, family = name.rpartition(" ")
    return (family, given, "", "", "") if given else ("", family, "", "", "")


def _text(value: str) -> str:
    if not _SPECIAL.search(value):
        return value
    plain = _CONTROLS.sub("", _BREAKS.sub("\n", value))
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _structured(*parts: str) -> str:
    return ";".join([_text(part) for part in parts])


def _url(value: str) -> str:
    if not _SPECIAL.search(value):
        return value
    return _CONTROLS.sub("", _BREAKS.sub("", value)).replace(";", "%3B").replace(",", "%2C")


def _content_line(line: str) -> str:
    if len(line) <= _FOLD and (line.isascii() or len(line.encode()) <= _FOLD):
        return line + "\r\n"
    return _folded(line)


def _folded(line: str) -> str:
    """A content line in pieces of at most 75 octets, never cut inside a character."""
    data = line.encode()
    pieces: list[bytes] = []
    while len(data) > _FOLD - (1 if pieces else 0):
        cut = _FOLD - (1 if pieces else 0)
        while data[cut] & 0xC0 == 0x80:  # noqa: PLR2004 - a UTF-8 continuation byte
            cut -= 1
        pieces.append(data[:cut])
        data = data[cut:]
    return (b"\r\n ".join([*pieces, data]) + b"\r\n").decode()
