"""`python -m tests.browser.screenshots FOLDER`: pictures of the running product, small enough to keep.

Each page is one picture: on a phone, on a phone in the dark, on a phone from right to left, and on a desktop.
The film of a first card is one picture, too, and so is what a phone shows of relationships, and of an address
book. The pictures of a card that the home page shows are made anew,
in `web/images`.
"""

import asyncio
import io
import sys
import tempfile
from pathlib import Path
from typing import Final, NamedTuple

from aiohttp import web
from PIL import Image
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from local import demo, processes
from local.parts.page import application
from tests.browser.windows import ARGUMENTS, CHROMIUM, PHONE, ROOT, product, sign_in, visit

DESKTOP: Final = {"viewport": {"width": 1280, "height": 844}}
# What the home page says of the picture's shape.
EXAMPLE_SIZE = {"width": 390, "height": 760}
SHARP = {**PHONE, "device_scale_factor": 2}
GAP, GROUND = 16, "#8a8a90"
# The turn to right to left, of pages whose languages are all written from left to right.
TURN = "() => { document.documentElement.dir = 'rtl'; }"


class Window(NamedTuple):
    """A window, and whether pages are turned from right to left in it."""

    options: dict[str, object]
    turned: bool = False


WINDOWS: Final = (
    Window(PHONE),
    Window({**PHONE, "color_scheme": "dark"}),
    Window(PHONE, turned=True),
    Window(DESKTOP),
)
# Pages by the name of their picture. CARD is the address of Ada's card under /my.
OF_EVERYBODY: Final = {
    "home": "/",
    "card": "/c/ada-lovelace",
    "card-arabic": "/c/layla-haddad",
    "card-no-photo": "/c/priya-sharma",
    "help": "/help",
    "help-topic": "/help/audiences",
    "privacy": "/privacy",
    "terms": "/terms",
    "sign-in": "/auth/login",
    "missing": "/c/nobody-here",
}
OF_ADA: Final = {
    "today": "/my",
    "share": "/my/share",
    "cards": "/my/cards",
    "new-card": "/my/new-card",
    "edit": "CARD",
    "look": "CARD/look",
    "share-card": "CARD/share",
    "signature": "CARD/signature",
    "visits": "CARD/counts",
    "settings": "CARD/settings",
    "delete": "CARD/delete",
    "preview": "CARD/preview?of=published",
    "account": "/my/account",
    "copy": "/my/account/copy",
    "sign-out": "/auth/logout",
}


async def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - nobody waits
    with tempfile.TemporaryDirectory() as data:
        async with async_playwright() as playwright, product(Path(data)) as settings:
            origin = settings["PUBLIC_ORIGIN"]
            await demo.first_start(Path(data), settings)
            await demo.RELATIONSHIPS.run(Path(data), settings)
            chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            await photograph_example(chromium, origin, ROOT / "web" / "images")
            await photograph_cards(chromium, origin, folder)
            await film_a_first_card(chromium, origin, folder / "first-card.webp")
            await photograph_parts(chromium, folder / "parts.webp")
            await photograph_my(chromium, origin, folder)
            await photograph_relationships(chromium, origin, folder)
            await chromium.close()


async def photograph_example(chromium: Browser, origin: str, folder: Path) -> None:
    """The upper part of the example card on a phone, for the home page, in light and dark."""
    for name, scheme in (("example", "light"), ("example-dark", "dark")):
        options = {**SHARP, "viewport": EXAMPLE_SIZE, "color_scheme": scheme}
        page = (await visit(chromium, origin, **options)).page
        await page.goto(f"/c/{demo.EXAMPLE}", wait_until="networkidle")
        (await shot(page)).save(folder / f"{name}.webp", quality=70, method=6)


async def photograph_cards(chromium: Browser, origin: str, folder: Path) -> None:
    page = (await visit(chromium, origin, **SHARP)).page
    await page.goto(f"/c/{demo.EXAMPLE}", wait_until="networkidle")
    (await shot(page)).quantize(256, kmeans=2).save(folder / "card-phone.png", optimize=True)
    for name, address in OF_EVERYBODY.items():
        await photograph(chromium, origin, address, folder / f"{name}.webp")


async def photograph_my(chromium: Browser, origin: str, folder: Path) -> None:
    owner = await visit(chromium, origin, **DESKTOP)
    await sign_in(owner.page, "Ada Lovelace", known=True)
    await owner.page.goto("/my/cards")
    found = await owner.page.locator("h2 a[href^='/my/cards/']", has_text="Ada Lovelace").get_attribute(
        "href"
    )
    card = str(found)
    await be_visited(chromium, origin, owner.page, card)
    state = await owner.context.storage_state()
    for name, address in OF_ADA.items():
        at = address.replace("CARD", card)
        await photograph(chromium, origin, at, folder / f"{name}.webp", storage_state=state)


