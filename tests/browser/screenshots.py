"""`python -m tests.browser.screenshots FOLDER`: pictures of the running product, small enough to keep."""

import asyncio
import io
import re
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.async_api import Browser, Page, async_playwright

from tests.browser.windows import ARGUMENTS, CHROMIUM, PHONE, fill_card, make_card, running, sign_in, visit

DESKTOP = {"viewport": {"width": 1280, "height": 860}}
# More cards for the list: (name, title), the last one left a draft.
OTHERS = [("Ada King", "Countess of Lovelace"), ("ليلى حداد", "مديرة التصميم"), ("佐藤 花子", "建築家")]


async def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - nobody waits
    with tempfile.TemporaryDirectory() as logs:
        async with async_playwright() as playwright, running(Path(logs)) as origin:
            chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            await photograph(chromium, origin, folder)
            await chromium.close()


async def photograph(chromium: Browser, origin: str, folder: Path) -> None:
    owner = (await visit(chromium, origin, **DESKTOP)).page
    await shoot(owner, "/", folder / "home.png")
    await sign_in(owner, "Ada Lovelace")
    await shoot(owner, "/my", folder / "my-empty.png")
    card = await make_card(owner, "Ada Lovelace", "ada-lovelace")
    edit = re.sub("/share.*", "", owner.url)
    await owner.goto(edit)
    await fill_card(owner)
    await owner.get_by_role("button", name="Save and publish").click()
    await owner.get_by_text("Your card is live.").wait_for()
    for name, title in OTHERS:
        await another_card(owner, name, title)
    pages = {"my": "/my", "my-edit": edit, "my-share": f"{edit}/share", "my-account": "/my/account"}
    for name, address in pages.items():
        await shoot(owner, address, folder / f"{name}.png")
    for name, options in {
        "card-phone": {**PHONE, "device_scale_factor": 2},
        "card-desktop": DESKTOP,
        "card-dark": {**PHONE, "device_scale_factor": 2, "color_scheme": "dark"},
    }.items():
        await shoot((await visit(chromium, origin, **options)).page, card, folder / f"{name}.png")


async def another_card(page: Page, name: str, title: str) -> None:
    await page.goto("/my/new-card")
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Title").fill(title)
    await page.get_by_role("button", name="Make the card").click()
    await page.get_by_text("Your card is made.").wait_for()
    if (name, title) != OTHERS[-1]:
        await page.get_by_role("button", name="Save and publish").click()
        await page.get_by_text("Your card is live.").wait_for()


async def shoot(page: Page, address: str, file: Path) -> None:
    """Photograph what the window shows, in 256 colours."""
    await page.goto(address)
    picture = Image.open(io.BytesIO(await page.screenshot())).convert("RGB")
    picture.quantize(256, dither=Image.Dither.NONE).save(file, optimize=True)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
