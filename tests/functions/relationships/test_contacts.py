"""Contacts through the API: kept for their owner, who can take a deletion back, absent for everybody else."""

import json
import logging
import re
import secrets
import sys
from datetime import UTC, datetime, timedelta

import pytest

import wiring.relationships
from domain.base.errors import Unavailable
from tests.forms import send
from tests.functions.privacy.test_copy import account_of
from tests.stored import places_of

UNKNOWN = "con_" + "a" * 26


async def a_contact(person, name: str = "Grace Hopper", **content):
    answer = await person.api("POST", "contacts", json={"name": name, **content})
    assert answer.status_code == 201, answer.text
    return answer.json()


async def change(person, contact: dict, **content):
    """Replace what a contact says, as it is now, by this."""
    etag = (await person.api("GET", f"contacts/{contact['id']}")).headers["etag"]
    body = {"name": contact["content"]["name"], **content}
    return await person.api("PUT", f"contacts/{contact['id']}", headers={"If-Match": etag}, json=body)


async def delete(person, contact: dict) -> None:
    path = f"contacts/{contact['id']}"
    etag = (await person.api("GET", path)).headers["etag"]
    gone = await person.api("DELETE", path, headers={"If-Match": etag})
    assert gone.status_code == 204, gone.text


async def restore(person, contact: dict):
    path = f"contacts/{contact['id']}/restoration"
    deleted = await person.api("GET", path)
    assert deleted.status_code == 200, deleted.text
    return await person.api("PUT", path, headers={"If-Match": deleted.headers["etag"]})


async def names(person, **query) -> list[str]:
    """The names in a list, read in pages of two."""
    found, cursor = [], {}
    while True:
        answer = await person.api("GET", "contacts", params={"limit": 2, **query, **cursor})
        assert answer.status_code == 200, answer.text
        found += [contact["content"]["name"] for contact in answer.json()["data"]]
        following = answer.json()["page"]["next"]
        if following is None:
            return found
        cursor = {"cursor": following}


async def test_a_contact_keeps_several_values_with_their_source_and_date(signed_in) -> None:
    ada = await signed_in()
    firm = await a_contact(ada, "Eckert & Mauchly", kind="entity")
    made = await ada.api(
        "POST",
        "contacts",
        json={
            "name": "Grace Hopper",
            "nameParts": {"prefix": "Dr", "given": "Grace", "family": "Hopper"},
            "organisation": "Eckert & Mauchly",
            "entityId": firm["id"],
            "emails": [
                {"address": "grace@example.com", "source": "card", "since": "2024-05-01"},
                {"address": "grace@example.org", "kind": "home", "label": "Private"},
            ],
            "phones": [{"number": "+46 70 174 06 05"}, {"number": "extension 4711", "kind": "work"}],
            "addresses": [{"city": "New York", "country": "US"}],
            "links": [{"url": "http://example.com/grace"}],
            "customFields": [{"label": "Ship", "text": "USS Hopper"}],
            "tags": ["Pioneers", "pioneers", "Navy"],
            "groups": ["Computing"],
            "importance": 4,
            "met": {"place": "Harvard", "event": "Mark I", "on": "1944-07-02"},
        },
    )
    assert made.status_code == 201, made.text
    assert made.headers["location"] == f"/api/v1/contacts/{made.json()['id']}"
    content = made.json()["content"]
    today = datetime.now(UTC).date().isoformat()
    assert [(each["source"], each["since"]) for each in content["emails"]] == [
        ("card", "2024-05-01"),
        ("typed", today),
    ]
    assert [phone["number"] for phone in content["phones"]] == ["+46701740605", "extension 4711"]
    assert content["tags"] == ["Pioneers", "Navy"]
    again = await change(ada, made.json(), emails=[{"address": "Grace@example.com"}])
    assert again.json()["content"]["emails"][0]["source"] == "card"
    assert again.json()["content"]["phones"] == []
    assert again.headers["etag"] == '"2"'