async def photograph_parts(chromium: Browser, file: Path) -> None:
    """The local page of all parts, whole."""
    port = processes.free_port()
    runner = web.AppRunner(application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        await photograph(chromium, f"http://localhost:{port}", "/", file, whole=True)
    finally:
        await runner.cleanup()


async def film_a_first_card(chromium: Browser, origin: str, file: Path) -> None:
    """The steps of somebody new on a phone, from the home page to the code of a published card."""
    page = (await visit(chromium, origin, **PHONE)).page
    frames: list[Image.Image] = []

    async def frame() -> None:
        await page.wait_for_load_state("networkidle")
        frames.append(await shot(page))

    await page.goto("/")
    await frame()
    await page.get_by_role("link", name="Make your free card").click()
    await page.get_by_label("Month").select_option(label="December")
    await page.get_by_label("Year").fill("1985")
    await frame()
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_label("Name").fill("Mary Jackson")
    await page.get_by_label("E-mail").fill("mary@example.com")
    await page.get_by_role("button", name="Add and continue").click()
    await page.wait_for_url("**/my/new-card")
    await page.get_by_label("Title").fill("Aerospace engineer")
    await frame()
    await page.get_by_role("button", name="Make and publish").click()
    await page.wait_for_url("**/share*")
    await frame()
    await page.goto("/my/share")
    await frame()
    side_by_side(frames).save(file, quality=60, method=6)


async def photograph_relationships(chromium: Browser, origin: str, folder: Path) -> None:
    """What Grace's contacts show on a phone: their relationships in pictures, and the address book."""
    page = (await visit(chromium, origin, **PHONE)).page
    await sign_in(page, "Grace Hopper", known=True)
    await page.goto("/my/relationships")
    drawn = [await shot_of(page, part) for part in ("#map", "#year")]
    strongest = str(await page.locator("#map tbody tr").first.locator("> *").first.text_content())
    await find(page, strongest)
    await page.locator("#found .what a").first.click()
    drawn = [await shot_of(page, part) for part in ("#strength", "#last")] + drawn
    side_by_side(drawn).save(folder / "relationships.webp", quality=60, method=6)
    frames = [await found_by_a_note(page), *await import_and_merge(page)]
    side_by_side(frames).save(folder / "address-book.webp", quality=60, method=6)


async def shot_of(page: Page, part: str) -> Image.Image:
    """What the window shows where the part begins at its upper edge."""
    await page.locator(part).evaluate("part => part.closest('section').scrollIntoView({behavior: 'instant'})")
    return await shot(page)


async def find(page: Page, words: str) -> None:
    await page.goto("/my/contacts")
    await page.get_by_label("Find a contact").fill(words)
    await page.get_by_role("button", name="Search").click()
    await page.locator("#found [role=status]").wait_for()


async def found_by_a_note(page: Page) -> Image.Image:
    await find(page, "sailing gotland")
    return await shot(page)


async def import_and_merge(page: Page) -> list[Image.Image]:
    """The report of a file in which some are there already, and two contacts side by side."""
    await page.goto("/my/import")
    cards = "".join(
        f"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:{name}\r\nEMAIL:{email}\r\nEND:VCARD\r\n"
        for name, email in (
            ("Mary Jackson", "mary@jackson.example"),
            ("Mary W. Jackson", "mary@jackson.example"),
            ("Dorothy Vaughan", "dorothy@vaughan.example"),
        )
    )
    file = {"name": "contacts.vcf", "mimeType": "text/vcard", "buffer": cards.encode()}
    await page.locator("input[type=file]").set_input_files(file)
    await page.get_by_role("button", name="Read the file").click()
    await page.get_by_role("heading", name="rows are read").wait_for()
    report = await shot(page)
    await page.goto("/my/contacts/duplicates")
    await page.get_by_role("button", name="duplicates").click()
    await page.get_by_role("link", name="Compare").first.wait_for(timeout=120_000)
    pairs = await shot(page)
    await page.get_by_role("link", name="Compare").first.click()
    await page.get_by_role("heading", name="Where they differ").wait_for()
    return [report, pairs, await shot(page)]


async def photograph(
    chromium: Browser, origin: str, address: str, file: Path, *, whole: bool = False, **options: object
) -> None:
    """One picture of a page in all windows."""
    pictures = []
    for window in WINDOWS:
        opened = await visit(chromium, origin, **window.options, **options)
        await opened.page.goto(address, wait_until="networkidle")
        if window.turned:
            await opened.page.evaluate(TURN)
        pictures.append(await shot(opened.page, whole=whole))
        await close(opened.context)
    side_by_side(pictures).save(file, quality=60, method=6)


async def close(context: BrowserContext) -> None:
    # A form that is not saved would ask first.
    for page in context.pages:
        await page.close(run_before_unload=False)
    await context.close()


async def shot(page: Page, *, whole: bool = False) -> Image.Image:
    return Image.open(io.BytesIO(await page.screenshot(full_page=whole))).convert("RGB")


def side_by_side(pictures: list[Image.Image]) -> Image.Image:
    width = sum(picture.width for picture in pictures) + GAP * (len(pictures) + 1)
    made = Image.new("RGB", (width, max(picture.height for picture in pictures) + 2 * GAP), GROUND)
    left = GAP
    for picture in pictures:
        made.paste(picture, (left, GAP))
        left += picture.width + GAP
    return made


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
    await stranger.context.request.get(str(link), max_redirects=0)
    await owner.goto(f"{card}/counts")
    while not await owner.get_by_role("img", name="Links followed: 1").count():
        await owner.reload()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
