"""Connecting a directory in a browser: with script and without, on a phone and a desktop."""

import json
import secrets

from tests.browser.test_invitations import an_organisation, look, window
from tests.browser.windows import open_tab, sign_in

__all__ = ["window"]


async def test_a_directory_is_connected_and_looked_after(window) -> None:
    page = window.page
    await sign_in(page, f"Ada {secrets.token_hex(4)}")
    org = await an_organisation(page, "Flow-Matic and Sons of Gothenburg")
    await open_tab(page, "Settings", "Directory sync")
    await look(window, "directory")
    await page.get_by_role("button", name="Make a token").click()
    await page.get_by_role("heading", name="Your new token").wait_for()
    await look(window, "token")
    token = await page.locator("code", has_text="org_").inner_text()
    word = secrets.token_hex(8)
    person = {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": word,
        "emails": [{"value": f"{word}@example.com"}],
    }
    made = await page.request.post(
        "/scim/v2/Users",
        data=json.dumps(person),
        headers={"Authorization": f"Bearer {token}", "Content-Type": "application/scim+json"},
    )
    assert made.status == 201, await made.text()
    await page.goto(f"/org/{org}/directory-sync")
    await page.get_by_label("Job title").select_option(label="Never: stays as it is here")
    await page.get_by_label("Try only").check()
    await page.get_by_role("button", name="Save").click()
    await page.get_by_text("Saved. The next request of the directory follows it.").wait_for()
    await look(window, "saved")
    await page.get_by_role("link", name="Show all").click()
    await page.get_by_role("link", name="Person: Made").wait_for()
    await look(window, "log")
    await page.get_by_role("link", name="Directory sync").first.click()
    await page.get_by_role("button", name="Revoke").click()
    await page.get_by_text("The token is revoked. It opens nothing any more.").wait_for()
    assert window.complaints == []
