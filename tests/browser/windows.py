"""A running product and browser windows, for the browser tests and the screenshots."""

import os
import secrets
import shutil
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page, Response

from local import demo, processes
from local.cloud import Cloud

ROOT = Path(__file__).parents[2]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
_NO_SUCCESS = "Failed to load resource: the server responded with a status of"
PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


@asynccontextmanager
async def running(logs: Path) -> AsyncIterator[str]:
    """Run the whole product, with nothing in it, on free ports; return its origin."""
    async with product(logs) as settings:
        yield settings["PUBLIC_ORIGIN"]


@asynccontextmanager
async def product(logs: Path) -> AsyncIterator[dict[str, str]]:
    """Run the whole product, as `running` does; return its settings."""
    port = processes.free_port()
    async with Cloud(public_origin=f"http://localhost:{port}") as cloud:
        command = [sys.executable, "-m", "local.functions_host", "--app", str(ROOT), "--port", str(port)]
        env = os.environ | {"EXAMPLE_HANDLE": demo.EXAMPLE} | cloud.settings
        host, _ = await processes.start_ready("functions host", command, logs=logs, env=env)
        try:
            yield cloud.settings
        finally:
            await host.stop()


@dataclass
class Visit:
    """A person's browser window, with all it complained about and every address it asked for."""

    context: BrowserContext
    page: Page
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def hear(self, message: ConsoleMessage) -> None:
        # Chromium also reports every page that is no success; those are asked for by the tests.
        if message.type in ("error", "warning") and not message.text.startswith(_NO_SUCCESS):
            self.complaints.append(message.text)

    def look_at(self, response: Response) -> None:
        if response.status >= HTTPStatus.BAD_REQUEST and not response.request.is_navigation_request():
            self.complaints.append(f"{response.status} {response.url}")


async def visit(chromium: Browser, origin: str, **options: object) -> Visit:
    """Open a window of a browser that has been nowhere yet."""
    context = await chromium.new_context(base_url=origin, **options)
    context.set_default_timeout(30_000)
    page = await context.new_page()
    opened = Visit(context, page)
    page.on("console", opened.hear)
    page.on("pageerror", lambda error: opened.complaints.append(str(error)))
    page.on("response", opened.look_at)
    page.on("request", lambda request: opened.requests.append(request.url))
    return opened


async def open_tab(page: Page, group: str, name: str | None = None) -> None:
    """Go to a page of an organisation by its group of pages, and its name among them."""
    # After a button the page that has it may be coming.
    await page.wait_for_load_state()
    places = page.get_by_role("navigation", name="Pages of the organisation")
    menu = page.locator("details.menu > summary")
    if await menu.is_visible():
        await menu.click()
        links = places.get_by_role("list", name=group, exact=True).get_by_role("link")
        await (links.first if name is None else links.get_by_text(name, exact=True)).click()
        return
    await places.get_by_role("link", name=group, exact=True).click()
    if name is not None:
        more = page.get_by_role("navigation", name="More pages here")
        await more.get_by_role("link", name=name, exact=True).click()


async def sign_in(page: Page, name: str, *, known: bool = False) -> str:
    """Go from the home page through the age question to the identity provider and back.

    Somebody `known` is one of the people the provider already has. Gives the address at which the provider
    asked who it is.
    """
    await page.goto("/")
    await page.get_by_role("link", name="Sign in").click()
    await page.get_by_label("Month").select_option(label="December")
    await page.get_by_label("Year").fill("1985")
    await page.get_by_role("button", name="Continue").click()
    provider = page.url
    if known:
        await page.get_by_role("button", name=f"Continue as {name}").press("Enter")
    else:
        await page.get_by_label("Name").fill(name)
        await page.get_by_label("E-mail").fill(f"{secrets.token_hex(6)}@example.com")
        # On a small window the list of everybody who was added before may lie over the button.
        await page.get_by_role("button", name="Add and continue").press("Enter")
    await page.wait_for_url("**/my")
    return provider


async def make_card(page: Page, name: str, handle: str = "") -> str:
    """Make and publish a card, with one mistake on the way, ending on its share page; return its address."""
    await page.goto("/my/new-card")
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("Title").fill("Principal Engineer")
    await page.get_by_label("E-mail").fill("ada@example.com")
    await page.get_by_label("Handle").fill(handle)
    await page.get_by_role("button", name="Make a draft").click()
    await page.get_by_text("Your card is made.").wait_for()
    await unfold(page)
    await page.get_by_label("Number 1").fill("12")
    await page.get_by_role("button", name="Save and publish").click()
    await page.get_by_role("heading", name="One thing needs another look").wait_for()
    await page.get_by_role("link", name="Phone 1 is not").click()
    await page.get_by_label("Number 1").fill("+46 70 174 06 05")
    await page.get_by_role("button", name="Save and publish").click()
    await page.get_by_text("Your card is live.").wait_for()
    await page.get_by_role("link", name="Share it").click()
    return await page.locator(".link").inner_text()


async def unfold(page: Page) -> None:
    """Open every section of the form that is open."""
    folded = page.locator("#edit details:not([open]) > summary")
    while await folded.count():
        await folded.first.click()


async def fill_card(page: Page) -> None:
    """Fill every other field of the form that is open."""
    for row in ("a phone", "an e-mail", "a social link", "a social link", "a product or service"):
        await unfold(page)
        await page.get_by_role("button", name=f"Add {row}").click()
    await unfold(page)
    texts = {
        "Organisation": "Analytical Engines Ltd",
        "Number 2": "+44 20 7946 0958",
        "Address 2": "ada@lovelace.example",
        "Website": "www.analytical.example",
        "Social link 1": "https://www.linkedin.com/in/adalovelace",
        "Social link 2": "https://github.com/ada",
        "Social link 3": "https://mastodon.social/@ada",
        "About the company": "We design machines that weave algebraic patterns, just as the loom weaves "
        "flowers and leaves.",
        "Video link": "https://vimeo.com/76979871",
        "Text 1": "The Difference Engine No. 2",
        "Link 1": "https://analytical.example/engine",
        "Text 2": "Book a demonstration",
        "Link 2": "mailto:demo@analytical.example",
        "Street": "12 St James's Square",
        "Postal code": "SW1Y 4JH",
        "City": "London",
        "Map link": "https://www.openstreetmap.org/#map=17/51.5072/-0.1347",
    }
    for label, text in texts.items():
        await page.get_by_label(label, exact=True).fill(text)
    await page.locator("#f-phones").get_by_label("Kind 2").select_option(label="Work")
    await page.locator("#f-emails").get_by_label("Kind 2").select_option(label="Home")
    await page.get_by_label("Country", exact=True).select_option(label="United Kingdom")
