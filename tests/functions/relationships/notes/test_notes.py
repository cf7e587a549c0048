"""Notes through the API: kept for their owner, who can take a deletion back, absent for everybody else."""

import json
import logging
import re
from datetime import UTC, datetime, timedelta

import pytest

import wiring.relationships
import wiring.relationships.notes
from tests.functions.privacy.test_copy import account_of, copied, opened
from tests.functions.relationships.test_contacts import a_contact, restore
from tests.functions.relationships.test_contacts import delete as delete_contact
from tests.stored import places_of

UNKNOWN = "nte_" + "a" * 26


async def a_note(person, contact: dict, text: str = "Likes *Mark I*", **headers: str):
    answer = await person.api("POST", f"contacts/{contact['id']}/notes", json={"text": text}, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def act(person, method: str, path: str, **options):
    """Send a request with the ETag that the thing has now."""
    etag = (await person.api("GET", path)).headers["etag"]
    return await person.api(method, path, headers={"If-Match": etag}, **options)


async def texts(person, contact: dict, of: str = "notes") -> list[str]:
    """The texts in a list, read in pages of two."""
    found, cursor = [], {}
    while True:
        answer = await person.api("GET", f"contacts/{contact['id']}/{of}", params={"limit": 2, **cursor})
        assert answer.status_code == 200, answer.text
        page = answer.json()
        found += [(each.get("note") or each)["content"]["text"] for each in page["data"]]
        if page["page"]["next"] is None:
            return found
        cursor = {"cursor": page["page"]["next"]}


async def test_notes_are_written_read_changed_and_listed_newest_first(signed_in) -> None:
    ada = await signed_in()
    grace, other = await a_contact(ada), await a_contact(ada, "Somebody else")
    await a_note(ada, other, "of the other")
    notes = [await a_note(ada, grace, f"note {number}") for number in range(5)]
    assert await texts(ada, grace) == [f"note {number}" for number in (4, 3, 2, 1, 0)]
    path = f"notes/{notes[2]['id']}"
    assert notes[2]["contactId"] == grace["id"]
    changed = await act(ada, "PUT", path, json={"text": "note two\r\n\r\n  with a line"})
    assert changed.json()["content"] == {"text": "note two\n\n  with a line"}
    assert (await ada.api("GET", path)).json() == changed.json()
    assert await texts(ada, grace) == ["note 4", "note 3", "note two\n\n  with a line", "note 1", "note 0"]


async def test_a_deleted_note_comes_back_as_it_was(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    note = await a_note(ada, grace, "Kept *well*")
    path = f"notes/{note['id']}"
    assert (await act(ada, "DELETE", path)).status_code == 204
    assert (await ada.api("GET", path)).status_code == 404
    assert (await texts(ada, grace), await texts(ada, grace, "deleted-notes")) == ([], ["Kept *well*"])
    back = await act(ada, "PUT", f"{path}/restoration")
    assert back.json()["content"] == note["content"]
    assert (await texts(ada, grace), await texts(ada, grace, "deleted-notes")) == (["Kept *well*"], [])
    await act(ada, "DELETE", path)
    assert (await act(ada, "DELETE", f"{path}/restoration")).status_code == 204
    assert (await ada.api("GET", f"{path}/restoration")).status_code == 404


async def test_notes_go_and_come_with_their_contact_and_are_erased_with_it(host, signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    note = await a_note(ada, grace, **{"Idempotency-Key": "once"})
    await delete_contact(ada, grace)
    for path in (f"notes/{note['id']}", f"contacts/{grace['id']}/notes"):
        assert (await ada.api("GET", path)).status_code == 404
    assert (await ada.api("PUT", f"notes/{note['id']}", headers={"If-Match": '"1"'},
                          json={"text": "x"})).status_code == 404  # fmt: skip
    await restore(ada, grace)
    assert await texts(ada, grace) == ["Likes *Mark I*"]
    await delete_contact(ada, grace)
    gone = await act(ada, "DELETE", f"contacts/{grace['id']}/restoration")
    assert gone.status_code == 204
    await host.drain_queue("orders")
    kinds = await kinds_of(await account_of(ada))
    assert [kind for kind in kinds if "note" in kind] == []


async def kinds_of(owner: str) -> list[str]:
    """Kinds of the owner's documents, without those of the search, which has a test of its own."""
    stored = await wiring.relationships.contacts()._items.query("SELECT c.kind FROM c", owner)
    return sorted({document["kind"] for document in stored} - {"search-head", "order"})


async def test_notes_are_erased_when_their_time_is_over(host, signed_in, monkeypatch) -> None:
    from domain.relationships.notes import notes  # noqa: PLC0415 - the module that the host loaded

    monkeypatch.setattr(notes, "UNDO_TIME", timedelta(0))
    ada = await signed_in()
    grace = await a_contact(ada)
    note = await a_note(ada, grace, "Canary", **{"Idempotency-Key": "once"})
    await act(ada, "DELETE", f"notes/{note['id']}")
    assert (await ada.api("GET", f"notes/{note['id']}/restoration")).status_code == 404
    await host.run_timer("operations_tidy_up")
    kinds = await kinds_of(await account_of(ada))
    assert {"contact", "erased-note"} < set(kinds)
    assert not {"note", "deleted-note", "note-creation"} & set(kinds)


async def test_a_note_is_made_once_for_each_key(signed_in) -> None:
    ada = await signed_in()
    grace, other = await a_contact(ada), await a_contact(ada, "Other")
    first, second = [await a_note(ada, grace, "A", **{"Idempotency-Key": "one"}) for _ in range(2)]
    assert first == second
    assert await texts(ada, grace) == ["A"]
    for contact, text in ((grace, "B"), (other, "A")):
        refused = await ada.api(
            "POST", f"contacts/{contact['id']}/notes", json={"text": text}, headers={"Idempotency-Key": "one"}
        )
        assert refused.json()["code"] == "idempotency_key_reused"


async def test_a_change_needs_the_version_that_was_read(signed_in) -> None:
    ada = await signed_in()
    path = f"notes/{(await a_note(ada, await a_contact(ada)))['id']}"
    body = {"text": "Changed"}
    assert (await ada.api("PUT", path, json=body)).status_code == 428
    assert (await ada.api("PUT", path, json=body, headers={"If-Match": '"2"'})).status_code == 412
    assert (await ada.api("PUT", path, json=body, headers={"If-Match": '"1"'})).status_code == 200
    assert (await ada.api("DELETE", path, headers={"If-Match": '"1"'})).status_code == 412


async def test_somebody_elses_notes_look_absent_byte_for_byte(signed_in) -> None:
    ada, bob = await signed_in(), await signed_in()
    contact = await a_contact(ada)
    note, gone = await a_note(ada, contact), await a_note(ada, contact)
    await act(ada, "DELETE", f"notes/{gone['id']}")
    tried = [
        (method, f"notes/{{}}{part}", body)
        for part in ("", "/restoration")
        for method, body in (("GET", None), ("PUT", {"text": "Mine"}), ("DELETE", None))
    ]
    for method, path, body in tried:
        for theirs in (note, gone):
            await absent(bob, method, path, body, (theirs["id"], UNKNOWN))
    for method, of in (("GET", "notes"), ("POST", "notes"), ("GET", "deleted-notes")):
        body = {"text": "Mine"} if method == "POST" else None
        await absent(bob, method, f"contacts/{{}}/{of}", body, (contact["id"], "con_" + "a" * 26))
    assert await texts(ada, contact) == ["Likes *Mark I*"]


async def absent(person, method: str, path: str, body: dict | None, ids: tuple[str, str]) -> None:
    """Check that both ids get the same 404, but for the number by which operators find it in the logs."""
    answers = [
        await person.api(method, path.format(each), json=body, headers={"If-Match": '"1"'}) for each in ids
    ]
    seen, unknown = [
        (answer.status_code, re.sub(r"urn:uuid:[0-9a-f-]{36}", "", answer.text), answer.headers)
        for answer in answers
    ]
    assert seen == unknown
    assert seen[0] == 404, (method, path)


async def test_no_word_of_a_note_is_in_any_log_or_document(host, signed_in, caplog) -> None:
    ada = await signed_in()
    with caplog.at_level(logging.DEBUG):
        grace = await a_contact(ada)
        note = await a_note(ada, grace, "A zeisig sings", **{"Idempotency-Key": "canary"})
        path = f"notes/{note['id']}"
        await act(ada, "PUT", path, json={"text": "The zeisig sings again"})
        await ada.api("POST", f"contacts/{grace['id']}/notes", json={"text": "zeisig\u202e"})
        await ada.api("POST", f"contacts/{grace['id']}/notes", json={"text": "x", "zeisig": "zeisig"})
        await act(ada, "DELETE", path)
        await host.run_timer("operations_tidy_up")
        await ada.http.get(f"/my/contacts/{grace['id']}/notes")
    assert "zeisig" not in caplog.text.lower()
    assert await places_of("zeisig") == []


async def test_a_text_opens_only_as_the_note_that_it_was_sealed_for(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    one, two = await a_note(ada, grace, "one"), await a_note(ada, grace, "two")
    owner, items = await account_of(ada), wiring.relationships.contacts()._items
    stored = [await items.read(note["id"], owner) for note in (one, two)]
    await items.replace(stored[0] | {"private": stored[1]["private"]}, stored[0]["_etag"])
    answer = await ada.api("GET", f"notes/{one['id']}")
    assert (answer.status_code, answer.json()["code"]) == (409, "unreadable")
    assert "two" not in answer.text
    assert (await ada.api("GET", f"notes/{two['id']}")).json()["content"] == {"text": "two"}


async def test_a_full_contact_takes_no_more_notes(signed_in, monkeypatch) -> None:
    from domain.relationships.notes import notes  # noqa: PLC0415 - the module that the host loaded

    monkeypatch.setattr(notes, "MOST_NOTES", 2)
    ada = await signed_in()
    grace, other = await a_contact(ada), await a_contact(ada, "Other")
    gone = await a_note(ada, grace)
    await act(ada, "DELETE", f"notes/{gone['id']}")
    for _ in range(2):
        await a_note(ada, grace)
    refused = await ada.api("POST", f"contacts/{grace['id']}/notes", json={"text": "x"})
    assert (refused.status_code, refused.json()["code"]) == (409, "limit_reached")
    assert (await act(ada, "PUT", f"notes/{gone['id']}/restoration")).json()["code"] == "limit_reached"
    await a_note(ada, other)


async def test_a_copy_of_ones_data_has_the_notes_and_whose_they_are(host, signed_in) -> None:
    ada, bob = await signed_in(), await signed_in()
    grace = await a_contact(ada)
    note = await a_note(ada, grace, "Likes *Mark I*")
    gone = await a_note(ada, grace, "Forget me")
    await act(ada, "DELETE", f"notes/{gone['id']}")
    await a_note(bob, await a_contact(bob), "Of Bob")
    files = await opened(await copied(host, await account_of(ada)))
    told = [json.loads(text) for name, text in files.items() if re.match(r"notes/.*\.json", name)]
    assert [(each["id"], each["text"]) for part in told for each in part] == [
        (note["id"], "Likes *Mark I*"),
        (gone["id"], "Forget me"),
    ]
    written = "".join(text.decode() for name, text in files.items() if name.endswith(".md"))
    assert "Grace Hopper, " in written
    assert "Of Bob" not in str(files)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"text": ""}, "too_short"),
        ({"text": " \n\t "}, "too_short"),
        ({"text": "x" * 10_001}, "string_too_long"),
        ({"text": "a\u0000b"}, "control_characters"),
        ({"text": 5}, "string_type"),
        ({}, "missing"),
    ],
)
async def test_a_fault_names_the_text(signed_in, wrong, code) -> None:
    ada = await signed_in("Note Fault Finder")
    contact = await a_contact(ada)
    refused = await ada.api("POST", f"contacts/{contact['id']}/notes", json=wrong)
    assert refused.status_code == 422, refused.text
    assert [fault["field"] for fault in refused.json()["errors"]] == ["/text"]
    assert await texts(ada, contact) == []


async def test_a_note_on_a_contact_that_is_deleted_meanwhile_is_taken_away_again(host, signed_in) -> None:
    from domain.base.errors import NotFound  # noqa: PLC0415 - the modules that the host loaded
    from domain.relationships.notes.note import NoteContent  # noqa: PLC0415
    from domain.relationships.notes.notes import Notebook, Writing, create_note  # noqa: PLC0415

    ada = await signed_in()
    grace, owner = await a_contact(ada), await account_of(ada)
    store = wiring.relationships.notes.store()

    class Deleting(type(store)):
        """Store of notes before which the contact is deleted and erased, and its notes with it."""

        async def create(self, note, creation):
            await delete_contact(ada, grace)
            await act(ada, "DELETE", f"contacts/{grace['id']}/restoration")
            return await super().create(note, creation)

    book = Notebook(Deleting(wiring.database(), wiring.relationships.keys()), wiring.relationships.contacts())
    writing = Writing("nte_" + "b" * 26, "key", datetime.now(UTC))
    with pytest.raises(NotFound):
        await create_note(owner, grace["id"], NoteContent(text="late"), writing, book=book)
    assert [kind for kind in await kinds_of(owner) if "note" in kind] == []
