"""`python -m tests.browser.organisation_pictures FOLDER`: pictures of the demo organisation.

On a phone: the overview, the people, a staff card, a file of people that is checked. On a desktop: a
template with its preview, and visits. And the play of an organisation on both, step by step.
"""

import asyncio
import sys
import tempfile
from collections.abc import Awaitable, Mapping
from datetime import UTC, datetime, timedelta
from itertools import batched
from pathlib import Path
from typing import Final

from PIL import Image
from playwright.async_api import Browser, Page, async_playwright

import wiring.organisations.teams
import wiring.organisations.visits
from domain.organisations.visits.sums import Numbers
from local import demo
from tests.browser.organisation_play import Play
from tests.browser.screenshots import DESKTOP, GROUND, shot, side_by_side
from tests.browser.windows import ARGUMENTS, CHROMIUM, PHONE, Visit, product, sign_in, visit
from tests.wired import wired_with

ROWS: Final = (
    "Name;E-mail;Title",
    "Mary Jackson;mary@analytical-engines.example;Engineer",
    "Dorothy Vaughan;dorothy;Head of research",
    "Katherine Johnson;katherine@analytical-engines.example;Analyst",
    ";annie@analytical-engines.example;Programmer",
    "Mary W. Jackson;mary@analytical-engines.example;Engineer",
)

# Of the play: what is seen at each step.
STEPS: Final = (
    "founded",
    "checked",
    "stored",
    "effect",
    "releasing",
    "undoing",
    "own-card",
    "requests",
    "take-out",
    "successor",
    "asks",
    "proposal",
)


async def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - nobody waits
    with tempfile.TemporaryDirectory() as data:
        async with async_playwright() as playwright, product(Path(data)) as settings:
            await demo.first_start(Path(data), settings)
            chromium = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            await photograph_organisation(chromium, Path(data), settings, folder)
            for name, options, columns in (("phone", PHONE, 6), ("desktop", DESKTOP, 4)):
                frames = await photograph_play(chromium, settings, options)
                in_rows(frames, columns).save(folder / f"organisation-{name}.webp", quality=50, method=6)
            await chromium.close()


async def photograph_organisation(
    chromium: Browser, data: Path, settings: Mapping[str, str], folder: Path
) -> None:
    """Make the demo organisation and its pictures."""
    await demo.ORGANISATION.run(data, settings)
    origin = settings["PUBLIC_ORIGIN"]
    window = await visit(chromium, origin, **PHONE)
    page = window.page
    await sign_in(page, "Ada Lovelace", known=True)
    await page.goto("/my/account")
    at = str(await page.locator("a[href^='/org/']").first.get_attribute("href"))
    async with wired_with(dict(settings)):
        await have_visits(at.rpartition("/")[2])
    frames = [await of_own_card(page, at), await of_a_file(page, at)]
    frames = [await of(page, at), await of(page, f"{at}/people"), *frames]
    side_by_side(frames).save(folder / "organisation.webp", quality=60, method=6)
    desk = await visit(chromium, origin, **DESKTOP, storage_state=await window.context.storage_state())
    (await of_a_template(desk.page, at)).save(folder / "organisation-template.webp", quality=60, method=6)
    seen = await of(desk.page, f"{at}/visits")
    seen.save(folder / "organisation-visits.webp", quality=60, method=6)


async def have_visits(org_id: str) -> None:
    """Count a month of visits of three teams."""
    sums, today = wiring.organisations.visits.store(), datetime.now(UTC).date()
    teams = (await wiring.organisations.teams.store().get(org_id)).teams
    for back in range(29, -1, -1):
        counting = await sums.counting(org_id)
        counting = counting.model_copy(update={"day": today - timedelta(days=back)})
        numbers = {
            team.id: Numbers(20 + 9 * place + (back * 7) % 23, 5 + (back + place) % 6, 5 + back % 4)
            for place, team in enumerate(teams)
        }
        await sums.tell(counting, numbers)


async def photograph_play(
    chromium: Browser, settings: Mapping[str, str], options: dict[str, object]
) -> list[Image.Image]:
    """The steps of the play, in the order in which they come."""
    frames: dict[str, Image.Image] = {}

    async def frame(page: Page, name: str) -> None:
        if name in STEPS:
            await page.wait_for_load_state()
            frames[name] = (await shot(page)).reduce(1 if options is PHONE else 2)

    def window() -> Awaitable[Visit]:
        return visit(chromium, settings["PUBLIC_ORIGIN"], **options)

    owner = await window()
    await sign_in(owner.page, "Olga Owner")
    play = Play(owner, window, settings, 200, frame)
    for step in (
        play.found,
        play.bring_people,
        play.change_template,
        play.ask_and_approve,
        play.take_out,
        play.have_designed,
    ):
        await step()
    return [frames[name] for name in STEPS]


def in_rows(pictures: list[Image.Image], columns: int) -> Image.Image:
    rows = [side_by_side(list(some)) for some in batched(pictures, columns, strict=True)]
    made = Image.new("RGB", (rows[0].width, sum(row.height for row in rows)), GROUND)
    for number, row in enumerate(rows):
        made.paste(row, (0, number * row.height))
    return made


async def of(page: Page, address: str) -> Image.Image:
    await page.goto(address, wait_until="networkidle")
    return await shot(page)


async def of_own_card(page: Page, at: str) -> Image.Image:
    """Make Ada's own staff card, and look at what she may change of it."""
    await page.goto(f"{at}/people?role=owner")
    await page.get_by_role("link", name="Ada Lovelace").click()
    await page.get_by_label("By the template").select_option(label="Standard")
    await page.get_by_role("button", name="Make the card").click()
    await page.get_by_text("The card is made, and can be seen.").wait_for()
    return await of(page, f"{at}/my-card")


async def of_a_file(page: Page, at: str) -> Image.Image:
    """A file of five people, three of them with faults, before anything is stored."""
    await page.goto(f"{at}/imports")
    file = {"name": "people.csv", "mimeType": "text/csv", "buffer": "\n".join(ROWS).encode()}
    await page.get_by_label("File").set_input_files(file)
    await page.get_by_role("button", name="Read the file").click()
    await page.get_by_role("button", name="Check every row").click()
    await page.get_by_text("5 rows are checked, and nothing is stored yet").wait_for()
    await page.locator("#state").evaluate(
        "part => part.closest('section').scrollIntoView({behavior: 'instant'})"
    )
    return await shot(page)


async def of_a_template(page: Page, at: str) -> Image.Image:
    """The form of a template beside the card that it makes."""
    await page.goto(f"{at}/templates")
    await page.get_by_role("link", name="Standard", exact=True).click()
    await page.locator("#field-title summary").click()
    await page.locator("#f-rules-title-value").fill("{title?}, {department?Analytical Engines}")
    await page.locator("#field-title").evaluate("part => part.scrollIntoView({behavior: 'instant'})")
    await page.frame_locator("[data-pane] iframe:not(.coming)").get_by_role("heading", level=1).wait_for()
    await page.wait_for_load_state("networkidle")
    return await shot(page)


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
