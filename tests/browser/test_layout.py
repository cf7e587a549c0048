"""Pages fit small screens, and touch targets are large enough."""

import re

from tests.browser.layout import OVERFLOW, SMALL_TARGETS
from tests.browser.pages import PAGES, open_page
from tests.browser.windows import PHONE, fill_card, make_card, sign_in

# Where the content of a page begins and ends, from side to side.
EDGES = """main => {
    const box = main.getBoundingClientRect(), style = getComputedStyle(main)
    return [box.left + parseFloat(style.paddingLeft), box.right - parseFloat(style.paddingRight)]
}"""
LONGEST = "Wolfeschlegelsteinhausenbergerdorff von Hohenzollern-Sigmaringen"


async def test_every_page_fits_a_small_phone(open_window) -> None:
    owner = await open_window(**{**PHONE, "viewport": {"width": 320, "height": 640}})
    page = owner.page
    await sign_in(page, LONGEST)
    url = await make_card(page, LONGEST)
    share = page.url
    edit = re.sub("/share.*", "", share)
    await page.goto(edit)
    await fill_card(page)
    await page.get_by_role("button", name="Save and publish").click()
    await page.get_by_text("Your card is live.").wait_for()
    for address in (
        url,
        "/",
        "/my",
        "/my/new-card",
        edit,
        share,
        f"{edit}/preview",
        "/my/account",
        "/c/nobody-here",
    ):
        await page.goto(address)
        assert await page.evaluate(OVERFLOW) == 0, address
        assert await page.evaluate(SMALL_TARGETS) == [], address
    assert owner.complaints == []


async def test_faults_can_be_reached_without_a_pointer(open_window) -> None:
    owner = await open_window()
    page = owner.page
    await sign_in(page, "Radia Perlman")
    await page.goto("/my/new-card")
    await page.get_by_label("Name").fill("")
    await page.keyboard.press("Enter")
    await page.get_by_role("link", name="Name must not be empty").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.type("Radia Perlman")
    assert await page.get_by_label("Name").input_value() == "Radia Perlman"


async def test_ones_own_pages_have_one_width(open_window, places) -> None:
    window = await open_window(viewport={"width": 1280, "height": 800}, storage_state=places.state)
    found = {}
    for shown in PAGES:
        # The code takes the whole screen.
        if shown.owned and shown.name != "codes":
            await open_page(window.page, shown, places)
            found[shown.name] = tuple(await window.page.locator("main").evaluate(EDGES))
    assert len(set(found.values())) == 1, found
    await window.page.locator("main").evaluate("main => { main.style.maxWidth = '44rem' }")
    assert tuple(await window.page.locator("main").evaluate(EDGES)) not in found.values()
