"""The looks of a card in a browser: every theme can be read, by day and by night."""

import pytest

from domain.cards.look import THEMES
from tests.browser.axe import violations
from tests.browser.contrast import pale, pale_focus
from tests.browser.test_layout import OVERFLOW, SMALL_TARGETS
from tests.card_views import full_view
from tests.functions.cards.test_card_page import page_of
from tests.functions.cards.test_look_style import in_look

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 860}
# Pale, dark, and one that is in between.
COLOURS = ("#ffe14d", "#101820", "#d6249f")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("theme", THEMES)
async def test_every_text_and_focus_of_every_theme_is_seen(open_window, theme: str, scheme: str) -> None:
    page = (await open_window(viewport=PHONE, color_scheme=scheme)).page
    for colour in COLOURS:
        await page.set_content(page_of(in_look(full_view(photo=None), theme, colour)))
        told = [*await pale(page), *await pale_focus(page, set())]
        assert [str(each) for each in told] == [], colour


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("theme", THEMES)
async def test_every_theme_shows_what_the_keyboard_reached(open_window, theme: str, scheme: str) -> None:
    page = (await open_window(viewport=PHONE, color_scheme=scheme)).page
    await page.set_content(page_of(in_look(full_view(photo=None), theme, COLOURS[2])))
    assert [str(each) for each in await pale_focus(page, set())] == []


async def test_a_text_that_cannot_be_read_is_found(open_window) -> None:
    page = (await open_window(viewport=PHONE)).page
    await page.set_content(page_of(in_look(full_view(), "classic", "#ffe14d")))
    await page.evaluate("document.documentElement.style.setProperty('--brand', '#ffe14d')")
    assert any("h1" in str(each) for each in await pale(page))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("theme", THEMES)
async def test_a_theme_is_in_nobodys_way(open_window, theme: str, size: dict, scheme: str) -> None:
    page = (await open_window(viewport=size, color_scheme=scheme)).page
    await page.set_content(page_of(in_look(full_view(), theme, "#d6249f", order=["links", "code"])))
    assert await violations(page, scheme) == []
    assert await page.evaluate(OVERFLOW) == 0
    assert await page.evaluate(SMALL_TARGETS) == []


@pytest.mark.parametrize("theme", THEMES)
async def test_a_theme_fits_a_small_phone_with_large_text(open_window, theme: str) -> None:
    page = (await open_window(viewport={"width": 320, "height": 800})).page
    await page.set_content(page_of(in_look(full_view(), theme)))
    await page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert await page.evaluate(OVERFLOW) == 0


@pytest.mark.parametrize("theme", THEMES)
async def test_every_theme_prints_black_on_white(open_window, theme: str) -> None:
    page = (await open_window(viewport={"width": 321, "height": 208}, color_scheme="dark")).page
    await page.set_content(page_of(in_look(full_view(), theme)))
    await page.emulate_media(media="print", color_scheme="light")
    inks = await page.evaluate(
        "[...document.querySelectorAll('h1, .title, .line b')].map(e => getComputedStyle(e).color)"
    )
    assert set(inks) == {"rgb(0, 0, 0)"}
    sheet = await page.pdf(prefer_css_page_size=True)
    assert sheet.count(b"/Type /Page\n") <= 2
