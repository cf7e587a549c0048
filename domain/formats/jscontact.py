"""The JSContact card of a card view: RFC 9553, version 1.0.

Version 2.0 (RFC 9982) differs only in that `uid` may be absent. Ours is always there, so that 1.0 loses
nothing and is what older readers know.
"""

import json
from collections.abc import Iterable
from typing import Any

from domain.cards.content import Address, CardContent, Email, Phone
from domain.cards.networks import network
from domain.formats.jscontact_name import name_of
from domain.formats.labels import PRODUCT, image_urls, labelled_links, organisation_of, paragraphs
from domain.formats.vcard_lines import photo_data
from domain.visibility.view import CardView

_WITH_PROPERTY = frozenset({"name", "title", "organisation", "pronouns"})
_CONTEXT = {"work": {"contexts": {"work": True}}, "home": {"contexts": {"private": True}}, "mobile": {}}


def write_jscontact(view: CardView, url: str, photo: bytes | None = None) -> bytes:
    """Return the card as JSContact in UTF-8; arguments as for `domain.vcard.write_vcard`."""
    content = view.content
    card = {
        "@type": "Card",
        "version": "1.0",
        "uid": view.uid,
        "kind": "org" if view.entity else "individual",
        "prodId": PRODUCT,
        "updated": f"{view.published_at:%Y-%m-%dT%H:%M:%SZ}",
        "name": {"full": content.name} if view.entity else name_of(content),
        **_about(view),
        "emails": _numbered("e", map(_email, content.emails)),
        "phones": _numbered("p", map(_phone, content.phones)),
        "addresses": _numbered("a", [_address(content.office_address)] if content.office_address else []),
        "onlineServices": _numbered(
            "s",
            (
                {"service": network(social.url) or "other", "uri": social.url}
                for social in content.social_links
            ),
        ),
        "links": _numbered("l", _links(content, url)),
        "media": _media(view, url, photo),
    }
    filled = {name: value for name, value in card.items() if value}
    return json.dumps(filled, ensure_ascii=False, separators=(",", ":")).encode()


def _numbered(letter: str, values: Iterable[Any]) -> dict[str, Any]:
    return {f"{letter}{number}": value for number, value in enumerate(values, start=1)}


def _about(view: CardView) -> dict[str, Any]:
    content, organisation = view.content, organisation_of(view)
    pronouns = [{"pronouns": content.pronouns}] if content.pronouns else []
    languages = [
        {"language": language, "pref": preference}
        for preference, language in enumerate(content.languages, start=1)
    ]
    return {
        "speakToAs": {"pronouns": _numbered("k", pronouns)} if pronouns else None,
        "preferredLanguages": _numbered("g", languages),
        "organizations": _numbered("o", [{"name": organisation}] if organisation else []),
        "titles": _numbered("t", [{"kind": "title", "name": content.title}] if content.title else []),
        "notes": _numbered("n", ({"note": note} for note in paragraphs(content, _WITH_PROPERTY))),
    }


def _email(email: Email) -> dict[str, Any]:
    return {"address": email.address, **_CONTEXT[email.kind], **_label(email.label)}


def _phone(phone: Phone) -> dict[str, Any]:
    features = {"mobile": True} if phone.kind == "mobile" else {"voice": True}
    return {"number": phone.number, "features": features, **_CONTEXT[phone.kind], **_label(phone.label)}


def _label(label: str | None) -> dict[str, str]:
    return {"label": label} if label else {}


def _address(address: Address) -> dict[str, Any]:
    parts = (
        ("name", address.street),
        ("locality", address.city),
        ("region", address.region),
        ("postcode", address.postal_code),
    )
    components = [{"kind": kind, "value": value} for kind, value in parts if value]
    return {
        **({"components": components} if components else {}),
        **({"countryCode": address.country} if address.country else {}),
        "contexts": {"work": True},
    }


def _links(content: CardContent, url: str) -> list[dict[str, str]]:
    """The links that are not social ones: those are online services here."""
    others = list(labelled_links(content, url))[len(content.social_links) :]
    website = [("Website", content.website)] if content.website else []
    return [{"uri": link, "label": label} for label, link in website + others]


def _media(view: CardView, url: str, photo: bytes | None) -> dict[str, Any]:
    """The photo goes along, as address books keep it; the logo is a link."""
    media: list[dict[str, str]] = []
    if data := photo_data(photo):
        media.append({"kind": "photo", "uri": f"data:image/jpeg;base64,{data}", "mediaType": "image/jpeg"})
    media += [{"kind": "logo", "uri": link} for link in list(image_urls(view, "logo", url).values())[:1]]
    return _numbered("m", media)
