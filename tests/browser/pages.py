"""The pages that are looked at: contrast, layout, kept pictures. A new page is a line here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, fields
from urllib.parse import urlsplit

from aiohttp import web
from playwright.async_api import Browser, Page

from local import processes
from local.parts.page import application
from tests.browser.windows import sign_in, visit

# Signs in for these pages, and nowhere else: a list of sessions would show it.
OWNER = "Grace Hopper"
# Has the organisation: the account page of the other one is a kept picture, and lists organisations.
FOUNDER = "Olga Owner"


@dataclass(frozen=True)
class Shown:
    """A page by its address.

    `{card}` is the path of the owner's card, `{contact}` that of a contact whom they met, `{org}`,
    `{person}`, `{team}` and `{template}` those of an organisation and of who and what is in it,
    `{parts}` the origin of the parts.
    """

    name: str
    address: str
    owned: bool = False
    # Of the organisation, which somebody else has. The last pages: who opens them stays signed in.
    founded: bool = False
    # What is different each time, by selector; pictures leave it out.
    changing: tuple[str, ...] = ()
    kept: bool = False  # as pictures
    # Kinds of faults of `layout.misplaced` that it is known to have with text of twice the size; a kind that
    # is mended has to go from here.
    unfit: frozenset[str] = frozenset()


PAGES = (
    Shown("parts", "{parts}/", kept=True),
    Shown("parts-public", "{parts}/public"),
    Shown("home", "/"),
    Shown("card", "/c/ada-lovelace", changing=(".pattern svg", ".pattern ~ p"), kept=True),
    Shown("card-arabic", "/c/layla-haddad"),
    Shown("no-photo", "/c/priya-sharma"),
    Shown("missing", "/c/nobody-here"),
    Shown("sign-in", "/auth/login"),
    Shown("help", "/help"),
    Shown("privacy", "/privacy"),
    Shown("today", "/my", owned=True),
    Shown("cards", "/my/cards", owned=True),
    Shown("new-card", "/my/new-card", owned=True),
    Shown("edit", "{card}", owned=True),
    Shown("look", "{card}/look", owned=True),
    Shown("share", "{card}/share", owned=True),
    Shown("signature", "{card}/signature?chosen=1&photo=1&code=1&emails=1&card=1", owned=True),
    Shown("codes", "/my/share", owned=True),
    Shown("visits", "{card}/counts", owned=True),
    Shown("contacts", "/my/contacts", owned=True),
    Shown("requests", "/my/requests", owned=True),
    Shown("connected", "/my/requests?show=connected", owned=True),
    Shown("connect", "/my/connect/layla-haddad", owned=True),
    Shown("new-contact", "/my/new-contact", owned=True),
    Shown("duplicates", "/my/contacts/duplicates", owned=True),
    Shown("import", "/my/import", owned=True),
    Shown("export", "/my/export", owned=True),
    Shown("contact", "{contact}", owned=True),
    Shown("notes", "{contact}/notes", owned=True),
    Shown("new-note", "{contact}/new-note", owned=True),
    Shown("timeline", "{contact}/interactions", owned=True),
    Shown("strength", "{contact}/strength", owned=True),
    Shown("calendar", "/my/calendar-files", owned=True),
    Shown("relationships", "/my/relationships", owned=True),
    Shown("reminders", "/my/reminders", owned=True),
    Shown("settings", "{card}/settings", owned=True),
    Shown("exchange-form", "{card}/exchange", owned=True),
    Shown("exchanges", "/my/requests/exchanges", owned=True),
    Shown("delete", "{card}/delete", owned=True),
    Shown("account", "/my/account", owned=True, changing=("#sessions .list",), kept=True),
    Shown("copy", "/my/account/copy", owned=True),
    Shown("new-organisation", "/my/new-organisation", owned=True),
    Shown("join-organisation", "/my/organisations/join", owned=True),
    *(
        Shown(f"organisation-{name}", address, owned=True, founded=True)
        for name, address in {
            "home": "{org}",
            "own-card": "{org}/my-card",
            "people": "{org}/people",
            "person": "{person}",
            "new-person": "{org}/new-person",
            "directory": "{org}/directory",
            "teams": "{org}/teams",
            "team": "{team}",
            "imports": "{org}/imports",
            "invitations": "{org}/invitations",
            "invitation-runs": "{org}/invitation-runs",
            "cards": "{org}/cards",
            "new-cards": "{org}/new-cards",
            "templates": "{org}/templates",
            "template": "{template}",
            "assignments": "{org}/template-assignments",
            "brand": "{org}/brand",
            "company": "{org}/company",
            "design": "{org}/design",
            "settings": "{org}/settings",
            "leaving": "{org}/leaving",
            "domains": "{org}/domains",
            "directory-sync": "{org}/directory-sync",
        }.items()
    ),
)


@dataclass(frozen=True)
class Places:
    """The state of the owner's signed-in browser, the cookies of the founder, paths of what they have, and
    the parts' origin."""

    state: dict
    founder: list
    card: str
    contact: str
    org: str
    person: str
    team: str
    template: str
    parts: str


