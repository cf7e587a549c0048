"""A person's cards are found by the words on them, however they are written."""

from datetime import UTC, datetime

import pytest

from domain.cards.card import Card
from domain.cards.content import CardContent
from domain.cards.search import matching

AT = datetime(2026, 11, 26, tzinfo=UTC)


def card(handle: str, name: str, title: str | None = None, organisation: str | None = None) -> Card:
    return Card(
        id=f"crd_{handle}",
        account_id="acc_a",
        profile_id="prf_a",
        handle=handle,
        version=1,
        draft=CardContent(name=name, title=title, organisation=organisation),
        created_at=AT,
        updated_at=AT,
    )


CARDS = [
    card("ada", "Ada Lovelace", "Countess", "Analytical Engines"),
    card("bjork", "Björk Guðmundsdóttir"),
    card("soren", "Søren Łukasz", "Straßenbauer"),
    card("layla", "ليلى حداد"),
    card("eda-2", "I\u015f\u0131l \u0130nan"),
]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ada", ["ada"]),
        ("LOVE engines", ["ada"]),
        ("engines love", ["ada"]),
        ("love nothing", []),
        ("bjork gudmunds", ["bjork"]),
        ("BJÖRK", ["bjork"]),
        ("bjo\u0308rk", ["bjork"]),
        ("soren lukasz", ["soren"]),
        ("STRASSEN", ["soren"]),
        ("حداد", ["layla"]),
        ("eda-2", ["eda-2"]),
        ("isil inan", ["eda-2"]),
        ("", [each.handle for each in CARDS]),
        ("a" * 10_000, []),
    ],
)
def test_cards_are_found_by_their_words(text: str, found: list[str]) -> None:
    assert [each.handle for each in matching(CARDS, text)] == found
