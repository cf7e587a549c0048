"""The card page in a browser: accessibility and layout, for every kind of card."""

from urllib.parse import urlsplit

import pytest

from local.demo_people import CARDS
from tests.browser.axe import violations
from tests.browser.layout import OVERFLOW, SMALL_TARGETS

WIDTHS = (320, 390, 1280)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
async def test_nothing_is_in_anybodys_way(open_window, people, width: int, scheme: str) -> None:
    window = await open_window(viewport={"width": width, "height": 800}, color_scheme=scheme)
    for card in CARDS:
        await window.page.goto(f"/c/{card.handle}")
        assert await violations(window.page, scheme) == [], card.handle
        assert await window.page.evaluate(OVERFLOW) == 0, card.handle
        assert await window.page.evaluate(SMALL_TARGETS) == [], card.handle
    assert window.complaints == []


async def test_axe_sees_what_is_wrong(open_window, people) -> None:
    page = (await open_window()).page
    await page.goto(people)
    await page.evaluate(
        "document.querySelector('.portrait').removeAttribute('alt');"
        "document.querySelector('.line small').style.color = '#ddd'"
    )
    found = " ".join(await violations(page))
    assert "image-alt" in found
    assert "color-contrast" in found


async def test_a_page_asks_only_us_and_runs_nothing(open_window, people, origin: str) -> None:
    for script in (True, False):
        window = await open_window(java_script_enabled=script)
        await window.page.goto(people)
        await window.page.wait_for_load_state("networkidle")
        assert {urlsplit(asked).netloc for asked in window.requests} == {urlsplit(origin).netloc}
        assert len(window.requests) == len(set(window.requests)) == 4  # the page and its three pictures
        assert window.complaints == []
    quiet = await open_window()
    await quiet.page.goto("/c/grace-hopper")
    await quiet.page.wait_for_load_state("networkidle")
    assert len(quiet.requests) == 2


async def test_a_card_of_the_right_to_left_reads_from_there(open_window, people) -> None:
    page = (await open_window(viewport={"width": 390, "height": 844})).page
    await page.goto("/c/layla-haddad")
    photo = await page.locator(".portrait").bounding_box()
    name = await page.get_by_role("heading", level=1).bounding_box()
    assert photo["x"] > 195
    assert name["x"] + name["width"] > 360
    icon = await page.locator(".line .icon").first.bounding_box()
    number = await page.locator(".line b").first.bounding_box()
    assert icon["x"] > number["x"]
    assert await page.locator(".line b").first.evaluate("e => getComputedStyle(e).direction") == "ltr"


async def test_pictures_are_seen_where_their_place_was_kept(open_window, people) -> None:
    page = (await open_window(viewport={"width": 1280, "height": 860})).page
    await page.goto(people)
    for picture in await page.locator("img").all():
        await picture.scroll_into_view_if_needed()
        await picture.evaluate("image => image.decode()")
        assert await picture.evaluate("image => image.naturalWidth > 0 && image.width > 0")
    shape = await page.locator(".portrait").evaluate("image => [image.width, image.height]")
    assert shape == [120, 120]


async def test_who_cannot_save_is_told_how(open_window, people) -> None:
    phone = (await open_window(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)).page
    await phone.goto(people)
    await phone.get_by_text("Contact not saved?").click()
    assert await phone.get_by_text("Open this page in Safari or Chrome").is_visible()
    desk = (await open_window()).page
    await desk.goto(people)
    assert not await desk.get_by_text("Contact not saved?").is_visible()


async def test_a_printed_card_is_a_card(open_window, people) -> None:
    """One sheet of 85 by 55 millimetres, with what belongs on it."""
    page = (await open_window()).page
    await page.goto(people)
    sheet = await page.pdf(prefer_css_page_size=True)
    assert sheet.count(b"/Type /Page\n") == 1
    await page.emulate_media(media="print")
    for seen in ("Ada Lovelace", "Analyst and Programmer", "ada@analytical-engines.example"):
        assert await page.get_by_text(seen, exact=True).first.is_visible(), seen
    assert await page.locator(".pattern svg").is_visible()
    assert not await page.get_by_role("link", name="Save contact").is_visible()
