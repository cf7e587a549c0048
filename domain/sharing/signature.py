"""E-mail signature of a card view: its parts, which a person chooses from, and its rows."""

import unicodedata
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from domain.cards.networks import network
from domain.visibility.view import CardView

# The parts of a signature below the name, in their order. `card` is the link to the card.
PARTS: Final = (
    "pronouns",
    "title",
    "organisation",
    "phones",
    "emails",
    "website",
    "office_address",
    "social_links",
    "card",
)
# Parts that a signature has unless the person chooses otherwise: as many as fit beside a photo.
PROPOSED: Final = frozenset({"title", "organisation", "phones", "emails", "website", "card"})


class Piece(NamedTuple):
    """A value in a row: what it leads to, its text, and its text in a signature without links."""

    kind: Literal["text", "phone", "email", "link"]
    value: str
    text: str
    plain: str


class Row(NamedTuple):
    part: str
    pieces: tuple[Piece, ...]


def parts_of(view: CardView) -> list[str]:
    """The parts for which the view has a value."""
    return [part for part in PARTS if part == "card" or getattr(view.content, part)]


def rows_of(view: CardView, parts: frozenset[str], *, url: str, address: str) -> list[Row]:
    """The rows of the chosen parts that the view has. `address` is the office's in one line."""
    pieces = {
        "title": _texts(view.content.title),
        "organisation": _texts(view.content.organisation),
        "phones": _phones(view),
        "emails": (
            Piece("email", email.address, email.address, email.address) for email in view.content.emails
        ),
        "website": _links(view.content.website),
        "office_address": _texts(address if view.content.office_address else None),
        "card": _links(url),
    }
    rows = [Row(part, (piece,)) for part, found in pieces.items() if part in parts for piece in found]
    if "social_links" in parts and view.content.social_links:
        social = tuple(_named(link.url) for link in view.content.social_links)
        rows.insert(len(rows) - ("card" in parts), Row("social_links", social))
    return rows


def direction(text: str) -> Literal["ltr", "rtl"]:
    """Direction of a text by its first strong character: mail programs do not know `dir="auto"`."""
    strong = (sense for char in text if (sense := unicodedata.bidirectional(char)) in ("L", "R", "AL"))
    return "ltr" if next(strong, "L") == "L" else "rtl"


def _texts(text: str | None) -> Iterator[Piece]:
    if text:
        yield Piece("text", text, text, text)


def _phones(view: CardView) -> Iterator[Piece]:
    for phone in view.content.phones:
        text = view.phone_texts.get(phone.number, phone.number)
        if phone.label:
            text = f"{phone.label}: {text}"
        yield Piece("phone", phone.number, text, text)


def _links(link: str | None) -> Iterator[Piece]:
    if link:
        yield Piece("link", link, link, link)


def _named(link: str) -> Piece:
    return Piece("link", link, network(link), f"{network(link)}: {link}")
