"""How long it takes somebody new to have a card, and somebody signed in to show its code."""

import io
import secrets

import pytest
import zxingcpp
from PIL import Image
from playwright.async_api import Page

from tests.browser.walks import Walk

TAPS_TO_A_CARD = 6
FIELDS_TO_A_CARD = 5
TAPS_TO_THE_CODE = 1
WINDOWS = {
    "phone": {"viewport": {"width": 390, "height": 844}},
    "desktop": {"viewport": {"width": 1280, "height": 860}},
}


async def code_in(page: Page) -> str:
    """What a camera reads in the window, without scrolling."""
    [code] = zxingcpp.read_barcodes(Image.open(io.BytesIO(await page.screenshot())))
    return code.text


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
@pytest.mark.parametrize("size", WINDOWS)
async def test_somebody_new_has_a_card_soon(open_window, size: str, script: bool) -> None:
    window = await open_window(**WINDOWS[size], java_script_enabled=script)
    walk = Walk(window.page)
    await walk.begin("/")
    await walk.tap("link", "Make your free card")
    await walk.choose("Month", "December")
    await walk.fill("Year", "1985")
    await walk.tap("button", "Continue")
    # The page of the identity provider.
    await walk.fill("Name", "Mary Somerville")
    await walk.fill("E-mail", f"{secrets.token_hex(6)}@example.com")
    await walk.tap("button", "Add and continue")
    await walk.fill("Title", "Astronomer")
    await walk.tap("button", "Make and publish")
    await window.page.get_by_text("Your card is live.").first.wait_for()
    assert len(walk.taps) <= TAPS_TO_A_CARD, walk.taps
    assert len(walk.fields) <= FIELDS_TO_A_CARD, walk.fields
    await window.page.goto("/my/share")
    address = await code_in(window.page)
    stranger = await open_window(java_script_enabled=script)
    await stranger.page.goto(address)
    assert await stranger.page.get_by_role("heading", level=1).inner_text() == "Mary Somerville"
    assert await stranger.page.get_by_text("Astronomer").first.is_visible()
    assert window.complaints + stranger.complaints == []


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
@pytest.mark.parametrize("size", WINDOWS)
async def test_who_is_signed_in_shows_the_code_at_once(
    open_window, origin, places, size: str, script: bool
) -> None:
    window = await open_window(**WINDOWS[size], java_script_enabled=script, storage_state=places.state)
    walk = Walk(window.page)
    await walk.begin("/my")
    await walk.tap("link", "Share")
    await window.page.wait_for_url("**/my/share*")
    await window.page.wait_for_load_state()
    assert await code_in(window.page) == f"{origin}/c/grace-hopper"
    assert len(walk.taps) == TAPS_TO_THE_CODE, walk.taps
    assert window.complaints == []


async def test_a_longer_way_is_counted(open_window, places) -> None:
    walk = Walk((await open_window(storage_state=places.state)).page)
    await walk.begin("/my")
    await walk.tap("link", "Cards")
    await walk.tap("link", "Today")
    assert walk.taps == ["Cards", "Today"]