async def test_the_list_is_in_the_order_of_names_whatever_their_capitals_and_accents(signed_in) -> None:
    ada = await signed_in()
    for name in ("émile", "Zoe", "Ann B", "ann", "Émilie", "Łukasz", "Anna", "ann"):
        await a_contact(ada, name)
    assert await names(ada) == ["ann", "ann", "Ann B", "Anna", "émile", "Émilie", "Łukasz", "Zoe"]


async def test_the_list_is_filtered_by_kind_tag_and_archive(signed_in) -> None:
    ada = await signed_in()
    await a_contact(ada, "Anna", tags=["VIP"])
    await a_contact(ada, "Bank", kind="entity", tags=["vip", "money"])
    cecil = await a_contact(ada, "Cecil", tags=["VIP"])
    assert (await change(ada, cecil, tags=["VIP"], archived=True)).status_code == 200
    tags = {tag["label"]: tag["id"] for tag in (await ada.api("GET", "contact-tags")).json()["data"]}
    assert list(tags) == ["money", "VIP"]
    assert await names(ada) == ["Anna", "Bank"]
    assert await names(ada, kind="entity") == ["Bank"]
    assert await names(ada, kind="person") == ["Anna"]
    assert await names(ada, archived="true") == ["Cecil"]
    assert await names(ada, archived="true", kind="entity") == []
    assert await names(ada, tag=tags["VIP"]) == ["Anna", "Bank"]
    assert await names(ada, tag=tags["VIP"], kind="entity") == ["Bank"]
    assert await names(ada, tag=tags["VIP"], archived="true") == ["Cecil"]
    refused = await ada.api("GET", "contacts", params={"tag": "VIP", "kind": "robot", "limit": "0"})
    assert refused.status_code == 422
    refused = await ada.api("GET", "contacts", params={"tag": "", "kind": "robot"})
    assert {fault["field"] for fault in refused.json()["errors"]} == {"tag", "kind"}


async def test_a_page_goes_on_after_its_last_contact_was_deleted_but_not_after_it_was_erased(
    signed_in,
) -> None:
    ada = await signed_in()
    _, second, _ = [await a_contact(ada, name) for name in ("a", "b", "c")]
    page = (await ada.api("GET", "contacts", params={"limit": 2})).json()["page"]
    await delete(ada, second)
    rest = await ada.api("GET", "contacts", params={"cursor": page["next"]})
    assert [contact["content"]["name"] for contact in rest.json()["data"]] == ["c"]
    gone = await ada.api("DELETE", f"contacts/{second['id']}/restoration", headers={"If-Match": '"2"'})
    assert gone.status_code == 204
    refused = await ada.api("GET", "contacts", params={"cursor": page["next"]})
    assert refused.json()["errors"][0]["field"] == "cursor"


async def test_tags_are_changed_in_many_contacts_at_once(signed_in) -> None:
    ada, bob = await signed_in(), await signed_in()
    made = [await a_contact(ada, name, tags=["Old"]) for name in ("a", "b", "c")]
    theirs = await a_contact(bob)
    ids = [contact["id"] for contact in made[:2]]
    wanted = {"ids": [*ids, UNKNOWN, theirs["id"]], "add": ["New"], "remove": ["old"]}
    done = await ada.api("POST", "contact-taggings", json=wanted)
    assert done.json() == {"changed": ids, "missing": [UNKNOWN, theirs["id"]]}
    assert (await ada.api("POST", "contact-taggings", json=wanted)).json()["changed"] == []
    labels = {tag["label"]: tag["id"] for tag in (await ada.api("GET", "contact-tags")).json()["data"]}
    assert await names(ada, tag=labels["New"]) == ["a", "b"]
    assert await names(ada, tag=labels["Old"]) == ["c"]
    one = await ada.api("GET", f"contacts/{ids[0]}")
    assert (one.json()["content"]["tags"], one.headers["etag"]) == (["New"], '"2"')
    full = await a_contact(ada, "full", tags=[f"tag {number}" for number in range(200)])
    refused = await ada.api("POST", "contact-taggings", json={"ids": [full["id"], ids[0]], "add": ["More"]})
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["field"] == "/add"
    assert (await ada.api("GET", f"contacts/{ids[0]}")).json()["content"]["tags"] == ["New"]
    many = await ada.api("POST", "contact-taggings", json={"ids": [UNKNOWN] * 101})
    assert many.json()["errors"][0]["field"] == "/ids"


