"""The address book under `/my/contacts`, as a browser without script uses it."""

import re

from tests.forms import Fields, fields_at, send
from tests.functions.relationships.test_contacts import a_contact, delete, names

NEW = "/my/new-contact"


async def made(person, **typed: str) -> str:
    """Make a contact through the form; return the path of its page."""
    answer = await send(person, NEW, {**await fields_at(person, NEW), "name": "Grace Hopper", **typed})
    assert answer.status_code == 303, answer.text
    path, _, query = answer.headers["location"].partition("?")
    assert query == "done=made"
    return path


async def content(person, path: str) -> dict:
    return (await person.api("GET", path.removeprefix("/my/"))).json()["content"]


async def press(person, page: str, action: str, **fields: str):
    """Send the form of a page that leads to this action, as its button does."""
    return await send(person, action, {**Fields(page, action).values, **fields})


async def test_an_empty_address_book_says_what_to_do_first(signed_in) -> None:
    ada = await signed_in()
    page = (await ada.http.get("/my/contacts")).text
    assert "Add the first person" in page
    assert 'aria-current="page"' in page
    assert 'href="/my/new-contact?kind=entity"' in page


async def test_a_contact_is_made_once_and_read(signed_in) -> None:
    ada = await signed_in()
    firm = await a_contact(ada, "Éckert & Co", kind="entity")
    fields = await fields_at(ada, NEW) | {
        "name": "Grace Hopper",
        "organisation": "eckert & co",
        "title": "Programmer",
        "phoneCountry": "SE",
        "phones-0-number": "070-174 06 05",
        "emails-0-address": "grace@example.com",
        "links-0-url": "http://example.com/grace",
        "met-event": "Mark I",
        "met-on": "1944-07-02",
        "tags": "Navy, pioneers",
        "importance": "5",
        "customFields-0-label": "Ship",
        "customFields-0-text": "USS Hopper",
    }
    answers = [await send(ada, NEW, fields) for _ in range(2)]
    assert answers[0].headers["location"] == answers[1].headers["location"]
    path = answers[0].headers["location"].partition("?")[0]
    page = (await ada.http.get(answers[0].headers["location"])).text
    assert "The contact is in your address book." in page
    for text in ("+46 70 174 06 05", "mailto:grace@example.com", "http://example.com/grace", "2 July 1944"):
        assert text in page
    for text in ("Typed by you", "5 of 5", "USS Hopper", "Mark I", f"/my/contacts/{firm['id']}"):
        assert text in page
    kept = await content(ada, path)
    assert (kept["entityId"], kept["tags"], kept["importance"]) == (firm["id"], ["Navy", "pioneers"], 5)
    assert await names(ada) == ["Éckert & Co", "Grace Hopper"]


async def test_a_faulty_form_keeps_what_was_typed_and_says_what_to_do(signed_in) -> None:
    ada = await signed_in()
    typed = {
        "name": " ", "title": "Still here", "emails-0-address": "nobody", "phones-0-number": "x",
        "tags": "x" * 61, "met-on": "tomorrow",
    }  # fmt: skip
    answer = await send(ada, NEW, {**await fields_at(ada, NEW), **typed})
    assert answer.status_code == 422
    fields = Fields(answer.text, NEW)
    assert {"name", "emails-0-address", "phones-0-number", "tags", "met-on"} == fields.invalid
    assert fields.values["title"] == "Still here"
    assert await names(ada) == []
    again = await send(ada, NEW, {**fields.values, "name": "Grace", "emails-0-address": "", "tags": "",
                                  "phones-0-number": "", "met-on": ""})  # fmt: skip
    assert again.status_code == 303


