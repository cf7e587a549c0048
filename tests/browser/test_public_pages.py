"""Public pages in Chromium: axe objects to nothing, nothing is wider than the screen, targets are large."""

import pytest

from functions.site.text_files import TOPICS
from tests.browser.axe import violations
from tests.browser.test_layout import OVERFLOW
from tests.browser.windows import PHONE, sign_in

PAGES = [
    "/",
    "/help",
    *(f"/help/{topic}" for topic in TOPICS),
    "/privacy",
    "/terms",
    "/nowhere",
    "/c/nobody-here",
]
SMALL = {**PHONE, "viewport": {"width": 320, "height": 640}}
# Links within sentences are excepted (WCAG 2.5.5).
SMALL_TARGETS = """() => [...document.querySelectorAll("a, button")]
    .filter(e => e.checkVisibility() && !e.closest(".prose, p:not(.actions), .skip"))
    .map(e => [e.textContent.trim(), e.getBoundingClientRect()])
    .filter(([, box]) => box.height < 43.5 || box.width < 43.5)
    .map(([name, box]) => `${name}: ${box.width} by ${box.height}`)"""


@pytest.mark.parametrize(("scheme", "locale"), [("light", "en-GB"), ("light", "sv-SE"), ("dark", "en-GB")])
async def test_axe_finds_nothing_on_a_public_page(open_window, scheme, locale) -> None:
    window = await open_window(color_scheme=scheme, locale=locale)
    for address in PAGES:
        await window.page.goto(address)
        assert await violations(window.page, scheme) == [], address
    assert window.complaints == []


async def test_every_public_page_fits_a_small_phone(open_window) -> None:
    window = await open_window(**SMALL)
    for address in PAGES:
        await window.page.goto(address)
        assert await window.page.evaluate(OVERFLOW) == 0, address
        assert await window.page.evaluate(SMALL_TARGETS) == [], address
    assert window.complaints == []


async def test_public_pages_fit_with_text_of_twice_the_size(open_window) -> None:
    window = await open_window(**SMALL)
    for address in PAGES:
        await window.page.goto(address)
        await window.page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert await window.page.evaluate(OVERFLOW) == 0, address


async def test_from_home_to_a_real_card_and_to_the_sign_in(open_window, people) -> None:
    window = await open_window(**PHONE)
    page = window.page
    await page.goto("/")
    shown = await page.get_by_role("img", name="card on a phone").evaluate(
        "e => [e.complete, e.naturalWidth]"
    )
    assert shown == [True, 780]
    await page.get_by_role("link", name="See an example").click()
    await page.get_by_role("heading", name="Ada Lovelace").wait_for()
    assert page.url.endswith(people)
    await page.go_back()
    await page.get_by_role("link", name="Make your free card").click()
    await page.get_by_label("Month").wait_for()
    assert window.complaints == []


async def test_a_missing_page_leads_back_to_ones_cards(open_window) -> None:
    window = await open_window(**PHONE)
    page = window.page
    await sign_in(page, "Somebody Lost")
    await page.goto("/nowhere")
    assert await violations(page) == []
    await page.get_by_role("navigation", name="Your iZwop").wait_for()
    await page.get_by_role("main").get_by_role("link", name="My cards").click()
    await page.wait_for_url("**/my/cards")
    assert window.complaints == []
