"""A design in a browser: ordered, access given, proposed and approved, with two people at two windows."""

import secrets
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from tests.browser.axe import violations
from tests.browser.layout import misplaced
from tests.browser.windows import open_tab, sign_in

WIDTHS = (320, 390, 1280)


Look = Callable[[Any, str], Awaitable[None]]


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
@pytest.mark.parametrize("width", WIDTHS)
async def test_a_design_is_ordered_proposed_and_approved(
    open_window, tmp_path, width: int, script: bool
) -> None:
    options = {"viewport": {"width": width, "height": 900}, "java_script_enabled": script}
    client, staff = await open_window(**options), await open_window(**options)
    name = f"Firm {secrets.token_hex(3)}"

    async def look(window: Any, title: str) -> None:
        if script:
            assert await violations(window.page) == [], title
            assert await misplaced(window.page) == [], title
            assert window.complaints == [], title
            await window.page.screenshot(path=tmp_path / f"{title}.png", full_page=True)

    await sign_in(client.page, f"Olga Owner {secrets.token_hex(3)}")
    await sign_in(staff.page, "Disa Designer", known=True)
    await order(client, name, look)
    await take(staff, name, look)
    await give(client, look)
    await propose(staff, name, look)
    await approve(client, look)
    await end(client, staff)


async def order(client: Any, name: str, look: Look) -> None:
    page = client.page
    await page.goto("/my/new-organisation")
    await page.get_by_label("Name").fill(name)
    await page.get_by_role("main").get_by_role("button").click()
    await open_tab(page, "Brand", "Design by iZwop")
    await look(client, "nothing-ordered")
    await page.get_by_label("What do you wish for?").fill("Plain cards with our titles, please.")
    await page.get_by_role("button", name="Order a design").click()
    await page.get_by_text("No designer has taken it yet.").wait_for()
    await look(client, "ordered")


async def take(staff: Any, name: str, look: Look) -> None:
    await staff.page.goto("/staff")
    await look(staff, "desk")
    await staff.page.get_by_role("button", name=f"Take it and ask for access: {name}").click()
    await staff.page.get_by_text("You asked for access. The organisation gives it, or not.").wait_for()


async def give(client: Any, look: Look) -> None:
    page = client.page
    await page.reload()
    await look(client, "asks")
    await page.get_by_label("One day").check()
    await page.get_by_role("button", name="Give access").click()
    await page.get_by_text("Disa Designer of iZwop has access").wait_for()
    await look(client, "given")


async def propose(staff: Any, name: str, look: Look) -> None:
    page = staff.page
    await page.goto("/staff")
    await page.get_by_role("link", name=f"Open: {name}").click()
    await look(staff, "organisation")
    await page.get_by_role("link", name="Propose a new template").click()
    await look(staff, "new")
    await page.get_by_label("Name of the template").fill("Staff")
    await page.get_by_label("Standard").check()
    await page.get_by_role("button", name="Begin the proposal").click()
    await page.get_by_role("heading", name="Title", exact=True).click()
    await page.locator("#field-title").get_by_label("What the card says").fill("{title?Engineer}")
    await look(staff, "draft")
    await page.get_by_role("button", name="Save the draft").click()
    await page.get_by_text("Saved. The organisation does not see it yet.").wait_for()
    await page.get_by_label("Message").fill("Everybody has a title now.")
    await page.get_by_role("button", name="Show it to the organisation").click()
    await page.get_by_role("heading", name="The organisation sees it, and has not answered").wait_for()
    await look(staff, "proposed")


async def approve(client: Any, look: Look) -> None:
    page = client.page
    await page.reload()
    await page.get_by_role("link", name="Staff", exact=True).click()
    await page.get_by_text("Everybody has a title now.").wait_for()
    await look(client, "proposal")
    await page.get_by_role("button", name="Approve and release").click()
    await page.get_by_text("The proposal is approved.").wait_for()
    await look(client, "approved")


async def end(client: Any, staff: Any) -> None:
    page = client.page
    await page.get_by_role("button", name="End the access now").click()
    await page.get_by_text("The access is ended.").wait_for()
    await staff.page.reload()
    await staff.page.get_by_text("There is nothing here").wait_for()
    await open_tab(page, "Cards", "Templates")
    await page.get_by_role("link", name="Staff", exact=True).click()
    await page.get_by_role("link", name="Earlier releases").click()
    await page.get_by_text("designed by Disa Designer of iZwop").wait_for()
