"""The pages that are looked at: contrast, layout, kept pictures. A new page is a line here."""

from dataclasses import dataclass

from playwright.async_api import Browser, Page

from tests.browser.windows import sign_in, visit

# Signs in for these pages, and nowhere else: a list of sessions would show it.
OWNER = "Grace Hopper"


@dataclass(frozen=True)
class Shown:
    """A page by its address, in which `{card}` is the path of the owner's card."""

    name: str
    address: str
    owned: bool = False
    # What is different each time, by selector; pictures leave it out.
    changing: tuple[str, ...] = ()
    kept: bool = False  # as pictures


PAGES = (
    Shown("home", "/"),
    Shown("card", "/c/ada-lovelace", changing=(".code",), kept=True),
    Shown("card-arabic", "/c/layla-haddad"),
    Shown("no-photo", "/c/priya-sharma"),
    Shown("missing", "/c/nobody-here"),
    Shown("sign-in", "/auth/login"),
    Shown("my", "/my", owned=True),
    Shown("new-card", "/my/new-card", owned=True),
    Shown("edit", "{card}", owned=True),
    Shown("share", "{card}/share", owned=True),
    Shown("settings", "{card}/settings", owned=True),
    Shown("account", "/my/account", owned=True, changing=(".sessions",), kept=True),
)


@dataclass(frozen=True)
class Owner:
    """Whose pages they are: the state of a signed-in browser, and the path of a card."""

    state: dict
    card: str


async def owner_of(chromium: Browser, origin: str) -> Owner:
    """Sign the owner in, in a window that is closed again."""
    window = await visit(chromium, origin)
    await sign_in(window.page, OWNER, known=True)
    edit = window.page.locator("a[href^='/my/cards/']").first
    path = "/".join((await edit.get_attribute("href")).split("/")[:4])
    state = await window.context.storage_state()
    await window.context.close()
    return Owner(state, path)


async def open_page(page: Page, shown: Shown, owner: Owner) -> None:
    """Open the page and wait for its fonts and pictures."""
    await page.goto(shown.address.format(card=owner.card))
    await page.evaluate(
        """() => Promise.all([document.fonts.ready, ...[...document.images].map(image => {
            image.loading = 'eager'
            return image.decode().catch(() => {})
        })])"""
    )
