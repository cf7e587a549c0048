"""Signing in and out in a browser, as a person meets it."""

from datetime import timedelta

import pytest

import wiring.sign_in
from functions.framework.clock import now
from tests.browser.axe import violations
from tests.browser.windows import sign_in
from tests.wired import wired_with


@pytest.fixture
def let_sign_in_age(product_settings):
    """Make a window's sign-in an hour older, in the store of the running product."""

    async def age(window) -> None:
        [token] = [
            each["value"] for each in await window.context.cookies() if each["name"] == "__Host-session"
        ]
        account, _, _ = token.partition(".")
        async with wired_with(product_settings):
            sessions = wiring.sign_in.sessions()
            for session in await sessions.list(account, now()):
                older = session.authenticated_at - timedelta(hours=1)
                await sessions.delete(account, session.id)
                await sessions.put(session.model_copy(update={"authenticated_at": older}))

    return age


async def test_turning_back_at_the_provider_is_told_and_leads_back_to_it(open_window) -> None:
    window = await open_window()
    page = window.page
    await page.goto("/auth/login")
    await page.get_by_label("Month").select_option(label="December")
    await page.get_by_label("Year").fill("1985")
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_role("button", name="Cancel").click()
    await page.get_by_role("heading", name="You turned back").wait_for()
    await page.get_by_role("link", name="Try again").click()
    await page.wait_for_url("**/auth/login?returnTo=/my")
    assert window.complaints == []


async def test_signing_out_everywhere_says_that_it_happened(open_window) -> None:
    window = await open_window()
    page = window.page
    await sign_in(page, "Ada Lovelace")
    await page.get_by_role("link", name="Sign out").click()
    await page.get_by_role("button", name="Sign out everywhere").click()
    await page.get_by_text("You are signed out everywhere").wait_for()
    await page.reload()
    assert await page.get_by_role("status").count() == 0
    assert window.complaints == []


async def test_who_comes_back_is_not_asked_for_the_age_again(open_window) -> None:
    window = await open_window()
    page = window.page
    await sign_in(page, "Katherine Johnson", known=True)
    await page.get_by_role("link", name="Sign out").click()
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await page.get_by_role("link", name="Sign in").click()
    await page.get_by_role("button", name="Continue as Katherine Johnson").click()
    await page.wait_for_url("**/my")
    assert window.complaints == []


async def test_somebody_new_in_a_known_browser_is_asked_first(open_window) -> None:
    window = await open_window()
    page = window.page
    await sign_in(page, "Katherine Johnson", known=True)
    await page.get_by_role("link", name="Sign out").click()
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await page.get_by_role("link", name="Sign in").click()
    await page.get_by_label("Name").fill("Somebody New")
    await page.get_by_label("E-mail").fill("new@example.com")
    await page.get_by_role("button", name="Add and continue").click()
    await page.get_by_text("You are new here").wait_for()
    await page.get_by_label("Month").select_option(label="December")
    await page.get_by_label("Year").fill("1985")
    await page.get_by_role("button", name="Continue").click()
    await page.wait_for_url("**/my")
    assert window.complaints == []


async def test_a_device_is_kept_at_sign_in_or_later(open_window) -> None:
    window = await open_window()
    page = window.page
    await sign_in(page, "Katherine Johnson", known=True)
    await page.goto("/my/account")
    await page.get_by_role("button", name="Keep me signed in on this device").click()
    await page.get_by_text("You stay signed in on this device.").first.wait_for()
    assert await page.get_by_role("button", name="Keep me signed in on this device").count() == 0
    [kept] = [each for each in await window.context.cookies() if each["name"] == "__Host-session"]
    assert kept["expires"] > 0, "it outlives the browser"
    assert window.complaints == []

    other = await open_window()
    await other.page.goto("/auth/login")
    assert await violations(other.page) == []
    await other.page.get_by_label("Month").select_option(label="December")
    await other.page.get_by_label("Year").fill("1985")
    await other.page.get_by_label("Keep me signed in on this device").check()
    await other.page.get_by_role("button", name="Continue").click()
    await other.page.get_by_role("button", name="Continue as Katherine Johnson").click()
    await other.page.wait_for_url("**/my")
    await other.page.goto("/my/account")
    assert await other.page.get_by_text("Kept signed in.").count() == 2
    assert await violations(other.page) == []


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
async def test_a_card_is_deleted_after_signing_in_once_more(open_window, let_sign_in_age, script) -> None:
    window = await open_window(java_script_enabled=script)
    page = window.page
    await sign_in(page, "Maria de Vasconcelos", known=True)
    await page.goto("/my/new-card")
    await page.get_by_label("Name").fill("Maria de Vasconcelos")
    await page.get_by_role("button", name="Make a draft").click()
    await page.get_by_text("Your card is made.").wait_for()
    await let_sign_in_age(window)
    await page.goto(f"{page.url.partition('?')[0]}/delete")
    await page.get_by_role("button", name="Delete the card").click()
    await page.get_by_role("heading", name="Sign in again to confirm that it is you").wait_for()
    if script:
        assert await violations(page) == []
    await page.get_by_role("link", name="Sign in again").click()
    await page.get_by_role("button", name="Continue as Maria de Vasconcelos").click()
    await page.get_by_role("heading", name="Go on where you were").wait_for()
    if script:
        assert await violations(page) == []
    await page.get_by_role("button", name="Delete the card").click()
    await page.wait_for_url("**/my/cards?done=deleted&card=*")
    assert window.complaints == []


async def test_signing_out_everywhere_goes_on_after_signing_in_once_more(
    open_window, let_sign_in_age
) -> None:
    window = await open_window()
    page = window.page
    await sign_in(page, "Maria de Vasconcelos", known=True)
    await let_sign_in_age(window)
    await page.goto("/auth/logout")
    await page.get_by_role("button", name="Sign out everywhere").click()
    await page.get_by_role("link", name="Sign in again").click()
    await page.get_by_role("button", name="Continue as Maria de Vasconcelos").click()
    await page.get_by_role("button", name="Sign out everywhere").click()
    await page.get_by_text("You are signed out everywhere").wait_for()
    assert window.complaints == []
