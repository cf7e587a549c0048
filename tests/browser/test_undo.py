"""Undo in a browser: a card is deleted and taken back, with script and without."""

import re
import secrets

import pytest

from tests.browser.axe import violations
from tests.browser.test_layout import OVERFLOW, SMALL_TARGETS
from tests.browser.windows import make_card, sign_in


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
@pytest.mark.parametrize("width", [390, 1280])
async def test_a_deleted_card_is_taken_back_in_one_press(open_window, script: bool, width: int) -> None:
    owner = await open_window(viewport={"width": width, "height": 800})
    await sign_in(owner.page, f"Person {secrets.token_hex(4)}")
    handle = f"ada-{secrets.token_hex(6)}"
    await make_card(owner.page, "Ada Lovelace", handle)
    path = re.sub(".*(/my/cards/[a-z0-9_]+).*", r"\1", owner.page.url)
    state = await owner.context.storage_state()
    window = await open_window(
        viewport={"width": width, "height": 800}, storage_state=state, java_script_enabled=script
    )
    page = window.page

    async def look(place: str) -> None:
        if script:
            # So high that the bar below the form lies over no field, which axe would take for its place.
            await page.set_viewport_size({"width": width, "height": 2600})
            assert await violations(page, "light") == [], place
            await page.set_viewport_size({"width": width, "height": 800})
            assert await page.evaluate(OVERFLOW) == 0, place
            assert await page.evaluate(SMALL_TARGETS) == [], place

    await page.goto(path)
    await page.get_by_role("button", name="Save and publish").click()
    await page.get_by_text("Your card is live.").wait_for()
    assert await page.get_by_role("button", name="Undo the publication").count() == 1
    await look("published")
    await page.goto(f"{path}/delete")
    await page.get_by_role("button", name="Delete the card").click()
    await page.get_by_text("The card is deleted").wait_for()
    assert "This card is not shown now" in await (await page.context.request.get(f"/c/{handle}")).text()
    assert await page.get_by_role("heading", name="Deleted cards").count() == 1
    await look("deleted")
    await page.get_by_role("link", name="Erase now: Ada Lovelace").click()
    await page.get_by_role("heading", name="Erase Ada Lovelace now?").wait_for()
    await look("asked")
    await page.get_by_role("link", name="Keep it for now").click()
    await page.go_back()
    await page.go_back()
    await page.get_by_role("button", name="Undo the deletion", exact=True).click()
    await page.get_by_text("The card is back, as it was.").wait_for()
    assert (await page.context.request.get(f"/c/{handle}")).status == 200
    assert window.complaints == []
