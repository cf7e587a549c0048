"""Staff cards in a browser: a template and its preview, one's own card, a request and its answer."""

import os
import secrets
from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.browser.axe import violations
from tests.browser.layout import misplaced
from tests.browser.windows import open_tab, sign_in

SHOTS = os.environ.get("STAFF_CARD_SHOTS")


@pytest.fixture(params=[(390, True), (1280, True), (390, False)], ids=["phone", "desktop", "without script"])
async def window(request, open_window):
    width, script = request.param
    opened = await open_window(viewport={"width": width, "height": 900}, java_script_enabled=script)
    opened.script, opened.wide = script, width > 1200
    return opened


async def look(window, name: str) -> None:
    page = window.page
    if SHOTS:
        width = page.viewport_size["width"]
        await page.screenshot(path=Path(SHOTS, f"{name}-{width}-{window.script}.png"), full_page=True)
    if not window.script:
        return
    await page.evaluate("document.querySelectorAll('.bottom').forEach(bar => bar.style.position = 'static')")
    assert await violations(page) == [], name
    assert await misplaced(page) == [], name
    assert window.complaints == [], name


async def a_template(page, name: str) -> None:
    await sign_in(page, name)
    await page.goto("/my/new-organisation")
    await page.get_by_label("Name").fill("Analytical Engines")
    await page.get_by_role("main").get_by_role("button").click()
    await open_tab(page, "Cards", "Templates")
    await page.get_by_role("link", name="Make the first template").click()
    await page.get_by_label("Name of the template").fill("Staff")
    await page.get_by_role("button", name="Make the template").click()
    await page.get_by_text("No card follows it before you release it.").wait_for()


async def test_a_template_shows_what_it_would_say_while_it_is_written(window) -> None:
    page, name = window.page, f"Tina {secrets.token_hex(3)}"
    await a_template(page, name)
    await page.get_by_role("heading", name="Title", exact=True).click()
    fold = page.locator("#field-title")
    await fold.get_by_label("What the card says").fill("{last|upper} & Co")
    if window.script:
        await expect(page.locator("#said-title")).to_contain_text("LOVELACE & Co")
        await page.get_by_label("Find a person").fill(name[:7])
        await expect(page.get_by_label("Each field and the preview")).to_contain_text(name)
        await page.get_by_label("Each field and the preview").select_option(label=name)
        await fold.get_by_label("What the card says").fill("{nonsense")
        await expect(page.locator("#said-title .fault")).to_contain_text("without its }")
        await look(window, "template-fault")
        await fold.get_by_label("What the card says").fill("{last|upper} & Co")
        await expect(page.locator("#said-title .fault")).to_have_count(0)
        if not window.wide:
            await page.get_by_role("button", name="Show preview").click()
        card = page.frame_locator("[data-pane] iframe:not(.coming)")
        await expect(card.get_by_role("heading", level=1)).to_have_text(name)
        await expect(card.get_by_text("& Co")).to_be_visible()
        if not window.wide:
            await page.get_by_role("button", name="Back to editing").click()
        await look(window, "template-preview")
        return
    await page.get_by_role("button", name="Show preview").click()
    await page.get_by_text("LOVELACE & Co").first.wait_for()
    await page.get_by_role("button", name=name).click()
    await page.get_by_role("heading", level=1, name=name).wait_for()
    await page.get_by_role("button", name="Back to editing").click()
    assert await page.locator("#f-rules-title-value").input_value() == "{last|upper} & Co"


async def test_a_change_is_asked_for_and_approved(window) -> None:
    page, name = window.page, f"Tina {secrets.token_hex(3)}"
    await a_template(page, name)
    await page.get_by_role("button", name="See what would change").click()
    while not await page.get_by_role("button", name="Release the draft").count():
        await page.reload()
    await page.get_by_role("button", name="Release the draft").click()
    await page.get_by_text("The template is in force.").wait_for()
    own = page.url.partition("/templates/")[0] + "/my-card"
    await page.goto(own)
    await look(window, "no-card")
    await page.get_by_role("link", name="Open my page").click()
    await page.get_by_role("button", name="Make the card").click()
    await page.get_by_text("The card is made, and can be seen.").wait_for()
    await open_tab(page, "My card")
    await page.get_by_role("textbox", name="Pronouns").fill("she/her")
    await look(window, "card")
    await page.get_by_role("button", name="Save", exact=True).last.click()
    await page.get_by_text("Everybody sees it in a moment.").wait_for()
    await page.get_by_role("link", name="Ask for a change: Title").click()
    await page.get_by_role("textbox", name="Title").fill("Captain")
    await look(window, "ask")
    await page.get_by_role("button", name="Send the request").last.click()
    await page.get_by_role("alert").get_by_role("link", name="Why must not be empty").wait_for()
    await page.get_by_label("Why (required)").fill("I was promoted")
    await page.get_by_role("button", name="Send the request").last.click()
    await page.get_by_text("You find the answer here.").wait_for()
    await look(window, "asked")
    await open_tab(page, "Cards", "Requests")
    await look(window, "requests")
    await page.get_by_role("link", name=f"{name}: Title").click()
    await look(window, "request")
    await open_tab(page, "Cards", "Requests")
    await page.get_by_role("checkbox").check()
    await page.get_by_role("button", name="Approve the chosen").click()
    await page.get_by_text("One request is approved.").wait_for()
    await look(window, "approved")
    await page.goto(own)
    await page.get_by_text("Approved").wait_for()
    for place in ("", "/cards", "/cards?which=lacking", "/new-cards", "/directory", "/people"):
        await page.goto(own.replace("/my-card", place))
        await look(window, f"organisation{place.replace('/', '-')}")
    await page.get_by_role("link", name=name).click()
    await look(window, "person")
    await page.goto("/my/cards")
    await look(window, "my-cards")
    await page.get_by_role("link", name="Edit Tina").click()
    await page.get_by_role("link", name="See it as others do").first.click()
    await page.get_by_text("Captain").first.wait_for()
