"""Import and export of an address book in a browser, with script and without."""

import os
import re
import secrets
from pathlib import Path

import pytest

from tests.browser.test_contacts import look
from tests.browser.windows import Visit, sign_in

CARDS = (
    "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Ada Lovelace\r\nORG:Analytical Engines;Research\r\n"
    "EMAIL;TYPE=WORK:ada@example.com\r\nTEL;TYPE=CELL:070-174 06 05\r\nPHOTO;ENCODING=b:AAAA\r\nEND:VCARD\r\n"
    "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:A. Lovelace\r\nEMAIL:ada@example.com\r\nEND:VCARD\r\n"
    "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:ليلى حداد\r\nTEL:+961 1 123 456\r\nURL:javascript:x\r\nEND:VCARD\r\n"
    "BEGIN:VCARD\r\nVERSION:3.0\r\nREV:2020\r\nEND:VCARD\r\n"
)
# Where pictures of the pages are left to be looked at, if anywhere.
PICTURES = os.environ.get("LOOK_AT")


@pytest.fixture(params=[(390, True, "light"), (1280, True, "dark"), (390, False, "light")], ids=str)
async def window(request, chromium, origin, open_window) -> Visit:
    width, script, scheme = request.param
    context = await chromium.new_context(base_url=origin)
    await sign_in(await context.new_page(), f"Person {secrets.token_hex(4)}")
    state = await context.storage_state()
    await context.close()
    opened = await open_window(
        viewport={"width": width, "height": 800},
        storage_state=state,
        java_script_enabled=script,
        color_scheme=scheme,
    )
    opened.script, opened.scheme = script, scheme
    opened.of = f"{width}-{scheme}{'' if script else '-plain'}"
    return opened


async def seen(window: Visit, place: str) -> None:
    if PICTURES:
        await window.page.screenshot(path=Path(PICTURES) / f"{place}-{window.of}.png", full_page=True)
    await look(window, place)


async def wait_for(window: Visit, text: str) -> None:
    """Wait until long work has come so far; without script a person looks again."""
    found = window.page.get_by_text(text).filter(visible=True).first
    for _ in range(200):
        if window.script or await found.count():
            break
        await window.page.reload()
    await found.wait_for(timeout=60_000)


async def test_an_address_book_comes_in_is_taken_back_and_goes_out(window, tmp_path) -> None:
    page, file = window.page, tmp_path / "contacts.vcf"
    file.write_text(CARDS)
    await page.goto("/my/contacts")
    await page.get_by_role("link", name="Import your address book").click()
    await seen(window, "import")
    await page.get_by_label("Phone numbers without a country code are from").select_option("SE")
    await page.get_by_label("File").set_input_files(file)
    await page.get_by_role("button", name="Read the file").click()
    await wait_for(window, "4 rows are read, and nothing is added yet")
    await seen(window, "report")
    await page.get_by_label("Import A. Lovelace").check()
    await page.get_by_role("button", name="Keep these ticks").click()
    await page.get_by_role("button", name="Import 3 contacts").click()
    await wait_for(window, "3 contacts are in your address book")
    await seen(window, "imported")
    address = page.url
    await page.get_by_role("link", name="Show my contacts").click()
    assert await page.get_by_role("link", name=re.compile("Lovelace")).count() == 2
    await page.goto("/my/export")
    await page.get_by_text("Table (CSV)").click()
    await page.get_by_role("button", name="Export the contacts").click()
    await wait_for(window, "3 contacts, made on")
    await seen(window, "export")
    async with page.expect_download() as fetched:
        await page.get_by_role("link", name="Download").click()
    download = await fetched.value
    assert download.suggested_filename.endswith(".csv")
    await download.save_as(file)
    assert "Ada Lovelace" in file.read_text("utf-8-sig")
    await page.goto(address)
    await page.get_by_role("button", name="Undo the import").click()
    await wait_for(window, "The import is taken back")
    await seen(window, "undone")
    assert window.complaints == []
