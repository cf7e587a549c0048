"""Where the links of a leaver's card lead, in a browser: the rule, and the page that takes somebody out."""

import secrets

import pytest

from tests.browser.axe import violations
from tests.browser.layout import misplaced
from tests.browser.windows import open_tab, sign_in

# What a program does: there is no page that makes staff cards.
MAKE_CARD = """async ([org, csrf]) => {
    const send = (method, path, body, version) => fetch(`/api/v1/organisations/${org}${path}`, {
        method, body: body && JSON.stringify(body),
        headers: {"Content-Type": "application/json", "X-CSRF-Token": csrf, "If-Match": version || '"1"'},
    });
    const made = await (await send("POST", "/templates", {name: "Staff", rules: {}})).json();
    await send("PUT", `/templates/${made.id}/release`, null);
    const member = (await (await send("GET", "/membership")).json()).id;
    const card = await send("POST", "/staff-cards", {memberId: member, templateId: made.id});
    return [card.status, member];
}"""


@pytest.mark.parametrize(("width", "scheme"), [(320, "light"), (390, "dark"), (1280, "light")])
async def test_a_successor_is_chosen_for_all_and_for_one(open_window, tmp_path, width, scheme) -> None:
    window = await open_window(viewport={"width": width, "height": 900}, color_scheme=scheme)
    page, name = window.page, f"Ada {secrets.token_hex(3)}"

    async def look(place: str) -> None:
        await page.wait_for_load_state()
        assert await violations(page, scheme) == [], place
        assert await misplaced(page) == [], place
        assert window.complaints == [], place
        await page.screenshot(path=tmp_path / f"{place}-{width}.png", full_page=True)

    await sign_in(page, name)
    await page.goto("/my/new-organisation")
    await page.get_by_label("Name of the organisation").fill("Flow-Matic")
    await page.get_by_role("button", name="Make the organisation").click()
    await page.wait_for_url("**/org/org_**")
    org = page.url.partition("/org/")[2].partition("?")[0]
    await open_tab(page, "Settings")
    await page.get_by_role("link", name="When somebody leaves").click()
    await look("rule")
    await page.get_by_label("To a colleague").check()
    await page.get_by_label("Name of the colleague").fill("Nobody")
    await page.get_by_role("button", name="Save").click()
    await page.get_by_role("alert").get_by_text("Nobody else here has a name").wait_for()
    assert await page.get_by_label("Name of the colleague").input_value() == "Nobody"
    window.complaints.clear()  # the refusal itself
    await look("refused")
    csrf = await page.locator("input[name=csrf]").first.input_value()
    status, member = await page.evaluate(MAKE_CARD, [org, csrf])
    assert status == 201
    await page.get_by_label("Name of the colleague").fill(name)
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("Saved. It holds for those who leave from now on.").wait_for()
    await look("saved")
    await page.get_by_role("link", name="People who have left").click()
    await page.get_by_text("Nobody with a staff card has left").wait_for()
    await look("nobody")
    await page.goto(f"/org/{org}/people/{member}/remove")
    # The rule names the same person, and nobody comes after themselves.
    await page.get_by_text("Nowhere: they show that no card is shown.").wait_for()
    await look("remove")
    await page.goto(f"/org/{org}/leave")
    await look("leave")
