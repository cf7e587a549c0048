"""`python -m tests.browser.screenshots FOLDER`: pictures of the running product, small enough to keep.

The pictures of a card that the home page shows are made anew as well, in `web/images`.
"""

import asyncio
import io
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, Page, async_playwright

from local import demo
from tests.browser.windows import ARGUMENTS, CHROMIUM, PHONE, ROOT, running, sign_in, visit

DESKTOP = {"viewport": {"width": 1280, "height": 860}}
# What the home page says of the picture's shape.
EXAMPLE_SIZE = {"width": 390, "height": 760}
SHARP = {**PHONE, "device_scale_factor": 2}
# Of a card: its file, whose it is, and the window.
CARDS = [
    ("card-phone", "ada-lovelace", SHARP),
    ("card-desktop", "ada-lovelace", DESKTOP),
    ("card-dark", "sato-hanako", {**SHARP, "color_scheme": "dark"}),
    ("card-rtl", "layla-haddad", SHARP),
    ("card-no-photo", "priya-sharma", SHARP),
]


async def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - nobody waits
    with tempfile.TemporaryDirectory() as data:
        async with async_playwright() as playwright, running(Path(data)) as origin:
            await demo.first_start(Path(data), {"PUBLIC_ORIGIN": origin})
            chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            await photograph_example(chromium, origin, ROOT / "web" / "images")
            await photograph_cards(chromium, origin, folder)
            await photograph_my(chromium, origin, folder)
            await chromium.close()


async def photograph_example(chromium: Browser, origin: str, folder: Path) -> None:
    """The upper part of the example card on a phone, for the home page, in light and dark."""
    for name, scheme in (("example", "light"), ("example-dark", "dark")):
        options = {**SHARP, "viewport": EXAMPLE_SIZE, "color_scheme": scheme}
        page = (await visit(chromium, origin, **options)).page
        await page.goto(f"/c/{demo.EXAMPLE}", wait_until="networkidle")
        picture = Image.open(io.BytesIO(await page.screenshot())).convert("RGB")
        picture.save(folder / f"{name}.webp", quality=70, method=6)


async def photograph_cards(chromium: Browser, origin: str, folder: Path) -> None:
    for name, handle, options in CARDS:
        page = (await visit(chromium, origin, **options)).page
        await shoot(page, f"/c/{handle}", folder / f"{name}.png")


async def photograph_my(chromium: Browser, origin: str, folder: Path) -> None:
    newcomer = (await visit(chromium, origin, **DESKTOP)).page
    await shoot(newcomer, "/", folder / "home.png")
    await sign_in(newcomer, "Somebody New")
    await shoot(newcomer, "/my", folder / "my-empty.png")
    owner = (await visit(chromium, origin, **DESKTOP)).page
    await sign_in(owner, "Ada Lovelace", known=True)
    await shoot(owner, "/my", folder / "my.png")
    edit = await owner.locator("a[href^='/my/cards/']").last.get_attribute("href")
    card = "/".join(edit.split("/")[:4])
    await be_visited(chromium, origin, owner, card)
    pages = {part: f"{card}/{part}" for part in ("share", "counts", "settings")}
    for name, address in {"edit": card, **pages, "account": "/my/account"}.items():
        await shoot(owner, address, folder / f"my-{name}.png")
    state = await owner.context.storage_state()
    phone = (await visit(chromium, origin, **PHONE, storage_state=state)).page
    await shoot(phone, card, folder / "my-edit-phone.png")


async def be_visited(chromium: Browser, origin: str, owner: Page, card: str) -> None:
    """Let somebody open the card, keep the contact and follow a link, until that is counted."""
    await owner.goto(f"{card}/share")
    address = await owner.locator(".link").inner_text()
    # Chromium without a window says so, and then counts as a robot.
    stranger = await visit(chromium, origin, user_agent="Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0")
    for _ in range(3):
        await stranger.page.goto(address)
    await stranger.context.request.get(f"{address}.vcf")
    link = await stranger.page.locator("a[href*='/go/']").first.get_attribute("href")
    await stranger.context.request.get(link, max_redirects=0)
    await owner.goto(f"{card}/counts")
    while not await owner.get_by_role("img", name="Links followed: 1").count():
        await owner.reload()


async def shoot(page: Page, address: str, file: Path) -> None:
    """Photograph what the window shows, in 256 colours."""
    await page.goto(address, wait_until="networkidle")
    picture = Image.open(io.BytesIO(await page.screenshot())).convert("RGB")
    picture.quantize(256, kmeans=2, dither=Image.Dither.NONE).save(file, optimize=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
