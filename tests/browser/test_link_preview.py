"""What other sites, chats and systems show of ours: pictures on foreign pages, previews, installing."""

import asyncio
import io
import re
from collections.abc import AsyncIterator

import pytest
from PIL import Image
from playwright.async_api import Error

TAG = re.compile(r'<meta (?:property|name)="([^"]+)"(?: name="[^"]+")? content="([^"]*)">')
SHOWN = """async () => {
    await Promise.allSettled([...document.images].map(image => image.decode()))
    return [...document.images].map(image => [image.naturalWidth, image.naturalHeight])
}"""


@pytest.fixture
async def foreign() -> AsyncIterator[tuple[str, list[str]]]:
    """Another site: its origin, and the addresses of the pictures on its page."""
    pictures: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        page = "<!doctype html><title>Another site</title>" + "".join(
            f'<img src="{url}">' for url in pictures
        )
        head = f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {len(page)}\r\n"
        writer.write(f"{head}Connection: close\r\n\r\n{page}".encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}", pictures


async def test_another_site_shows_codes_and_public_pictures(open_window, people, origin, foreign) -> None:
    page = (await open_window()).page
    await page.goto(people)
    [photo] = await page.locator("img.portrait").evaluate_all("all => all.map(each => each.src)")
    site, pictures = foreign
    card = f"{origin}{people}"
    pictures += [
        f"{card}.qr.svg", f"{card}.qr.svg?size=300", f"{card}.qr.png", f"{card}.qr.png?size=301&logo=1",
        f"{card}.og.jpg", photo,
    ]  # fmt: skip
    window = await open_window()
    await window.page.goto(site)
    sizes = await window.page.evaluate(SHOWN)
    assert sizes[:5] == [[512, 512], [300, 300], [512, 512], [301, 301], [1200, 630]]
    assert sizes[5][0] > 0
    assert window.complaints == []


async def test_another_site_gets_nothing_else_of_a_card(open_window, people, origin, foreign) -> None:
    site, _ = foreign
    page = (await open_window()).page
    await page.goto(site)
    asked = "url => fetch(url, {mode: 'no-cors'}).then(() => true, () => false)"
    got = [
        await page.evaluate(asked, f"{origin}{people}{suffix}") for suffix in (".qr.svg", ".json", ".vcf", "")
    ]
    assert got == [True, False, False, False]


async def test_the_home_page_has_a_picture_for_previews(open_window, origin) -> None:
    page = (await open_window()).page
    answer = await page.goto("/")
    tags = TAG.findall(await answer.text())
    said = dict(tags)
    names = [name for name, _ in tags if name != "theme-color"]
    assert len(names) == len(set(names))
    assert said["og:url"] == f"{origin}/"
    assert said["twitter:card"] == "summary_large_image"
    assert said["og:site_name"] == "iZwop"
    assert {"description", "og:title", "og:description", "og:image:alt", "og:locale"} <= said.keys()
    shown = await page.request.get(said["og:image"])
    size = Image.open(io.BytesIO(await shown.body())).size
    assert size == (int(said["og:image:width"]), int(said["og:image:height"])) == (1200, 630)


@pytest.mark.parametrize("address", ["/", "/c/nobody-here"])
async def test_the_site_can_be_installed(open_window, origin, address: str) -> None:
    window = await open_window()
    await window.page.goto(address)
    browser = await window.context.new_cdp_session(window.page)
    manifest = await browser.send("Page.getAppManifest")
    assert manifest["url"] == f"{origin}/manifest.webmanifest"
    assert manifest["errors"] == []
    assert '"start_url": "/my/share"' in manifest["data"]
    faults = (await browser.send("Page.getInstallabilityErrors"))["installabilityErrors"]
    # A window without a profile of its own installs nothing.
    assert {fault["errorId"] for fault in faults} <= {"in-incognito"}
    links = window.page.locator("link[rel*=icon]")
    icons = await links.evaluate_all("all => all.map(each => each.getAttribute('href'))")
    assert icons == ["/favicon.ico", "/favicon.svg", "/apple-touch-icon.png"]
    for icon in icons:
        assert (await window.page.request.get(icon)).ok
    assert window.complaints == []


@pytest.mark.parametrize("address", ["/", "card"])
async def test_tools_read_robots_txt_from_within_a_page(open_window, people, origin, address: str) -> None:
    """As Lighthouse does."""
    window = await open_window()
    await window.page.goto(people if address == "card" else address)
    browser = await window.context.new_cdp_session(window.page)
    frame = (await browser.send("Page.getFrameTree"))["frameTree"]["frame"]["id"]
    asked = {"frameId": frame, "options": {"disableCache": True, "includeCredentials": True}}
    read = await browser.send("Network.loadNetworkResource", asked | {"url": f"{origin}/robots.txt"})
    assert read["resource"]["success"]
    with pytest.raises(Error, match="CSP violation"):
        await browser.send("Network.loadNetworkResource", asked | {"url": "http://127.0.0.1:9/robots.txt"})
