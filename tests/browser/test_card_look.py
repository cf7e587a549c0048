"""The looks of a card in a browser: every theme can be read, by day and by night."""

import io

import pytest
from PIL import Image, ImageColor

from domain.cards.look import THEMES
from tests.browser.axe import violations
from tests.browser.test_layout import OVERFLOW, SMALL_TARGETS
from tests.card_views import full_view
from tests.functions.cards.test_card_page import page_of
from tests.functions.cards.test_look_style import in_look

PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 860}
# Pale, dark, and one that is in between.
COLOURS = ("#ffe14d", "#101820", "#d6249f")
WORDS = (
    ".letters", "h1", ".pronouns", ".title", ".org", ".keep", ".quick a", "h2", ".line b", ".line small",
    ".tile b", ".tile small", ".place", "footer a",
)  # fmt: skip
# Colour and place of an element's first text, which becomes invisible together with all shapes.
TEXT = """e => {
    const range = document.createRange()
    const walker = document.createTreeWalker(e, NodeFilter.SHOW_TEXT)
    range.selectNodeContents(walker.nextNode())
    e.scrollIntoView({block: "center"})
    const {x, y, width, height} = range.getClientRects()[0]
    const colour = getComputedStyle(e).color
    for (const each of [e, ...e.querySelectorAll("*")]) each.style.color = "transparent"
    for (const each of document.querySelectorAll(".icon")) each.style.visibility = "hidden"
    return {colour, clip: {x, y, width, height}}
}"""


def luminance(colour: tuple[int, ...]) -> float:
    """The relative luminance of sRGB (WCAG 2.2)."""
    parts = (part / 255 for part in colour[:3])
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


async def least_contrast(page, words: str) -> float:
    """Contrast of a text with the pixel behind it that is nearest to its colour."""
    found = await page.locator(words).first.evaluate(TEXT)
    shot = await page.screenshot(clip=found["clip"])
    behind = Image.open(io.BytesIO(shot)).convert("RGB").get_flattened_data()
    return min(contrast(ImageColor.getrgb(found["colour"]), pixel) for pixel in set(behind))


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("theme", THEMES)
async def test_every_text_of_every_theme_can_be_read(open_window, theme: str, scheme: str) -> None:
    """Contrast by pixels (WCAG 1.4.3), because axe reads no gradients."""
    page = (await open_window(viewport=PHONE, color_scheme=scheme)).page
    for colour in COLOURS:
        view = in_look(full_view(photo=None), theme, colour)
        await page.set_content(page_of(view))
        found = {words: await least_contrast(page, words) for words in WORDS}
        assert {words: least for words, least in found.items() if least < 4.5} == {}, colour


async def test_a_text_that_cannot_be_read_is_found(open_window) -> None:
    page = (await open_window(viewport=PHONE)).page
    await page.set_content(page_of(in_look(full_view(), "classic", "#ffe14d")))
    await page.evaluate("document.documentElement.style.setProperty('--brand', '#ffe14d')")
    assert await least_contrast(page, "h1") < 4.5


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
