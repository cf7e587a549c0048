"""The address book in a browser: filled, tagged, deleted and taken back, with script and without."""

import secrets

import pytest
from playwright.async_api import Page

from tests.browser.axe import violations
from tests.browser.layout import OVERFLOW, SMALL_TARGETS
from tests.browser.windows import Visit, sign_in, unfold


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


async def look(window: Visit, place: str) -> None:
    """Nothing on the page is in anybody's way; without script there is nothing more to see."""
    if not window.script:
        return
    page = window.page
    # The bar at the lower edge covers what the page has not been scrolled to.
    await page.evaluate("document.querySelectorAll('.bottom').forEach(bar => bar.style.position = 'static')")
    assert await violations(page, window.scheme) == [], place
    assert await page.evaluate(OVERFLOW) == 0, place
    assert await page.evaluate(SMALL_TARGETS) == [], place


async def kept(page: Page) -> str:
    """Make a contact with the essentials; return its name, which nobody else has."""
    name = f"Grace {secrets.token_hex(4)}"
    await page.goto("/my/new-contact")
    await page.get_by_label("Name (required)").fill(name)
    await page.get_by_role("button", name="Save").last.click()
    await page.get_by_text("The contact is in your address book.").wait_for()
    return name


async def test_a_contact_is_kept_with_all_that_is_known(window) -> None:
    page = window.page
    await page.goto("/my")
    await page.get_by_role("link", name="Contacts", exact=True).click()
    await look(window, "list")
    await page.goto("/my/new-contact")
    await page.get_by_role("button", name="Save").last.click()
    await page.get_by_role("heading", name="One thing needs another look").wait_for()
    await page.get_by_label("Name (required)").fill("Grace Hopper")
    await page.get_by_label("Number 1").fill("+46 70 174 06 05")
    await page.get_by_role("button", name="Add an e-mail").click()
    await page.get_by_label("Address 1", exact=True).fill("grace@example.com")
    await page.get_by_label("Address 2", exact=True).fill("grace@example.org")
    await page.get_by_role("button", name="Move up: E-mail 2").click()
    await unfold(page)
    await page.get_by_label("Street 1").fill("1 Main Street")
    await page.get_by_label("Name of the field 1").fill("Ship")
    await page.get_by_label("Text 1").fill("USS Hopper")
    await page.get_by_label("Tags").fill("Navy, Pioneers")
    await look(window, "form")
    await page.get_by_role("button", name="Save").last.click()
    await page.get_by_text("The contact is in your address book.").wait_for()
    mails = page.locator("a[href^='mailto:']")
    assert await mails.all_inner_texts() == ["grace@example.org", "grace@example.com"]
    assert await page.get_by_text("USS Hopper").count() == 1
    await look(window, "contact")
    assert window.complaints == []


async def test_tagging_and_archiving_are_undone_in_one_press(window) -> None:
    page = window.page
    name = await kept(page)
    await page.get_by_role("button", name="Archive").click()
    await page.get_by_role("button", name="Undo the archiving").click()
    await page.get_by_text("The contact is in your list again.").wait_for()
    await page.goto("/my/contacts")
    await page.get_by_label(f"Choose {name}").check()
    await page.get_by_label("Tag", exact=True).fill("Fair")
    await page.get_by_role("button", name="Add the tag").click()
    await page.get_by_text("One contact has the tag now.").wait_for()
    await look(window, "tagged")
    await page.get_by_role("button", name="Undo the change of the chosen contacts").click()
    await page.get_by_text("One contact has lost the tag.").wait_for()
    assert window.complaints == []


async def test_contacts_are_found_as_one_types(window) -> None:
    page = window.page
    names = [await kept(page) for _ in range(2)]
    await page.goto("/my/contacts")
    field = page.get_by_role("searchbox", name="Find a contact")
    if window.script:
        await field.press_sequentially(names[1].split()[1].upper(), delay=20)
    else:
        await field.fill(names[1].split()[1].upper())
        await page.get_by_role("button", name="Search").click()
    await page.locator("#found").get_by_text("One contact has the words.").wait_for()
    assert await page.get_by_role("link", name=names[1]).count() == 1
    assert await page.get_by_role("link", name=names[0]).count() == 0
    assert names[1].split()[1] not in page.url
    if window.script:
        assert await page.evaluate("document.activeElement.id") == "f-q"
    await look(window, "found")
    await page.get_by_label(f"Choose {names[1]}").check()
    await page.get_by_role("button", name="Delete", exact=True).click()
    await page.get_by_text("One contact is deleted.").wait_for()
    await page.get_by_role("button", name="Undo the change of the chosen contacts").click()
    await page.get_by_text("One contact is back, as it was.").wait_for()
    await field.fill("zebra")
    if not window.script:
        await page.get_by_role("button", name="Search").click()
    await page.get_by_role("heading", name="Nobody is found with “zebra”").wait_for()
    await look(window, "nobody")
    assert window.complaints == []


async def test_a_deleted_contact_is_taken_back(window) -> None:
    page = window.page
    name = await kept(page)
    await page.get_by_role("button", name="Delete").click()
    await page.get_by_role("button", name="Undo the deletion").click()
    await page.get_by_text("The contact is back, as it was.").wait_for()
    await page.get_by_role("button", name="Delete").click()
    await page.get_by_text("You can take it back for a day.").wait_for()
    await look(window, "deleted")
    await page.get_by_text("More", exact=True).click()
    await page.get_by_role("link", name="Deleted contacts").click()
    await look(window, "deleted contacts")
    await page.get_by_role("link", name=f"Erase now: {name}").click()
    await look(window, "asked")
    await page.get_by_role("link", name="Keep it until then").click()
    await page.get_by_role("button", name=f"Undo the deletion of {name}").click()
    await page.get_by_text("The contact is back, as it was.").wait_for()
    assert window.complaints == []


async def test_the_first_page_of_an_empty_address_book_is_in_nobodys_way(open_window) -> None:
    window = await open_window(viewport={"width": 390, "height": 844})
    await sign_in(window.page, f"Person {secrets.token_hex(4)}")
    await window.page.goto("/my/contacts")
    assert await violations(window.page) == []
    assert await window.page.evaluate(OVERFLOW) == 0
    await window.page.get_by_role("link", name="Add the first person").click()
    await window.page.get_by_role("heading", name="New contact").wait_for()
    assert window.complaints == []
