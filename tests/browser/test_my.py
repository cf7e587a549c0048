"""`/my` in a browser: accessibility and layout, with script and without."""

import io
import re
import secrets

import pytest
from PIL import Image
from playwright.async_api import Browser

from tests.browser.axe import violations
from tests.browser.layout import OVERFLOW, SMALL_TARGETS
from tests.browser.windows import fill_card, make_card, sign_in, unfold, visit

WIDTHS = (320, 390, 1280)
PARTS = ("", "/look", "/share", "/counts", "/settings", "/delete", "/preview?as=signed_in")


@pytest.fixture(scope="module")
async def known(chromium: Browser, origin: str) -> tuple[dict, str]:
    """A person who is signed in on several browsers, as browser state; and the path of their full card."""
    for _ in range(2):
        owner = await visit(chromium, origin)
        await sign_in(owner.page, "Ada Lovelace")
    await make_card(owner.page, "Ada Lovelace", f"ada-{secrets.token_hex(6)}")
    path = re.sub(".*(/my/cards/[a-z0-9_]+).*", r"\1", owner.page.url)
    await owner.page.goto(path)
    await fill_card(owner.page)
    await owner.page.get_by_role("button", name="Save and publish").click()
    await owner.page.get_by_text("Your card is live.").wait_for()
    state = await owner.context.storage_state()
    stranger = await visit(chromium, origin, user_agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")
    await owner.page.goto(f"{path}/share")
    await stranger.page.goto(await owner.page.locator(".link").inner_text())
    await owner.page.goto(f"{path}/counts")
    while not await owner.page.get_by_role("img", name="Views: 1").count():
        await owner.page.reload()
    return state, path


def photo() -> dict:
    file = io.BytesIO()
    Image.linear_gradient("L").resize((900, 1200)).convert("RGB").save(file, "JPEG")
    return {"name": "me.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
async def test_nothing_is_in_anybodys_way(open_window, known, width: int, scheme: str) -> None:
    state, path = known
    window = await open_window(
        viewport={"width": width, "height": 800}, color_scheme=scheme, storage_state=state
    )
    page = window.page

    async def look(place: str) -> None:
        # The bar at the lower edge covers what the page has not been scrolled to, which axe takes for small.
        await page.evaluate(
            "document.querySelectorAll('.bottom').forEach(bar => bar.style.position = 'static')"
        )
        assert await violations(page, scheme) == [], place
        assert await page.evaluate(OVERFLOW) == 0, place
        assert await page.evaluate(SMALL_TARGETS) == [], place

    for address in (
        "/my",
        "/my/new-card",
        "/my/account",
        "/my/account/copy",
        *(path + part for part in PARTS),
    ):
        await page.goto(address)
        for folded in await page.locator("summary:visible").all():
            await folded.click()
        await look(address)
    await page.goto(path)
    await unfold(page)
    await page.get_by_label("Name", exact=False).first.fill("")
    await page.get_by_label("Number 1").fill("12")
    await page.get_by_role("button", name="Save draft").click()
    await page.get_by_role("heading", name="2 things need another look").wait_for()
    await look("faults")
    assert window.complaints == []


async def test_the_preview_follows_what_is_typed_for_whom_it_is_shown(open_window, known) -> None:
    state, path = known
    window = await open_window(storage_state=state, viewport={"width": 1280, "height": 900})
    page = window.page
    await page.goto(path)
    preview = page.frame_locator("iframe:last-of-type")
    await page.get_by_label("Title", exact=True).fill("Countess of Lovelace")
    await preview.get_by_text("Countess of Lovelace").wait_for()
    await page.get_by_label("Shown to: Title").select_option(label="People signed in")
    await preview.get_by_text("Countess of Lovelace").wait_for(state="detached")
    await page.get_by_label("Preview for").select_option(label="People signed in")
    await preview.get_by_text("Countess of Lovelace").wait_for()
    await preview.get_by_role("link", name="Website").first.click()
    assert page.url.endswith(path)
    assert await preview.get_by_role("heading", level=1).inner_text() == "Ada Lovelace"
    assert window.complaints == []


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
async def test_a_photo_comes_to_the_form_and_nothing_typed_is_lost(open_window, known, script) -> None:
    state, path = known
    window = await open_window(storage_state=state, java_script_enabled=script)
    page = window.page
    await page.goto(path)
    await unfold(page)
    await page.get_by_label("Pronouns", exact=True).fill("she/her")
    await page.get_by_label("Photo", exact=True).set_input_files(photo())
    if script:
        await page.get_by_role("button", name="Use this part").click()
        await page.get_by_text("Ready. Save to keep it.").wait_for()
    else:
        box = page.locator("[data-picture=photo]")
        async with page.expect_navigation():
            await box.get_by_role("button", name="Upload").click()
        while not await box.get_by_text("Ready. Save to keep it.").count():
            async with page.expect_navigation():
                await box.get_by_role("button", name="Look again").click()
    shown = page.locator(".picture.photo img")
    assert await shown.evaluate("image => image.decode().then(() => image.naturalWidth)") == 512
    assert await page.get_by_label("Pronouns", exact=True).input_value() == "she/her"
    await page.get_by_role("button", name="Save draft").click()
    await page.get_by_text("The draft is saved.").wait_for()
    assert await page.get_by_text("In place.").count() == 1
    await page.get_by_role("button", name="Remove: Photo").click()
    await page.get_by_role("button", name="Save draft").click()
    await page.get_by_text("The draft is saved.").wait_for()
    assert await page.get_by_role("button", name="Remove: Photo").count() == 0
    assert window.complaints == []


async def test_a_file_that_is_no_picture_is_named_before_it_is_sent(open_window, known) -> None:
    state, path = known
    window = await open_window(storage_state=state)
    await window.page.goto(path)
    await unfold(window.page)
    chosen = {"name": "card.svg", "mimeType": "image/svg+xml", "buffer": b"<svg/>"}
    await window.page.get_by_label("Logo", exact=True).set_input_files(chosen)
    await window.page.get_by_text("This is not a JPEG, PNG or WebP picture.").wait_for()
    large = {"name": "large.jpg", "mimeType": "image/jpeg", "buffer": b"x" * 5_000_001}
    await window.page.get_by_label("Logo", exact=True).set_input_files(large)
    await window.page.get_by_text("The picture is larger than 5 MB.").wait_for()
    assert not [asked for asked in window.requests if asked.endswith("/api/v1/images")]


async def test_enter_saves_and_moves_nothing(open_window, known) -> None:
    state, path = known
    page = (await open_window(storage_state=state)).page
    await page.goto(path)
    await unfold(page)
    first = await page.get_by_label("Number 1").input_value()
    await page.get_by_label("Label 1").first.focus()
    await page.keyboard.press("Enter")
    await page.get_by_text("The draft is saved.").wait_for()
    assert await page.get_by_label("Number 1").input_value() == first


async def test_leaving_with_something_unsaved_asks_first(open_window, known) -> None:
    state, path = known
    page = (await open_window(storage_state=state)).page
    asked = []

    async def stay(dialog) -> None:
        asked.append(dialog.type)
        await dialog.dismiss()

    page.on("dialog", stay)
    await page.goto(path)
    await unfold(page)
    await page.get_by_label("Pronouns", exact=True).fill("they/them")
    async with page.expect_event("dialog"):
        await page.get_by_role("link", name="Cards").first.click(no_wait_after=True)
    assert asked == ["beforeunload"]
    assert await page.get_by_label("Pronouns", exact=True).input_value() == "they/them"
    await page.get_by_role("button", name="Save draft").click()
    await page.get_by_text("The draft is saved.").wait_for()
    await page.get_by_role("link", name="Cards").first.click()
    await page.wait_for_url("**/my/cards")
    assert asked == ["beforeunload"]


async def test_the_link_is_copied(open_window, known) -> None:
    state, path = known
    window = await open_window(storage_state=state, permissions=["clipboard-read", "clipboard-write"])
    await window.page.goto(f"{path}/share")
    link = await window.page.locator(".link").inner_text()
    await window.page.get_by_role("button", name="Copy the link").click()
    await window.page.get_by_text("The link is copied.").wait_for()
    assert await window.page.evaluate("navigator.clipboard.readText()") == link
