"""The page of a card that is not shown, as somebody sees it who scans its code, and the end of a card."""

import os
import re
import secrets

import pytest

from tests.browser.axe import violations
from tests.browser.test_layout import OVERFLOW, SMALL_TARGETS
from tests.browser.windows import make_card, sign_in


@pytest.mark.parametrize("width", [390, 1280])
async def test_a_card_leads_on_to_another_and_then_tells_nothing(open_window, width: int) -> None:
    owner = await open_window(viewport={"width": width, "height": 844})
    page, names = owner.page, [f"ada-{secrets.token_hex(6)}" for _ in range(2)]
    await sign_in(page, f"Person {secrets.token_hex(4)}")
    for name in names:
        await make_card(page, "Ada Lovelace", name)
        path = re.sub(".*(/my/cards/[a-z0-9_]+).*", r"\1", page.url)
        await page.goto(path)
        await page.get_by_role("button", name="Save and publish").click()
        await page.get_by_text("Your card is live.").wait_for()

    async def look(place: str) -> None:
        assert await violations(page, "light") == [], place
        assert await page.evaluate(OVERFLOW) == 0, place
        assert await page.evaluate(SMALL_TARGETS) == [], place
        if folder := os.environ.get("LOOK"):
            await page.screenshot(path=f"{folder}/{place}-{width}.png", full_page=True)

    await page.goto(f"{path}/settings")
    await page.get_by_label("Handle of the other card").fill(names[0])
    await look("name-successor")
    await page.get_by_role("button", name="Lead its links there").click()
    await page.get_by_text("lead to the other card now").wait_for()
    await look("over")
    await page.goto(f"/c/{names[1]}")
    assert page.url.endswith(f"/c/{names[0]}")
    await page.goto(f"{path}/settings")
    await page.get_by_role("button", name="Show this card again").click()
    await page.get_by_role("button", name="Pause").click()
    await page.get_by_text("The card is paused.").first.wait_for()
    answer = await page.goto(f"/c/{names[1]}")
    assert answer.status == 200
    assert await page.get_by_role("heading", name="This card is not shown now").count() == 1
    await look("not-shown")
    await page.set_extra_http_headers({"Accept-Language": "sv"})
    await page.goto(f"/c/{names[1]}")
    assert await page.get_by_role("heading", name="Det här kortet visas inte just nu").count() == 1
    await look("not-shown-sv")
    assert owner.complaints == []
