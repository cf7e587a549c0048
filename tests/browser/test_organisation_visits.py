"""Visits of an organisation's cards, and who gets which template, in a browser: with script and without."""

import secrets
from datetime import UTC, datetime, timedelta

import pytest

import wiring.organisations.teams
import wiring.organisations.visits
from domain.organisations.visits.rule import NO_TEAM, OTHERS
from domain.organisations.visits.sums import Numbers
from tests.browser.axe import violations
from tests.browser.layout import misplaced
from tests.browser.windows import open_tab, sign_in
from tests.wired import wired_with

WINDOWS = ((320, "light"), (390, "light"), (1280, "dark"))


async def told(org_id: str) -> None:
    """Have a month of visits counted."""
    sums, today = wiring.organisations.visits.store(), datetime.now(UTC).date()
    [team] = (await wiring.organisations.teams.store().get(org_id)).teams
    for back in range(29, -1, -1):
        counting = await sums.counting(org_id)
        counting = counting.model_copy(update={"day": today - timedelta(days=back)})
        numbers = {team.id: Numbers(30 + back % 7, 7, 0), NO_TEAM: Numbers(12, 0, 0)}
        if back % 5 == 0:
            numbers[OTHERS] = Numbers(1200 + back, 0, 9)
        await sums.tell(counting, numbers)


class Office:
    """A new organisation in a window, with one team."""

    def __init__(self, window, folder, how: tuple[int, str, bool]) -> None:
        self.window, self.page, self.folder = window, window.page, folder
        self.width, self.scheme, self.script = how

    async def begin(self) -> None:
        await sign_in(self.page, f"Vera Visits {secrets.token_hex(3)}")
        await self.page.goto("/my/new-organisation")
        await self.page.get_by_label("Name of the organisation").fill("Analytical Engines")
        await self.page.get_by_role("button", name="Make the organisation").click()
        await self.page.wait_for_url("**/org/org_**")
        self.at = self.page.url.partition("?")[0]
        await self.page.goto(f"{self.at}/new-team")
        await self.page.get_by_label("Name of the team").fill("Sales and everything that belongs to it")
        await self.page.get_by_role("button", name="Make the team").click()
        await self.page.goto(self.at)

    async def look(self, name: str) -> None:
        if self.script:
            assert await violations(self.page, self.scheme) == [], name
            assert await misplaced(self.page) == [], name
            assert self.window.complaints == [], name
            await self.page.screenshot(path=self.folder / f"{name}-{self.width}.png", full_page=True)

    async def counted(self, button: str) -> None:
        """Wait until the effect is counted, and press what comes then."""
        wanted = self.page.get_by_role("button", name=button)
        while not self.script and not await wanted.count():
            await self.page.reload()
        await wanted.wait_for()


@pytest.fixture(
    params=[(width, scheme, script) for width, scheme in WINDOWS for script in (True, False)], ids=str
)
async def office(request, open_window, tmp_path) -> Office:
    width, scheme, script = request.param
    window = await open_window(
        viewport={"width": width, "height": 900}, color_scheme=scheme, java_script_enabled=script
    )
    made = Office(window, tmp_path, request.param)
    await made.begin()
    return made


async def test_visits_are_looked_at(office, product_settings) -> None:
    page = office.page
    await open_tab(page, "Visits")
    await page.get_by_role("heading", name="Too few visits to show").wait_for()
    await office.look("none")
    await page.get_by_role("link", name="Visits of your own card").click()
    await office.look("own")
    async with wired_with(product_settings):
        await told(office.at.rpartition("/")[2])
    await page.goto(f"{office.at}/visits")
    await page.get_by_role("heading", name="Teams").wait_for()
    await office.look("days")
    await page.get_by_role("link", name="12 months").click()
    await page.get_by_role("heading", name="Period by period").click()
    await office.look("months")


async def test_who_gets_which_template_is_chosen(office) -> None:
    page = office.page
    await page.goto(f"{office.at}/template-assignments")
    await office.look("no-template")
    await page.goto(f"{office.at}/new-template")
    await page.get_by_label("Name of the template").fill("Staff")
    await page.get_by_role("button", name="Make the template").click()
    await page.get_by_role("button", name="See what would change").click()
    await office.counted("Release the draft")
    await page.get_by_role("button", name="Release the draft").click()
    await open_tab(page, "Cards", "Who gets which template")
    await office.look("assignments")
    await page.get_by_label("Sales and everything that belongs to it").select_option(label="Staff")
    await page.get_by_label("New people get a card at once").check()
    await page.get_by_role("button", name="Save the draft").click()
    await page.get_by_text("No card has changed yet.").wait_for()
    await office.look("draft")
    await page.get_by_role("button", name="See what would change").click()
    await office.counted("Put the draft in force")
    await office.look("effect")
    await page.get_by_role("button", name="Put the draft in force").click()
    await page.get_by_text("The draft is in force.").wait_for()
    await office.look("in-force")
