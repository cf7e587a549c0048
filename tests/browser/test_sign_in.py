"""Signing in and out in a browser, as a person meets it."""

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
