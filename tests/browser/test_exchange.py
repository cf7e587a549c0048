"""Details left on a card in a browser, and kept: with script and without, on a phone and a desktop."""

import os
import re
import secrets
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.axe import violations
from tests.browser.layout import OVERFLOW, SMALL_TARGETS
from tests.browser.windows import Visit, sign_in

SHOTS = os.environ.get("EXCHANGE_SHOTS")


@pytest.fixture(params=[(390, True, "light"), (1280, True, "dark"), (390, False, "light")], ids=str)
async def window(request, open_window) -> Visit:
    width, script, scheme = request.param
    opened = await open_window(
        viewport={"width": width, "height": 844}, java_script_enabled=script, color_scheme=scheme
    )
    opened.script, opened.scheme = script, scheme
    return opened


async def look(window: Visit, place: str) -> None:
    """Nothing on the page is in anybody's way; without script there is nothing more to see."""
    page = window.page
    if SHOTS:
        width = page.viewport_size["width"]
        await page.screenshot(path=Path(SHOTS, f"{place}-{width}-{window.script}.png"), full_page=True)
    if not window.script:
        return
    await page.evaluate("document.querySelectorAll('.bottom').forEach(bar => bar.style.position = 'static')")
    assert await violations(page, window.scheme) == [], place
    assert await page.evaluate(OVERFLOW) == 0, place
    assert await page.evaluate(SMALL_TARGETS) == [], place


async def a_card_with_form(page: Page) -> str:
    """Make a card and switch its form on; return the path of the public card."""
    name = f"Ada {secrets.token_hex(4)}"
    await page.goto("/my/new-card")
    await page.get_by_label("Name (required)").fill(name)
    await page.get_by_role("button", name=re.compile("publish", re.IGNORECASE)).last.click()
    await page.wait_for_url("**/my/cards/crd_**")
    await page.goto("/my/cards")
    edit = await page.locator("a[href^='/my/cards/crd_']").first.get_attribute("href")
    card = "/".join(edit.split("/")[:4])
    await page.goto(f"{card}/settings")
    await page.get_by_role("link", name="Exchange form…").click()
    await page.get_by_label("Show the button “Share your details” on this card").check()
    await page.get_by_label("Message").select_option(label="Asked, may stay empty")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("Your card shows it within seconds.").wait_for()
    address = await page.get_by_role("link", name="See the form").get_attribute("href")
    return address.removesuffix("/exchange")


async def test_details_are_left_kept_corrected_and_withdrawn(window, open_window, signed_browser) -> None:
    owner = await signed_browser(window)
    card = await a_card_with_form(owner.page)
    await look(owner, "card-settings")
    page = window.page
    await page.goto(card)
    await look(window, "public-card")
    await page.get_by_role("link", name="Share your details").click()
    await page.get_by_label("Name (required)").fill("Grace Hopper")
    await page.get_by_label("E-mail").fill("not an address")
    await page.get_by_label("Message").fill("We met at the fair.")
    await look(window, "form")
    # Nobody reads it faster than three seconds; a browser may.
    await page.wait_for_timeout(3100)
    await page.get_by_role("button", name="Share my details").click()
    await page.get_by_role("heading", name="2 things need another look").wait_for()
    await look(window, "form-faults")
    await page.get_by_label("E-mail").fill("grace@example.com")
    await page.get_by_label("I agree").check()
    await page.get_by_role("button", name="Share my details").click()
    await page.get_by_text("Your details are passed on.").wait_for()
    await look(window, "receipt")
    await owner.page.goto("/my/requests/exchanges")
    await look(owner, "inbox")
    await owner.page.get_by_role("link", name="Grace Hopper").click()
    await look(owner, "one")
    await owner.page.get_by_role("button", name="Keep as contact").click()
    await owner.page.get_by_text("The contact is in your address book.").wait_for()
    await page.get_by_label("E-mail").fill("hopper@example.com")
    await page.get_by_role("button", name="Correct").click()
    await page.get_by_text("Your details are corrected").wait_for()
    await owner.page.reload()
    await expect(owner.page.get_by_role("link", name="hopper@example.com")).to_be_visible()
    await page.get_by_role("button", name="Withdraw my consent").click()
    await page.get_by_text("Your consent is withdrawn").wait_for()
    await look(window, "withdrawn")
    answer = await owner.page.reload()
    assert answer.status == 404
    await owner.page.goto("/my/requests/exchanges")
    await look(owner, "inbox-empty")


@pytest.fixture
async def signed_browser(open_window):
    async def enter(like: Visit) -> Visit:
        opened = await open_window(
            viewport=like.page.viewport_size, java_script_enabled=True, color_scheme=like.scheme
        )
        await sign_in(opened.page, f"Person {secrets.token_hex(4)}")
        opened.script, opened.scheme = True, like.scheme
        return opened

    return enter
