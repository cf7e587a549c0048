"""The links of a card that lead elsewhere, each under a short key that lasts as long as the link."""

import hashlib

from domain.cards.content import CardContent


def link_key(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()[:12]


def links_of(content: CardContent) -> dict[str, str]:
    """The https links of a card's content by their keys; calls and mails are not led through us."""
    urls = [
        content.website,
        *(social.url for social in content.social_links),
        content.video_link,
        content.map_link,
        *(product.url for product in content.product_links),
    ]
    return {link_key(url): url for url in urls if url and url.startswith("https:")}
