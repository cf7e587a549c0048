"""The pages of an organisation on a phone: one line that opens, and says where one is."""

import secrets

import pytest
from playwright.async_api import expect

from tests.browser.axe import violations
from tests.browser.layout import misplaced
from tests.browser.test_invitations import an_organisation
from tests.browser.windows import sign_in

LINE = 64


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
async def test_a_phone_has_all_pages_in_one_line(open_window, script: bool) -> None:
    window = await open_window(viewport={"width": 390, "height": 844}, java_script_enabled=script)
    page, word = window.page, secrets.token_hex(3)
    await sign_in(page, f"Olga {word}")
    other = await an_organisation(page, f"Other {word}")
    org = await an_organisation(page, f"Firm {word}")
    await page.goto(f"/org/{org}/teams")
    menu = page.locator("details.menu > summary")
    assert await menu.inner_text() == f"Firm {word}\nPeople · Teams"
    assert (await menu.bounding_box())["height"] <= LINE
    pages = page.get_by_role("navigation", name="Pages of the organisation")
    await expect(pages).to_be_hidden()
    await menu.press("Enter")
    await expect(pages.get_by_role("link", name="Teams")).to_have_attribute("aria-current", "page")
    assert await pages.locator("[aria-current]").count() == 1
    if script:
        assert await violations(page) == []
        assert await misplaced(page) == []
        assert await page.evaluate("document.querySelectorAll('nav[aria-label^=Pages] a').length > 20")
    others = page.get_by_role("navigation", name="Other organisations")
    await others.get_by_role("link", name=f"Other {word}").press("Enter")
    await page.wait_for_url(f"**/org/{other}")
    assert await menu.inner_text() == f"Other {word}\nOverview"


async def test_a_desktop_has_tabs_instead(open_window) -> None:
    page, word = (await open_window(viewport={"width": 1280, "height": 844})).page, secrets.token_hex(3)
    await sign_in(page, f"Olga {word}")
    org = await an_organisation(page, f"Firm {word}")
    await page.goto(f"/org/{org}/teams")
    await expect(page.locator("details.menu")).to_be_hidden()
    tabs = page.get_by_role("navigation", name="Pages of the organisation")
    await expect(tabs.get_by_role("link", name="People", exact=True)).to_have_attribute(
        "aria-current", "true"
    )
    more = page.get_by_role("navigation", name="More pages here")
    await expect(more.get_by_role("link", name="Teams")).to_have_attribute("aria-current", "page")