async def test_rows_are_added_moved_and_removed_without_script(signed_in) -> None:
    ada = await signed_in()
    path = await made(ada, **{"emails-0-address": "one@example.com"})
    edit = f"{path}/edit"
    fields = await fields_at(ada, edit)
    more = await send(ada, edit, {**fields, "then": "add emails"})
    assert "Not saved yet" in more.text
    fields = Fields(more.text, edit).values | {"emails-1-address": "two@example.com"}
    moved = await send(ada, edit, {**fields, "then": "up emails 1"})
    fields = Fields(moved.text, edit).values
    assert (fields["emails-0-address"], fields["emails-1-address"]) == ("two@example.com", "one@example.com")
    saved = await send(ada, edit, {**fields, "then": "save"})
    assert saved.headers["location"] == f"{path}?done=saved"
    emails = (await content(ada, path))["emails"]
    assert [email["address"] for email in emails] == ["two@example.com", "one@example.com"]
    gone = await send(ada, edit, {**await fields_at(ada, edit), "then": "remove emails 0"})
    assert Fields(gone.text, edit).values["emails-0-address"] == "one@example.com"


async def test_the_form_keeps_what_only_a_program_can_say(signed_in) -> None:
    """The company that a program linked, the card, the sources, the archive."""
    ada = await signed_in()
    firm = await a_contact(ada, "Firm", kind="entity")
    card = "crd_" + "a" * 26
    contact = await a_contact(
        ada,
        organisation="The Firm",
        entityId=firm["id"],
        archived=True,
        met={"card": card},
        emails=[{"address": "grace@example.com", "source": "exchange", "since": "2020-01-02"}],
        phones=[{"number": "555 1234"}],
    )
    edit = f"/my/contacts/{contact['id']}/edit"
    answer = await send(ada, edit, {**await fields_at(ada, edit), "title": "Admiral"})
    assert answer.status_code == 303, answer.text
    assert await content(ada, f"/my/contacts/{contact['id']}") == contact["content"] | {"title": "Admiral"}


async def test_a_late_save_shows_both_versions_and_loses_neither(signed_in) -> None:
    ada = await signed_in()
    path = await made(ada)
    edit = f"{path}/edit"
    late = await fields_at(ada, edit) | {"title": "Mine"}
    await send(ada, edit, {**await fields_at(ada, edit), "title": "Theirs"})
    answer = await send(ada, edit, late)
    assert answer.status_code == 412
    assert "Theirs" in answer.text
    fields = Fields(answer.text, edit).values
    assert fields["title"] == "Mine"
    assert (await send(ada, edit, fields)).status_code == 303
    assert (await content(ada, path))["title"] == "Mine"
    twice = await send(ada, edit, fields)
    assert twice.headers["location"] == f"{path}?done=saved"


async def test_deleting_can_be_undone_from_the_notice_and_from_the_page_of_deleted_ones(signed_in) -> None:
    ada = await signed_in()
    path = await made(ada)
    for place in ("notice", "page"):
        page = (await ada.http.get(path)).text
        gone = await press(ada, page, f"{path}/delete")
        listed = (await ada.http.get(gone.headers["location"])).text
        assert "You can take it back for a day." in listed
        assert await names(ada) == []
        if place == "page":
            listed = (await ada.http.get("/my/deleted-contacts")).text
        back = await press(ada, listed, f"{path}/restoration")
        assert back.headers["location"] == f"{path}?done=restored", place
        assert await names(ada) == ["Grace Hopper"]
    assert "There are none" in (await ada.http.get("/my/deleted-contacts")).text


async def test_a_deleted_contact_can_be_erased_at_once(signed_in) -> None:
    ada = await signed_in()
    contact = await a_contact(ada)
    await delete(ada, contact)
    action = f"/my/contacts/{contact['id']}/erasure"
    page = (await ada.http.get(action)).text
    assert "Erase Grace Hopper now?" in page
    gone = await press(ada, page, action)
    assert gone.headers["location"] == "/my/contacts?done=erased"
    assert (await ada.http.get(action)).status_code == 404


