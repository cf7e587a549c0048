"""Sharing in a browser: codes on the whole screen, ways to share, the e-mail signature, looks of a code."""

import io
import json
import re
import secrets

import pytest
import zxingcpp
from PIL import Image
from playwright.async_api import Browser, Page

from tests.browser.axe import violations
from tests.browser.test_layout import OVERFLOW, SMALL_TARGETS
from tests.browser.windows import make_card, sign_in, visit

WIDTHS = (390, 1280)
NAMES = ("Ada Lovelace", "Augusta Ada King-Noel, Countess of Lovelace", "عادل إمام")
# A share sheet that tells what it was given, and ends as the test wants.
SHEET = """
window.given = [];
navigator.share = async (what) => {
    window.given.push(what);
    if (%s) throw new DOMException("no", %s);
};
"""
NO_SHEET = "delete Navigator.prototype.share; delete Navigator.prototype.wakeLock;"


@pytest.fixture(scope="module")
async def known(chromium: Browser, origin: str) -> tuple[dict, list[str]]:
    """A person with three live cards, as browser state; and the cards' ids, the one changed last first."""
    owner = await visit(chromium, origin)
    await sign_in(owner.page, "Ada Lovelace")
    ids = []
    for name in NAMES:
        await owner.page.goto("/my/cards")
        await make_card(owner.page, name, f"ada-{secrets.token_hex(6)}")
        ids.insert(0, re.sub(".*/my/cards/([a-z0-9_]+).*", r"\1", owner.page.url))
    state = await owner.context.storage_state()
    await owner.context.close()
    return state, ids


def sheet(error: str | None = None) -> str:
    return SHEET % (json.dumps(error is not None), json.dumps(error))


async def shown_card(page: Page) -> str:
    """Id of the panel that fills the row."""
    return await page.evaluate(
        "() => { const row = document.querySelector('.panels').getBoundingClientRect();"
        " return [...document.querySelectorAll('.panel')].find(panel =>"
        " Math.abs(panel.getBoundingClientRect().left - row.left) < 2)?.id }"
    )


