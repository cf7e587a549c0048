"""The story of an organisation, told in browsers: from nothing to designs by iZwop's people.

The test plays it, and `organisation_pictures.py` takes pictures of it.
"""

import csv
import hashlib
import io
import secrets
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import zxingcpp
from PIL import Image
from playwright.async_api import Page

from domain.organisations.invitations.links import link_of
from local.demo_book import book
from tests.browser.test_design import approve, end, give, propose, take
from tests.browser.windows import Visit, open_tab, sign_in

FAULTY: Final = 10
HEADER: Final = ("Name", "E-mail", "Id", "Title", "Phone")
# How long something may take that goes on by itself, on a busy machine.
LONG: Final = 120_000
NEW_TITLE: Final = "{title?Staff}, {department?Analytical Engines}"


@dataclass
class Play:
    """An organisation of `size` people. `frame` looks at a page, by a name: pictures are taken there."""

    owner: Visit
    open_window: Callable[[], Awaitable[Visit]]
    settings: Mapping[str, str]
    size: int
    frame: Callable[[Page, str], Awaitable[None]]
    script: bool = True
    word: str = field(default_factory=lambda: secrets.token_hex(3))

    def __post_init__(self) -> None:
        people = [each.name for each in book(2 * self.size) if each.kind == "person"][: self.size]
        self.name = f"Analytical Engines {self.word}"
        self.rows = [
            [name, f"staff{number:03}@{self.word}.example", f"{self.word}-{number}", "Engineer", ""]
            for number, name in enumerate(people)
        ]

    @property
    def page(self) -> Page:
        return self.owner.page

    async def found(self) -> None:
        """From nothing to an organisation with a template in force."""
        page = self.page
        await page.goto("/my/new-organisation")
        await page.get_by_label("Name of the organisation").fill(self.name)
        await page.get_by_role("button", name="Make the organisation").click()
        await page.get_by_text("The organisation is made.").wait_for()
        self.at = page.url.partition("?")[0]
        await self.frame(page, "founded")
        await open_tab(page, "Cards", "Templates")
        await page.get_by_role("link", name="Make the first template").click()
        await page.get_by_label("Name of the template").fill("Everybody")
        await page.get_by_label("Standard").check()
        await page.get_by_role("button", name="Make the template").click()
        await page.get_by_text("No card follows it before you release it.").wait_for()
        await self._release()
        await page.get_by_text("The template is in force.").wait_for()

    async def bring_people(self) -> None:
        """A file with ten faulty rows; they are fetched, corrected and sent again."""
        rows = [list(row) for row in self.rows]
        for number in range(FAULTY):
            faulty = rows[number * self.size // FAULTY]
            faulty[1 if number % 2 else 3] = "nobody" if number % 2 else "=1+1"
        await self._check(rows)
        await self.page.get_by_text(f"{FAULTY} rows have faults").first.wait_for()
        await self.frame(self.page, "checked")
        async with self.page.expect_download() as started:
            await self.page.get_by_role("link", name="Fetch the rows with faults").click()
        header, *told = rows_in(await (await started.value).path())
        assert len(told) == FAULTY
        await self._store(self.size - FAULTY)
        await self.frame(self.page, "stored")
        right = {row[2]: row for row in self.rows}
        await self._check([[*right[row[2]], *row[len(HEADER) :]] for row in told], header)
        await self._store(FAULTY)

    async def _check(self, rows: list[list[str]], header: list[str] | None = None) -> None:
        page, text = self.page, io.StringIO()
        csv.writer(text).writerows([header or HEADER, *rows])
        await open_tab(page, "People", "From a file")
        file = {"name": "people.csv", "mimeType": "text/csv", "buffer": text.getvalue().encode()}
        await page.get_by_label("File").set_input_files(file)
        await page.get_by_role("button", name="Read the file").click()
        await page.get_by_role("button", name="Check every row").click()
        await self.arrive(page, f"{len(rows)} rows are checked, and nothing is stored yet")

    async def _store(self, count: int) -> None:
        await self.page.get_by_label("Make cards for these people").select_option(label="Everybody")
        await self.page.get_by_role("button", name=f"Store {count} people").click()
        await self.arrive(self.page, f"{count} people are stored")

    async def change_template(self) -> None:
        """A change of all cards, seen before, applied with progress, and undone."""
        page = self.page
        card = await self.card_of(self.rows[0][0])
        await open_tab(page, "Cards", "Templates")
        await page.get_by_role("link", name="Everybody", exact=True).click()
        await page.get_by_role("heading", name="Title", exact=True).click()
        fold = page.locator("#field-title")
        await fold.get_by_label("What the card says").fill(NEW_TITLE)
        await page.get_by_role("button", name="Save the draft").click()
        await page.get_by_text("No card has changed yet.").wait_for()
        await self._release("effect")
        await self.frame(page, "releasing")
        await self.arrive(page, f"This release has reached {self.size} cards.")
        await self.says(card, "Engineer, Analytical Engines")
        await page.get_by_role("link", name="Earlier releases").click()
        await page.get_by_role("button", name="Use release 1 as the draft").click()
        await self._release("undoing")
        await self.arrive(page, f"This release has reached {self.size} cards.")
        await self.says(card, "Engineer")

    async def _release(self, name: str = "") -> None:
        page = self.page
        await page.get_by_role("button", name="See what would change").click()
        await self.arrive(page, "Release the draft")
        if name:
            await page.get_by_role("heading", name=f"{self.size} cards of {self.size}").wait_for()
            await self.frame(page, name)
        await page.get_by_role("button", name="Release the draft").click()

    async def ask_and_approve(self) -> None:
        """Somebody joins and asks for two changes of what is locked; both are approved at once."""
        page, (name, address, *_) = self.page, self.rows[1]
        card = await self.card_of(name)
        await page.get_by_role("button", name="Invite to join").click()
        await page.get_by_text("The invitations are on their way.").wait_for()
        withdraw = page.get_by_role("button", name=f"Withdraw: {address}")
        place = str(await withdraw.locator("xpath=..").get_attribute("action"))
        key = hashlib.sha256(f"invitation {self.settings['SESSION_KEY'].split(',')[0]}".encode()).digest()
        member = (await self.open_window()).page
        await member.goto(f"/join/{link_of(place.split('/')[2], place.split('/')[4], 1, key)}")
        await join(member, name, address)
        await open_tab(member, "My card")
        await self.frame(member, "own-card")
        for label, value in (("Title", "Captain"), ("Organisation", "Engines of the Navy")):
            await member.get_by_role("link", name=f"Ask for a change: {label}").click()
            await member.get_by_role("textbox", name=label).fill(value)
            await member.get_by_label("Why (required)").fill("I work for the Navy now")
            await member.get_by_role("button", name="Send the request").last.click()
            await member.get_by_text("You find the answer here.").wait_for()
        await open_tab(page, "Cards", "Requests")
        for label in ("Title", "Organisation"):
            await page.get_by_role("checkbox", name=f"Choose {name}: {label}").check()
        await self.frame(page, "requests")
        await page.get_by_role("button", name="Approve the chosen").click()
        await page.get_by_text("2 requests are approved.").wait_for()
        await self.says(card, "Captain")
        await self.says(card, "Engines of the Navy")
        await member.reload()
        assert await member.get_by_text("Approved", exact=True).count() == len(("Title", "Organisation"))

    async def take_out(self) -> None:
        """The printed code of somebody who is taken out leads to the card of a colleague."""
        page, leaver, successor = self.page, self.rows[2][0], self.rows[1][0]
        card = await self.card_of(leaver)
        printed = await self.owner.context.request.get(f"{card}.qr.png")
        [code] = zxingcpp.read_barcodes(Image.open(io.BytesIO(await printed.body())))
        await page.get_by_role("link", name="Take out of the organisation").click()
        await page.get_by_label("To a colleague").check()
        await page.get_by_label("Name of the colleague").fill(successor)
        await self.frame(page, "take-out")
        await page.get_by_role("button", name="Take out").click()
        await page.wait_for_url("**/people?**")
        stranger = (await self.open_window()).page
        # What is shown is remembered for some seconds.
        for _ in range(LONG // 500):
            await stranger.goto(code.text)
            if await stranger.get_by_role("heading", level=1, name=successor).count():
                break
            await stranger.wait_for_timeout(500)
        await stranger.get_by_role("heading", level=1, name=successor).wait_for()
        await self.frame(stranger, "successor")

    async def have_designed(self) -> None:
        """iZwop's designer proposes a template under access that is given and ended; it is approved."""

        async def look(window: Visit, name: str) -> None:
            await self.frame(window.page, name)

        page, staff = self.page, await self.open_window()
        await open_tab(page, "Brand", "Design by iZwop")
        await page.get_by_label("What do you wish for?").fill("Plain cards with our titles, please.")
        await page.get_by_role("button", name="Order a design").click()
        await page.get_by_text("No designer has taken it yet.").wait_for()
        await sign_in(staff.page, "Disa Designer", known=True)
        await take(staff, self.name, look)
        await give(self.owner, look)
        await propose(staff, self.name, look)
        await approve(self.owner, look)
        await end(self.owner, staff)

    async def card_of(self, name: str) -> str:
        """Open the page of a person; return the address of their card."""
        page = self.page
        await open_tab(page, "People", "List of people")
        await page.get_by_label("Find by name").fill(name)
        await page.get_by_role("button", name="Search").click()
        await page.get_by_role("link", name=name, exact=True).click()
        return str(await page.get_by_role("link", name="See it as others do").get_attribute("href"))

    async def says(self, card: str, text: str) -> None:
        """Wait until the card says so to strangers: what is shown is remembered for some seconds."""
        stranger = (await self.open_window()).page
        for _ in range(LONG // 500):
            await stranger.goto(card)
            if await stranger.get_by_text(text, exact=True).count():
                break
            await stranger.wait_for_timeout(500)
        await stranger.get_by_text(text, exact=True).first.wait_for()
        await stranger.close()

    async def arrive(self, page: Page, text: str) -> None:
        """Wait for the end of long work, by looking again where no script does it."""
        found = page.get_by_text(text).first
        if not self.script:
            for _ in range(LONG // 300):
                if await found.is_visible():
                    return
                await page.wait_for_timeout(300)
                await page.reload()
        await found.wait_for(timeout=LONG)


def rows_in(file: Path) -> list[list[str]]:
    text = file.read_text("utf-8-sig")
    return list(csv.reader(io.StringIO(text), csv.Sniffer().sniff(text.partition("\n")[0], ",;\t")))


async def join(page: Page, name: str, address: str) -> None:
    """Sign in on the way with the address that was invited, and join."""
    await page.get_by_role("link", name="Sign in to join").click()
    await page.get_by_label("Month").select_option(label="December")
    await page.get_by_label("Year").fill("1985")
    await page.get_by_role("button", name="Continue").click()
    await page.get_by_label("Name").fill(name)
    await page.get_by_label("E-mail").fill(address)
    await page.get_by_role("button", name="Add and continue").press("Enter")
    await page.get_by_label("Your name").fill(name)
    await page.get_by_role("button", name="Join").click()
    await page.get_by_text("You are in. Welcome!").wait_for()
