"""Inviting many at once in a browser: with script and without, on a phone and a desktop."""

import os
import secrets
from pathlib import Path

from playwright.async_api import expect

from tests.browser.test_invitations import an_organisation
from tests.browser.test_people_import import LONG, arrive, window
from tests.browser.test_people_import import look as looked
from tests.browser.windows import Visit, sign_in

__all__ = ["window"]
SHOTS = os.environ.get("RUN_SHOTS")


async def look(window: Visit, place: str) -> None:
    page = window.page
    if SHOTS:
        width = page.viewport_size["width"]
        await page.screenshot(path=Path(SHOTS, f"{place}-{width}-{window.script}.png"), full_page=True)
    await looked(window, place)


async def test_those_who_have_not_joined_are_invited(window) -> None:
    page, word = window.page, secrets.token_hex(4)
    await sign_in(page, f"Ida {word}")
    org = await an_organisation(page, f"Firm {word}")
    for number, name in enumerate((f"Grace {word}", f"{LONG} {word}")):
        await page.goto(f"/org/{org}/new-person")
        await page.locator("input[name=name]").fill(name)
        await page.locator("input[name=email]").fill(f"{number}-{word}@example.com")
        await page.get_by_role("button", name="Add the person").click()
    await page.goto(f"/org/{org}/invitations")
    await page.get_by_label("Addresses, one on each line (required)").fill(f"1-{word}@example.com")
    await page.get_by_role("button", name="Send the invitations").click()
    await page.goto(f"/org/{org}/people")
    await look(window, "people")
    await page.get_by_role("link", name="Invite those who have not joined").click()
    await look(window, "start")
    await page.get_by_role("button", name="Count them").click()
    await arrive(page, window, "One person would be invited")
    await expect(page.get_by_text("One person has joined already")).to_be_visible()
    await look(window, "counted")
    await page.get_by_role("button", name="Invite one person").click()
    await arrive(page, window, "One person was invited")
    await look(window, "done")
    await page.goto(f"/org/{org}/invitation-runs")
    await look(window, "list")
