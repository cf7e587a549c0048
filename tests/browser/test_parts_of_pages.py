"""Parts of pages that are updated: saved, searched and told of, with script and without."""

import re
import secrets

import pytest
from playwright.async_api import Browser, Page

from tests.browser.axe import violations
from tests.browser.layout import OVERFLOW, SMALL_TARGETS
from tests.browser.windows import sign_in, visit

WINDOWS = [(390, True), (1280, True), (390, False), (1280, False)]
NAMES = ("Ada Lovelace", "Åsa Öberg", "Bo Ek", "Cleo Ng", "Dan Ito", "Eva Lund", "Finn Ås", "Grace Hopper")


API = """async ([method, path, body]) => {
    const { csrfToken } = await (await fetch("/api/v1/session")).json()
    const headers = { "X-CSRF-Token": csrfToken, "Content-Type": "application/json", "If-Match": '"1"' }
    const answer = await fetch(`/api/v1/${path}`, { method, headers, body: body && JSON.stringify(body) })
    return answer.status === 201 ? answer.json() : answer.status
}"""


@pytest.fixture(scope="module")
async def state(chromium: Browser, origin: str) -> dict:
    """A person with eight cards and two profiles who is signed in, as browser state."""
    owner = await visit(chromium, origin)
    await sign_in(owner.page, "Ada Lovelace")
    work, _board = [
        await owner.page.evaluate(API, ["POST", "profiles", {"name": name}]) for name in ("Work", "Board")
    ]
    for name in NAMES:
        # The plain handles are those of the demo's people.
        handle = f"card-{secrets.token_hex(6)}"
        new = {"profileId": work["id"], "handle": handle, "content": {"name": name, "title": "Engineer"}}
        await owner.page.evaluate(API, ["POST", "cards", new])
    found = await owner.context.storage_state()
    await owner.context.close()
    return found


@pytest.fixture
async def opened(open_window, state):
    async def one(width: int = 1280, *, script: bool = True):
        return await open_window(
            viewport={"width": width, "height": 844}, storage_state=state, java_script_enabled=script
        )

    return one


async def mark(page: Page) -> None:
    """Mark the page, so that `stayed` tells whether it was loaded anew."""
    await page.evaluate("window.stayed = true")


async def stayed(page: Page) -> bool:
    return await page.evaluate("window.stayed === true")


async def look(page: Page) -> None:
    assert await violations(page) == []
    assert await page.evaluate(OVERFLOW) == 0
    assert await page.evaluate(SMALL_TARGETS) == []


@pytest.mark.parametrize(("width", "script"), WINDOWS)
async def test_cards_are_found_by_what_is_typed(opened, width: int, script: bool) -> None:
    window = await opened(width, script=script)
    page = window.page
    await page.goto("/my/cards")
    headings = page.locator("#found h2")
    assert await headings.count() == len(NAMES)
    if script:
        await mark(page)
    for typed, found in (("as", ["Finn Ås", "Åsa Öberg"]), ("OBERG engin", ["Åsa Öberg"])):
        await page.get_by_label("Find a card").fill(typed)
        if not script:
            await page.get_by_role("button", name="Search").click()
        await page.get_by_text(
            "One card has these words." if len(found) == 1 else "2 cards have"
        ).first.wait_for()
        assert await headings.all_inner_texts() == found
    await page.get_by_label("Find a card").fill("nobody")
    if not script:
        await page.get_by_role("button", name="Search").click()
    await page.get_by_role("heading", name="No card is called “nobody”").wait_for()
    assert await page.get_by_label("Find a card").input_value() == "nobody"
    if script:
        assert await stayed(page)
        assert "nobody" in await page.locator("[data-voice]").inner_text()
        assert await page.evaluate("document.activeElement.id") == "f-q"
        await look(page)
    assert window.complaints == []


@pytest.mark.parametrize(("width", "script"), WINDOWS)
async def test_a_profile_is_renamed_where_it_stands(opened, width: int, script: bool) -> None:
    window = await opened(width, script=script)
    page = window.page
    await page.goto("/my/account")
    name = page.get_by_label("Profile name").first
    rename = page.get_by_role("button", name="Rename").first
    await page.get_by_label("New profile").fill("Studio")
    await name.fill(" ")
    if script:
        await mark(page)
    await rename.click()
    await page.locator("[id^=fault-profiles]").wait_for()
    await name.fill(f"Name {width}")
    await rename.click()
    notice = page.get_by_text("The profile has its new name.")
    await notice.first.wait_for()
    assert await page.locator("[id^=profile-] .notice").count() == 1
    assert await name.input_value() == f"Name {width}"
    if script:
        assert await stayed(page)
        assert (await page.evaluate("document.activeElement.id")).startswith("rename-prf_")
        assert await page.get_by_label("New profile").input_value() == "Studio"
        assert await page.locator("[data-voice]").inner_text() == "The profile has its new name."
        await look(page)
    else:
        assert re.search("#profile-prf_", page.url)
    # The name that was refused.
    assert [each for each in window.complaints if not each.startswith("422 ")] == []


