"""The properties of a card view by vCard 4.0 (RFC 6350, 8605, 9554), and the file of them.

RFC 9554's PRONOUNS and SOCIALPROFILE go into the file under names with `X-`, because a strict reader of
RFC 6350 refuses a whole card for one name it does not know. Telephone numbers are text, not `tel:` links,
which Android cuts.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import count
from types import MappingProxyType
from typing import Literal, NamedTuple

from domain.cards.content import Address, CardContent
from domain.formats.labels import PRODUCT, labelled_links, network_type, organisation_of, paragraphs
from domain.formats.names import structured_name
from domain.formats.vcard_lines import file_of, photo_data, structured, text, uri
from domain.visibility.view import CardView

_WITH_PROPERTY = frozenset({"name", "title", "organisation", "pronouns"})
_PHONE_TYPE = {"mobile": "cell", "work": "work", "home": "home"}
_NAME_IN_FILE = {"pronouns": "X-PRONOUNS", "socialprofile": "X-SOCIALPROFILE", "x-ablabel": "X-ABLabel"}
_NOT_A_TOKEN = re.compile("[^A-Za-z0-9.-]")
_PARAMETER_IN_FILE = {"service-type": "TYPE"}
_NO_PARAMETERS: Mapping[str, str | list[str]] = MappingProxyType({})


class Property(NamedTuple):
    """One property with its unescaped value. A list is a structured value."""

    name: str
    value: str | list[str]
    kind: Literal["text", "uri", "timestamp", "language-tag"] = "text"
    parameters: Mapping[str, str | list[str]] = _NO_PARAMETERS
    group: str | None = None


def properties(view: CardView, url: str, photo: bytes | None) -> Iterator[Property]:
    """Every property but BEGIN, VERSION and END. `photo` as for `domain.vcard.write_vcard`."""
    content, items = view.content, count(1)
    yield Property("kind", "org" if view.entity else "individual")
    yield Property("fn", content.name)
    if not view.entity:
        yield _name(content)
    yield Property("uid", view.uid, "uri")
    if content.name_parts and content.name_parts.phonetic_given:
        yield Property("x-phonetic-first-name", content.name_parts.phonetic_given)
    if content.name_parts and content.name_parts.phonetic_family:
        yield Property("x-phonetic-last-name", content.name_parts.phonetic_family)
    yield Property("prodid", PRODUCT)
    yield Property("rev", f"{view.published_at:%Y-%m-%dT%H:%M:%SZ}", "timestamp")
    if content.pronouns:
        yield Property("pronouns", content.pronouns)
    if content.title:
        yield Property("title", content.title)
    if organisation := organisation_of(view):
        yield Property("org", organisation)
    for preference, language in enumerate(content.languages, start=1):
        yield Property("lang", language, "language-tag", {"pref": str(preference)})
    yield from _reached_at(content, items)
    if note := "\n\n".join(paragraphs(content, _WITH_PROPERTY)):
        yield Property("note", note)
    yield from _links(content, url, items)
    if data := photo_data(photo):
        yield Property("photo", f"data:image/jpeg;base64,{data}", "uri")


def _name(content: CardContent) -> Property:
    """The name by parts, sorted by how it sounds if it says so."""
    name, said = structured_name(content.name, content.name_parts), content.name_parts
    sounds = (said.phonetic_family, said.phonetic_given) if said else ()
    # The two first parts of N, in its order.
    sorted_as = [sound or part for sound, part in zip(sounds, name, strict=False)] if any(sounds) else []
    return Property("n", [*name], parameters={"sort-as": sorted_as} if sorted_as else {})


def _reached_at(content: CardContent, items: "count[int]") -> Iterator[Property]:
    for email in content.emails:
        line = Property("email", email.address, parameters={"type": email.kind})
        yield from _named(line, email.label, items)
    for phone in content.phones:
        line = Property("tel", phone.number, parameters={"type": _PHONE_TYPE[phone.kind]})
        yield from _named(line, phone.label, items)
    if content.office_address:
        yield _address(content.office_address)


def _address(address: Address) -> Property:
    parts = (address.street, address.city, address.region, address.postal_code, address.country)
    country = {"cc": address.country} if address.country else {}
    return Property("adr", ["", "", *(part or "" for part in parts)], parameters={"type": "work", **country})


def _links(content: CardContent, url: str, items: "count[int]") -> Iterator[Property]:
    if content.website:
        yield Property("url", content.website, "uri", {"type": "work"})
    for social in content.social_links:
        yield Property("socialprofile", social.url, "uri", {"service-type": network_type(social.url)})
    for label, link in labelled_links(content, url):
        yield from _named(Property("url", link, "uri"), label, items)


def _named(line: Property, label: str | None, items: "count[int]") -> Iterator[Property]:
    if label is None:
        yield line
        return
    group = f"item{next(items)}"
    yield line._replace(group=group)
    yield Property("x-ablabel", label, group=group)


def write_vcard4(view: CardView, url: str, photo: bytes | None = None) -> bytes:
    """Return the card as a vCard 4.0 file in UTF-8; arguments as for `domain.vcard.write_vcard`."""
    lines = [_line(line) for line in properties(view, url, photo)]
    return file_of(["BEGIN:VCARD", "VERSION:4.0", *lines, "END:VCARD"])


def _line(line: Property) -> str:
    name, value, kind, parameters, group = line
    start = _NAME_IN_FILE.get(name) or name.upper()
    if group:
        start = f"{group}.{start}"
    for parameter, chosen in parameters.items():
        if isinstance(chosen, list):
            continue  # SORT-AS, for which strict readers refuse the card
        called = _PARAMETER_IN_FILE.get(parameter) or parameter.upper()
        start += f";{called}={_NOT_A_TOKEN.sub('', chosen)}"
    if isinstance(value, list):
        return f"{start}:{structured(*value)}"
    if kind == "uri":
        # A photo's data URI is not escaped: it is base64 after a fixed head, whose `;` and `,` have to stay.
        return f"{start}:{value if name == 'photo' else uri(value)}"
    if kind == "timestamp":
        return f"{start}:{value.replace('-', '').replace(':', '')}"
    return f"{start}:{text(value)}"
