"""Templates of an organisation in a browser: made, changed, looked at before and released."""

import secrets

import pytest

from tests.browser.axe import violations
from tests.browser.layout import misplaced
from tests.browser.windows import open_tab, sign_in

WIDTHS = (320, 390, 1280)


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
@pytest.mark.parametrize("width", WIDTHS)
async def test_a_template_is_made_changed_and_released(
    open_window, tmp_path, width: int, script: bool
) -> None:
    window = await open_window(viewport={"width": width, "height": 900}, java_script_enabled=script)
    page = window.page

    async def look(name: str) -> None:
        if script:
            assert await violations(page) == [], name
            assert await misplaced(page) == [], name
            assert window.complaints == [], name
            await page.screenshot(path=tmp_path / f"{name}.png", full_page=True)

    await sign_in(page, f"Tina Template {secrets.token_hex(3)}")
    await page.goto("/my/new-organisation")
    await page.get_by_label("Name").fill("Analytical Engines")
    await page.get_by_role("main").get_by_role("button").click()
    await open_tab(page, "Cards", "Templates")
    await look("none")
    await page.get_by_role("link", name="Make the first template").click()
    await look("new")
    await page.get_by_label("Name of the template").fill("Staff")
    await page.get_by_label("Standard").check()
    await page.get_by_role("button", name="Make the template").click()
    await page.get_by_text("No card follows it before you release it.").wait_for()
    await look("made")
    await page.get_by_role("heading", name="Title", exact=True).click()
    fold = page.locator("#field-title")
    await fold.get_by_label("What the card says").fill("{nonsense}")
    await look("open")
    await page.get_by_role("button", name="Save the draft").click()
    await page.get_by_role("alert").get_by_text("names something else than").wait_for()
    await look("fault")
    await fold.get_by_label("What the card says").fill("{title?Engineer}")
    await page.get_by_role("button", name="Save the draft").click()
    await page.get_by_text("No card has changed yet.").wait_for()
    await page.get_by_role("button", name="See what would change").click()
    if script:
        await page.get_by_text("No card would change").wait_for()
    await look("effect")
