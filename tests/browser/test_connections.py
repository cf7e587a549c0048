"""Connections in a browser: two demo people who agree, on a phone and at a desk, in light and dark."""

import secrets

import pytest

from tests.browser.axe import violations
from tests.browser.layout import OVERFLOW, SMALL_TARGETS
from tests.browser.windows import Visit, make_card, sign_in


@pytest.fixture
async def states(chromium, origin) -> tuple[dict, dict, str]:
    """The browsers of two people who are signed in and have a card, and the address of the second's.

    Each case has its own two: what one leaves half way is not the beginning of the next.
    """
    found, address = [], ""
    for name in (f"Asker {secrets.token_hex(3)}", f"Asked {secrets.token_hex(3)}"):
        context = await chromium.new_context(base_url=origin)
        page = await context.new_page()
        await sign_in(page, name)
        address = await make_card(page, name)
        found.append(await context.storage_state())
        await context.close()
    return found[0], found[1], address


async def look(window: Visit, scheme: str, place: str) -> None:
    page = window.page
    await page.wait_for_load_state()
    await page.evaluate("document.querySelectorAll('.bottom').forEach(bar => bar.style.position = 'static')")
    assert await violations(page, scheme) == [], place
    assert await page.evaluate(OVERFLOW) == 0, place
    assert await page.evaluate(SMALL_TARGETS) == [], place
    assert window.complaints == [], place


@pytest.mark.parametrize(("width", "scheme"), [(390, "light"), (1280, "dark")])
async def test_two_people_connect_and_disconnect(open_window, states, tmp_path, width, scheme) -> None:
    asking, asked, address = states
    view = {"viewport": {"width": width, "height": 800}, "color_scheme": scheme}
    one = await open_window(storage_state=asking, **view)
    two = await open_window(storage_state=asked, **view)
    await one.page.goto(address)
    await one.page.get_by_role("link", name="Connect").click()
    await look(one, scheme, "ask")
    await shoot(one, tmp_path, "ask", width)
    await one.page.get_by_role("button", name="Ask to connect").click()
    await one.page.get_by_text("You have asked to connect.").wait_for()
    await look(one, scheme, "asked")
    await two.page.goto("/my")
    await two.page.get_by_text("waits for your answer").first.wait_for()
    await two.page.goto("/my/requests")
    await look(two, scheme, "requests")
    await shoot(two, tmp_path, "requests", width)
    await two.page.get_by_role("link", name="Asker").click()
    await look(two, scheme, "request")
    await shoot(two, tmp_path, "request", width)
    await two.page.get_by_role("button", name="Accept").click()
    await two.page.get_by_text("You are connected.").wait_for()
    await look(two, scheme, "connection")
    await shoot(two, tmp_path, "connection", width)
    await two.page.get_by_role("link", name="Open the contact").click()
    await look(two, scheme, "contact")
    await shoot(two, tmp_path, "contact", width)
    await two.page.get_by_role("button", name="Disconnect").click()
    await two.page.get_by_text("You are not connected any more.").wait_for()
    await look(two, scheme, "disconnected")


async def shoot(window: Visit, folder, name: str, width: int) -> None:
    await window.page.screenshot(path=folder / f"{name}-{width}.png", full_page=True)
