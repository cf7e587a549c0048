"""Finding cards among a person's own by the words on them."""

import unicodedata
from collections.abc import Iterable
from typing import Final

from domain.cards.card import Card

LONGEST: Final = 100
# Letters that Unicode does not take apart into a plain one and a mark.
_PLAIN: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i"}
)


def matching(cards: Iterable[Card], text: str) -> list[Card]:
    """The cards whose name, title, organisation or handle have all words of the text, in their order.

    Capitals and accents make no difference, and a word may be the beginning or the middle of another.
    """
    words = _plain(text[:LONGEST]).split()
    return [card for card in cards if _has(card, words)]


def _has(card: Card, words: Iterable[str]) -> bool:
    draft = card.draft
    said = _plain("\n".join(filter(None, (draft.name, draft.title, draft.organisation, card.handle))))
    return all(word in said for word in words)


def _plain(text: str) -> str:
    parts = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    return "".join(letter for letter in parts if not unicodedata.combining(letter))
