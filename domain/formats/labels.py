"""What the formats say of a card beyond its fields: its identity, named links, addresses of pictures."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from domain.cards.content import CardContent
from domain.visibility.view import CardView

PRODUCT = "-//iZwop//iZwop//EN"

_NOT_A_TYPE = re.compile("[^a-z0-9-]")


def network(link: str) -> str:
    """The name of a social network: `linkedin` for https://www.linkedin.com/in/ada."""
    try:
        labels = (urlsplit(link).hostname or "").removeprefix("www.").split(".")
    except ValueError:
        return "other"
    return _NOT_A_TYPE.sub("", labels[-2] if len(labels) > 1 else labels[0]) or "other"


def split_name(name: str) -> tuple[str, str]:
    """Family and given name, by the last space: a guess, which the full name does not share."""
    given, _, family = name.rpartition(" ")
    return (family, given) if given else ("", family)


def labelled_links(content: CardContent, url: str) -> Iterator[tuple[str, str]]:
    """Name and address of every link but the website, the social ones included; the card's own comes last."""
    for social in content.social_links:
        yield network(social.url).capitalize(), social.url
    if content.video_link:
        yield "Video", content.video_link
    if content.map_link:
        yield "Map", content.map_link
    for product in content.product_links:
        yield product.label, product.url
    yield "iZwop", url


def image_urls(view: CardView, field: str, url: str) -> dict[str, str]:
    """The addresses of a shown image by form, such as `webp` and `jpeg`; empty when none is shown."""
    image = view.images.get(field)
    return {form: f"{url}/{name}" for form, name in image.files.items()} if image else {}
