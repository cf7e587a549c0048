"""Duplicates in a browser: found, compared, merged, taken back, with script and without."""

import os
import secrets
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.axe import violations
from tests.browser.layout import OVERFLOW, SMALL_TARGETS
from tests.browser.windows import Visit, sign_in

SHOTS = os.environ.get("SHOTS")
PEOPLE = (
    {"name": "Grace Hopper", "title": "Programmer", "emails": [{"address": "grace@navy.example"}],
     "phones": [{"number": "+46701740605"}], "tags": ["Pioneers"], "organisation": "Eckert"},
    {"name": "Gracie Hopper", "title": "Rear Admiral", "emails": [{"address": "GRACE@navy.example"},
     {"address": "gracie@home.example", "kind": "home"}], "importance": 4},
    {"name": "Bob Stone", "organisation": "Acme Ltd", "emails": [{"address": "bob@acme.example"}]},
    {"name": "Robert Stone", "organisation": "ACME", "phones": [{"number": "+46701740606"}]},
    {"name": "Åsa Öberg-Lindqvist av Västerbotten", "emails": [{"address": "asa.oberg@langt.example"}]},
    {"name": "Oberg Lindqvist Asa", "emails": [{"address": "asa.oberg@langt.example"}]},
)  # fmt: skip


@pytest.fixture(params=[(390, True, "light"), (1280, True, "dark"), (390, False, "light")], ids=str)
async def window(request, chromium, origin, open_window) -> Visit:
    width, script, scheme = request.param
    context = await chromium.new_context(base_url=origin)
    page = await context.new_page()
    await sign_in(page, f"Person {secrets.token_hex(4)}")
    session = await (await page.request.get("/api/v1/session")).json()
    ids = list[str]()
    for content in PEOPLE:
        headers = {"X-CSRF-Token": session["csrfToken"], "Origin": origin}
        made = await page.request.post("/api/v1/contacts", data=content, headers=headers)
        assert made.ok, await made.text()
        ids.append((await made.json())["id"])
    state = await context.storage_state()
    await context.close()
    opened = await open_window(
        viewport={"width": width, "height": 800},
        storage_state=state,
        java_script_enabled=script,
        color_scheme=scheme,
    )
    opened.script, opened.scheme, opened.width, opened.ids = script, scheme, width, ids
    return opened


async def look(window: Visit, place: str) -> None:
    if SHOTS and window.script:
        await window.page.screenshot(path=Path(SHOTS) / f"{place}-{window.width}.png", full_page=True)
    if not window.script:
        return
    page = window.page
    # The bar at the lower edge covers what the page has not been scrolled to.
    await page.evaluate("document.querySelectorAll('.bottom').forEach(bar => bar.style.position = 'static')")
    assert await violations(page, window.scheme) == [], place
    assert await page.evaluate(OVERFLOW) == 0, place
    assert await page.evaluate(SMALL_TARGETS) == [], place


async def found(window: Visit) -> None:
    """Wait for the pairs; without script the page is loaded again."""
    row = window.page.get_by_text("the same company")
    for _ in range(60):
        if window.script or await row.count():
            break
        await window.page.reload()
    await row.wait_for()


async def test_duplicates_are_found_compared_merged_and_taken_back(window) -> None:
    page = window.page
    await page.goto("/my/contacts")
    await page.get_by_text("More", exact=True).click()
    await look(window, "more")
    await page.get_by_role("link", name="Duplicates").click()
    await look(window, "first")
    await page.get_by_role("button", name="Look for duplicates").click()
    await found(window)
    await look(window, "pairs")
    await expect(page.get_by_role("link", name="Compare")).to_have_count(3)
    await page.goto(f"/my/contacts/{window.ids[1]}/merge/{window.ids[0]}")
    await page.get_by_role("link", name="Keep the other one instead").click()
    await expect(page.get_by_role("heading", name="Where they differ")).to_be_visible()
    await page.get_by_role("radio", name="Rear Admiral").check()
    await look(window, "compare")
    await page.get_by_role("button", name="Merge", exact=True).click()
    await page.get_by_text("The two contacts are one now.").wait_for()
    await expect(page.get_by_text("gracie@home.example")).to_be_visible()
    await look(window, "merged")
    await page.goto("/my/contacts/duplicates")
    await page.get_by_text("Merged lately").click()
    await look(window, "lately")
    await page.get_by_role("link", name="Take back: Grace Hopper").click()
    await look(window, "question")
    await page.get_by_role("button", name="Take it back").click()
    await page.get_by_text("The merge is taken back.").wait_for()
    await page.goto("/my/contacts")
    await expect(page.get_by_role("link", name="Gracie Hopper")).to_be_visible()
    assert window.complaints == []


async def test_two_are_told_apart_and_the_sure_ones_merged(window) -> None:
    page = window.page
    await page.goto("/my/contacts/duplicates")
    await page.get_by_role("button", name="Look for duplicates").click()
    await found(window)
    await (
        page.get_by_role("button", name="Not the same: Bob Stone and Robert Stone")
        .or_(page.get_by_role("button", name="Not the same: Robert Stone and Bob Stone"))
        .click()
    )
    await page.get_by_text("The two are different contacts.").wait_for()
    await expect(page.get_by_text("the same company")).to_have_count(0)
    await page.get_by_role("button", name="Merge all sure ones").click()
    told = page.get_by_text("2 pairs were merged.", exact=True)
    for _ in range(60):
        if window.script or await told.count():
            break
        await page.reload()
    await told.wait_for()
    await look(window, "merged-all")
    assert window.complaints == []