async def test_a_tag_is_forgotten_only_once_no_contact_has_it(signed_in) -> None:
    ada = await signed_in()
    contact = await a_contact(ada, tags=["Rare"])
    [tag] = (await ada.api("GET", "contact-tags")).json()["data"]
    refused = await ada.api("DELETE", f"contact-tags/{tag['id']}")
    assert (refused.status_code, refused.json()["code"]) == (409, "tag_in_use")
    await change(ada, contact)
    assert (await ada.api("DELETE", f"contact-tags/{tag['id']}")).status_code == 204
    assert (await ada.api("GET", "contact-tags")).json()["data"] == []
    assert (await ada.api("DELETE", f"contact-tags/{tag['id']}")).status_code == 404


async def test_a_forgotten_tag_is_back_with_the_contact_that_comes_back(signed_in) -> None:
    ada = await signed_in()
    contact = await a_contact(ada, tags=["Rare"], groups=["Fair"])
    [tag] = (await ada.api("GET", "contact-tags")).json()["data"]
    taken_back = {
        "one": lambda: restore(ada, contact),
        "many": lambda: ada.api("POST", "contact-restorations", json={"ids": [contact["id"]]}),
    }
    for way in taken_back.values():
        await delete(ada, contact)
        assert (await ada.api("DELETE", f"contact-tags/{tag['id']}")).status_code == 204
        assert (await way()).status_code == 200
        assert (await ada.api("GET", "contact-tags")).json()["data"] == [tag]
        assert f"tag={tag['id']}" in (await ada.http.get(f"/my/contacts/{contact['id']}")).text
    changed = await change(ada, contact)
    assert (await ada.api("DELETE", f"contact-tags/{tag['id']}")).status_code == 204
    etag = {"If-Match": changed.headers["etag"]}
    undone = await ada.api("DELETE", f"contacts/{contact['id']}/latest-change", headers=etag)
    assert undone.json()["content"]["tags"] == ["Rare"]
    assert (await ada.api("GET", "contact-tags")).json()["data"] == [tag]


async def test_a_person_is_linked_only_to_ones_own_company(signed_in) -> None:
    ada, bob = await signed_in(), await signed_in()
    firm, person = await a_contact(ada, "Firm", kind="entity"), await a_contact(ada, "Person")
    theirs = await a_contact(bob, "Theirs", kind="entity")
    for wrong in (theirs["id"], person["id"], UNKNOWN):
        refused = await ada.api("POST", "contacts", json={"name": "x", "entityId": wrong})
        assert [(fault["field"], fault["code"]) for fault in refused.json()["errors"]] == [
            ("/entityId", "unknown_entity")
        ]
    linked = await a_contact(ada, "Staff", entityId=firm["id"])
    await delete(ada, firm)
    kept = await change(ada, linked, title="Clerk", entityId=firm["id"])
    assert kept.json()["content"]["entityId"] == firm["id"]


async def test_a_deleted_contact_comes_back_as_it_was(signed_in) -> None:
    ada = await signed_in()
    contact = await a_contact(ada, tags=["VIP"], emails=[{"address": "grace@example.com"}])
    await delete(ada, contact)
    assert await names(ada) == []
    assert (await ada.api("GET", f"contacts/{contact['id']}")).status_code == 404
    listed = (await ada.api("GET", "deleted-contacts")).json()["data"]
    assert [each["contact"]["content"] for each in listed] == [contact["content"]]
    answers = [await restore(ada, contact)]
    path = f"contacts/{contact['id']}/restoration"
    answers.append(await ada.api("PUT", path, headers={"If-Match": '"2"'}))
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json()["content"] == contact["content"]
    assert answers[0].json() == answers[1].json()
    assert await names(ada) == ["Grace Hopper"]


