"""Pictures in the form of a card, with a script: cropped, dropped, pasted, converted, or refused at once."""

import asyncio
import base64
import io
import os

import pytest
from PIL import Image
from playwright.async_api import Browser, Page

from tests.browser.windows import sign_in, unfold, visit

# A photo as iPhones store it: 64 pixels of grey.
HEIC = base64.b64decode(
    b"AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAVZtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAA"
    b"AAAAACJpbG9jAAAAAERAAAEAAQAAAAABegABAAAAAAAAABwAAAAjaWluZgAAAAAAAQAAABVpbmZlAgAAAAABAABodmMxAAAA"
    b"AA5waXRtAAAAAAABAAAA1mlwcnAAAAC3aXBjbwAAAHhodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGEABDAH//wNw"
    b"AAADAJAAAAMAAAMAHroCQGEAAQArQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbqSSmubgIaDAgAAAMAyAAAAwAIQGIAAQAHRAHB"
    b"crAiQAAAABNjb2xybmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAABAAAAAQAAAABBwaXhpAAAAAAMICAgAAAAXaXBtYQAAAAAA"
    b"AAABAAEEgQIDBAAAACRtZGF0AAAAGCgBrxmA9wkZvo0Ike4fkU2qZj7N+NIc/g=="
)
READY, STAYS = "Ready. Save to keep it.", "The picture you had stays."
# Hands a file to the place of a picture, as a drop or a paste does.
GIVE = """(box, [content, type, kind]) => {
    const bytes = Uint8Array.from(atob(content), c => c.charCodeAt(0))
    const given = new DataTransfer()
    given.items.add(new File([bytes], "given", {type}))
    const options = {bubbles: true, cancelable: true}
    box.dispatchEvent(kind === "drop" ? new DragEvent("drop", {...options, dataTransfer: given})
        : new ClipboardEvent("paste", {...options, clipboardData: given}))
}"""
SHOWN = "box => box.querySelector('[data-shown] img')?.getAttribute('src')"
SIZE = """box => {
    const image = box.querySelector("[data-shown] img")
    return image.decode().then(() => [image.naturalWidth, image.naturalHeight])
}"""
PIXELS = "canvas => canvas.toDataURL()"


def a_file(content: bytes, name: str = "me.jpg", kind: str = "image/jpeg") -> dict:
    return {"name": name, "mimeType": kind, "buffer": content}


def a_picture(size: tuple[int, int] = (600, 900), kind: str = "JPEG") -> bytes:
    file = io.BytesIO()
    Image.linear_gradient("L").resize(size).convert("RGB").save(file, kind)
    return file.getvalue()