async def wait_for_card(page: Page, card: str) -> None:
    await page.wait_for_function(
        "id => Math.abs(document.getElementById(id).getBoundingClientRect().left"
        " - document.querySelector('.panels').getBoundingClientRect().left) < 2",
        arg=card,
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
async def test_nothing_is_in_anybodys_way(open_window, known, width: int, scheme: str) -> None:
    state, (card, *_) = known
    window = await open_window(
        viewport={"width": width, "height": 844}, color_scheme=scheme, storage_state=state
    )
    page = window.page
    await page.add_init_script(sheet())
    places = (
        "/my/share",
        f"/my/share?card={card}",
        f"/my/cards/{card}/share",
        f"/my/cards/{card}/share?fg=%23cccccc&bg=%23ffffff&size=9",
        f"/my/cards/{card}/signature?chosen=1&photo=1&code=1&title=1&phones=1&emails=1&card=1",
    )
    for place in places:
        await page.goto(place)
        await page.evaluate("document.querySelectorAll('details').forEach(fold => { fold.open = true })")
        assert await violations(page, scheme) == [], place
        assert await page.evaluate(OVERFLOW) == 0, place
        assert await page.evaluate(SMALL_TARGETS) == [], place
    assert window.complaints == []


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
@pytest.mark.parametrize("width", WIDTHS)
async def test_one_tap_leads_to_a_code_that_cameras_read(
    open_window, known, width: int, script: bool
) -> None:
    state, (card, *_) = known
    window = await open_window(
        viewport={"width": width, "height": 844}, storage_state=state, java_script_enabled=script,
        color_scheme="dark",
    )  # fmt: skip
    page = window.page
    await page.goto("/my")
    await page.get_by_role("navigation").get_by_role("link", name="Share", exact=True).click()
    panel = page.locator(f"#{card}")
    await panel.get_by_role("heading", name=NAMES[-1]).wait_for()
    picture = await page.screenshot()
    address = await panel.locator(".address").inner_text()
    assert [code.partition("//")[2] for code in codes_in(picture)] == [address]
    # As large as the screen allows: all its width on a phone, two thirds of its height on a desktop.
    box = await panel.locator(".code").bounding_box()
    assert box["width"] >= (370 if width < 600 else 540)
    assert box["y"] + box["height"] < 844
    assert window.complaints == []


async def test_arrows_and_keys_turn_to_the_next_card_and_the_last_one_shown_is_remembered(
    open_window, known
) -> None:
    state, (first, second, third) = known
    page = (await open_window(storage_state=state, viewport={"width": 390, "height": 844})).page
    await page.goto("/my/share")
    await page.keyboard.press("ArrowRight")
    await wait_for_card(page, second)
    await page.locator(f"#{second}").get_by_role("link", name="Next card").click()
    await wait_for_card(page, third)
    await page.keyboard.press("ArrowLeft")
    await wait_for_card(page, second)
    assert page.url.endswith(f"?card={second}")
    assert await page.locator(f"#{first}").get_attribute("inert") is not None
    await page.goto("/my")
    await page.goto("/my/share")
    await wait_for_card(page, second)
    # Asked for by name, another one comes first.
    await page.goto(f"/my/share?card={third}")
    assert await shown_card(page) == third


async def test_a_swipe_is_followed(open_window, known) -> None:
    state, (_, second, _) = known
    page = (await open_window(storage_state=state, viewport={"width": 390, "height": 844})).page
    await page.goto("/my/share")
    await page.evaluate("document.querySelector('.panels').scrollBy({left: 390, behavior: 'instant'})")
    await page.wait_for_url(f"**/my/share?card={second}")


async def test_keys_follow_the_direction_of_reading(open_window, known) -> None:
    state, (first, second, _) = known
    page = (await open_window(storage_state=state, viewport={"width": 390, "height": 844})).page
    await page.goto(f"/my/share?card={first}")
    await page.evaluate("document.documentElement.dir = 'rtl'")
    await page.keyboard.press("ArrowLeft")
    await page.wait_for_url(f"**/my/share?card={second}")


async def test_without_script_arrows_are_links_to_the_next_card(open_window, known) -> None:
    state, (first, second, _) = known
    window = await open_window(
        storage_state=state, viewport={"width": 390, "height": 844}, java_script_enabled=False
    )
    page = window.page
    await page.goto("/my/share")
    await page.locator(f"#{first}").get_by_role("link", name="Next card").click()
    await page.wait_for_url(f"**/my/share#{second}")
    box = await page.locator(f"#{second}").bounding_box()
    assert abs(box["x"]) < 2
    assert await page.get_by_role("button", name="Share…").count() == 0
    assert await page.get_by_role("button", name="Copy the link").count() == 0


async def test_the_screen_stays_on_where_the_browser_can(open_window, known) -> None:
    state, _ = known
    window = await open_window(storage_state=state)
    await window.page.add_init_script(
        "window.asked = []; Object.defineProperty(navigator, 'wakeLock',"
        " {value: {request: async kind => { window.asked.push(kind); throw new Error('battery') }}})"
    )
    await window.page.goto("/my/share")
    assert await window.page.evaluate("window.asked") == ["screen"]
    assert window.complaints == []


@pytest.mark.parametrize("place", ["/my/share", "/my/cards/{}/share"])
async def test_the_share_sheet_gets_name_and_address(open_window, known, place: str) -> None:
    state, (card, *_) = known
    window = await open_window(storage_state=state)
    page = window.page
    await page.add_init_script(sheet())
    await page.goto(place.format(card))
    await page.get_by_role("button", name="Share…").first.click()
    (given,) = await page.evaluate("window.given")
    assert given["title"] == NAMES[-1]
    assert re.fullmatch(r"http://localhost:\d+/c/ada-[0-9a-f]{12}", given["url"])


@pytest.mark.parametrize(
    ("error", "told"),
    [
        ("AbortError", ""),
        ("NotAllowedError", "The share sheet did not open. Nothing is lost: choose another way here."),
    ],
)
async def test_a_share_sheet_that_is_closed_says_nothing_and_one_that_fails_says_what_to_do(
    open_window, known, error: str, told: str
) -> None:
    state, _ = known
    window = await open_window(storage_state=state)
    page = window.page
    await page.add_init_script(sheet(error))
    await page.goto("/my/share")
    before = page.url
    await page.get_by_role("button", name="Share…").first.click()
    await page.wait_for_function("window.given.length === 1")
    said = page.locator("[data-said]").first
    assert await said.inner_text() == told
    assert page.url.partition("?")[0] == before.partition("?")[0]
    assert window.complaints == []


async def test_a_browser_without_a_sheet_offers_none(open_window, known) -> None:
    state, (card, *_) = known
    window = await open_window(storage_state=state)
    await window.page.add_init_script(NO_SHEET)
    for place in ("/my/share", f"/my/cards/{card}/share"):
        await window.page.goto(place)
        await window.page.get_by_role("button", name="Copy the link").first.wait_for()
        assert await window.page.get_by_role("button", name="Share…").count() == 0
    assert window.complaints == []


async def test_the_address_is_copied_from_the_code(open_window, known) -> None:
    state, _ = known
    window = await open_window(storage_state=state, permissions=["clipboard-read", "clipboard-write"])
    page = window.page
    await page.goto("/my/share")
    await page.get_by_role("button", name="Copy the link").first.click()
    await page.get_by_text("The link is copied.").wait_for()
    copied = await page.evaluate("navigator.clipboard.readText()")
    assert copied.partition("//")[2] == await page.locator(".address").first.inner_text()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
async def test_the_saved_picture_is_read_by_cameras(open_window, known, script: bool) -> None:
    state, _ = known
    window = await open_window(storage_state=state, java_script_enabled=script, accept_downloads=True)
    page = window.page
    await page.goto("/my/share")
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="Save as picture").first.click()
    saved = await (await downloading.value).path()
    assert (await downloading.value).suggested_filename.endswith(".png")
    address = await page.locator(".address").first.inner_text()
    assert [code.partition("//")[2] for code in codes_in(saved.read_bytes())] == [address]
    if script:
        picture = Image.open(saved).convert("L")
        assert picture.size == (1080, 1280)
        # The name and the address, below the code.
        for lines in ((0, 1090, 1080, 1165), (0, 1175, 1080, 1240)):
            assert min(picture.crop(lines).get_flattened_data()) < 120
    assert window.complaints == []


