"""Finding cards among a person's own by the words on them."""

from collections.abc import Iterable
from typing import Final

from domain.base.folding import fold
from domain.cards.card import Card

LONGEST: Final = 100


def matching(cards: Iterable[Card], text: str) -> list[Card]:
    """The cards whose name, title, organisation or handle have all words of the text, in their order.

    Capitals and accents make no difference, and a word may be the beginning or the middle of another.
    """
    words = fold(text[:LONGEST]).split()
    return [card for card in cards if _has(card, words)]


def _has(card: Card, words: Iterable[str]) -> bool:
    draft = card.draft
    said = fold("\n".join(filter(None, (draft.name, draft.title, draft.organisation, card.handle))))
    return all(word in said for word in words)
