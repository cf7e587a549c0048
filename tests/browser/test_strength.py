"""Logging, taking back and correcting in a browser: with script and without, small and large."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.async_api import Page

from tests.browser.test_contacts import kept, look, state, window
from tests.browser.windows import unfold

__all__ = ["state", "window"]

# Where pictures of each step are put for somebody to look at, if anywhere.
SHOTS = os.environ.get("SHOTS")


async def shot(page: Page, name: str) -> None:
    if SHOTS:
        width = page.viewport_size["width"]
        await page.screenshot(path=Path(SHOTS) / f"{name}-{width}.png", full_page=True)


async def logged(page: Page, kind: str, days: int) -> None:
    day = datetime.now(UTC).date() - timedelta(days=days)
    await page.get_by_label("What", exact=True).select_option(label=kind)
    await page.get_by_label("Day (required)").fill(f"{day}")
    await page.get_by_role("button", name="Log it").click()
    await page.get_by_text("It is logged.").wait_for()


async def test_a_meeting_is_logged_in_two_presses_and_moves_the_strength(window) -> None:
    page = window.page
    name = await kept(page)
    await page.get_by_role("button", name="Met today").click()
    await page.get_by_text("44 of 100", exact=True).wait_for()
    for kind, days in (("Call", 20), ("E-mail", 60), ("Met again", 100)):
        await page.get_by_role("link", name="Log something else").click()
        await logged(page, kind, days)
    await look(window, "contact")
    await shot(page, "contact")
    await page.get_by_role("link", name="Log something else").click()
    await look(window, "timeline")
    await shot(page, "timeline")
    await page.get_by_role("button", name="Ignore: Call").click()
    await page.get_by_text("does not count any more").wait_for()
    await page.get_by_role("button", name="Count it again").click()
    await page.get_by_text("It counts again.").wait_for()
    await page.get_by_role("button", name="Delete: E-mail").click()
    await look(window, "deleted")
    await page.get_by_role("button", name="Undo the deletion").click()
    await page.get_by_text("is back, as it was").wait_for()
    await page.get_by_role("link", name=name).click()
    await page.get_by_role("link", name="Correct it").click()
    await look(window, "strength")
    await page.get_by_label("All in all").fill("lots")
    await page.get_by_role("button", name="Save the correction").click()
    await page.get_by_role("heading", name="One thing needs another look").wait_for()
    await look(window, "faulty")
    await page.get_by_label("All in all").fill("-4")
    await page.get_by_role("button", name="Save the correction").click()
    await page.get_by_text("Your correction counts from today on.").wait_for()
    await page.get_by_role("heading", name="Week by week").click()
    await look(window, "corrected")
    await shot(page, "strength")


async def test_meetings_come_from_a_calendar(window) -> None:
    page = window.page
    await kept(page)
    await page.get_by_role("link", name="Edit").click()
    await unfold(page)
    await page.get_by_label("Address 1", exact=True).fill("grace@calendar.example")
    await page.get_by_role("button", name="Save").last.click()
    await page.goto("/my/calendar-files")
    await look(window, "send")
    await shot(page, "calendar")
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:{each}\r\nDTSTART:{datetime.now(UTC) - timedelta(days=each):%Y%m%d}T100000Z\r\n"
        f"ATTENDEE:mailto:{'grace' if each < 3 else 'nobody'}@calendar.example\r\nEND:VEVENT\r\n"
        for each in range(1, 6)
    )
    file = f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\n{events}END:VCALENDAR\r\n".encode()
    await page.get_by_label("Calendar file").set_input_files(
        {"name": "my.ics", "mimeType": "text/calendar", "buffer": file}
    )
    await page.get_by_role("button", name="Look for meetings").click()
    await page.get_by_text("Nothing is logged yet.").wait_for()
    await look(window, "found")
    await shot(page, "found")
    await page.get_by_role("button", name="Log these meetings").click()
    if window.script:
        await page.get_by_role("heading", name="The meetings are logged").wait_for()
        await look(window, "logged")