async def test_the_signature_is_copied_with_its_looks_and_as_text(open_window, known) -> None:
    state, ids = known
    window = await open_window(storage_state=state, permissions=["clipboard-read", "clipboard-write"])
    page = window.page
    await page.goto(f"/my/cards/{ids[-1]}/signature")
    await page.get_by_role("button", name="Copy the signature").click()
    await page.get_by_text("Copied. Paste it").wait_for()
    copied = await page.evaluate(
        "async () => { const [item] = await navigator.clipboard.read();"
        " return Promise.all(['text/html', 'text/plain'].map(async kind =>"
        " (await item.getType(kind)).text())) }"
    )
    text = await page.locator("[data-text]").input_value()
    assert "<table" in copied[0]
    assert 'href="mailto:ada@example.com"' in copied[0]
    assert "font-size:16px;line-height:24px;font-weight:bold" in copied[0]
    assert copied[1] == text
    assert text.startswith("Ada Lovelace\nPrincipal Engineer\n+46 70 174 06 05\nada@example.com\nhttp")
    await page.get_by_role("button", name="Copy as plain text").click()
    await page.get_by_text("Copied. Paste it").wait_for()
    assert await page.evaluate("navigator.clipboard.readText()") == text
    # Chromium checks what is copied against the policy of the page, says so, and keeps it as it is.
    assert [said for said in window.complaints if not said.startswith("Applying inline style")] == []


