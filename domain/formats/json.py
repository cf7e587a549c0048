"""The public JSON of a card view, for programs. What it may hold is all here: no audience, no internal id."""

from datetime import datetime

from domain.base.model import Closed
from domain.cards.content import CardContent
from domain.formats.labels import image_urls
from domain.visibility.view import CardView

MEDIA_TYPE = "application/json"


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


class ImageJson(Closed):
    """`urls` are the image's addresses by form, such as `webp`; sizes in pixels."""

    urls: dict[str, str]
    width: int
    height: int


class ImagesJson(Closed):
    photo: ImageJson | None = None
    logo: ImageJson | None = None
    company_image: ImageJson | None = None


class CardJson(Closed):
    """A card as its viewer may see it. What is absent is not filled in or not shown; nothing is null."""

    url: str
    updated_at: datetime
    name: str
    pronouns: str | None = None
    title: str | None = None
    organisation: str | None = None
    bio: str | None = None
    languages: list[str]
    emails: list[EmailJson]
    phones: list[PhoneJson]
    website: str | None = None
    social_links: list[LinkJson]
    company_text: str | None = None
    video_link: str | None = None
    office_address: AddressJson | None = None
    map_link: str | None = None
    product_links: list[LinkJson]
    images: ImagesJson


def card_json(view: CardView, url: str) -> CardJson:
    content = view.content
    return CardJson(
        url=url,
        updated_at=view.published_at,
        name=content.name,
        pronouns=content.pronouns,
        title=content.title,
        organisation=content.organisation,
        bio=content.bio,
        languages=content.languages,
        emails=[EmailJson(kind=mail.kind, label=mail.label, address=mail.address) for mail in content.emails],
        phones=[PhoneJson(kind=tel.kind, label=tel.label, number=tel.number) for tel in content.phones],
        website=content.website,
        social_links=[LinkJson(url=social.url) for social in content.social_links],
        company_text=content.company_text,
        video_link=content.video_link,
        office_address=_address(content),
        map_link=content.map_link,
        product_links=[LinkJson(label=product.label, url=product.url) for product in content.product_links],
        images=ImagesJson(**{field: _image(view, field, url) for field in view.images}),
    )


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
