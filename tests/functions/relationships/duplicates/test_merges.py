"""Merging contacts through the API: nothing is lost, what is theirs follows, and it can be taken back."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

import wiring.relationships
import wiring.relationships.strength
from adapters.cosmos.documents import document
from domain.base.model import Model
from domain.operations.slices import Slice
from tests.functions.privacy.test_copy import account_of
from tests.functions.relationships.test_contacts import UNKNOWN, a_contact, change, delete, names, restore
from wiring.relationships import duplicates


async def read(person, contact: dict) -> dict:
    answer = await person.api("GET", f"contacts/{contact['id']}")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def version(person, contact: dict) -> int:
    return int((await person.api("GET", f"contacts/{contact['id']}")).headers["etag"].strip('"'))


async def merge(person, kept: dict, gone: dict, *, key: str | None = None, **also):
    body = {
        "keepId": kept["id"],
        "keepVersion": await version(person, kept) if "keepVersion" not in also else 1,
        "dropId": gone["id"],
        "dropVersion": 1,
        **also,
    }
    headers = {"Idempotency-Key": key} if key else {}
    return await person.api("POST", "contact-merges", json=body, headers=headers)


async def undo(person, merged: dict):
    path = f"contact-merges/{merged['id']}"
    found = await person.api("GET", path)
    assert found.status_code == 200, found.text
    return await person.api("DELETE", path, headers={"If-Match": found.headers["etag"]})


GRACE = {
    "title": "Programmer",
    "emails": [{"address": "grace@example.com", "since": "2020-01-02", "source": "import"}],
    "phones": [{"number": "+46701740605"}],
    "tags": ["Navy"],
    "groups": ["Computing"],
    "importance": 2,
    "customFields": [{"label": "Ship", "text": "USS Hopper"}],
}
GRACIE = {
    "title": "Admiral",
    "organisation": "Navy",
    "emails": [
        {"address": "GRACE@example.com", "since": "2019-01-02", "source": "card", "label": "Office"},
        {"address": "gracie@example.org", "kind": "home"},
    ],
    "tags": ["navy", "Pioneers"],
    "importance": 5,
    "met": {"event": "Mark I"},
    "customFields": [{"label": "Ship", "text": "USS Hopper"}, {"label": "Ship", "text": "Another"}],
}


class _Dependent(Model):
    contact_id: str
    text: str


async def a_dependent(person, contact: dict, name: str, kind: str = "probe") -> None:
    """A document that belongs to a contact, as a note does."""
    owner = await account_of(person)
    body = _Dependent(contact_id=contact["id"], text=name)
    extra = {"contactId": contact["id"]}
    await wiring.relationships.contacts()._items.create(
        document(kind, f"probe-{name}", owner, body, partition="ownerId", **extra)
    )


async def dependents(person, contact: dict) -> set[str]:
    sql = "SELECT c.id, c.body FROM c WHERE c.kind = 'probe' AND c.contactId = @contact"
    owner = await account_of(person)
    found = await wiring.relationships.contacts()._items.query(sql, owner, contact=contact["id"])
    assert all(each["body"]["contact_id"] == contact["id"] for each in found)
    return {each["id"].removeprefix("probe-") for each in found}


async def test_two_contacts_become_one_that_says_all_of_both(signed_in) -> None:
    ada = await signed_in()
    kept, gone = await a_contact(ada, "Grace Hopper", **GRACE), await a_contact(ada, "Gracie", **GRACIE)
    made = await merge(ada, kept, gone, take=["title"])
    assert made.status_code == 201, made.text
    assert made.headers["location"] == f"/api/v1/contact-merges/{made.json()['id']}"
    content = (await read(ada, kept))["content"]
    assert (content["name"], content["title"], content["organisation"]) == ("Grace Hopper", "Admiral", "Navy")
    assert [(each["address"], each["since"], each["source"], each["label"]) for each in content["emails"]][
        :1
    ] == [("grace@example.com", "2019-01-02", "card", "Office")]
    assert [each["address"] for each in content["emails"]] == ["grace@example.com", "gracie@example.org"]
    assert content["tags"] == ["Navy", "Pioneers"]
    assert (content["importance"], content["met"]["event"]) == (2, "Mark I")
    assert [each["text"] for each in content["customFields"]] == ["USS Hopper", "Another"]
    assert await names(ada) == ["Grace Hopper"]
    assert (await ada.api("GET", f"contacts/{gone['id']}")).status_code == 404
    history = await wiring.relationships.contacts().history(await account_of(ada), kept["id"])
    assert {(each.field, each.text) for each in history.past} == {
        ("name", "Gracie"), ("title", "Programmer"), ("importance", "5"),
    }  # fmt: skip


async def test_undoing_restores_both_to_the_byte_also_after_later_reads(signed_in) -> None:
    ada = await signed_in()
    kept, gone = await a_contact(ada, "Grace Hopper", **GRACE), await a_contact(ada, "Gracie", **GRACIE)
    before = [(await ada.api("GET", f"contacts/{each['id']}")).content for each in (kept, gone)]
    made = (await merge(ada, kept, gone)).json()
    await read(ada, kept)
    assert [each["id"] for each in (await ada.api("GET", "contact-merges")).json()["data"]] == [made["id"]]
    answers = [await undo(ada, made)]
    answers.append(await ada.api("DELETE", f"contact-merges/{made['id']}", headers={"If-Match": '"2"'}))
    assert [each.status_code for each in answers] == [204, 204]
    assert [(await ada.api("GET", f"contacts/{each['id']}")).content for each in (kept, gone)] == before
    assert await names(ada) == ["Grace Hopper", "Gracie"]
    assert (await ada.api("GET", "contact-merges")).json()["data"] == []
    history = await wiring.relationships.contacts().history(await account_of(ada), kept["id"])
    assert history.past == []


async def test_a_tag_that_was_forgotten_since_is_back_with_the_merge(signed_in) -> None:
    ada = await signed_in()
    kept, gone = await a_contact(ada, "Grace"), await a_contact(ada, "Gracie", tags=["Navy"])
    made = (await merge(ada, kept, gone)).json()
    await change(ada, await read(ada, kept), name="Grace")
    [tag] = (await ada.api("GET", "contact-tags")).json()["data"]
    assert (await ada.api("DELETE", f"contact-tags/{tag['id']}")).status_code == 204
    made = (await ada.api("GET", f"contact-merges/{made['id']}")).json()
    assert (await undo(ada, made)).status_code == 204
    assert (await ada.api("GET", "contact-tags")).json()["data"] == [tag]


async def test_tags_beyond_their_limit_keep_no_merge_from_being_undone(signed_in, monkeypatch) -> None:
    from domain.relationships import tags  # noqa: PLC0415 - the module that the host loaded

    ada = await signed_in()
    kept, gone = await a_contact(ada, "Grace"), await a_contact(ada, "Gracie", tags=["Navy"])
    made = (await merge(ada, kept, gone)).json()
    await change(ada, await read(ada, kept), name="Grace")
    [tag] = (await ada.api("GET", "contact-tags")).json()["data"]
    assert (await ada.api("DELETE", f"contact-tags/{tag['id']}")).status_code == 204
    monkeypatch.setattr(tags, "MOST_LABELS", 0)
    assert (await undo(ada, made)).status_code == 204
    assert (await read(ada, gone))["content"]["tags"] == ["Navy"]


async def test_what_belongs_to_a_contact_follows_it_and_comes_back(host, signed_in) -> None:
    """More than one batch holds; what is new meanwhile stays, what is gone stays gone."""
    ada = await signed_in()
    kept, gone = await a_contact(ada, "Grace"), await a_contact(ada, "Gracie")
    await a_dependent(ada, kept, "own")
    for number in range(200):
        await a_dependent(ada, gone, f"{number}")
    made = (await merge(ada, kept, gone)).json()
    assert await dependents(ada, kept) == {"own", *map(str, range(200))}
    assert await dependents(ada, gone) == set()
    await a_dependent(ada, kept, "later")
    await wiring.relationships.contacts()._items.delete("probe-7", await account_of(ada))
    assert (await undo(ada, made)).status_code == 204
    assert await dependents(ada, kept) == {"own", "later"}
    assert await dependents(ada, gone) == set(map(str, range(200))) - {"7"}


async def test_people_of_a_merged_company_are_linked_to_the_other_one_and_back(signed_in) -> None:
    ada = await signed_in()
    kept, gone = [await a_contact(ada, name, kind="entity") for name in ("Acme", "Acme Ltd")]
    person = await a_contact(ada, "Grace", organisation="Acme", entityId=gone["id"])
    before = await read(ada, person)
    made = (await merge(ada, kept, gone)).json()
    assert (await read(ada, person))["content"]["entityId"] == kept["id"]
    await undo(ada, made)
    assert await read(ada, person) == before


async def test_a_merge_is_made_once_under_its_key(signed_in) -> None:
    ada = await signed_in()
    kept, gone, other = [await a_contact(ada, name) for name in ("Ann", "Anne", "Bob")]
    answers = [await merge(ada, kept, gone, key="one", keepVersion=1) for _ in range(2)]
    assert [each.status_code for each in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    reused = await merge(ada, kept, other, key="one")
    assert (reused.status_code, reused.json()["code"]) == (422, "idempotency_key_reused")


async def test_what_cannot_be_merged_is_refused_and_nothing_is_written(signed_in) -> None:
    ada, eve = await signed_in(), await signed_in("Eve")
    ann, firm, deleted = (
        await a_contact(ada, "Ann"),
        await a_contact(ada, "Firm", kind="entity"),
        await a_contact(ada, "Del"),
    )
    hers = await a_contact(eve, "Hers")
    await delete(ada, deleted)
    unlike = [
        (ann, ann, "same_contact", "/dropId"),
        (ann, firm, "other_kind", "/dropId"),
        (ann, deleted, "unknown_contact", "/dropId"),
        (ann, hers, "unknown_contact", "/dropId"),
        (ann, {"id": UNKNOWN}, "unknown_contact", "/dropId"),
    ]
    for kept, gone, code, field in unlike:
        refused = await merge(ada, kept, gone)
        assert (refused.status_code, refused.headers["content-type"]) == (422, "application/problem+json")
        fault = refused.json()["errors"][0]
        assert (fault["code"], fault["field"]) == (code, field)
    stale = await merge(ada, ann, firm, dropVersion=9)
    assert stale.status_code == 412
    assert await names(ada) == ["Ann", "Firm"]
    assert (await ada.api("GET", "contact-merges")).json()["data"] == []


async def test_values_beyond_the_limit_are_told_not_dropped(signed_in) -> None:
    ada = await signed_in()
    kept, gone = [
        await a_contact(
            ada, name, emails=[{"address": f"{name}{number}@example.com"} for number in range(30)]
        )
        for name in ("ann", "anne")
    ]
    refused = await merge(ada, kept, gone)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "/emails"
    assert await names(ada) == ["ann", "anne"]


async def test_changes_since_a_merge_are_dropped_only_when_that_was_seen(signed_in) -> None:
    ada = await signed_in()
    kept, gone = await a_contact(ada, "Grace"), await a_contact(ada, "Gracie", title="Admiral")
    made = await merge(ada, kept, gone)
    seen = {"If-Match": made.headers["etag"]}
    await change(ada, kept, title="Dr", emails=[{"address": "new@example.com"}])
    path = f"contact-merges/{made.json()['id']}"
    assert (await ada.api("DELETE", path, headers=seen)).status_code == 412
    now = await ada.api("GET", path)
    assert now.json()["lost"] == ["title", "emails"]
    assert (await ada.api("DELETE", path, headers={"If-Match": now.headers["etag"]})).status_code == 204
    assert (await read(ada, kept))["content"]["title"] is None


async def test_merges_are_undone_in_the_other_order_than_they_were_made(signed_in) -> None:
    """A contact that took another one in, and was then merged itself, comes back with it."""
    ada = await signed_in()
    one, two, three = [await a_contact(ada, name, title=name) for name in ("One", "Two", "Three")]
    await a_dependent(ada, three, "note")
    inner = (await merge(ada, two, three)).json()
    outer = (await merge(ada, one, two, dropVersion=2)).json()
    assert await dependents(ada, one) == {"note"}
    assert (await ada.api("GET", f"contact-merges/{inner['id']}")).status_code == 404
    for each in (outer, inner):
        assert (await undo(ada, each)).status_code == 204
    assert await dependents(ada, three) == {"note"}
    assert [(await read(ada, each))["content"]["title"] for each in (one, two, three)] == [
        "One",
        "Two",
        "Three",
    ]


async def test_only_merges_that_can_be_taken_back_are_listed(host, signed_in) -> None:
    ada = await signed_in()
    first, second, third = [await a_contact(ada, name) for name in ("First", "Second", "Third")]
    one = (await merge(ada, second, first)).json()
    two = (await merge(ada, third, second, dropVersion=2)).json()
    await host.drain_queue("orders")

    async def listed() -> list[str]:
        return [each["id"] for each in (await ada.api("GET", "contact-merges")).json()["data"]]

    page = (await ada.http.get("/my/contacts/duplicates")).text
    assert (two["id"] in page, one["id"] in page) == (True, False)
    assert await listed() == [two["id"]]
    assert (await undo(ada, two)).status_code == 204
    assert await listed() == [one["id"]]
    await delete(ada, second)
    assert await listed() == []


async def test_foreign_and_unknown_merges_look_absent(signed_in) -> None:
    ada, eve = await signed_in(), await signed_in("Eve")
    kept, gone = await a_contact(ada, "Grace"), await a_contact(ada, "Gracie")
    made = (await merge(ada, kept, gone)).json()
    for path in (
        f"contact-merges/{made['id']}",
        f"contact-merges/mrg_{'a' * 26}",
        f"contact-merges/{kept['id']}",
    ):
        for method in ("GET", "DELETE"):
            answer = await eve.api(method, path, headers={"If-Match": '"2"'})
            assert answer.status_code == 404, (method, path)


async def test_a_deleted_kept_contact_comes_back_with_its_merge(signed_in) -> None:
    ada = await signed_in()
    kept, gone = await a_contact(ada, "Grace"), await a_contact(ada, "Gracie")
    made = (await merge(ada, kept, gone)).json()
    await delete(ada, kept)
    assert (await ada.api("GET", f"contact-merges/{made['id']}")).status_code == 404
    assert (await restore(ada, kept)).status_code == 200
    assert (await undo(ada, made)).status_code == 204
    assert await names(ada) == ["Grace", "Gracie"]


async def test_a_merged_contact_is_no_deleted_one(signed_in) -> None:
    ada = await signed_in()
    kept, gone = await a_contact(ada, "Grace"), await a_contact(ada, "Gracie")
    await merge(ada, kept, gone)
    assert (await ada.api("GET", "deleted-contacts")).json()["data"] == []
    path = f"contacts/{gone['id']}/restoration"
    assert (await ada.api("GET", path)).status_code == 404
    assert (await ada.api("PUT", path, headers={"If-Match": '"2"'})).status_code == 404


async def test_after_a_week_a_merge_is_for_good_and_nothing_of_the_other_contact_is_left(
    host, signed_in
) -> None:
    ada = await signed_in()
    owner = await account_of(ada)
    kept, gone = await a_contact(ada, "Grace"), await a_contact(ada, "Secret")
    made = (await merge(ada, kept, gone)).json()
    await a_dependent(ada, gone, "late")
    later = datetime.now(UTC) + timedelta(days=8)
    done = await duplicates.moves().end_due(later, Slice(lambda: 0.0))
    assert done.failed == 0
    assert await dependents(ada, kept) == {"late"}
    left = await wiring.relationships.contacts()._items.read(gone["id"], owner)
    assert left["kind"] == "merged-contact"
    assert "Secret" not in str(left)
    over = await ada.api("DELETE", f"contact-merges/{made['id']}", headers={"If-Match": '"2"'})
    assert (over.status_code, over.json()["code"]) == (409, "merge_over")


async def test_erasing_the_kept_contact_erases_what_was_merged_into_it(host, signed_in) -> None:
    ada = await signed_in()
    owner = await account_of(ada)
    kept, gone = await a_contact(ada, "Secret One"), await a_contact(ada, "Secret Two")
    await a_dependent(ada, gone, "Secret")
    await merge(ada, kept, gone)
    await delete(ada, kept)
    path = f"contacts/{kept['id']}/restoration"
    etag = (await ada.api("GET", path)).headers["etag"]
    assert (await ada.api("DELETE", path, headers={"If-Match": etag})).status_code == 204
    stored = await wiring.relationships.contacts()._items.query("SELECT * FROM c", owner)
    assert {(each["kind"], each["id"]) for each in stored if each["kind"].endswith("contact")} == {
        ("erased-contact", kept["id"]), ("erased-contact", gone["id"]),
    }  # fmt: skip
    assert "Secret" not in str([each for each in stored if each["kind"] != "contact-creation"])


@pytest.mark.parametrize("stop", [1, 2, 3, 4, 5])
async def test_a_merge_that_stops_anywhere_is_finished_by_its_order(
    host, signed_in, monkeypatch, stop: int
) -> None:
    """The store refuses everything after `stop` batches, as for a process that was killed."""
    ada = await signed_in()
    kept, gone = await a_contact(ada, "Grace"), await a_contact(ada, "Gracie")
    for number in range(200):
        await a_dependent(ada, gone, f"{number}")
    merges, left = duplicates.merges(), [stop]
    batch = merges._items.batch

    async def killed(operations, partition):
        if not left[0]:
            raise SystemError
        left[0] -= 1
        return await batch(operations, partition)

    monkeypatch.setattr(merges._items, "batch", killed)
    await merge(ada, kept, gone)
    monkeypatch.undo()
    orders = wiring.operations.orders()
    from domain.operations.orders import OrderMessage, carry_out  # noqa: PLC0415

    owner = await account_of(ada)
    message = OrderMessage(container="relations", owner_id=owner, order_id=f"order-move-merged-{gone['id']}")
    assert await carry_out(message, effects=wiring.operations.effects(), orders=orders)
    assert await dependents(ada, kept) == set(map(str, range(200)))
    assert not await carry_out(message, effects=wiring.operations.effects(), orders=orders)


async def log(person, contact: dict, day: str) -> None:
    answer = await person.api(
        "POST", f"contacts/{contact['id']}/interactions", json={"kind": "meeting", "day": day}
    )
    assert answer.status_code == 201, answer.text


async def strength(person, contact: dict) -> dict:
    answer = await person.api("GET", f"contacts/{contact['id']}/strength")
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_meetings_follow_and_the_strength_is_counted_anew_and_back(signed_in) -> None:
    ada = await signed_in()
    kept, gone = await a_contact(ada, "Grace"), await a_contact(ada, "Gracie", importance=3)
    today = datetime.now(UTC).date()
    await log(ada, kept, str(today))
    for back in (3, 8):
        await log(ada, gone, str(today - timedelta(days=back)))
    before = [(await strength(ada, each))["score"] for each in (kept, gone)]
    made = (await merge(ada, kept, gone)).json()
    listed = (await ada.api("GET", f"contacts/{kept['id']}/interactions")).json()["data"]
    assert len(listed) == 3
    assert (await strength(ada, kept))["score"] > max(before)
    owner = await account_of(ada)
    ranked, _ = await wiring.relationships.strength.interactions().strengths(owner, 10, None)
    assert [each.contact_id for each in ranked] == [kept["id"]]
    await undo(ada, made)
    assert [(await strength(ada, each))["score"] for each in (kept, gone)] == before
    assert len((await ada.api("GET", f"contacts/{gone['id']}/interactions")).json()["data"]) == 2
    ranked, _ = await wiring.relationships.strength.interactions().strengths(owner, 10, None)
    assert {each.contact_id for each in ranked} == {kept["id"], gone["id"]}


async def found(person, words: str) -> set[str]:
    answer = await person.api("POST", "contact-searches", json={"text": words})
    assert answer.status_code == 200, answer.text
    return {each["id"] for each in answer.json()["data"]}


async def test_notes_follow_and_the_search_finds_them_where_they_are(signed_in) -> None:
    ada = await signed_in()
    kept, gone = await a_contact(ada, "Grace"), await a_contact(ada, "Gracie", nickname="Amazing")
    made = await ada.api("POST", f"contacts/{gone['id']}/notes", json={"text": "Likes *nanoseconds*"})
    assert made.status_code == 201, made.text
    assert await found(ada, "nanosec") == {gone["id"]}
    merged = (await merge(ada, kept, gone)).json()
    listed = (await ada.api("GET", f"contacts/{kept['id']}/notes")).json()["data"]
    assert [each["content"]["text"] for each in listed] == ["Likes *nanoseconds*"]
    assert [await found(ada, words) for words in ("nanosec", "amaz")] == [{kept["id"]}] * 2
    await undo(ada, merged)
    assert [await found(ada, words) for words in ("nanosec", "amaz")] == [{gone["id"]}] * 2
    assert (await ada.api("GET", f"contacts/{kept['id']}/notes")).json()["data"] == []


async def test_two_merges_of_the_same_two_at_once_are_one(signed_in) -> None:
    """In both directions, and the same request sent twice: one contact is left, and both come back."""
    ada = await signed_in()
    one, two = await a_contact(ada, "Grace", title="One"), await a_contact(ada, "Gracie", title="Two")
    same = {"keepId": one["id"], "keepVersion": 1, "dropId": two["id"], "dropVersion": 1}
    other = {"keepId": two["id"], "keepVersion": 1, "dropId": one["id"], "dropVersion": 1}
    key = {"Idempotency-Key": "same"}
    answers = await asyncio.gather(
        ada.api("POST", "contact-merges", json=same, headers=key),
        ada.api("POST", "contact-merges", json=same, headers=key),
        ada.api("POST", "contact-merges", json=other),
    )
    made = {each.json()["id"] for each in answers if each.status_code == 201}
    assert len(made) == 1
    assert {each.status_code for each in answers} <= {201, 412, 422}
    assert len(await names(ada)) == 1
    assert (await undo(ada, {"id": made.pop()})).status_code == 204
    assert [(await read(ada, each))["content"]["title"] for each in (one, two)] == ["One", "Two"]


async def test_a_contact_of_whose_merge_only_the_old_link_is_left_is_erased_with_it(signed_in) -> None:
    ada = await signed_in()
    owner, kept, gone = await account_of(ada), await a_contact(ada), await a_contact(ada, "Gone")
    contacts = wiring.relationships.contacts()
    old = await contacts.get(owner, gone["id"])
    merged = {"deleted": True, "until": None, "merged_into": kept["id"], "merge_id": "mrg_" + "a" * 26}
    await contacts.save(old.changed(datetime.now(UTC), **merged))
    await contacts.erase_dependents(owner, kept["id"])
    assert (await contacts.get_with_deleted(owner, gone["id"])).merged_into is None
