"""The whole path in a browser: a person makes a card, a stranger opens and keeps it."""

import io
import secrets
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import vobject
import zxingcpp
from PIL import Image

from tests.browser.windows import PHONE, make_card, sign_in


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
async def test_a_person_makes_a_card_and_a_stranger_keeps_it(open_window, origin, script) -> None:
    owner = await open_window(java_script_enabled=script)
    provider = await sign_in(owner.page, "Ada Lovelace")
    url = await make_card(owner.page, "Ada Lovelace", f"ada-lovelace-{secrets.token_hex(4)}")
    assert url.startswith(f"{origin}/c/ada-lovelace")

    stranger = await open_window(java_script_enabled=script, **PHONE)
    await stranger.page.goto(url)
    assert await stranger.page.get_by_role("heading", level=1).inner_text() == "Ada Lovelace"
    assert stranger.requests == [url]
    assert await read_qr(stranger.page) == url
    await keep_contact(stranger.page)

    await owner.page.get_by_role("button", name="Unpublish").click()
    await owner.page.get_by_text("The card is no longer public.").wait_for()
    await stranger.page.goto(url)
    await stranger.page.get_by_text("This card is not shown now").wait_for()
    await owner.page.get_by_role("link", name="Sign out").click()
    await owner.page.get_by_role("button", name="Sign out", exact=True).click()
    await owner.page.goto("/my")
    assert urlsplit(owner.page.url).netloc == urlsplit(provider).netloc, "signed out, in a known browser"

    await stranger.page.wait_for_load_state()
    assert owner.complaints + stranger.complaints == []
    own = urlsplit(origin).netloc
    assert {urlsplit(asked).netloc for asked in stranger.requests} == {own}
    assert {urlsplit(asked).netloc for asked in owner.requests} == {own, urlsplit(provider).netloc}


async def read_qr(page) -> str:
    code = page.locator(".pattern")
    await code.scroll_into_view_if_needed()
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(await code.screenshot())))
    assert len(found) == 1
    return found[0].text


async def keep_contact(page) -> None:
    async with page.expect_download() as started:
        await page.get_by_role("link", name="Save contact").click()
    download = await started.value
    assert download.suggested_filename.endswith(".vcf")
    saved = Path(await download.path()).read_bytes()  # noqa: ASYNC240 - a small file, and nobody waits
    contact = vobject.readOne(saved.decode())
    assert contact.fn.value == "Ada Lovelace"
    assert contact.title.value == "Principal Engineer"
    assert contact.email.value == "ada@example.com"
    assert contact.tel.value == "+46701740605"
