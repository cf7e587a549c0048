"""Teams in a browser: made, filled, looked after and deleted, on a phone and at a desk, in light and dark."""

import secrets

import pytest

from tests.browser.axe import violations
from tests.browser.layout import misplaced
from tests.browser.windows import Visit, open_tab, sign_in

# What each page says, for which the test waits.
SAYS = {
    "none": "No teams yet",
    "new": "Make the team",
    "empty": "Nobody is in this team yet",
    "nobody": "Nobody is found with",
    "refused": "Choose at least one person",
    "team": "They are an admin of the team.",
    "settings": "Its people stay in the organisation.",
    "people": "Only of the team",
    "teams": "Part of Sales",
    "deleted": "The team is deleted.",
}


async def look(window: Visit, scheme: str, place: str, folder) -> None:
    page = window.page
    await page.get_by_text(SAYS[place]).first.wait_for()
    await page.wait_for_load_state()
    assert await violations(page, scheme) == [], place
    assert await misplaced(page) == [], place
    assert window.complaints == [], place
    await page.screenshot(path=folder / f"{place}-{scheme}.png", full_page=True)


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
async def test_a_team_is_made_filled_and_deleted(open_window, tmp_path, width, scheme) -> None:
    name = f"Ada {secrets.token_hex(3)}"
    window = await open_window(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = window.page
    await sign_in(page, name)
    await page.goto("/my/new-organisation")
    await page.get_by_label("Name of the organisation").fill("Flow-Matic")
    await page.get_by_role("button", name="Make the organisation").click()
    await open_tab(page, "People", "Teams")
    await look(window, scheme, "none", tmp_path)
    await page.get_by_role("link", name="Make the first team").click()
    await look(window, scheme, "new", tmp_path)
    await page.get_by_label("Name of the team").fill("Sales and everything that belongs to it")
    await page.get_by_role("button", name="Make the team").click()
    await look(window, scheme, "empty", tmp_path)
    await page.get_by_role("link", name="Add people").click()
    await page.get_by_label("Find a person").fill("nobody")
    await page.get_by_role("button", name="Search").click()
    await look(window, scheme, "nobody", tmp_path)
    await page.get_by_role("link", name="See all people").click()
    await page.get_by_role("button", name="Add the chosen people").click()
    await look(window, scheme, "refused", tmp_path)
    await page.get_by_role("checkbox", name="Choose Ada").check()
    await page.get_by_role("button", name="Add the chosen people").click()
    await page.get_by_role("button", name="Make admin").click()
    await look(window, scheme, "team", tmp_path)
    await page.get_by_role("link", name="New sub-team").click()
    await page.get_by_label("Name of the team").fill("Nordic")
    await page.get_by_role("button", name="Make the team").click()
    await page.get_by_role("link", name="Settings of the team").click()
    await look(window, scheme, "settings", tmp_path)
    await page.goto(page.url.partition("/teams")[0] + "/people")
    await look(window, scheme, "people", tmp_path)
    await open_tab(page, "People", "Teams")
    await look(window, scheme, "teams", tmp_path)
    await page.get_by_role("link", name="Nordic").click()
    await page.get_by_role("link", name="Settings of the team").click()
    await page.get_by_role("button", name="Delete the team").click()
    await look(window, scheme, "deleted", tmp_path)
    await page.get_by_role("button", name="Undo").first.click()
    await page.get_by_text("The team is back").wait_for()
