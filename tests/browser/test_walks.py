"""How long it takes somebody new to have a card, and somebody signed in to show it, with script and without."""

import secrets

import pytest

from tests.browser.walks import Walk

TAPS_TO_A_CARD = 6
FIELDS_TO_A_CARD = 5
WINDOWS = {
    "phone": {"viewport": {"width": 390, "height": 844}},
    "desktop": {"viewport": {"width": 1280, "height": 860}},
}


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
    await walk.tap("link", "Make your card")
    await walk.fill("Title", "Astronomer")
    await walk.tap("button", "Make and publish")
    await window.page.get_by_text("Your card is live.").first.wait_for()
    assert len(walk.taps) <= TAPS_TO_A_CARD, walk.taps
    assert len(walk.fields) <= FIELDS_TO_A_CARD, walk.fields
    address = await window.page.locator("a[href*='/c/mary-somerville']").first.get_attribute("href")
    stranger = await open_window(java_script_enabled=script)
    await stranger.page.goto(address)
    assert await stranger.page.get_by_role("heading", level=1).inner_text() == "Mary Somerville"
    assert await stranger.page.get_by_text("Astronomer").first.is_visible()
    assert window.complaints + stranger.complaints == []
