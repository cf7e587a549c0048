"""Where things stand on a card's page: nothing cut, broken or far away, on screens and on paper."""

from collections.abc import Callable

import pytest

from bench.samples import fullest
from domain.visibility.view import ANYONE, CardView, view_for
from local.demo_people import CARDS
from tests.browser.layout import OVERFLOW
from tests.card_views import full_view
from tests.functions.cards.test_card_page import page_of

WIDTHS = (320, 390, 768, 1280)
LONG = "Wolfeschlegelsteinhausenbergerdorff " * 3
# Every line of a text, by the tops of its characters; a line ends well after a space or a joint.
BAD_BREAKS = r"""() => [...document.querySelectorAll(".line b, .line small, .quick a")].flatMap(e => {
    const bad = [], walker = document.createTreeWalker(e, NodeFilter.SHOW_TEXT), range = new Range()
    let before = null
    for (let node; node = walker.nextNode();)
        for (let at = 0; at < node.length; at++) {
            range.setStart(node, at)
            range.setEnd(node, at + 1)
            const sign = node.data[at], {top, height} = range.getBoundingClientRect()
            if (!height) continue
            if (before && top > before.top + 4 && !/[\s@.\/-]/.test(before.sign + sign))
                bad.push(e.textContent)
            before = {sign, top}
        }
    return bad
})"""
CUT = """() => [...document.querySelectorAll("main, main *")]
    .filter(e => e.checkVisibility() && getComputedStyle(e).overflow !== "visible" && !e.closest(".pattern"))
    .filter(e => e.scrollHeight > e.clientHeight + 1 || e.scrollWidth > e.clientWidth + 1)
    .map(e => e.className || e.tagName)"""
ON_SCREEN = """e => {
    const {top, bottom} = e.getBoundingClientRect()
    return top >= 0 && bottom <= innerHeight
}"""
# Where the columns end: the one that starts leftmost, and the other.
ENDS = """() => {
    const boxes = [...document.querySelectorAll("main > *, .details > *")].map(e => e.getBoundingClientRect())
    const left = Math.min(...boxes.map(box => box.left))
    const end = chosen => Math.max(...chosen.map(box => box.bottom))
    return [end(boxes.filter(box => box.left === left)), end(boxes.filter(box => box.left > left))]
}"""


def hostile() -> CardView:
    """A card of the longest texts without a blank, and the longest links."""
    return full_view(
        name=LONG.strip()[:120],
        title=LONG[:100],
        pronouns="they/them/theirs and some more",
        emails=[{"kind": "work", "address": f"firstname.{'m' * 40}@{'department-' * 4}x.example"}] * 5,
        phones=[{"kind": "work", "number": f"+4670174060{n}"} for n in range(5)],
        website=f"https://example.com/{'a' * 1900}",
        socialLinks=[{"url": f"https://x.com/{'e' * 1900}"}],
        productLinks=[{"label": "x" * 60, "url": f"https://shop.example/{'b/c.' * 400}"}],
    )


SHAPES: dict[str, Callable[[], CardView]] = {
    "hostile": hostile,
    "fullest": lambda: view_for(fullest("ada"), ANYONE),
    "full": full_view,
}


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("width", WIDTHS)
async def test_text_of_twice_the_size_fits(open_window, width: int, shape: str) -> None:
    page = (await open_window(viewport={"width": width, "height": 800})).page
    await page.set_content(page_of(SHAPES[shape]()))
    assert await page.evaluate(OVERFLOW) == 0
    await page.evaluate("document.documentElement.style.fontSize = '200%'")
    assert await page.evaluate(OVERFLOW) == 0


@pytest.mark.parametrize("width", WIDTHS)
async def test_words_and_addresses_break_only_where_they_may(open_window, people, width: int) -> None:
    page = (await open_window(viewport={"width": width, "height": 800})).page
    for card in CARDS:
        await page.goto(f"/c/{card.handle}")
        assert await page.evaluate(BAD_BREAKS) == [], card.handle
    await page.set_content(page_of(SHAPES["fullest"]()))
    assert await page.evaluate(BAD_BREAKS) == []


@pytest.mark.parametrize("width", WIDTHS)
async def test_the_code_is_one_tap_away(open_window, people, width: int) -> None:
    page = (await open_window(viewport={"width": width, "height": 800})).page
    await page.goto(people)
    await page.get_by_role("link", name="Code", exact=True).click()
    assert await page.locator(".pattern").evaluate(ON_SCREEN)


async def test_the_code_of_a_phone_is_not_at_the_end(open_window, people) -> None:
    page = (await open_window(viewport={"width": 390, "height": 844})).page
    await page.goto(people)
    assert (await page.locator(".pattern").bounding_box())["y"] < 2 * 844


async def test_a_wide_screen_has_no_empty_half(open_window, people) -> None:
    page = (await open_window(viewport={"width": 1280, "height": 860})).page
    await page.goto(people)
    first, second = await page.evaluate(ENDS)
    assert abs(first - second) < 300


async def test_a_heading_keeps_its_distance_to_a_picture(open_window, people) -> None:
    page = (await open_window(viewport={"width": 390, "height": 844})).page
    await page.goto(people)
    heading = await page.locator("h2:has(+ .scene)").bounding_box()
    picture = await page.locator(".scene").bounding_box()
    assert picture["y"] - heading["y"] - heading["height"] >= 8


# Widths of the quick buttons' lines, in the order of the page.
LINES = """() => {
    const lines = {}
    for (const each of document.querySelectorAll(".quick li")) (lines[each.offsetTop] ??= []).push(each)
    return Object.values(lines).map(line => line.length)
}"""


@pytest.mark.parametrize("size", ["100%", "125%"])
@pytest.mark.parametrize(("absent", "number"), [({}, 5), ({"mapLink": None}, 4)])
async def test_no_quick_button_stands_alone(open_window, absent, number: int, size: str) -> None:
    page = (await open_window(viewport={"width": 320, "height": 800})).page
    await page.set_content(page_of(full_view(**absent)))
    await page.evaluate("size => { document.documentElement.style.fontSize = size }", size)
    lines = await page.evaluate(LINES)
    assert sum(lines) == number
    assert min(lines) > 1


@pytest.mark.parametrize("shape", SHAPES)
async def test_print_cuts_nothing_and_lengthens_nothing(open_window, shape: str) -> None:
    """What one sheet does not hold goes on another; a link takes a few lines at most."""
    page = (await open_window(viewport={"width": 321, "height": 208})).page
    await page.set_content(page_of(SHAPES[shape]()))
    await page.emulate_media(media="print")
    assert await page.evaluate(CUT) == []
    assert await page.evaluate(OVERFLOW) == 0
    assert (await page.locator(".line:has(.u-url) b").bounding_box())["height"] < 60
