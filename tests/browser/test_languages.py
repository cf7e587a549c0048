"""Pages in the reader's language, as a browser shows them."""

from playwright.async_api import Page

from tests.browser.axe import violations
from tests.browser.windows import sign_in

SWEDISH_PAGES = {
    "/my": "I dag",
    "/my/new-card": "Nytt kort",
    "/my/account": "Konto",
    "/my/account/copy": "En kopia av dina uppgifter",
    "/auth/logout": "Logga ut",
}


async def heading(page: Page) -> tuple[str, str]:
    """Language of the page, and its first heading."""
    return await page.locator("html").get_attribute("lang"), await page.locator("h1").first.inner_text()


async def test_who_chose_swedish_gets_it_on_every_page_whatever_the_browser_asks(
    open_window,
) -> None:
    window = await open_window(
        locale="en-GB", java_script_enabled=False, viewport={"width": 320, "height": 640}
    )
    page = window.page
    await sign_in(page, "Selma Lagerlöf")
    await page.goto("/my/account")
    await page.get_by_label("The language of iZwop").select_option(label="Svenska")
    await page.get_by_role("button", name="Use this language").click()
    await page.get_by_text("iZwop talar det språk som du valde.").wait_for()
    for path, title in SWEDISH_PAGES.items():
        await page.goto(path)
        assert await heading(page) == ("sv", title), path
        assert await page.locator("html").evaluate("page => page.scrollWidth") == 320, path
    await page.goto("/my/account")
    await page.get_by_label("Språket i iZwop").select_option(label="English")
    await page.get_by_role("button", name="Använd språket").click()
    assert await heading(page) == ("en", "Account")
    assert window.complaints == []


async def test_a_swedish_browser_is_spoken_to_in_swedish_from_the_first_page(open_window) -> None:
    window = await open_window(locale="sv-SE")
    page = window.page
    await page.goto("/auth/login")
    assert await heading(page) == ("sv", "Logga in på iZwop")
    await page.get_by_label("Månad").select_option(label="maj")
    await page.get_by_label("År").fill("19")
    await page.get_by_role("button", name="Fortsätt").click()
    await page.get_by_text("Ange ditt födelseår med fyra siffror").wait_for()
    assert await violations(page) == []
    await page.goto("/nowhere")
    assert await heading(page) == ("sv", "Det finns inget här")
    assert window.complaints == []


async def test_a_card_labels_itself_for_its_viewer(open_window, people) -> None:
    for locale, tag in (("sv-SE", "sv"), ("en-GB", "en"), ("de-DE", "en")):
        window = await open_window(locale=locale)
        await window.page.goto(people)
        assert await window.page.locator("html").get_attribute("lang") == tag
        saved = {"sv": "Spara kontakt", "en": "Save contact"}[tag]
        assert await window.page.get_by_role("link", name=saved).is_visible()
        assert await violations(window.page) == []
        assert window.complaints == []