async def test_archiving_is_undone_from_its_notice(signed_in) -> None:
    ada = await signed_in()
    path = await made(ada)
    action = f"{path}/archive"
    page = (await ada.http.get(path)).text
    answer = await press(ada, page, action)
    assert await names(ada) == []
    assert "Grace Hopper" in (await ada.http.get("/my/contacts?archived=1")).text
    told = (await ada.http.get(answer.headers["location"])).text
    assert "nothing of it is lost" in told
    await press(ada, told, action)
    assert await names(ada) == ["Grace Hopper"]


async def test_chosen_contacts_are_tagged_together_and_it_is_undone(signed_in) -> None:
    ada = await signed_in()
    ids = {name: (await a_contact(ada, name))["id"] for name in ("Ann", "Bob", "Cid")}
    page = (await ada.http.get("/my/contacts")).text
    fields = {"csrf": ada.csrf, f"pick-{ids['Ann']}": "1", f"pick-{ids['Cid']}": "1", "label": "Fair 2026"}
    assert f'name="pick-{ids["Bob"]}"' in page
    tagged = await send(ada, "/my/contacts", {**fields, "then": "add"})
    assert "2 contacts have the tag now." in tagged.text
    [tag] = (await ada.api("GET", "contact-tags")).json()["data"]
    assert await names(ada, tag=tag["id"]) == ["Ann", "Cid"]
    shown = (await ada.http.get(f"/my/contacts?tag={tag['id']}")).text
    assert ("Ann" in shown, "Bob" in shown) == (True, False)
    undone = await send(
        ada, "/my/contacts", {"csrf": ada.csrf, "ids": f"{ids['Ann']} {ids['Cid']}", "label": "Fair 2026",
                              "then": "remove"},
    )  # fmt: skip
    assert "2 contacts have lost the tag." in undone.text
    empty = (await ada.http.get(f"/my/contacts?tag={tag['id']}")).text
    forgotten = await press(ada, empty, f"/my/contact-tags/{tag['id']}/forget")
    assert forgotten.headers["location"] == "/my/contacts?done=forgotten"
    assert (await ada.api("GET", "contact-tags")).json()["data"] == []


async def test_tagging_nobody_or_with_nothing_says_what_is_missing(signed_in) -> None:
    ada = await signed_in()
    contact = await a_contact(ada)
    answer = await send(ada, "/my/contacts", {"csrf": ada.csrf, "then": "add", "label": " "})
    assert answer.status_code == 422
    assert Fields(answer.text, "/my/contacts").invalid == {"label"}
    assert 'id="fault-picked"' in answer.text
    kept = {"csrf": ada.csrf, "then": "add", "label": "a, b", f"pick-{contact['id']}": "1"}
    answer = await send(ada, "/my/contacts", kept)
    assert "must not contain a comma" in answer.text
    assert re.search(f'name="pick-{contact["id"]}" value="1" checked', answer.text)


async def test_the_list_goes_on_page_by_page_in_the_order_of_names(signed_in, monkeypatch) -> None:
    from functions.relationships import list_pages  # noqa: PLC0415 - the module that the host loaded

    monkeypatch.setattr(list_pages, "_PAGE_OF_CONTACTS", 2)
    ada = await signed_in()
    for name in ("c", "a", "b"):
        await a_contact(ada, f"{name}-person", kind="entity")
    first = (await ada.http.get("/my/contacts?kind=entity")).text
    assert ("a-person" in first, "c-person" in first) == (True, False)
    following = re.search(r'href="(/my/contacts\?kind=entity&amp;cursor=con_[a-z2-7]{26})"', first)[1]
    second = (await ada.http.get(following.replace("&amp;", "&"))).text
    assert ("a-person" in second, "c-person" in second) == (False, True)


async def test_somebody_elses_contact_has_no_page(signed_in) -> None:
    ada, bob = await signed_in(), await signed_in()
    path = await made(ada)
    for place in ("", "/edit", "/erasure"):
        assert (await bob.http.get(path + place)).status_code == 404
    for place in ("/edit", "/archive", "/delete", "/restoration", "/erasure"):
        answer = await send(bob, path + place, {"csrf": bob.csrf, "version": "1", "name": "Mine"})
        assert answer.status_code == 404, place
    assert await names(ada) == ["Grace Hopper"]


