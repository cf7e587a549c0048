"""Connecting with a company in a browser: with script and without, on a phone and a desktop."""

import secrets

from tests.browser.test_invitations import an_organisation, look, window
from tests.browser.windows import open_tab, sign_in

__all__ = ["window"]


async def test_a_company_is_connected_with_seen_and_left(window) -> None:
    page, word = window.page, secrets.token_hex(4)
    await sign_in(page, f"Ada {word}")
    org = await an_organisation(page, f"Flow-Matic {word} and Sons of Gothenburg")
    await open_tab(page, "Brand", "Company page")
    await page.get_by_role("button", name="Make the company page").click()
    await page.get_by_role("button", name="Save and publish").click()
    await page.get_by_text("The company page is live.").wait_for()
    await look(window, "company-page")
    card = await page.get_by_role("link", name="Open the page").get_attribute("href")
    await page.get_by_role("link", name="What the page asks…").click()
    await look(window, "asks")
    await page.get_by_label("Title").select_option("optional")
    await page.get_by_role("button", name="Save").click()
    await open_tab(page, "Brand", "Who connected")
    await look(window, "nobody")
    await page.goto("/my/companies")
    await look(window, "no-companies")
    await page.goto(card)
    await page.get_by_role("link", name="Connect", exact=True).click()
    await look(window, "connect")
    await page.get_by_role("button", name="Connect").click()
    await page.get_by_role("alert").wait_for()
    await look(window, "connect-fault")
    await page.get_by_label("E-mail").fill("ada@example.com")
    await page.get_by_label("I agree").check()
    await page.get_by_role("button", name="Connect").click()
    await page.get_by_text("You are connected. The company is in your contacts.").wait_for()
    await look(window, "company")
    await page.goto("/my/companies")
    await look(window, "companies")
    await seen_and_deleted(window, org, word)
    await page.goto("/my/companies")
    await page.get_by_role("link", name="Flow-Matic").click()
    await look(window, "removed")
    await page.get_by_role("button", name="Remove from my list").click()
    await page.get_by_role("heading", name="You are connected with no company").wait_for()


async def seen_and_deleted(window, org: str, word: str) -> None:
    """What the organisation does with it."""
    page = window.page
    await page.goto(f"/org/{org}/connections")
    await look(window, "connections")
    await page.get_by_role("link", name="Download as tables").click()
    await look(window, "files")
    await page.goto(f"/org/{org}/connections")
    await page.get_by_label("Find by name").fill("nobody")
    await page.get_by_role("button", name="Search").click()
    await page.get_by_role("heading", name="Nobody is found with").wait_for()
    await look(window, "not-found")
    await page.goto(f"/org/{org}/connections")
    await page.get_by_role("main").get_by_role("link", name=f"Ada {word}").click()
    await look(window, "one")
    await page.get_by_role("link", name="Delete…").click()
    await look(window, "delete")
    await page.get_by_role("button", name="Delete").click()
    await page.get_by_text("Deleted for good.").wait_for()
