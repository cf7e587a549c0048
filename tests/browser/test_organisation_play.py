"""The story of an organisation in browsers, from nothing to a design by iZwop."""

import secrets
from typing import Any

import pytest
from playwright.async_api import Page

from tests.browser.layout import misplaced
from tests.browser.organisation_play import Play
from tests.browser.windows import PHONE, sign_in


@pytest.mark.parametrize(
    ("options", "size"),
    [
        (PHONE, 200),
        ({"viewport": {"width": 1280, "height": 844}, "java_script_enabled": False}, 20),
    ],
    ids=["on a phone", "without script"],
)
async def test_an_organisation_is_played_from_nothing(
    open_window, product_settings, options: dict[str, Any], size: int
) -> None:
    script = "java_script_enabled" not in options

    async def frame(page: Page, name: str) -> None:
        if script:
            assert await misplaced(page) == [], name

    owner = await open_window(**options)
    await sign_in(owner.page, f"Olga {secrets.token_hex(4)}")
    play = Play(owner, lambda: open_window(**options), product_settings, size, frame, script=script)
    await play.found()
    await play.bring_people()
    await play.change_template()
    await play.ask_and_approve()
    await play.take_out()
    if script:
        await play.have_designed()
    assert owner.complaints == []