async def test_a_stranger_is_led_to_the_sign_in(client) -> None:
    answer = await client().get("/my/contacts")
    assert answer.headers["location"].startswith("/auth/login")


async def test_chosen_contacts_are_archived_deleted_and_taken_back_together(signed_in) -> None:
    ada = await signed_in()
    ids = [
        (await a_contact(ada, name, tags=["Kept"], groups=["Fair"]))["id"] for name in ("Ann", "Bob", "Cid")
    ]
    before = [(await ada.api("GET", f"contacts/{each}")).json()["content"] for each in ids]
    fields = {"csrf": ada.csrf, f"pick-{ids[0]}": "1", f"pick-{ids[1]}": "1"}
    archived = await send(ada, "/my/contacts", {**fields, "then": "archive"})
    assert "2 contacts are archived." in archived.text
    assert await names(ada) == ["Cid"]
    undone = await send(ada, "/my/contacts", Fields(archived.text, "/my/contacts").values)
    assert "2 contacts are in your list again." in undone.text
    deleted = await send(ada, "/my/contacts", {**fields, "then": "delete"})
    assert "2 contacts are deleted. You can take them back for a day." in deleted.text
    assert await names(ada) == ["Cid"]
    back = await send(ada, "/my/contacts", Fields(deleted.text, "/my/contacts").values)
    assert "2 contacts are back, as they were." in back.text
    assert [(await ada.api("GET", f"contacts/{each}")).json()["content"] for each in ids] == before
    nobody = await send(ada, "/my/contacts", {"csrf": ada.csrf, "then": "delete"})
    assert nobody.status_code == 422
    assert 'id="fault-picked"' in nobody.text


async def test_the_search_of_the_page_works_without_script(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada, "Grace Hopper", emails=[{"address": "grace@navy.example"}])
    await a_contact(ada, "Somebody Else")
    page = (await ada.http.get("/my/contacts")).text
    found = await send(ada, "/my/contact-search", {**Fields(page, "/my/contact-search").values, "q": " nav "})
    assert found.status_code == 200
    assert "One contact has the words." in found.text
    assert "E-mail: <bdi>grace@navy.example</bdi>" in found.text
    assert "Somebody Else" not in found.text
    fields = {**Fields(found.text, "/my/contacts").values, f"pick-{grace['id']}": "1", "label": "Sea"}
    tagged = await send(ada, "/my/contacts", {**fields, "then": "add"})
    assert "One contact has the tag now." in tagged.text
    assert "Somebody Else" not in tagged.text
    none = await send(ada, "/my/contact-search", {"csrf": ada.csrf, "q": "zebra"})
    assert "Nobody is found with “zebra”" in none.text
    forged = await send(ada, "/my/contact-search", {"q": "grace"})
    assert forged.status_code == 403
    assert "Somebody Else" in (await ada.http.get("/my/contacts?q=grace")).text


async def test_the_page_filters_by_tag_group_and_kind_together(signed_in) -> None:
    ada = await signed_in()
    await a_contact(ada, "Ann", tags=["VIP"], groups=["Fair"])
    await a_contact(ada, "Bob", tags=["VIP"])
    await a_contact(ada, "Cid Ltd", kind="entity", tags=["VIP"], groups=["Fair"])
    [tag] = (await ada.api("GET", "contact-tags")).json()["data"]
    [group] = (await ada.api("GET", "contact-groups")).json()["data"]
    assert (tag["label"], group["label"]) == ("VIP", "Fair")
    assert await names(ada, group=group["id"]) == ["Ann", "Cid Ltd"]
    assert await names(ada, tag=tag["id"], group=group["id"], kind="person") == ["Ann"]
    page = (await ada.http.get(f"/my/contacts?tag={tag['id']}&group={group['id']}&kind=person")).text
    assert ("Ann" in page, ">Bob<" in page, "Cid Ltd" in page) == (True, False, False)