async def test_copying_that_fails_says_how_to_copy_by_hand(open_window, known) -> None:
    state, ids = known
    page = (await open_window(storage_state=state)).page
    await page.add_init_script(
        "navigator.clipboard.write = async () => { throw new DOMException('no', 'NotAllowedError') }"
    )
    await page.goto(f"/my/cards/{ids[-1]}/signature")
    await page.get_by_role("button", name="Copy the signature").click()
    await page.get_by_text("Your browser did not let us copy it.").wait_for()


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
@pytest.mark.parametrize("width", WIDTHS)
async def test_the_signature_is_chosen_shown_and_can_be_copied_by_hand(
    open_window, known, width: int, script: bool
) -> None:
    state, ids = known
    window = await open_window(
        storage_state=state, java_script_enabled=script, viewport={"width": width, "height": 844}
    )
    page = window.page
    await page.goto(f"/my/cards/{ids[-1]}/share")
    await page.get_by_role("link", name="E-mail signature").click()
    await page.get_by_label("QR code").check()
    await page.get_by_label("E-mail", exact=True).uncheck()
    await page.get_by_role("button", name="Show it like this").click()
    await page.wait_for_url("**/signature?chosen=1*")
    mail = page.frame_locator("iframe")
    assert await mail.get_by_text("Ada Lovelace").is_visible()
    assert await mail.get_by_text("ada@example.com").count() == 0
    code = mail.get_by_role("img", name="QR code of the card")
    assert await code.evaluate("image => image.decode().then(() => image.naturalWidth)") > 400
    # The frame is a document without an origin: it reaches nothing of the page around it.
    assert await mail.locator("body").evaluate("body => body.ownerDocument.defaultView.origin") == "null"
    assert await page.get_by_role("button", name="Copy the signature").count() == (1 if script else 0)
    assert await page.get_by_label("QR code").is_checked()
    assert window.complaints == []


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
async def test_a_pale_colour_is_told_beside_the_code(open_window, known, script: bool) -> None:
    state, (card, *_) = known
    window = await open_window(storage_state=state, java_script_enabled=script)
    page = window.page
    await page.goto(f"/my/cards/{card}/share")
    await page.get_by_text("Your colours, your size, your logo").click()

    async def choose(colour: str) -> None:
        await page.get_by_label("Dark colour").fill(colour)
        if not script:
            await page.get_by_role("button", name="Show the code like this").click()

    await choose("#7a1010")
    shown = page.get_by_role("img", name="in your colours")
    await shown.wait_for()
    assert "fg=7a1010" in await shown.get_attribute("src")
    assert await shown.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    await choose("#dddddd")
    fault = page.get_by_text("Cameras cannot tell these two colours apart.")
    await fault.wait_for()
    field = page.get_by_label("Dark colour")
    assert await field.get_attribute("aria-invalid") == "true"
    assert (await field.get_attribute("aria-describedby")).split() == [await fault.get_attribute("id")]
    assert await field.input_value() == "#dddddd"
    # The last code that can be read stays with script, the plain one comes without.
    assert await page.locator("[data-look] .code").is_visible()
    await choose("#000000")
    await fault.wait_for(state="detached")
    assert await field.get_attribute("aria-invalid") is None
    async with page.expect_download() as downloading:
        await page.get_by_role("link", name="Download the QR code (PNG)").click()
    assert codes_in((await (await downloading.value).path()).read_bytes())
    # A look that is refused is a page of faults also for the script.
    assert [said for said in window.complaints if not said.startswith("422 ")] == []


def codes_in(picture: bytes) -> list[str]:
    """What a reader of codes that is not ours finds in a picture."""
    return [code.text for code in zxingcpp.read_barcodes(Image.open(io.BytesIO(picture)).convert("L"))]


@pytest.mark.parametrize("width", WIDTHS)
async def test_a_receiver_passes_the_card_on_with_the_share_sheet(open_window, people, width: int) -> None:
    window = await open_window(viewport={"width": width, "height": 844}, color_scheme="dark")
    page = window.page
    await page.add_init_script(sheet())
    await page.goto(f"{people}?utm_source=mail#scan")
    await page.get_by_role("button", name="Share…").click()
    (given,) = await page.evaluate("window.given")
    assert given == {
        "title": await page.title(),
        "url": await page.locator("link[rel=canonical]").get_attribute("href"),
    }
    assert await violations(page, "dark") == []
    assert await violations(page) == []
    assert await page.evaluate(OVERFLOW) == 0
    assert await page.evaluate(SMALL_TARGETS) == []
    assert window.complaints == []


@pytest.mark.parametrize("error", ["AbortError", "NotAllowedError"])
async def test_a_receivers_sheet_that_is_closed_or_fails_loses_nothing(
    open_window, people, error: str
) -> None:
    window = await open_window()
    page = window.page
    await page.add_init_script(sheet(error))
    await page.goto(people)
    before = await page.locator("body").inner_text()
    await page.get_by_role("button", name="Share…").click()
    await page.wait_for_function("window.given.length === 1")
    assert await page.locator("body").inner_text() == before
    assert window.complaints == []


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
async def test_a_receiver_without_a_sheet_is_offered_none(open_window, people, script: bool) -> None:
    window = await open_window(java_script_enabled=script)
    await window.page.add_init_script(NO_SHEET)
    await window.page.goto(people)
    assert await window.page.get_by_role("heading", name="Pass it on").count() == 1
    assert await window.page.get_by_role("button").count() == 0
    assert window.complaints == []
