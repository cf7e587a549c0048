"""A copy of one's data in a browser: asked for, waited for, fetched, unpacked and read without a network."""

import asyncio
import re
import secrets
import zipfile
from pathlib import Path

import pytest

from tests.browser.axe import violations
from tests.browser.windows import make_card, sign_in

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
async def test_a_person_gets_their_copy_and_reads_it(open_window, tmp_path, script) -> None:
    owner = await open_window(java_script_enabled=script)
    page = owner.page
    await sign_in(page, "Ada Lovelace")
    await make_card(page, "Ada Lovelace", f"ada-{secrets.token_hex(6)}")
    await page.goto("/my/account")
    await page.get_by_role("button", name="Get my copy").click()
    ready = page.get_by_role("heading", name="Your copy is ready")
    if script:
        await ready.wait_for()
        assert await violations(page) == []
    else:
        async with asyncio.timeout(30):
            while not await ready.count():
                await page.reload()
    async with page.expect_download() as started:
        await page.get_by_role("link", name=re.compile("Download")).first.click()
    download = await started.value
    assert re.fullmatch(r"izwop-copy-[0-9-]+\.zip", download.suggested_filename)
    with zipfile.ZipFile(await download.path()) as copy:
        copy.extractall(tmp_path)
    [index] = Path(tmp_path).glob("izwop-copy-*/index.html")  # noqa: ASYNC240 - a small folder, and nobody waits
    reader = await open_window(java_script_enabled=script, offline=True)
    await reader.page.goto(index.as_uri())
    assert await reader.page.get_by_role("heading", name="Ada Lovelace (").count() == 2
    await reader.page.set_viewport_size({"width": 320, "height": 640})
    assert await reader.page.locator("dd").first.evaluate("text => text.offsetWidth") > 200
    assert all(asked.startswith("file:") for asked in reader.requests)
    if script:
        assert await violations(reader.page) == []
    assert owner.complaints + reader.complaints == []
