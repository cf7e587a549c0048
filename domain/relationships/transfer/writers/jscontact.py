"""A contact as JSContact (RFC 9553), with the whole of it beside in iZwop's own property.

Its `uid` comes from what it says, so that the same contact always has the same.
"""

import hashlib
import json
from collections.abc import Iterable
from typing import Any, Final
from uuid import UUID

from domain.formats.labels import PRODUCT
from domain.formats.names import structured_name
from domain.relationships.contact import ContactContent
from domain.relationships.transfer.readers.json_cards import EXACT
from domain.relationships.transfer.writers.exact import exact

_CONTEXT: Final[dict[str, Any]] = {
    "work": {"contexts": {"work": True}},
    "home": {"contexts": {"private": True}},
    "mobile": {},
}
_PARTS: Final = (
    ("title", "prefix"),
    ("given", "given"),
    ("given2", "additional"),
    ("surname", "family"),
    ("credential", "suffix"),
)


def jscontact_of(content: ContactContent, entity: str | None) -> dict[str, Any]:
    told = exact(content, entity)
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).digest()
    card = {
        "@type": "Card",
        "version": "1.0",
        "uid": f"urn:uuid:{UUID(bytes=digest[:16], version=5)}",
        "kind": "org" if content.kind == "entity" else "individual",
        "prodId": PRODUCT,
        "name": _name(content),
        "nicknames": _numbered("k", [{"name": content.nickname}] if content.nickname else []),
        "organizations": _numbered("o", [{"name": content.organisation}] if content.organisation else []),
        "titles": _numbered("t", [{"name": content.title}] if content.title else []),
        "emails": _numbered(
            "e",
            (
                {"address": each.address, **_CONTEXT[each.kind], **_label(each.label)}
                for each in content.emails
            ),
        ),
        "phones": _numbered("p", map(_phone, content.phones)),
        "addresses": _numbered("a", map(_address, content.addresses)),
        "links": _numbered("l", ({"uri": each.url, **_label(each.label)} for each in content.links)),
        "keywords": dict.fromkeys(content.tags, True),
        EXACT: told,
    }
    return {name: value for name, value in card.items() if value}


def _numbered(letter: str, values: Iterable[Any]) -> dict[str, Any]:
    return {f"{letter}{number}": value for number, value in enumerate(values, start=1)}


def _label(label: str | None) -> dict[str, str]:
    return {"label": label} if label else {}


def _name(content: ContactContent) -> dict[str, Any]:
    if content.kind == "entity":
        return {"full": content.name}
    parts = structured_name(content.name, content.name_parts)
    named = [{"kind": kind, "value": text} for kind, part in _PARTS if (text := getattr(parts, part))]
    return {"full": content.name, **({"components": named} if named else {})}


def _phone(phone: Any) -> dict[str, Any]:
    features = {"mobile": True} if phone.kind == "mobile" else {"voice": True}
    return {"number": phone.number, "features": features, **_CONTEXT[phone.kind], **_label(phone.label)}


def _address(address: Any) -> dict[str, Any]:
    parts = (
        ("name", address.street),
        ("locality", address.city),
        ("region", address.region),
        ("postcode", address.postal_code),
    )
    components = [{"kind": kind, "value": text} for kind, text in parts if text]
    return {
        **({"components": components} if components else {}),
        **({"countryCode": address.country} if address.country else {}),
        **_CONTEXT[address.kind],
        **_label(address.label),
    }
