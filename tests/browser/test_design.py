"""A design in a browser: ordered, access given, proposed and approved, with two people at two windows."""

import secrets

import pytest

from tests.browser.axe import violations
from tests.browser.layout import misplaced
from tests.browser.windows import sign_in

WIDTHS = (320, 390, 1280)


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
@pytest.mark.parametrize("width", WIDTHS)
async def test_a_design_is_ordered_proposed_and_approved(
    open_window, tmp_path, width: int, script: bool
) -> None:
    options = {"viewport": {"width": width, "height": 900}, "java_script_enabled": script}
    client, staff = await open_window(**options), await open_window(**options)
    page, desk, name = client.page, staff.page, f"Firm {secrets.token_hex(3)}"

    async def look(window, title: str) -> None:
        if script:
            assert await violations(window.page) == [], title
            assert await misplaced(window.page) == [], title
            assert window.complaints == [], title
            await window.page.screenshot(path=tmp_path / f"{title}.png", full_page=True)

    await sign_in(page, f"Olga Owner {secrets.token_hex(3)}")
    await page.goto("/my/new-organisation")
    await page.get_by_label("Name").fill(name)
    await page.get_by_role("main").get_by_role("button").click()
    await page.get_by_role("link", name="Design by iZwop").click()
    await look(client, "nothing-ordered")
    await page.get_by_label("What do you wish for?").fill("Plain cards with our titles, please.")
    await page.get_by_role("button", name="Order a design").click()
    await page.get_by_text("No designer has taken it yet.").wait_for()
    await look(client, "ordered")

    await sign_in(desk, "Disa Designer", known=True)
    await desk.goto("/staff")
    await look(staff, "desk")
    await desk.get_by_role("button", name=f"Take it and ask for access: {name}").click()
    await desk.get_by_text("You asked for access. The organisation gives it, or not.").wait_for()

    await page.reload()
    await look(client, "asks")
    await page.get_by_label("One day").check()
    await page.get_by_role("button", name="Give access").click()
    await page.get_by_text("Disa Designer of iZwop has access").wait_for()
    await look(client, "given")

    await desk.goto("/staff")
    await desk.get_by_role("link", name=f"Open: {name}").click()
    await look(staff, "organisation")
    await desk.get_by_role("link", name="Propose a new template").click()
    await look(staff, "new")
    await desk.get_by_label("Name of the template").fill("Staff")
    await desk.get_by_label("Standard").check()
    await desk.get_by_role("button", name="Begin the proposal").click()
    await desk.get_by_role("heading", name="Title", exact=True).click()
    await desk.locator("#field-title").get_by_label("What the card says").fill("{title?Engineer}")
    await look(staff, "draft")
    await desk.get_by_role("button", name="Save the draft").click()
    await desk.get_by_text("Saved. The organisation does not see it yet.").wait_for()
    await desk.get_by_label("Your word with it").fill("Everybody has a title now.")
    await desk.get_by_role("button", name="Show it to the organisation").click()
    await desk.get_by_role("heading", name="The organisation sees it, and has not answered").wait_for()
    await look(staff, "proposed")

    await page.reload()
    await page.get_by_role("link", name="Staff", exact=True).click()
    await page.get_by_text("Everybody has a title now.").wait_for()
    await look(client, "proposal")
    await page.get_by_role("button", name="Approve and release").click()
    await page.get_by_text("The proposal is approved.").wait_for()
    await look(client, "approved")
    await page.get_by_role("button", name="End the access now").click()
    await page.get_by_text("The access is ended.").wait_for()
    await desk.reload()
    await desk.get_by_text("There is nothing here").wait_for()
    await page.goto(page.url.partition("/design")[0] + "/templates")
    await page.get_by_role("link", name="Staff", exact=True).click()
    await page.get_by_role("link", name="Earlier releases").click()
    await page.get_by_text("designed by Disa Designer of iZwop").wait_for()
