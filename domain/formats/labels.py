"""Parts that the formats share: named links, paragraphs of notes, addresses of pictures."""

import re
from collections.abc import Iterator

from domain.cards.content import FIELDS, CardContent
from domain.cards.networks import known_network, network, site_of
from domain.visibility.view import CardView

PRODUCT = "-//iZwop//iZwop//EN"

_NOT_A_TYPE = re.compile("[^a-z0-9.-]")
# The website has a property of its own in every format.
_LINKS = {
    name: field.short or field.label
    for name, field in FIELDS.items()
    if field.kind == "link" and name != "website"
}
# A text of several lines explains itself; a short one needs its label.
_TEXTS = {
    name: f"{field.label}: " if field.kind == "line" else ""
    for name, field in FIELDS.items()
    if field.kind in ("line", "lines")
}


def organisation_of(view: CardView) -> str | None:
    """The organisation that a card names; that of an organisation names itself."""
    return view.content.organisation or (view.content.name if view.entity else None)


def network_type(link: str) -> str:
    """Social network of a link as a vCard type: `linkedin`."""
    return _NOT_A_TYPE.sub("", (known_network(link) or site_of(link)).lower()) or "other"


def paragraphs(content: CardContent, own: frozenset[str]) -> Iterator[str]:
    """Texts of a card for the note of a format, except the fields in `own`, which have other properties."""
    for name, label in _TEXTS.items():
        if name not in own and (text := getattr(content, name)):
            yield label + text


def labelled_links(content: CardContent, url: str) -> Iterator[tuple[str, str]]:
    """Label and URL of every link but the website, social ones included; the card's own comes last."""
    for social in content.social_links:
        yield network(social.url), social.url
    for name, label in _LINKS.items():
        if link := getattr(content, name):
            yield label, link
    for product in content.product_links:
        yield product.label, product.url
    yield "iZwop", url


def image_urls(view: CardView, field: str, url: str) -> dict[str, str]:
    """The addresses of a shown image by variant, such as `webp` and `jpeg`; empty when none is shown."""
    image = view.images.get(field)
    return {variant: f"{url}/{name}" for variant, name in image.files.items()} if image else {}
