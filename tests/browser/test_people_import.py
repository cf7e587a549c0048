"""People from a file in a browser: with script and without, on a phone and a desktop."""

import os
import secrets
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from tests.browser.axe import violations
from tests.browser.layout import OVERFLOW, SMALL_TARGETS
from tests.browser.test_invitations import an_organisation
from tests.browser.windows import Visit, sign_in

SHOTS = os.environ.get("IMPORT_SHOTS")
LONG = "An organisational unit whose name is longer than a phone is wide and has few places to break it"


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


async def arrive(page: Page, window: Visit, text: str) -> None:
    """Wait for the end of long work, by looking again where no script does it."""
    for _ in range(60):
        if not window.script:
            await page.reload()
        if await page.get_by_text(text).first.is_visible():
            return
        await page.wait_for_timeout(500)
    await expect(page.get_by_text(text).first).to_be_visible()


async def test_people_come_from_a_file(window) -> None:
    page, word = window.page, secrets.token_hex(4)
    await sign_in(page, f"Ida {word}")
    org = await an_organisation(page, f"Firm {word}")
    await page.goto(f"/org/{org}/imports")
    await look(window, "start")
    await page.get_by_role("button", name="Read the file").click()
    await expect(page.get_by_role("alert")).to_be_visible()
    await look(window, "fault")
    rows = [
        f"Grace {word};grace-{word}@example.com;{LONG}",
        f"{LONG};{'x' * 50}@{'y' * 40}.example;Engineer",
        f"Wrong {word};nobody;",
    ]
    content = "\n".join(["Namn;E-post;Titel", *rows]).encode()
    await page.get_by_label("File").set_input_files(
        {"name": "people.csv", "mimeType": "text/csv", "buffer": content}
    )
    await page.get_by_role("button", name="Read the file").click()
    await expect(page.get_by_role("heading", name="What do the columns say?")).to_be_visible()
    assert await page.get_by_label("Titel").input_value() == "title"
    await look(window, "columns")
    await page.get_by_role("button", name="Check every row").click()
    await arrive(page, window, "3 rows are checked, and nothing is stored yet")
    await look(window, "ready")
    await page.get_by_role("button", name="Store 2 people").click()
    await arrive(page, window, "2 people are stored")
    await look(window, "done")
    await page.get_by_role("button", name="Undo the import").click()
    await arrive(page, window, "The import is taken back")
    await look(window, "undone")
