"""The photo, the history and the people of contacts in a browser."""

import secrets

import pytest
from playwright.async_api import expect

from tests.browser.test_duplicates import look
from tests.browser.windows import Visit, sign_in
from tests.functions.images.test_images import corners, saved


@pytest.fixture(params=[(390, "light"), (1280, "dark")], ids=str)
async def window(request, open_window) -> Visit:
    width, scheme = request.param
    opened = await open_window(viewport={"width": width, "height": 800}, color_scheme=scheme)
    opened.script, opened.scheme, opened.width = True, scheme, width
    await sign_in(opened.page, f"Person {secrets.token_hex(4)}")
    return opened


async def made(page, origin: str, content: dict) -> str:
    session = await (await page.request.get("/api/v1/session")).json()
    headers = {"X-CSRF-Token": session["csrfToken"], "Origin": origin}
    answer = await page.request.post("/api/v1/contacts", data=content, headers=headers)
    assert answer.ok, await answer.text()
    return (await answer.json())["id"]


async def test_a_photo_a_history_and_the_people_of_a_company_are_seen(window, origin) -> None:
    page = window.page
    firm = await made(page, origin, {"kind": "entity", "name": "Acme Ltd"})
    grace = await made(page, origin, {"name": "Grace Hopper", "title": "Programmer", "entityId": firm})
    await page.goto(f"/my/contacts/{grace}/edit")
    await page.get_by_label("Title", exact=True).fill("Rear Admiral")
    await page.get_by_role("button", name="Save").last.click()
    await expect(page.get_by_role("button", name="Undo the change")).to_be_visible()
    await page.get_by_text("What it said before").click()
    await expect(page.get_by_text("Programmer", exact=True)).to_be_visible()
    await look(window, "history")
    await page.get_by_role("link", name="Add a photo").click()
    picture = {"name": "grace.png", "mimeType": "image/png", "buffer": saved(corners(), "PNG")}
    await page.get_by_label("Picture", exact=True).set_input_files(picture)
    await page.get_by_role("button", name="Use this picture").click()
    await page.get_by_text("In place.").first.wait_for()
    await look(window, "photo")
    await page.goto(f"/my/contacts/{firm}")
    await expect(page.get_by_role("link", name="Grace Hopper")).to_be_visible()
    await look(window, "company")
    await page.goto(f"/my/contacts/{firm}/people")
    await look(window, "people")
    await page.goto("/my/contacts")
    await look(window, "list")
    assert window.complaints == []
