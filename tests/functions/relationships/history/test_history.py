"""What a contact said before, and its latest change taken back."""

import json

import wiring.relationships
from tests.forms import fields_at, send
from tests.functions.privacy.test_copy import account_of
from tests.functions.relationships.test_contact_pages import press
from tests.functions.relationships.test_contacts import UNKNOWN, a_contact, change

GRACE = {
    "title": "Programmer",
    "emails": [{"address": "grace@example.com", "since": "2020-01-02", "source": "card"}],
    "tags": ["Navy"],
    "importance": 2,
}


async def history(person, contact: dict) -> list[tuple[str, str]]:
    answer = await person.api("GET", f"contacts/{contact['id']}/history")
    assert answer.status_code == 200, answer.text
    return [(each["field"], each["text"]) for each in answer.json()["data"]]


async def undo(person, contact: dict):
    etag = (await person.api("GET", f"contacts/{contact['id']}")).headers["etag"]
    return await person.api("DELETE", f"contacts/{contact['id']}/latest-change", headers={"If-Match": etag})


async def test_what_a_change_replaces_is_kept_with_its_source_and_dates(signed_in) -> None:
    ada = await signed_in()
    contact = await a_contact(ada, "Grace", **GRACE)
    assert await history(ada, contact) == []
    await change(ada, contact, title="Admiral", importance=5, emails=[{"address": "new@example.com"}])
    assert await history(ada, contact) == [
        ("title", "Programmer"), ("importance", "2"), ("emails", "grace@example.com"), ("tags", "Navy"),
    ]  # fmt: skip
    told = (await ada.api("GET", f"contacts/{contact['id']}/history")).json()["data"]
    assert (told[2]["since"], told[2]["source"], told[2]["cause"]) == ("2020-01-02", "card", "changed")
    await change(ada, contact, title="Rear Admiral")
    assert (await history(ada, contact))[0] == ("title", "Admiral")
    page = (await ada.http.get(f"/my/contacts/{contact['id']}")).text
    assert "What it said before" in page
    assert "grace@example.com" in page


async def test_the_latest_change_is_taken_back_whole_and_only_once(signed_in) -> None:
    ada = await signed_in()
    contact = await a_contact(ada, "Grace", **GRACE)
    await change(ada, contact, title="Admiral")
    await change(ada, contact, title="Rear Admiral", tags=["Other"])
    back = await undo(ada, contact)
    assert back.status_code == 200, back.text
    assert (back.json()["content"]["title"], back.json()["content"]["tags"]) == ("Admiral", [])
    assert ("title", "Admiral") not in await history(ada, contact)
    over = await undo(ada, contact)
    assert (over.status_code, over.json()["code"]) == (409, "nothing_to_undo")


async def test_a_saved_change_is_taken_back_from_its_notice(signed_in) -> None:
    ada = await signed_in()
    contact = await a_contact(ada, "Grace", **GRACE)
    at = f"/my/contacts/{contact['id']}"
    saved = await send(ada, f"{at}/edit", {**await fields_at(ada, f"{at}/edit"), "title": "Admiral"})
    told = (await ada.http.get(saved.headers["location"])).text
    back = await press(ada, told, f"{at}/latest-change")
    assert back.headers["location"] == f"{at}?done=taken-back"
    assert (await ada.api("GET", f"contacts/{contact['id']}")).json()["content"] == contact["content"]
    late = await press(ada, told, f"{at}/latest-change")
    assert late.headers["location"] == f"{at}?done=kept"


async def test_a_history_is_sealed_and_absent_for_others(signed_in) -> None:
    ada, eve = await signed_in(), await signed_in("Eve")
    contact = await a_contact(ada, "Grace", title="Zebedee")
    await change(ada, contact, title="Other")
    owner = await account_of(ada)
    sql = "SELECT * FROM c WHERE c.kind = 'contact-history'"
    stored = await wiring.relationships.contacts()._items.query(sql, owner)
    assert len(stored) == 1
    assert "Zebedee" not in json.dumps(stored)
    for absent in (contact["id"], UNKNOWN):
        assert (await eve.api("GET", f"contacts/{absent}/history")).status_code == 404
        latest = f"contacts/{absent}/latest-change"
        assert (await eve.api("DELETE", latest, headers={"If-Match": '"2"'})).status_code == 404


async def test_a_history_has_a_bound(signed_in) -> None:
    ada = await signed_in()
    contact = await a_contact(ada, "Grace", tags=[f"a{number}" for number in range(150)])
    for letter in "bc":
        await change(ada, contact, tags=[f"{letter}{number}" for number in range(150)])
    told = await history(ada, contact)
    assert len(told) == 200
    assert told[0] == ("tags", "b0")
    assert (await undo(ada, contact)).json()["content"]["tags"][0] == "b0"


async def test_a_history_of_long_texts_never_keeps_a_contact_from_being_changed(signed_in) -> None:
    ada = await signed_in()
    contact = await a_contact(ada)
    for letter in "\U0001f600\U0001f601\U0001f602\U0001f603\U0001f604\U0001f605\U0001f606":
        own = [{"label": str(number), "text": letter * 2000} for number in range(31)]
        assert (await change(ada, contact, customFields=own)).status_code == 200
    told = await history(ada, contact)
    assert 31 < len(told) < 200
    assert {text[-1] for _field, text in told[:31]} == {"\U0001f605"}


async def test_how_one_met_is_told_without_the_id_of_a_card(signed_in) -> None:
    ada = await signed_in()
    card = "crd_" + "a" * 26
    grace = await a_contact(ada, met={"place": "Rome", "event": "Fair", "card": card})
    await change(ada, grace, met={"place": "Paris", "card": card})
    told = (await ada.api("GET", f"contacts/{grace['id']}/history")).json()["data"]
    assert [(past["field"], past["text"]) for past in told] == [("met", "Rome, Fair")]
