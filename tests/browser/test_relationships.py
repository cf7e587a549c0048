"""The pages of relationships and reminders in a browser, with pictures of many; presses with script."""

import secrets
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import Page

from tests.browser.axe import violations
from tests.browser.contrast import pale
from tests.browser.layout import misplaced
from tests.browser.windows import Visit, sign_in

TODAY = datetime.now(UTC).date()
# Names, groups, and how many days ago they were met.
PEOPLE = (
    ("Grace Hopper", "Clients", "person", (3, 17, 31, 60)),
    ("ليلى حداد", "Board", "person", (10, 40, 90)),
    ("王小明", "Clients", "person", (60, 74, 88, 102)),
    ("Wolfeschlegelsteinhausenbergerdorff von Hohenzollern-Sigmaringen", "", "person", (400,)),
    ("Analytical Engines Ltd", "Clients", "entity", (5, 20)),
    ("Søren Ångström", "Chess club of the neighbourhood", "person", (1, 2, 200, 300)),
)


async def tell(page: Page, method: str, path: str, body: dict) -> dict:
    """Ask the API from within the page, as our own scripts would."""
    return await page.evaluate(
        """async ([method, path, body]) => {
            const session = await (await fetch('/api/v1/session')).json()
            const headers = {'Content-Type': 'application/json', 'X-CSRF-Token': session.csrfToken}
            const answer = await fetch('/api/v1/' + path, {method, headers, body: JSON.stringify(body)})
            if (!answer.ok) throw new Error(await answer.text())
            return answer.status === 204 ? {} : await answer.json()
        }""",
        [method, path, body],
    )


async def fill(page: Page) -> str:
    """Keep a few people with what happened; return the path of the first one's page."""
    paths = []
    for name, group, kind, days in PEOPLE:
        met = {"event": "Slush 2026", "on": str(TODAY - timedelta(days=120))}
        content = {"name": name, "kind": kind, "groups": [group] if group else [], "met": met}
        contact = (await tell(page, "POST", "contacts", content))["id"]
        paths.append(f"/my/contacts/{contact}")
        for number, ago in enumerate(days):
            said = {"kind": ("meeting", "call", "mail")[number % 3], "day": str(TODAY - timedelta(days=ago))}
            await tell(page, "POST", f"contacts/{contact}/interactions", said)
    once = {"text": "Ask about the boat", "on": str(TODAY + timedelta(days=3))}
    silent = {"text": "Wolfeschlegelsteinhausenbergerdorff " * 3, "silentWeeks": 8}
    for body in (once, silent):
        await tell(page, "POST", paths[0].removeprefix("/my/") + "/reminders", body)
    return paths[0]


@pytest.fixture(scope="module")
async def filled(chromium, origin) -> tuple[dict, str]:
    context = await chromium.new_context(base_url=origin)
    page = await context.new_page()
    await sign_in(page, f"Person {secrets.token_hex(4)}")
    path = await fill(page)
    found = await context.storage_state()
    await context.close()
    return found, path


@pytest.fixture(
    params=[(390, "light", ""), (390, "dark", ""), (1280, "light", ""), (390, "light", "rtl")], ids=str
)
async def window(request, open_window, filled) -> Visit:
    width, scheme, direction = request.param
    size = {"width": width, "height": 844}
    opened = await open_window(viewport=size, storage_state=filled[0], color_scheme=scheme)
    opened.scheme, opened.direction = scheme, direction
    return opened


async def look(window: Visit, address: str) -> None:
    page = window.page
    await page.goto(address)
    if window.direction:
        await page.evaluate("document.documentElement.dir = 'rtl'")
    await page.evaluate("document.querySelectorAll('.bottom').forEach(bar => bar.style.position = 'static')")
    await page.evaluate("document.querySelectorAll('details:not(.tabs *)').forEach(each => each.open = true)")
    assert await violations(page, window.scheme) == [], address
    assert await misplaced(page) == [], address
    assert [*map(str, await pale(page, "main"))] == [], address


async def test_nothing_on_the_pages_is_pale_cut_or_too_small(window, filled) -> None:
    _state, contact = filled
    for address in ("/my/relationships", contact, f"{contact}/new-reminder", "/my/reminders"):
        await look(window, address)
    assert window.complaints == []


async def test_a_suggestion_is_acted_on_and_taken_back(open_window, filled) -> None:
    window = await open_window(viewport={"width": 390, "height": 844}, storage_state=filled[0])
    page = window.page
    await page.goto("/my/relationships")
    await page.get_by_role("button", name="Not now: 王小明").click()
    await page.get_by_text("It is not suggested any more").wait_for()
    assert await page.get_by_role("button", name="Not now: 王小明").count() == 0
    await page.get_by_role("button", name="Undo").click()
    await page.get_by_text("It is suggested again.").wait_for()
    await page.get_by_role("button", name="Met today: 王小明").click()
    await page.get_by_text("It is logged that you met today.").wait_for()
    await page.get_by_role("button", name="Undo").click()
    await page.get_by_text("The meeting is taken back.").wait_for()
    assert await page.get_by_role("button", name="Met today: 王小明").count() == 1
    assert window.complaints == []
