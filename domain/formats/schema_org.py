"""Structured data of a card's page: schema.org as JSON-LD, a ProfilePage of a Person or an Organization."""

from typing import Any

from pydantic_core import to_json

from domain.cards.content import Address, CardContent
from domain.formats.labels import image_urls
from domain.formats.names import structured_name
from domain.visibility.view import CardView

# Characters that could end a script element or start markup; old parsers fail on U+2028 and U+2029.
_ESCAPES = {
    "<": "\\u003c",
    ">": "\\u003e",
    "&": "\\u0026",
    "\u2028": "\\u2028",
    "\u2029": "\\u2029",
}
# What schema.org says of people only.
_OF_PEOPLE = frozenset({
    "givenName", "additionalName", "familyName", "honorificPrefix", "honorificSuffix", "pronouns",
    "jobTitle", "worksFor",
})  # fmt: skip


def profile_page(view: CardView, url: str) -> dict[str, Any]:
    content = view.content
    person = {
        "@type": "Person",
        "name": content.name,
        **_name_parts(content),
        "url": content.website or url,
        "image": _picture(view, "photo", url),
        "pronouns": content.pronouns,
        "jobTitle": content.title,
        "worksFor": _organisation(view, url),
        "description": content.bio,
        "knowsLanguage": content.languages,
        "email": [email.address for email in content.emails],
        "telephone": [phone.number for phone in content.phones],
        "address": _address(content.office_address) if content.office_address else None,
        "sameAs": [social.url for social in content.social_links],
    }
    organisation = {
        **{name: value for name, value in person.items() if name not in _OF_PEOPLE},
        "@type": "Organization",
        "logo": _picture(view, "logo", url),
        "image": _picture(view, "company_image", url),
        "description": content.company_text,
    }
    return {
        "@context": "https://schema.org",
        "@type": "ProfilePage",
        "url": url,
        "dateModified": f"{view.published_at:%Y-%m-%dT%H:%M:%SZ}",
        "mainEntity": _filled(organisation if view.entity else person),
    }


def _name_parts(content: CardContent) -> dict[str, str]:
    """Parts of the name, if their owner says which: a guess is no fact to publish."""
    if content.name_parts is None:
        return {}
    name = structured_name(content.name, content.name_parts)
    return {
        "givenName": name.given,
        "additionalName": name.additional,
        "familyName": name.family,
        "honorificPrefix": name.prefix,
        "honorificSuffix": name.suffix,
    }


def script_text(view: CardView, url: str) -> str:
    """JSON-LD as the content of a `<script type="application/ld+json">`, already escaped for it."""
    text = to_json(profile_page(view, url)).decode()
    # Much faster than `translate`, which works character by character.
    for char, escape in _ESCAPES.items():
        text = text.replace(char, escape)
    return text


def _organisation(view: CardView, url: str) -> dict[str, Any] | None:
    content: CardContent = view.content
    if not content.organisation:
        return None
    return _filled(
        {
            "@type": "Organization",
            "name": content.organisation,
            "description": content.company_text,
            "logo": _picture(view, "logo", url),
            "image": _picture(view, "company_image", url),
        }
    )


def _address(address: Address) -> dict[str, Any]:
    return _filled(
        {
            "@type": "PostalAddress",
            "streetAddress": address.street,
            "addressLocality": address.city,
            "addressRegion": address.region,
            "postalCode": address.postal_code,
            "addressCountry": address.country,
        }
    )


def _picture(view: CardView, field: str, url: str) -> str | None:
    """URL of an image, as JPEG where there is one, because every reader accepts it."""
    urls = image_urls(view, field, url)
    return urls.get("jpeg") or next(iter(urls.values()), None)


def _filled(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value}