@asynccontextmanager
async def places(chromium: Browser, origin: str) -> AsyncIterator[Places]:
    """Sign the owner in, in a window that is closed again, and serve the page of parts."""
    window = await visit(chromium, origin)
    await sign_in(window.page, OWNER, known=True)
    await window.page.goto("/my/cards")
    edit = window.page.locator("a[href^='/my/cards/']").first
    card = "/".join((await edit.get_attribute("href")).split("/")[:4])
    contact = await _contact_met(window.page)
    await _write_notes(window.page, contact)
    state = await window.context.storage_state()
    await window.context.close()
    founding = await visit(chromium, origin)
    await sign_in(founding.page, FOUNDER)
    found = await _organisation(founding.page)
    founder = await founding.context.cookies()
    await founding.context.close()
    port = processes.free_port()
    runner = web.AppRunner(application(), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "localhost", port).start()
    yield Places(state, founder, card, contact, *found, f"http://localhost:{port}")
    await runner.cleanup()


async def _contact_met(page: Page) -> str:
    """Make a contact who was met today; return the path of its page."""
    await page.goto("/my/new-contact")
    await page.get_by_label("Name (required)").fill("Mary Jackson")
    await page.get_by_role("button", name="Save").last.click()
    await page.get_by_role("button", name="Met today").click()
    await page.get_by_text("It is logged.").wait_for()
    return urlsplit(page.url).path


async def _write_notes(page: Page, contact: str) -> None:
    for text in (
        "Likes **tea**, see [her letters](https://example.com).",
        "# Promised\n\n- drawings\n- a call",
    ):
        await page.goto(f"{contact}/new-note")
        await page.locator("textarea").fill(text)
        await page.get_by_role("button", name="Save the note").click()
        await page.get_by_text("Only you can read it.").wait_for()


async def _organisation(page: Page) -> tuple[str, str, str, str]:
    """Make an organisation; return the paths of it, of its owner, of a team and of a template."""
    await page.goto("/my/new-organisation")
    await page.get_by_label("Name of the organisation").fill("Flow-Matic")
    await page.get_by_role("button", name="Make the organisation").click()
    await page.get_by_text("The organisation is made.").wait_for()
    org = urlsplit(page.url).path
    await page.goto(f"{org}/people")
    person = await page.locator(f"a[href^='{org}/people/mem_']").first.get_attribute("href")
    made = []
    for place, kind in (("new-team", "team"), ("new-template", "template")):
        await page.goto(f"{org}/{place}")
        await page.get_by_label(f"Name of the {kind}").fill("Sales")
        await page.get_by_role("button", name=f"Make the {kind}").click()
        await page.wait_for_url(f"**/{kind}s/*")
        made.append(urlsplit(page.url).path)
    return org, str(person), made[0], made[1]


async def open_page(page: Page, shown: Shown, places: Places) -> None:
    """Open the page and wait for its fonts and pictures."""
    if shown.founded:
        await page.context.add_cookies(places.founder)
    answer = await page.goto(
        shown.address.format(**{each.name: getattr(places, each.name) for each in fields(places)})
    )
    assert answer.ok or shown.name == "missing", (shown.name, answer.status)
    await page.evaluate(
        """() => Promise.all([document.fonts.ready, ...[...document.images].map(image => {
            image.loading = 'eager'
            return image.decode().catch(() => {})
        })])"""
    )
    if await page.locator("iframe").count():
        # A preview comes late and takes the place of something.
        await page.wait_for_load_state("networkidle")
