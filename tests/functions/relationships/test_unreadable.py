"""What is damaged in the store is told in its place; everything beside it is shown, found and kept."""

import logging

import wiring.relationships
from tests.functions.exchange.strangers import a_card_with_form, inbox, leave
from tests.functions.privacy.test_copy import account_of, copied, opened
from tests.functions.relationships.notes.test_notes import a_note
from tests.functions.relationships.reminders.test_reminders import a_reminder, in_days, make_due, rings
from tests.functions.relationships.search.test_search import found
from tests.functions.relationships.search.test_upkeep import forget_opened
from tests.functions.relationships.test_contacts import a_contact, change


async def damage(person, item: str, member: str = "private", name: str = "text") -> str:
    """Change one character of what is sealed in a document; return it as it is then."""
    items, owner = wiring.relationships.contacts()._items, await account_of(person)
    stored = await items.read(item, owner)
    text = stored[member][name]
    stored[member][name] = text[:-9] + ("A" if text[-9] != "A" else "B") + text[-8:]
    await items.replace({k: v for k, v in stored.items() if not k.startswith("_")}, stored["_etag"])
    return stored[member][name]


async def sealed(person, item: str) -> str:
    return (await wiring.relationships.contacts()._items.read(item, await account_of(person)))["private"][
        "text"
    ]


async def page(person, path: str) -> str:
    answer = await person.http.get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


async def is_told(person, path: str) -> None:
    """The API answers with a problem of its own, also to a change."""
    answer = await person.api("GET", path)
    assert (answer.status_code, answer.json()["code"]) == (409, "unreadable"), answer.text
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_damaged_note_leaves_the_others_and_can_be_deleted(signed_in, caplog) -> None:
    ada = await signed_in()
    grace = await a_contact(ada, nickname="Amazing")
    notes = [await a_note(ada, grace, f"word{number}") for number in range(3)]
    damaged = notes[1]["id"]
    broken = await damage(ada, damaged)
    caplog.set_level(logging.INFO, logger="izwop")
    listed = (await ada.api("GET", f"contacts/{grace['id']}/notes")).json()["data"]
    assert [(each["content"]["text"], each["unreadable"]) for each in listed] == [
        ("word2", False), ("-", True), ("word0", False),
    ]  # fmt: skip
    assert f"sealed_unreadable kind=note id={damaged}" in caplog.text
    assert not [word for word in ("word", "Grace", broken) if word in caplog.text]
    for path in (f"/my/contacts/{grace['id']}", f"/my/contacts/{grace['id']}/notes"):
        text = await page(ada, path)
        assert all(each in text for each in ("word0", "word2", "This note cannot be read any more."))
        assert f"/my/notes/{damaged}/edit" not in text
    await is_told(ada, f"notes/{damaged}")
    refused = await ada.api("PUT", f"notes/{damaged}", headers={"If-Match": '"1"'}, json={"text": "x"})
    assert (refused.status_code, refused.json()["code"]) == (409, "unreadable")
    assert (await ada.http.get(f"/my/notes/{damaged}/edit")).status_code == 409
    # A new index lacks its words and no others.
    await wiring.relationships.contacts()._items.delete("search-head", await account_of(ada))
    forget_opened()
    assert [await found(ada, word) for word in ("word0", "word1", "amazing")] == [
        ["Grace Hopper"], [], ["Grace Hopper"],
    ]  # fmt: skip
    acts = (("DELETE", ""), ("PUT", "/restoration"), ("DELETE", ""))
    for number, (method, of) in enumerate(acts, 1):
        version = {"If-Match": f'"{number}"'}
        done = await ada.api(method, f"notes/{damaged}{of}", headers=version)
        assert done.status_code in (200, 204), done.text
        # What is left of it stays, for whoever can mend it from a backup.
        assert await sealed(ada, damaged) == broken


