"""The look of a card: what is accepted, and colours whose text can be read."""

import pytest
from coloraide import Color
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.cards.content import CardContent
from domain.cards.look import SECTIONS, Look, first_look
from domain.cards.palette import palette_of, shown_colour

# Texts and grounds of the page beside the colours of its own (web/parts/tokens.css).
INK, SOFT, LIGHT = "#1b1b1e", "#5a5960", ("#ffffff", "#f4f3ef")
DARK_INK, DARK_SOFT, DARK = "#f1f0ed", "#aaa9b0", ("#111113", "#1b1b1e", "#08080a", "#151519")
colours = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


def contrast(one: str, other: str) -> float:
    return Color(one).contrast(Color(other), method="wcag21")


@settings(max_examples=60, deadline=None)
@given(colours)
def test_every_text_can_be_read_whatever_the_colour(own: str) -> None:
    made = palette_of(own)
    pairs = [
        ("#ffffff", made.brand),
        ("#ffffff", made.brand_deep),
        *((made.accent, ground) for ground in (*LIGHT, made.tint)),
        *((made.accent_dark, ground) for ground in (*DARK, made.tint_dark)),
        *((text, made.tint) for text in (INK, SOFT)),
        *((text, made.tint_dark) for text in (DARK_INK, DARK_SOFT)),
    ]
    assert {pair: contrast(*pair) for pair in pairs if contrast(*pair) < 4.5} == {}


def test_a_colour_that_white_can_be_read_on_stays_as_it_is() -> None:
    assert shown_colour("#1f5a7a") == ("#1f5a7a", None)
    assert shown_colour("#000000") == ("#000000", None)


def test_a_pale_colour_gets_no_darker_than_it_must_and_the_reason_is_told() -> None:
    shown = shown_colour("#ffcc00")
    assert shown.reason == "made darker so that white text on it can be read"
    assert 4.5 <= contrast(shown.colour, "#ffffff") < 4.7
    hues = [Color(colour).convert("oklch")["hue"] for colour in ("#ffcc00", shown.colour)]
    assert abs(hues[0] - hues[1]) < 6


def test_a_grey_gets_no_tint_of_another_colour() -> None:
    made = palette_of("#777777")
    assert all(len({colour[1:3], colour[3:5], colour[5:7]}) == 1 for _, colour in made)


@pytest.mark.parametrize(
    ("given", "field", "kind"),
    [
        ({"theme": "neon"}, ("theme",), "literal_error"),
        ({"colour": "red"}, ("colour",), "invalid_colour"),
        ({"colour": "#12345"}, ("colour",), "invalid_colour"),
        ({"colour": "#1f5a7a;background:url(//evil.example)"}, ("colour",), "invalid_colour"),
        ({"colour": 7}, ("colour",), "string_type"),
        ({"order": ["code", "contact", "code"]}, ("order",), "named_twice"),
        ({"order": ["hobbies"]}, ("order", 0), "literal_error"),
        ({"font": "Comic Sans"}, ("font",), "extra_forbidden"),
    ],
)
def test_what_is_no_look_is_refused_by_field(given, field, kind) -> None:
    with pytest.raises(ValidationError) as refused:
        Look.model_validate(given)
    [fault] = refused.value.errors()
    assert (fault["loc"], fault["type"]) == (field, kind)


def test_a_colour_has_one_spelling() -> None:
    assert Look(colour=" #1F5A7A").colour == "#1f5a7a"


def test_sections_that_are_not_named_follow_in_their_usual_order() -> None:
    assert Look().sections == list(SECTIONS)
    assert Look(order=["links", "code"]).sections == [
        "links", "code", "contact", "about", "company", "products", "office",
    ]  # fmt: skip


def test_content_without_a_look_takes_the_one_it_had() -> None:
    had, own = first_look("ada"), Look(theme="bold")
    assert CardContent(name="Ada").looking(had).look == had
    assert CardContent(name="Ada", look=own).looking(had).look == own
