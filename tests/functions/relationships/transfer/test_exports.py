"""Exports through the API: whole, in order, the same bytes after a wipe and an import, private."""

import csv
import io
import json

import pytest

import wiring.relationships
from tests.functions.privacy.test_copy import account_of
from tests.functions.relationships.test_contacts import a_contact, delete
from tests.functions.relationships.transfer.test_imports import imported

FORMS = ("vcard4", "vcard3", "csv", "json", "jcard", "jscontact")


async def exported(host, person, form: str, **wanted: object) -> bytes:
    made = await person.api("POST", "exports", json={"form": form, **wanted})
    assert made.status_code == 201, made.text
    await host.drain_queue("work")
    told = (await person.api("GET", f"exports/{made.json()['id']}")).json()
    assert told["state"] == "done", told
    parts = []
    for part in told["parts"]:
        answer = await person.api("GET", f"exports/{told['id']}/content", params={"part": part["number"]})
        assert answer.status_code == 200, answer.text
        parts.append(answer.content)
    return b"".join(parts)


async def a_book(person) -> None:
    """Contacts with everything that one can say, and some whose names sort alike."""
    firm = await a_contact(
        person, "Éckert; Mauchly, Ltd", kind="entity", organisation="Group", archived=False
    )
    await a_contact(
        person,
        "Grace  Hopper",
        nameParts={"prefix": "Dr", "given": "Grace", "phoneticGiven": "Grejs"},
        nickname="Amazing, Grace",
        title="=1+1",
        organisation="Navy; Fleet",
        entityId=firm["id"],
        emails=[
            {"address": "grace@example.com", "source": "card", "since": "2024-05-01"},
            {"address": "grace@example.org", "kind": "home", "label": "Mo, \\n; b"},
        ],
        phones=[
            {"number": "+46 70 174 06 05", "source": "exchange", "since": "2023-01-02"},
            {"number": "-4711 x 2", "kind": "work", "label": "'"},
        ],
        addresses=[{"street": "One\nTwo, 3; b", "city": "New York", "postalCode": "012", "country": "US"}],
        links=[{"url": "http://example.com/a?b=c", "label": "Home", "source": "card", "since": "2022-03-04"}],
        tags=["Navy", "pioneers"],
        groups=["@work; x"],
        customFields=[{"label": "QUOTED-PRINTABLE", "text": "'=x\n\ty=\nBEGIN:VCARD\n=" + "é" * 200}],
        importance=4,
        met={"place": "Harvard; yard", "event": "Mark I", "on": "1944-07-02", "card": "crd_" + "a" * 26},
    )
    await a_contact(person, "Old", archived=True, tags=["Navy"])
    for number in range(3):
        await a_contact(person, "Ann", emails=[{"address": f"ann{number}@example.com"}])
    await a_contact(person, "ann", kind="entity")


async def wipe(person) -> None:
    for archived in ("false", "true"):
        for contact in (
            await person.api("GET", "contacts", params={"archived": archived, "limit": 100})
        ).json()["data"]:
            await delete(person, contact)


async def told(person) -> list[dict]:
    """Everything that the contacts say, in the order of their names, a link by the name that it leads to."""
    found = []
    for archived in ("false", "true"):
        query = {"archived": archived, "limit": 100}
        found += (await person.api("GET", "contacts", params=query)).json()["data"]
    names = {each["id"]: each["content"]["name"] for each in found}
    contents = [each["content"] for each in found]
    linked = [each | {"entityId": names.get(each["entityId"])} for each in contents]
    return sorted(linked, key=json.dumps)


@pytest.mark.parametrize("form", FORMS)
async def test_export_wipe_import_export_gives_the_same_bytes(host, signed_in, form: str) -> None:
    ada = await signed_in()
    await a_book(ada)
    first, said = await exported(host, ada, form), await told(ada)
    await wipe(ada)
    done = await imported(host, ada, first, "application/octet-stream")
    assert (done["written"], done["skipped"]) == (7, 0)
    assert await exported(host, ada, form) == first
    # What an export leaves out, no comparison of two exports would see.
    assert await told(ada) == said


async def test_groups_that_are_imported_can_be_filtered_by(host, signed_in) -> None:
    ada, eve = await signed_in(), await signed_in()
    await a_contact(ada, "Grace Hopper", groups=["Navy"])
    await imported(host, eve, await exported(host, ada, "vcard4"))
    [group] = (await eve.api("GET", "contact-groups")).json()["data"]
    found = (await eve.api("GET", "contacts", params={"group": group["id"]})).json()["data"]
    assert (group["label"], [each["content"]["name"] for each in found]) == ("Navy", ["Grace Hopper"])


async def test_a_table_reckons_with_nothing(host, signed_in) -> None:
    ada = await signed_in()
    await a_book(ada)
    content = (await exported(host, ada, "csv")).decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(content)) for cell in row]
    assert "'=1+1" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]


async def test_an_export_has_what_was_asked_for(host, signed_in) -> None:
    ada = await signed_in()
    await a_book(ada)
    tags = {tag["label"]: tag["id"] for tag in (await ada.api("GET", "contact-tags")).json()["data"]}
    assert (await exported(host, ada, "vcard4", tag=tags["Navy"])).count(b"BEGIN:VCARD\r\n") == 2
    assert (await exported(host, ada, "vcard4", kind="entity")).count(b"BEGIN:VCARD\r\n") == 2
    assert (await exported(host, ada, "vcard4", archived=True)).count(b"BEGIN:VCARD\r\n") == 1
    [first, *_] = (await ada.api("GET", "contacts")).json()["data"]
    assert (await exported(host, ada, "vcard4", ids=[first["id"]])).count(b"BEGIN:VCARD\r\n") == 1
    assert (
        await exported(host, ada, "json", ids=[]) == b'{"izwop":"contacts","version":1,"contacts":[\n\n]}\n'
    )


async def test_other_peoples_exports_look_absent_and_are_stored_sealed(host, signed_in) -> None:
    ada, bob = await signed_in(), await signed_in()
    await a_contact(ada, "Zyxwvut")
    await exported(host, ada, "json")
    [made] = (await ada.api("GET", "exports")).json()["data"]
    for path in ("", "/content"):
        assert (await bob.api("GET", f"exports/{made['id']}{path}")).status_code == 404
    store = wiring.relationships.transfer.files()._store
    account = await account_of(ada)
    container = await store._blobs.container("exports")
    names = [name async for name in container.list_blob_names(name_starts_with=f"{account}/{made['id']}/")]
    assert names
    for name in names:
        content = await (await container.get_blob_client(name).download_blob()).readall()
        assert b"Zyxwvut" not in content


async def test_a_contact_that_is_named_often_is_exported_once(host, signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    content = await exported(host, ada, "json", ids=[grace["id"]] * 250)
    assert len(json.loads(content)["contacts"]) == 1
