"""Pictures of pages, compared with those that are kept in `tests/browser/pictures`.

`python -m tests.browser.pictures` takes them anew: look at what changed before it is committed. They are half
the size of a plain screen, which is enough to see that something moved, vanished or has another colour.
"""

import asyncio
import os
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from PIL import Image, ImageChops, ImageFilter
from playwright.async_api import Browser, Page, Playwright, async_playwright

from local import demo
from tests.browser.layout import enlarge
from tests.browser.pages import PAGES, Places, Shown, open_page, places
from tests.browser.photographs import Camera
from tests.browser.windows import ARGUMENTS, CHROMIUM, running, visit

KEPT = Path(__file__).parent / "pictures"
# Of a picture: the window, and what is done to the page.
VARIANTS: dict[str, dict[str, object]] = {
    "320": {"width": 320},
    "390": {"width": 390},
    "1280": {"width": 1280},
    "dark": {"width": 390, "color_scheme": "dark"},
    "rtl": {"width": 390, "rtl": True},
    "large": {"width": 390, "large": True},
}
_FONTS = Path(__file__).with_name("fonts.conf")
# What may be somewhere else by so many pixels of a kept picture, each of two of the screen.
_SHIFT = 1
# Squares of so many pixels of a kept picture, each of which may differ by so much of 255 on average.
_SQUARE = 8
TOLERANCE = 24
# Of the heights of two pictures, in pixels of a kept picture.
_TALLER = 6


@asynccontextmanager
async def painter(playwright: Playwright) -> AsyncIterator[Browser]:
    """A browser that knows the fonts of kept pictures only."""
    env = {**os.environ, "FONTCONFIG_FILE": str(_FONTS)}
    browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS, env=env)
    yield browser
    await browser.close()


@asynccontextmanager
async def window(browser: Browser, origin: str, state: dict | None, variant: str) -> AsyncIterator[Page]:
    """A window for pages in a variant, which `paint` finishes."""
    chosen = VARIANTS[variant]
    options: dict[str, object] = {"viewport": {"width": chosen["width"], "height": 800}}
    options |= {"color_scheme": chosen.get("color_scheme", "light"), "reduced_motion": "reduce"}
    opened = await visit(browser, origin, storage_state=state, **options)
    yield opened.page
    await opened.context.close()


async def paint(page: Page, shown: Shown, variant: str) -> Image.Image:
    """The whole of an open page as it is kept."""
    if VARIANTS[variant].get("rtl"):
        await page.evaluate("document.querySelectorAll('html, body, main').forEach(e => { e.dir = 'rtl' })")
    if VARIANTS[variant].get("large"):
        await enlarge(page)
    for selector in shown.changing:
        await page.locator(selector).evaluate_all("all => all.forEach(e => e.style.visibility = 'hidden')")
    return (await (await Camera.of(page, 1)).whole()).reduce(2)


def differences(kept: Image.Image, seen: Image.Image) -> list[str]:
    """Where two pictures differ so that people would see it, in pixels of the screen; the worst first."""
    found = []
    if abs(kept.height - seen.height) > _TALLER or kept.width != seen.width:
        found.append(
            f"{2 * seen.width} by {2 * seen.height} pixels, {2 * kept.width} by {2 * kept.height} before"
        )
    both = (0, 0, min(kept.width, seen.width), min(kept.height, seen.height))
    squares = _stray(kept.crop(both), seen.crop(both)).reduce(_SQUARE)
    worst = sorted(
        (
            (squares.getpixel((x, y)), x, y)
            for x in range(squares.width)
            for y in range(squares.height)
            if squares.getpixel((x, y)) > TOLERANCE
        ),
        reverse=True,
    )
    scale = 2 * _SQUARE
    return found + [f"by {amount} of 255 at {x * scale}, {y * scale}" for amount, x, y in worst[:5]]


def _stray(one: Image.Image, other: Image.Image) -> Image.Image:
    """How far each pixel is from all that the other picture has around its place, either way."""
    stray = Image.new("RGB", one.size)
    for a, b in ((one, other), (other, one)):
        lightest = b.filter(ImageFilter.MaxFilter(2 * _SHIFT + 1))
        darkest = b.filter(ImageFilter.MinFilter(2 * _SHIFT + 1))
        beyond = ImageChops.lighter(ImageChops.subtract(a, lightest), ImageChops.subtract(darkest, a))
        stray = ImageChops.lighter(stray, beyond)
    red, green, blue = stray.split()
    return ImageChops.lighter(ImageChops.lighter(red, green), blue)


def keep(name: str, picture: Image.Image, folder: Path = KEPT) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}.webp"
    picture.save(path, quality=80, method=6)
    return path


def kept(name: str) -> Image.Image | None:
    path = KEPT / f"{name}.webp"
    return Image.open(path).convert("RGB") if path.is_file() else None


def names() -> set[str]:
    """The names of all pictures that should be kept."""
    return {f"{shown.name}-{variant}" for shown in PAGES if shown.kept for variant in VARIANTS}


async def paint_all(browser: Browser, origin: str, found: Places) -> AsyncIterator[tuple[str, Image.Image]]:
    """Every picture that should be kept, with its name."""
    for variant in VARIANTS:
        async with window(browser, origin, found.state, variant) as page:
            for shown in PAGES:
                if shown.kept:
                    await open_page(page, shown, found)
                    yield f"{shown.name}-{variant}", await paint(page, shown, variant)


async def main() -> None:
    with tempfile.TemporaryDirectory() as data:
        async with async_playwright() as playwright, running(Path(data)) as origin:
            await demo.first_start(Path(data), {"PUBLIC_ORIGIN": origin})
            async with painter(playwright) as browser, places(browser, origin) as found:
                async for name, picture in paint_all(browser, origin, found):
                    before = kept(name)
                    if before is None or differences(before, picture):
                        print(keep(name, picture))  # noqa: T201 - what to look at
    for path in KEPT.glob("*.webp"):
        if path.stem not in names():
            path.unlink()


if __name__ == "__main__":
    asyncio.run(main())