async def test_an_erased_contact_leaves_nothing_but_its_id(host, signed_in, monkeypatch) -> None:
    from domain.relationships import contacts  # noqa: PLC0415 - the module that the host loaded

    monkeypatch.setattr(contacts, "UNDO_TIME", timedelta(0))
    ada = await signed_in()
    made = await ada.api(
        "POST", "contacts", json={"name": "Secret of mine"}, headers={"Idempotency-Key": "once"}
    )
    await delete(ada, made.json())
    assert (await restored_or_absent(ada, made.json())).status_code == 404
    await host.run_timer("operations_tidy_up")
    stored = await wiring.relationships.contacts()._items.query("SELECT * FROM c", await account_of(ada))
    assert {document["kind"] for document in stored} == {
        "erased-contact", "owner-key", "order", "search-head"
    }  # fmt: skip
    assert "Secret" not in json.dumps(stored)


async def test_a_contact_that_cannot_be_erased_now_does_not_stop_the_others(signed_in, monkeypatch) -> None:
    from domain.operations.slices import Slice  # noqa: PLC0415 - the modules that the host loaded
    from domain.relationships import contacts  # noqa: PLC0415

    monkeypatch.setattr(contacts, "UNDO_TIME", timedelta(0))
    people, store = [await signed_in() for _ in range(3)], wiring.relationships.contacts()
    for person in people:
        await delete(person, await a_contact(person))
    accounts = [await account_of(person) for person in people]

    class OneBusy(type(store)):
        """Store that cannot write the first of these accounts now, and sweeps no other test's contacts."""

        async def to_be_erased(self, now):  # noqa: ARG002 - the port's name
            for account in accounts:
                [contact], _ = await self.list_deleted(account, 10, None)
                yield contact

        async def erase(self, contact, order):
            if contact.owner_id == accounts[0]:
                raise Unavailable
            await super().erase(contact, order)

    busy = OneBusy(wiring.database(), wiring.relationships.keys())
    done = await contacts.erase_due_contacts(datetime.now(UTC), Slice(lambda: 0.0), contacts=busy)
    assert (done.done, done.failed) == (2, 1)


async def restored_or_absent(person, contact: dict):
    return await person.api("GET", f"contacts/{contact['id']}/restoration")


async def test_a_contact_is_made_once_for_each_key(signed_in) -> None:
    ada = await signed_in()
    key = {"Idempotency-Key": "one"}
    first, second = [await ada.api("POST", "contacts", json={"name": "A"}, headers=key) for _ in range(2)]
    assert first.json() == second.json()
    assert await names(ada) == ["A"]
    other = await ada.api("POST", "contacts", json={"name": "B"}, headers=key)
    assert other.json()["code"] == "idempotency_key_reused"


async def test_a_change_needs_the_version_that_was_read(signed_in) -> None:
    ada = await signed_in()
    contact = await a_contact(ada)
    path, body = f"contacts/{contact['id']}", {"name": "Changed"}
    assert (await ada.api("PUT", path, json=body)).status_code == 428
    assert (await ada.api("PUT", path, json=body, headers={"If-Match": '"2"'})).status_code == 412
    assert (await ada.api("PUT", path, json=body, headers={"If-Match": '"1"'})).status_code == 200
    assert (await ada.api("DELETE", path, headers={"If-Match": '"1"'})).status_code == 412


async def test_somebody_elses_contact_looks_absent_byte_for_byte(signed_in) -> None:
    ada, bob = await signed_in(), await signed_in()
    contact = await a_contact(ada)
    gone = await a_contact(ada)
    await delete(ada, gone)
    for method, path, body in (
        ("GET", "contacts/{}", None),
        ("PUT", "contacts/{}", {"name": "Mine"}),
        ("DELETE", "contacts/{}", None),
        ("GET", "contacts/{}/restoration", None),
        ("PUT", "contacts/{}/restoration", None),
        ("DELETE", "contacts/{}/restoration", None),
    ):
        for theirs in (contact, gone):
            answers = [
                await bob.api(method, path.format(each), json=body, headers={"If-Match": '"1"'})
                for each in (theirs["id"], UNKNOWN)
            ]
            # Each answer has a number of its own, by which an operator finds it in the logs.
            seen, absent = [
                (answer.status_code, re.sub(r"urn:uuid:[0-9a-f-]{36}", "", answer.text), answer.headers)
                for answer in answers
            ]
            assert seen == absent
            assert seen[0] == 404


