"""Signing in and out in a browser, as a person meets it."""

from tests.browser.axe import violations
from tests.browser.windows import sign_in


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
    await page.get_by_role("link", name="Sign in to make your card").click()
    await page.get_by_role("button", name="Continue as Katherine Johnson").click()
    await page.wait_for_url("**/my")
    assert window.complaints == []


async def test_somebody_new_in_a_known_browser_is_asked_first(open_window) -> None:
    window = await open_window()
    page = window.page
    await sign_in(page, "Katherine Johnson", known=True)
    await page.get_by_role("link", name="Sign out").click()
    await page.get_by_role("button", name="Sign out", exact=True).click()
    await page.get_by_role("link", name="Sign in to make your card").click()
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
    await page.get_by_text("You stay signed in on this device.").wait_for()
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
