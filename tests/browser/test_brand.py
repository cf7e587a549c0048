"""The brand and the company page of an organisation in a browser: filled in, previewed, published."""

import secrets

import pytest

from tests.browser.axe import violations
from tests.browser.layout import misplaced
from tests.browser.test_my import photo
from tests.browser.windows import open_tab, sign_in

WIDTHS = (320, 390, 1280)


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without"])
@pytest.mark.parametrize("width", WIDTHS)
async def test_a_brand_is_filled_in_and_a_company_page_published(
    open_window, tmp_path, width: int, script: bool
) -> None:
    window = await open_window(viewport={"width": width, "height": 900}, java_script_enabled=script)
    page = window.page

    async def look(name: str) -> None:
        if script:
            # The bar at the lower edge covers what is not scrolled to, which axe takes for small.
            await page.evaluate(
                "document.querySelectorAll('.bottom').forEach(bar => bar.style.position = 'static')"
            )
            assert await violations(page) == [], name
            assert await misplaced(page) == [], name
            assert window.complaints == [], name
        await page.screenshot(path=tmp_path / f"{name}.png", full_page=True)

    word = secrets.token_hex(3)
    await sign_in(page, f"Bea Brand {word}")
    await page.goto("/my/new-organisation")
    await page.get_by_label("Name").fill(f"Analytical {word}")
    await page.get_by_role("main").get_by_role("button").click()
    await open_tab(page, "Brand")
    await look("brand")
    await page.get_by_label("Logo").set_input_files(photo())
    await page.get_by_label("Theme").select_option("bold")
    await page.get_by_label("Colour", exact=True).fill("#ffee00")
    await page.get_by_role("textbox", name="About the company").fill("We make engines.")
    await page.get_by_label("Name", exact=True).first.fill("Our shop")
    await page.locator("[name=links-0-url]").fill("nonsense")
    await page.locator(".bottom").get_by_role("button", name="Save").click()
    await page.get_by_role("alert").wait_for()
    await look("brand-fault")
    await page.locator("[name=links-0-url]").fill("shop.example")
    while "done=saved" not in page.url:  # until the picture is ready
        async with page.expect_navigation():
            await page.locator(".bottom").get_by_role("button", name="Save").click()
    await page.get_by_text("Cards that show some of it follow in a moment.").wait_for()
    await look("brand-saved")
    await open_tab(page, "Brand", "Company page")
    await look("company-none")
    await page.get_by_role("button", name="Make the company page").click()
    await page.get_by_text("The company page is made.").wait_for()
    for folded in await page.locator("form summary:visible").all():
        await folded.click()
    await look("company")
    await page.get_by_role("button", name="Our shop").click()
    await page.get_by_text("Not saved yet.").wait_for()
    await page.get_by_role("button", name="Save and publish").click()
    await page.get_by_text("The company page is live.").wait_for()
    await look("company-published")
    await page.get_by_role("link", name="Open the page").click()
    await page.get_by_role("heading", name=f"Analytical {word}").wait_for()
    assert "We make engines." in await page.content()
    await look("card")