async def test_no_name_of_a_contact_is_in_any_log_or_outside_its_owners_partition(
    host, signed_in, caplog
) -> None:
    ada, word = await signed_in(), secrets.token_hex(8)
    with caplog.at_level(logging.DEBUG):
        contact = await a_contact(ada, f"{word} Person", tags=[f"{word} tag"], title=f"{word} title")
        await change(ada, contact, tags=[f"{word} tag"])
        await names(ada)
        await ada.api("POST", "contacts", json={"name": f"{word}\tname", "importance": word})
        await delete(ada, contact)
        await host.run_timer("operations_tidy_up")
    assert not [line for line in caplog.text.splitlines() if word in line]
    assert {container for container, _ in await places_of(word)} == {"relations"}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"name": ""}, "/name"),
        ({"name": "x", "importance": 6}, "/importance"),
        ({"name": "x", "importance": True}, "/importance"),
        ({"name": "x", "emails": [{"address": "nobody"}]}, "/emails/0/address"),
        ({"name": "x", "phones": [{"number": "call me"}]}, "/phones/0/number"),
        ({"name": "x", "links": [{"url": "javascript:alert(1)"}]}, "/links/0/url"),
        ({"name": "x", "tags": ["x" * 61]}, "/tags/0"),
        ({"name": "x", "tags": [f"{number}" for number in range(201)]}, "/tags"),
        ({"name": "x", "customFields": [{"label": "x", "text": "x"}] * 51}, "/customFields"),
        ({"name": "x", "kind": "entity", "nameParts": {"given": "x"}}, "/nameParts"),
        ({"name": "x", "met": {"on": "yesterday"}}, "/met/on"),
        ({"name": "x", "notes": "not here"}, "/notes"),
    ],
)
async def test_a_fault_names_its_field(signed_in, wrong, field) -> None:
    ada = await signed_in("Fault Finder")
    refused = await ada.api("POST", "contacts", json=wrong)
    assert refused.status_code == 422, refused.text
    assert [fault["field"] for fault in refused.json()["errors"]] == [field]


async def test_many_are_taken_back_only_where_there_is_room_for_all(signed_in, monkeypatch) -> None:
    ada = await signed_in()
    ids = [(await a_contact(ada, name))["id"] for name in ("Ann", "Bob", "Cid")]
    assert (await ada.api("POST", "contact-deletions", json={"ids": ids[:2]})).json()["changed"] == ids[:2]
    monkeypatch.setattr(sys.modules["domain.relationships.contacts"], "MOST_CONTACTS", 2)
    refused = await ada.api("POST", "contact-restorations", json={"ids": ids[:2]})
    assert (refused.status_code, refused.json()["code"]) == (409, "limit_reached")
    assert await names(ada) == ["Cid"]
    for _ in range(2):
        back = await ada.api("POST", "contact-restorations", json={"ids": ids[:1]})
        assert back.status_code == 200, back.text
    assert await names(ada) == ["Ann", "Cid"]


async def test_what_is_too_much_for_one_batch_is_refused_whole(signed_in) -> None:
    ada = await signed_in()
    own = [{"label": str(number), "text": "\U0001f600" * 2000} for number in range(31)]
    ids = [(await a_contact(ada, name, customFields=own))["id"] for name in "abcde"]
    refused = await ada.api("POST", "contact-taggings", json={"ids": ids, "add": ["Fair"]})
    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "/ids")
    form = {"csrf": ada.csrf, "ids": " ".join(ids), "label": "Fair", "then": "add"}
    assert "say too much to be tagged together" in (await send(ada, "/my/contacts", form)).text
    some = await ada.api("POST", "contact-taggings", json={"ids": ids[:4], "add": ["Fair"]})
    assert some.status_code == 200, some.text
    for path in ("contact-archivings", "contact-deletions", "contact-restorations"):
        assert (await ada.api("POST", path, json={"ids": ids})).json()["changed"] == ids
