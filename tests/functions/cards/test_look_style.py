"""The styles of card pages: small, with names of their own, and the same tokens as the site."""

import gzip
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from domain.cards.look import THEMES, Look, Theme
from domain.cards.palette import palette_of
from domain.visibility.view import CardView
from functions.cards.drawn import said_in_preview
from functions.cards.look.style import sheet, styles_of
from tests.card_views import full_view
from tests.functions.cards.test_card_page import HTML_BYTES, fullest_card, page_of

ROOT = Path(__file__).parents[3]
_CLASS = re.compile(r"\.([a-z][a-z-]*)(?=[^{}]*\{)")
# What a class of this name is on the site as well.
SAME = {"icon"}


def in_look(view: CardView, theme: Theme, colour: str = "#2563eb", **look: object) -> CardView:
    chosen = Look.model_validate({"theme": theme, "colour": colour, **look})
    content = view.content.model_copy(update={"look": chosen})
    return view.model_copy(update={"content": content, "palette": palette_of(colour)})


@pytest.mark.parametrize("theme", THEMES)
def test_the_fullest_page_stays_small_in_every_theme(theme) -> None:
    view = in_look(fullest_card(), theme)
    page = page_of(view, "https://izwop.example/c/wolfeschlegelstein-k3x9ab")
    weight = len(gzip.compress(page.encode(), 6))
    assert weight <= HTML_BYTES, weight


@pytest.mark.parametrize("theme", THEMES)
def test_a_page_has_the_tokens_it_uses_and_no_other(theme) -> None:
    css = sheet(theme)
    declared = set(re.findall(r"(--[a-z0-9-]+):", css))
    assert declared == set(re.findall(r"var\((--[a-z0-9-]+)\)", css))


def test_themes_are_told_apart_and_only_the_chosen_one_is_sent() -> None:
    assert {path.stem for path in (ROOT / "web/styles/themes").glob("*.css")} == set(THEMES)
    assert len({sheet(theme) for theme in THEMES}) == len(THEMES)
    assert "ui-serif" not in sheet("classic")


def test_a_look_replaces_our_colours_on_light_and_dark_pages() -> None:
    made = palette_of("#2563eb")
    light, dark = styles_of(in_look(full_view(), "classic"))[1].split("@media")
    assert (f"--brand:{made.brand};" in light, f"--accent:{made.accent};" in light) == (True, True)
    assert f"--accent:{made.accent_dark};" in dark
    [_, always] = styles_of(in_look(full_view(), "night"))
    assert made.accent_dark in always
    assert made.accent not in always
    assert len(styles_of(full_view())) == 1


def test_the_picture_of_a_link_has_the_colour_of_its_page() -> None:
    view = in_look(full_view(), "bold", "#ffcc00")
    assert f"--brand:{said_in_preview(view, None).colour};" in styles_of(view)[1]
    assert f"--brand:{said_in_preview(full_view(), None).colour};" in styles_of(full_view())[0]


def test_sections_come_in_the_chosen_order() -> None:
    titles = ["Elsewhere", "Pass it on", "Contact", "About me", "Products and services", "Office"]
    page = page_of(in_look(full_view(), "classic", order=["links", "code"]))
    assert [title for title in re.findall(r"<h2[^>]*>([^<]*)<", page) if title in titles] == titles


def test_only_shapes_that_a_page_uses_are_sent() -> None:
    page = page_of(full_view(phones=[], videoLink=None, productLinks=[]))
    drawn, used = set(re.findall(r'<symbol id="(\w+)"', page)), set(re.findall(r'<use href="#(\w+)"', page))
    assert drawn == used
    assert {"call", "play", "bag"}.isdisjoint(drawn)


def classes(*sheets: Path) -> Iterator[str]:
    for path in sheets:
        yield from _CLASS.findall(re.sub(r"url\([^)]*\)", "", path.read_text("utf-8")))


def test_no_class_name_means_one_thing_on_a_card_and_another_on_the_site() -> None:
    styles = ROOT / "web/styles"
    site = {styles / "site.css", *(ROOT / "web/parts").glob("*.css")}
    cards = [*styles.glob("card*.css"), *styles.glob("themes/*.css")]
    both = set(classes(*cards)) & set(classes(*site))
    assert both <= SAME, both