async def test_a_damaged_reminder_still_rings_and_can_be_done_and_deleted(host, signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    damaged = await a_reminder(ada, grace, text="Secret", on=in_days(0))
    other = await a_reminder(ada, grace, text="Call", on=in_days(0))
    for each in (damaged, other):
        await make_due(ada, each)
    broken = await damage(ada, damaged["id"])
    await rings(host)
    listed = (await ada.api("GET", f"contacts/{grace['id']}/reminders")).json()["data"]
    assert {(each["id"], each["unreadable"], each["state"]) for each in listed} == {
        (damaged["id"], True, "waiting"), (other["id"], False, "waiting"),
    }  # fmt: skip
    for path in (f"/my/contacts/{grace['id']}", "/my/reminders", "/my/relationships", "/my"):
        text = await page(ada, path)
        assert "This reminder cannot be read any more." in text, path
        assert "Call" in text, path
    await is_told(ada, f"reminders/{damaged['id']}")
    version = {"If-Match": '"1"'}
    body = {"text": "x", "on": in_days(3)}
    refused = await ada.api("PUT", f"reminders/{damaged['id']}", headers=version, json=body)
    assert (refused.status_code, refused.json()["code"]) == (409, "unreadable")
    form = {"csrf": ada.csrf, "version": "1"}
    assert (await ada.http.post(f"/my/reminders/{damaged['id']}/done", data=form)).status_code == 303
    form = {"csrf": ada.csrf, "version": "2"}
    assert (await ada.http.post(f"/my/reminders/{damaged['id']}/delete", data=form)).status_code == 303
    assert await sealed(ada, damaged["id"]) == broken


async def test_the_damaged_part_of_a_contact_leaves_the_rest_of_it(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada, tags=["Navy"], groups=["Crew"], emails=[{"address": "g@example.com"}])
    bob = await a_contact(ada, "Bob", tags=["Navy"])
    await a_note(ada, grace, "a note")
    broken = await damage(ada, grace["id"])
    listed = (await ada.api("GET", "contacts")).json()["data"]
    assert [(each["content"]["name"], each["content"]["tags"], each["unreadable"]) for each in listed] == [
        ("Bob", ["Navy"], False), ("Grace Hopper", [], True),
    ]  # fmt: skip
    await page(ada, "/my/contacts")
    text = await page(ada, f"/my/contacts/{grace['id']}")
    assert "The tags, groups and own fields of this contact cannot be read any more." in text
    assert "a note" in text
    assert "example.com" in text
    await is_told(ada, f"contacts/{grace['id']}")
    assert (await ada.http.get(f"/my/contacts/{grace['id']}/edit")).status_code == 409
    version = {"If-Match": '"1"'}
    for method, path, body in (
        ("PUT", f"contacts/{grace['id']}", {"name": "x"}),
        ("POST", "contact-taggings", {"ids": [grace["id"]], "add": ["New"]}),
        (
            "POST",
            "contact-merges",
            {"keepId": bob["id"], "keepVersion": 1, "dropId": grace["id"], "dropVersion": 1},
        ),
    ):
        headers = version if method == "PUT" else {}
        refused = await ada.api(method, path, headers=headers, json=body)
        assert (refused.status_code, refused.json()["code"]) == (409, "unreadable"), path
    form = {"csrf": ada.csrf, "version": "1", "archived": "1"}
    assert (await ada.http.post(f"/my/contacts/{grace['id']}/archive", data=form)).status_code == 303
    form = {"csrf": ada.csrf, "version": "2"}
    assert (await ada.http.post(f"/my/contacts/{grace['id']}/delete", data=form)).status_code == 303
    form = {"csrf": ada.csrf, "version": "3"}
    assert (await ada.http.post(f"/my/contacts/{grace['id']}/restoration", data=form)).status_code == 303
    assert await sealed(ada, grace["id"]) == broken


async def test_a_damaged_history_leaves_the_page_of_its_contact(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada, title="Admiral")
    await change(ada, grace, title="Captain")
    await damage(ada, f"hst_{grace['id'].partition('_')[2]}", "body")
    text = await page(ada, f"/my/contacts/{grace['id']}")
    assert "Captain" in text
    assert "What it said before cannot be read any more." in text
    refused = await ada.api("GET", f"contacts/{grace['id']}/history")
    assert refused.json()["code"] == "unreadable"


async def test_an_export_tells_of_a_contact_that_is_damaged(host, signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada, tags=["Navy"])
    await damage(ada, grace["id"])
    made = (await ada.api("POST", "exports", json={"form": "json"})).json()
    await host.drain_queue("work")
    work = (await ada.api("GET", f"work/{made['id']}")).json()
    assert work["failures"] == [{"item": grace["id"], "code": "unreadable"}]
    assert "One contact in it lacks its tags" in await page(ada, "/my/export")


async def test_damaged_tags_leave_the_contacts_and_are_begun_anew(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada, tags=["Navy"])
    await damage(ada, "contact-tags", "body")
    for path in ("/my/contacts", f"/my/contacts/{grace['id']}", f"/my/contacts/{grace['id']}/edit"):
        assert "Grace Hopper" in await page(ada, path)
    assert (await ada.api("GET", f"contacts/{grace['id']}")).json()["content"]["tags"] == ["Navy"]
    assert (await ada.api("GET", "contact-tags")).json()["data"] == []
    await a_contact(ada, "Second", tags=["Navy"])
    [tag] = (await ada.api("GET", "contact-tags")).json()["data"]
    tagged = (await ada.api("GET", "contacts", params={"tag": tag["id"]})).json()["data"]
    assert [each["content"]["name"] for each in tagged] == ["Grace Hopper", "Second"]


async def test_a_damaged_exchange_leaves_the_others_and_the_copy(host, signed_in, client) -> None:
    ada = await signed_in()
    card = await a_card_with_form(ada)
    for name in ("Grace Hopper", "Mary Shaw"):
        await leave(client(), card, name=name)
    damaged = next(each for each in await inbox(ada) if each["details"]["name"] == "Grace Hopper")
    await damage(ada, damaged["id"], name="details")
    assert [each["details"]["name"] for each in await inbox(ada)] == ["Mary Shaw"]
    assert "Mary Shaw" in await page(ada, "/my/requests/exchanges")
    await is_told(ada, f"exchanges/{damaged['id']}")
    work = await copied(host, await account_of(ada))
    assert work.state == "done"
    assert sum(name.startswith("exchanges/") for name in await opened(work)) == 1
