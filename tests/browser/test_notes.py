"""Notes in a browser: written, previewed, changed, deleted and taken back, with script and without."""

import secrets

import pytest

from tests.browser.test_contacts import kept, look
from tests.browser.windows import Visit, sign_in


@pytest.fixture(scope="module")
async def state(chromium, origin) -> dict:
    context = await chromium.new_context(base_url=origin)
    await sign_in(await context.new_page(), f"Person {secrets.token_hex(4)}")
    found = await context.storage_state()
    await context.close()
    return found


@pytest.fixture(params=[(390, True, "light"), (1280, True, "dark"), (390, False, "light")], ids=str)
async def window(request, open_window, state) -> Visit:
    width, script, scheme = request.param
    opened = await open_window(
        viewport={"width": width, "height": 800},
        storage_state=state,
        java_script_enabled=script,
        color_scheme=scheme,
    )
    opened.script, opened.scheme = script, scheme
    return opened


async def test_a_note_is_written_previewed_changed_deleted_and_taken_back(window) -> None:
    page = window.page
    name = await kept(page)
    await look(window, "contact without notes")
    await page.get_by_label("Write a note").fill("Likes **tea**")
    await page.get_by_role("button", name="Save the note").click()
    await page.get_by_text("Only you can read it.").wait_for()
    assert await page.locator(".note strong").inner_text() == "tea"
    await page.locator(".note").get_by_text("Only you").wait_for()
    await look(window, "notes")
    await page.get_by_role("link", name="Edit the note of").click()
    await page.get_by_label("Note", exact=True).fill("# Plan\n\n- call\n- **write**")
    await page.get_by_role("button", name="Preview").click()
    await page.get_by_role("heading", name="Plan").wait_for()
    await look(window, "preview")
    await page.get_by_role("button", name="Save the note").click()
    await page.get_by_text("The note is saved.").wait_for()
    await page.get_by_role("button", name="Delete the note of").click()
    await page.get_by_text("You can take it back for a day.").wait_for()
    await look(window, "deleted note")
    await page.get_by_role("button", name="Undo the deletion of the note", exact=True).click()
    await page.get_by_text("The note is back, as it was.").wait_for()
    await page.get_by_role("link", name=name).click()
    await page.get_by_role("heading", name="Plan").wait_for()
    await look(window, "contact with a note")
