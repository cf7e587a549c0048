"""The first card in a browser: live after few taps, and its handle checked while it is typed."""

import secrets

import pytest

from tests.browser.windows import PHONE, sign_in


def a_name() -> str:
    """A name that nobody else of the run has."""
    return f"Ada {''.join(secrets.choice('abcdefghkmpt') for _ in range(10)).title()}"


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
async def test_a_first_card_is_live_after_two_taps_and_one_typed_field(open_window, script) -> None:
    owner = await open_window(java_script_enabled=script, **PHONE)
    page, name = owner.page, a_name()
    await sign_in(page, name)
    await page.get_by_role("link", name="Make your card").tap()
    plain = name.lower().replace(" ", "-")
    assert await page.get_by_label("Name", exact=False).first.input_value() == name
    assert await page.get_by_label("Handle").input_value() == plain
    await page.get_by_label("Title").fill("Engineer")
    await page.get_by_role("button", name="Make and publish").tap()
    await page.get_by_text("Your card is live.").wait_for()
    assert page.url.partition("?")[0].endswith("/share")
    answer = await page.goto(f"/c/{plain}")
    assert answer.status == 200
    assert owner.complaints == []


async def test_the_enter_key_publishes_nothing(open_window) -> None:
    owner = await open_window()
    await sign_in(owner.page, a_name())
    await owner.page.goto("/my/new-card")
    await owner.page.get_by_label("Title").press("Enter")
    await owner.page.get_by_text("Your card is made.").wait_for()


async def test_what_is_below_stays_in_place_when_a_handle_was_checked(open_window) -> None:
    # What moves under a finger is missed. The longest answer takes three lines on a small phone.
    owner = await open_window(**{**PHONE, "viewport": {"width": 320, "height": 640}})
    page = owner.page
    await sign_in(page, a_name())
    await page.goto("/my/new-card")
    button = page.get_by_role("button", name="Make and publish")
    before = await button.bounding_box()
    await page.get_by_label("Name", exact=False).first.fill(f"{a_name()} {'mnop' * 10}"[:45])
    await page.get_by_role("status").get_by_text("is free.").wait_for()
    assert await button.bounding_box() == before


async def test_a_handle_is_checked_while_it_is_typed_and_follows_the_name_until_then(open_window) -> None:
    owner = await open_window()
    page, name, other = owner.page, a_name(), a_name()
    plain, renamed = (each.lower().replace(" ", "-") for each in (name, other))
    turned = "-".join(reversed(plain.split("-")))
    await sign_in(page, name)
    await page.goto("/my/new-card")
    await page.get_by_role("button", name="Make and publish").click()
    await page.get_by_text("Your card is live.").wait_for()

    await page.goto("/my/new-card")
    handle, said = page.get_by_label("Handle"), page.get_by_role("status")
    await page.get_by_label("Name", exact=False).first.fill(other)
    await said.get_by_text(f"{renamed} is free.").wait_for()
    assert await handle.input_value() == renamed
    await page.get_by_label("Name", exact=False).first.fill(name)
    await said.get_by_text(f"{turned} is free.").wait_for()
    assert await handle.input_value() == turned

    await handle.fill("a b")
    await said.get_by_text("This cannot be a handle: it takes 3 to 40 letters").wait_for()
    await handle.fill(plain)
    await said.get_by_text("This handle is taken. Free instead:").wait_for()
    await said.get_by_role("button", name=turned).click()
    assert await handle.input_value() == turned
    await page.get_by_label("Name", exact=False).first.fill(other)
    await page.get_by_role("button", name="Make and publish").click()
    await page.get_by_text("Your card is live.").wait_for()
    assert (await page.goto(f"/c/{turned}")).status == 200, "a chosen handle does not follow the name"
    assert owner.complaints == []
