"""The public JSON of a card view, for programs. It has the texts and links of the card, and of everything
else only what is listed here: no audience, no internal id.
"""

from datetime import datetime
from functools import cache
from typing import Any, Literal

from pydantic import Field, create_model

from domain.base.model import Closed
from domain.cards.content import FIELDS, IMAGE_PURPOSES, CardContent
from domain.formats.labels import image_urls
from domain.visibility.view import CardView


class EmailJson(Closed):
    kind: str
    label: str | None = None
    address: str


class PhoneJson(Closed):
    """`number` is E.164."""

    kind: str
    label: str | None = None
    number: str


class LinkJson(Closed):
    label: str | None = None
    url: str


class AddressJson(Closed):
    """`country` is ISO 3166-1 alpha-2."""

    street: str | None = None
    city: str | None = None
    region: str | None = None
    postal_code: str | None = None
    country: str | None = None


class NamePartsJson(Closed):
    """Parts of the name, as far as the person corrects what address books guess."""

    prefix: str | None = None
    given: str | None = None
    additional: str | None = None
    family: str | None = None
    suffix: str | None = None
    phonetic_given: str | None = None
    phonetic_family: str | None = None


class ImageJson(Closed):
    """`urls` are the image's addresses by variant, such as `webp`; sizes in pixels."""

    urls: dict[str, str]
    width: int
    height: int


# Models of values other than text and links, which are plain strings; pictures are in `images`.
_SHAPES: dict[str, Any] = {
    "name_parts": (NamePartsJson | None, None),
    "languages": (list[str], ...),
    "emails": (list[EmailJson], ...),
    "phones": (list[PhoneJson], ...),
    "social_links": (list[LinkJson], ...),
    "office_address": (AddressJson | None, None),
    "product_links": (list[LinkJson], ...),
}
_TEXT = (str | None, None)
_KIND: Any = (Literal["org"] | None, Field(None, description="Of the card of an organisation itself."))
_VALUES: dict[str, Any] = {
    name: _SHAPES.get(name) or _TEXT
    for name, field in FIELDS.items()
    if name in _SHAPES or field.kind in ("line", "lines", "link")
} | {"name": (str, ...)}


@cache
def models() -> tuple[type[Closed], type[Closed]]:
    """The models of the JSON and of its images, made on first use: a card's page needs neither."""
    shown: dict[str, Any] = dict.fromkeys(IMAGE_PURPOSES, (ImageJson | None, None))
    images = create_model("ImagesJson", __base__=Closed, __module__=__name__, **shown)
    card = create_model(
        "CardJson",
        __base__=Closed,
        __doc__="A card as its viewer may see it. What is not filled in or not shown is absent, never null.",
        __module__=__name__,
        kind=_KIND,
        url=(str, ...),
        updated_at=(datetime, ...),
        **_VALUES,
        images=(images, ...),
    )
    return card, images


def card_json(view: CardView, url: str) -> Closed:
    content, (made, images_json) = view.content, models()
    values: dict[str, Any] = {name: getattr(content, name) for name in _VALUES} | {
        "kind": "org" if view.entity else None,
        "url": url,
        "updated_at": view.published_at,
        "name_parts": content.name_parts and NamePartsJson(**dict(content.name_parts)),
        "emails": [
            EmailJson(kind=mail.kind, label=mail.label, address=mail.address) for mail in content.emails
        ],
        "phones": [PhoneJson(kind=tel.kind, label=tel.label, number=tel.number) for tel in content.phones],
        "social_links": [LinkJson(url=social.url) for social in content.social_links],
        "office_address": _address(content),
        "product_links": [LinkJson(label=link.label, url=link.url) for link in content.product_links],
        "images": images_json(**{field: _image(view, field, url) for field in view.images}),
    }
    return made(**values)


def write_card_json(view: CardView, url: str, photo: bytes | None = None) -> bytes:  # noqa: ARG001 - linked
    """Return the card as JSON in UTF-8. Images are links, so `photo` is not used."""
    return card_json(view, url).model_dump_json(by_alias=True, exclude_none=True).encode()


def _address(content: CardContent) -> AddressJson | None:
    at = content.office_address
    if at is None:
        return None
    return AddressJson(
        street=at.street, city=at.city, region=at.region, postal_code=at.postal_code, country=at.country
    )


def _image(view: CardView, field: str, url: str) -> ImageJson:
    image = view.images[field]
    return ImageJson(urls=image_urls(view, field, url), width=image.width, height=image.height)