def noise(side: int) -> bytes:
    """A picture that no format makes small: three bytes for each of its pixels."""
    file = io.BytesIO()
    Image.frombytes("RGB", (side, side), os.urandom(3 * side * side)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture(scope="module")
async def draft(chromium: Browser, origin: str) -> tuple[dict, str]:
    """A person's signed-in browser, as its state, and the path of their card, a draft with a photo."""
    owner = await visit(chromium, origin)
    page = owner.page
    await sign_in(page, "Caroline Herschel")
    await page.goto("/my/new-card")
    await page.get_by_role("button", name="Make a draft").click()
    await page.get_by_text("Your card is made.").wait_for()
    await page.get_by_label("Photo", exact=True).set_input_files(a_file(a_picture((300, 300))))
    await page.get_by_text(READY).wait_for()
    await page.get_by_role("button", name="Save draft").click()
    await page.get_by_text("The draft is saved.").wait_for()
    state = await owner.context.storage_state()
    path = page.url.partition("?")[0].partition("/my/")[2]
    await owner.context.close()
    return state, f"/my/{path}"


@pytest.fixture
async def form(open_window, draft):
    """The draft's form in a new window."""
    state, path = draft
    window = await open_window(storage_state=state, viewport={"width": 390, "height": 844})
    await window.page.goto(path)
    await unfold(window.page)
    return window


def box_of(page: Page, field: str):
    return page.locator(f"[data-picture={field}]")


def made(window) -> int:
    """How many pictures the window has begun to send."""
    return sum(asked.endswith("/api/v1/images") for asked in window.requests)


async def test_a_photo_is_cropped_to_a_square_by_hand_and_by_keyboard(form) -> None:
    page, box = form.page, box_of(form.page, "photo")
    before = await box.evaluate(SHOWN)
    await page.get_by_label("Photo", exact=True).set_input_files(a_file(a_picture()))
    dialog = page.get_by_role("dialog", name="Choose the square to show")
    canvas = dialog.locator("canvas")
    first = await canvas.evaluate(PIXELS)
    assert await dialog.get_by_label("Left and right").is_disabled(), "the whole breadth is shown"
    place = await canvas.bounding_box()
    await page.mouse.move(place["x"] + 100, place["y"] + 100)
    await page.mouse.down()
    await page.mouse.move(place["x"] + 100, place["y"] + 60)
    await page.mouse.up()
    dragged = await canvas.evaluate(PIXELS)
    assert dragged != first
    await dialog.get_by_label("Zoom").press("ArrowRight")
    zoomed = await canvas.evaluate(PIXELS)
    assert zoomed != dragged
    await dialog.get_by_label("Left and right").press("End")
    await dialog.get_by_label("Up and down").press("Home")
    assert await canvas.evaluate(PIXELS) != zoomed
    await dialog.get_by_role("button", name="Use this part").click()
    await box.get_by_text(READY).wait_for()
    assert await box.evaluate(SHOWN) != before
    width, height = await box.evaluate(SIZE)
    assert width == height
    assert form.complaints == []


@pytest.mark.parametrize("leave", ["Cancel", "Escape"])
async def test_a_crop_that_is_left_keeps_the_picture_that_was_there(form, leave) -> None:
    page, box = form.page, box_of(form.page, "photo")
    before = await box.evaluate(SHOWN)
    await page.get_by_label("Photo", exact=True).set_input_files(a_file(a_picture()))
    dialog = page.get_by_role("dialog", name="Choose the square to show")
    await dialog.wait_for()
    if leave == "Cancel":
        await dialog.get_by_role("button", name="Cancel").click()
    else:
        await page.keyboard.press("Escape")
    await dialog.wait_for(state="hidden")
    assert await box.evaluate(SHOWN) == before
    assert await page.get_by_label("Photo", exact=True).input_value() == ""
    assert made(form) == 0


@pytest.mark.parametrize(("kind", "field"), [("drop", "logo"), ("paste", "companyImage")])
async def test_a_picture_is_dropped_or_pasted_in_its_place(form, kind, field) -> None:
    box = box_of(form.page, field)
    content = base64.b64encode(a_picture((320, 200), "PNG")).decode()
    await box.evaluate(GIVE, [content, "image/png", kind])
    await box.get_by_text(READY).wait_for()
    width, height = await box.evaluate(SIZE)
    assert abs(width / height - 1.6) < 0.01
    assert form.complaints == []


async def test_a_picture_pasted_anywhere_else_is_the_photo_and_one_dropped_beside_its_place_is_not_opened(
    form,
) -> None:
    page, content = form.page, base64.b64encode(a_picture((200, 200))).decode()
    await page.locator("h1").evaluate(GIVE, [content, "image/jpeg", "drop"])
    await page.locator("body").evaluate(GIVE, [content, "image/jpeg", "paste"])
    await box_of(page, "photo").get_by_text(READY).wait_for()
    assert made(form) == 1


async def test_the_progress_of_sending_is_shown(form) -> None:
    page, box, go_on = form.page, box_of(form.page, "logo"), asyncio.Event()

    async def hold(route) -> None:
        await go_on.wait()
        await route.continue_()

    await page.route("**/api/v1/images/*/content", hold)
    progress = box.get_by_role("progressbar", name="Sending… Logo")
    assert not await progress.is_visible()
    await page.get_by_label("Logo", exact=True).set_input_files(a_file(a_picture()))
    await box.get_by_text("Sending…").wait_for()
    assert await progress.is_visible()
    go_on.set()
    await box.get_by_text(READY).wait_for()
    assert not await progress.is_visible()


@pytest.mark.parametrize(
    ("name", "kind"), [("IMG_1.HEIC", "image/heic"), ("me.jpg", "image/jpeg"), ("me", "")]
)
async def test_a_heic_photo_is_told_before_it_is_sent_whatever_its_name(form, name, kind) -> None:
    page, box = form.page, box_of(form.page, "photo")
    before = await box.evaluate(SHOWN)
    await page.get_by_label("Photo", exact=True).set_input_files(a_file(HEIC, name, kind))
    await box.get_by_text("This is a HEIC photo, which this browser cannot convert.").wait_for()
    assert await box.get_by_text(STAYS).count() == 1
    assert await box.evaluate(SHOWN) == before
    assert made(form) == 0


async def test_a_refused_picture_leaves_the_good_one(form) -> None:
    page, box = form.page, box_of(form.page, "photo")
    before = await box.evaluate(SHOWN)
    await page.get_by_label("Photo", exact=True).set_input_files(a_file(b"no picture at all"))
    await box.get_by_text(f"Not taken: the file is not a JPEG, PNG or WebP picture. {STAYS}").wait_for()
    assert await box.evaluate(SHOWN) == before
    await page.get_by_role("button", name="Save draft").click()
    await page.get_by_text("The draft is saved.").wait_for()
    assert await box.evaluate(SHOWN) == before


async def test_a_picture_that_is_too_large_is_made_smaller_and_one_of_another_kind_a_jpeg(form) -> None:
    page = form.page
    large, other = noise(1400), a_picture((200, 150), "GIF")
    assert len(large) > 5_000_000
    for field, label, content, kind in [
        ("logo", "Logo", large, "image/png"), ("companyImage", "Company picture", other, "image/gif"),
    ]:  # fmt: skip
        await page.get_by_label(label, exact=True).set_input_files(a_file(content, "picture", kind))
        await box_of(page, field).get_by_text(READY).wait_for()
    assert form.complaints == []


async def test_a_connection_that_is_lost_is_told_and_takes_nothing_away(form) -> None:
    page, box = form.page, box_of(form.page, "photo")
    before = await box.evaluate(SHOWN)
    await form.context.set_offline(True)
    await page.get_by_label("Photo", exact=True).set_input_files(a_file(a_picture((200, 200))))
    await box.get_by_text(f"The connection was lost. {STAYS}").wait_for()
    assert await box.evaluate(SHOWN) == before
