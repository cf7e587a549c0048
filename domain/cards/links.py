"""Outside links of a card, each under a short key that lasts as long as the link."""

import hashlib

from domain.cards.content import FIELDS, LIST_FIELDS, CardContent
from domain.cards.described import described, model_in

# Links among the parts of list fields.
_LINKS_IN_ROWS = {
    name: [
        part
        for part, about in described(model_in(CardContent.model_fields[name].annotation)).items()
        if about.kind == "link"
    ]
    for name in LIST_FIELDS
}


def link_key(url: str) -> str:
    return hashlib.sha256(url.encode()).hexdigest()[:12]


def links_of(content: CardContent) -> dict[str, str]:
    """The https links of a card's content by key; `tel:` and `mailto:` links are not counted."""
    urls: list[str | None] = []
    for name, field in FIELDS.items():
        if field.kind == "link":
            urls.append(getattr(content, name))
        elif name in _LINKS_IN_ROWS:
            urls += [getattr(row, part) for row in getattr(content, name) for part in _LINKS_IN_ROWS[name]]
    return {link_key(url): url for url in urls if url and url.startswith("https:")}
