"""Inviting somebody and joining in a browser: with script and without, on a phone and a desktop."""

import hashlib
import os
import secrets
from pathlib import Path

import pytest
from playwright.async_api import Page

from domain.organisations.invitations.links import link_of
from tests.browser.axe import violations
from tests.browser.layout import OVERFLOW, SMALL_TARGETS
from tests.browser.windows import Visit, sign_in

SHOTS = os.environ.get("INVITATION_SHOTS")


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


async def an_organisation(page: Page, name: str) -> str:
    """Make an organisation; return its id."""
    await page.goto("/my/new-organisation")
    await page.get_by_label("Name of the organisation (required)").fill(name)
    await page.get_by_role("button", name="Make the organisation").click()
    await page.wait_for_url("**/org/org_**")
    return page.url.partition("/org/")[2].partition("?")[0]


async def join_as(page: Page, address: str) -> None:
    """Sign in on the way with this address, and join."""
    await page.get_by_role("link", name="Sign in to join").click()
    await page.get_by_label("Month").select_option(label="December")
    await page.get_by_label("Year").fill("1985")
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_label("Name").fill("Grace Hopper")
    await page.get_by_label("E-mail").fill(address)
    await page.get_by_role("button", name="Add and continue").click()
    await page.wait_for_url("**/join/**")


async def test_somebody_is_invited_and_joins(window, open_window, product_settings) -> None:
    owner, page = window, window.page
    await sign_in(page, f"Ada {secrets.token_hex(4)}")
    org = await an_organisation(page, "Flow-Matic and Sons of Gothenburg")
    await look(owner, "home")
    await page.get_by_role("link", name="Invite people").click()
    await look(owner, "empty")
    address = f"grace.brewster.murray.hopper.{secrets.token_hex(6)}@mathematics.example.com"
    await page.get_by_label("Addresses, one on each line (required)").fill(f"{address}\nnot an address")
    await page.get_by_label("Role").select_option(label="Editor")
    await page.get_by_role("button", name="Send the invitations").click()
    await page.get_by_role("heading", name="One thing needs another look").wait_for()
    await look(owner, "faults")
    await page.get_by_label("Addresses, one on each line (required)").fill(f"{address}\n\nbob@example.com")
    await page.get_by_role("button", name="Send the invitations").click()
    await page.get_by_text("The invitations are on their way.").wait_for()
    await look(owner, "waiting")
    withdraw = page.get_by_role("button", name=f"Withdraw: {address}")
    place = await withdraw.locator("xpath=..").get_attribute("action")
    key = hashlib.sha256(f"invitation {product_settings['SESSION_KEY'].split(',')[0]}".encode()).digest()
    link = f"/join/{link_of(org, place.split('/')[4], 1, key)}"
    await page.goto(link)
    await page.wait_for_url(f"**/org/{org}")
    invited = await open_window(viewport=page.viewport_size, java_script_enabled=window.script)
    invited.script, invited.scheme = window.script, "light"
    await invited.page.goto(link)
    await look(invited, "invited")
    await join_as(invited.page, address)
    await look(invited, "join")
    await invited.page.get_by_label("Your name (required)").fill("Grace B. Hopper")
    await invited.page.get_by_role("button", name="Join").click()
    await invited.page.get_by_text("You are in. Welcome!").wait_for()
    other = await open_window(viewport=page.viewport_size, java_script_enabled=window.script)
    other.script, other.scheme = window.script, "light"
    await other.page.goto(link)
    await other.page.get_by_role("heading", name="This link opens nothing").wait_for()
    await look(other, "over")
    assert owner.complaints == invited.complaints == other.complaints == []