@pytest.mark.parametrize(("width", "script"), WINDOWS)
async def test_the_language_of_the_whole_page_changes(opened, width: int, script: bool) -> None:
    window = await opened(width, script=script)
    page = window.page
    await page.goto("/my/account")
    if script:
        await mark(page)
        await page.get_by_label("New profile").fill("Studio")
    await page.get_by_label("The language of iZwop").select_option(value="sv")
    await page.get_by_role("button", name="Use this language").click()
    await page.get_by_role("heading", name="Konto").first.wait_for()
    assert await page.evaluate("document.documentElement.lang") == "sv"
    if script:
        assert await stayed(page)
        assert await page.evaluate("document.activeElement.id") == "use-language"
        assert await page.locator("[name=profileName]").input_value() == "Studio"
        await look(page)
    await page.locator("#f-language").select_option(value="")
    await page.locator("#use-language").click()
    await page.get_by_role("heading", name="Account").first.wait_for()
    assert window.complaints == []


async def test_a_device_is_kept_and_the_other_forms_still_work(open_window) -> None:
    window = await open_window()
    page = window.page
    await sign_in(page, "Barbara Liskov")
    await page.goto("/my/account")
    await mark(page)
    await page.get_by_role("button", name="Keep me signed in").click()
    await page.get_by_text("You stay signed in on this device.").first.wait_for()
    assert await page.evaluate("document.activeElement.id") == "sessions"
    await page.get_by_role("button", name="Use this language").click()
    await page.get_by_text("iZwop speaks the language that you chose.").first.wait_for()
    assert await stayed(page)
    assert window.complaints == []


async def test_a_session_that_ended_is_told_and_the_name_is_kept(open_window) -> None:
    window = await open_window()
    page = window.page
    await sign_in(page, "Ada King")
    await page.goto("/my/new-card")
    await page.get_by_role("button", name="Make a draft").click()
    await page.goto("/my/account")
    await page.context.clear_cookies()
    await page.get_by_label("Profile name").fill("Countess")
    await page.get_by_role("button", name="Rename").click()
    await page.get_by_role("heading", name="You were signed out").wait_for()
    assert await page.get_by_text("Countess").count() == 1


async def test_a_search_without_a_session_offers_the_sign_in(opened) -> None:
    window = await opened()
    page = window.page
    await page.goto("/my/cards")
    await page.context.clear_cookies()
    await page.get_by_label("Find a card").fill("Ada")
    await page.get_by_role("heading", name="You were signed out").wait_for()
    await page.get_by_role("link", name="Sign in again").wait_for()


async def test_a_lost_connection_and_a_failure_are_told_until_it_works_again(opened) -> None:
    window = await opened()
    page = window.page
    await page.goto("/my/account")
    await mark(page)
    name = page.get_by_label("Profile name").first
    await name.fill("Later")
    rename = page.get_by_role("button", name="Rename").first
    await page.context.set_offline(True)
    await rename.click()
    await page.get_by_text("The connection is lost.").wait_for()
    await look(page)
    await page.context.set_offline(False)
    await page.route("**/profiles/*", lambda route: route.fulfill(status=502, body="Bad gateway"))
    await rename.click()
    await page.get_by_text("This did not work.").wait_for()
    await page.unroute("**/profiles/*")
    assert await name.input_value() == "Later"
    await rename.click()
    await page.get_by_text("The profile has its new name.").first.wait_for()
    assert not await page.locator("[data-trouble]").is_visible()
    assert await stayed(page)


async def test_a_refusal_is_told_in_its_own_words(opened) -> None:
    page = (await opened()).page
    await page.goto("/my/cards")
    made = await page.evaluate(API, ["POST", "profiles", {"name": "Studio"}])
    await page.goto("/my/account")
    assert await page.evaluate(API, ["DELETE", f"profiles/{made['id']}", None]) == 204
    name = page.locator(f"#f-profiles-{made['id']}")
    await name.fill("Nobody's")
    await page.locator(f"#rename-{made['id']}").click()
    trouble = page.locator("[data-trouble]")
    await trouble.wait_for()
    assert "Nothing was changed, because what you wanted to change is gone." in await trouble.inner_text()
    assert await name.input_value() == "Nobody's"
    await look(page)


async def test_what_is_typed_while_a_save_is_on_its_way_stays(opened) -> None:
    window = await opened()
    page = window.page
    await page.goto("/my/account")
    name = page.get_by_label("Profile name").first
    await name.fill("Sent")

    async def type_more(route) -> None:
        await name.fill("Sent and more")
        await route.continue_()

    await page.route("**/profiles/*", type_more)
    await page.get_by_role("button", name="Rename").first.click()
    await page.get_by_text("The profile has its new name.").first.wait_for()
    assert await name.input_value() == "Sent and more"
    assert window.complaints == []
