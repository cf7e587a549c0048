"""Words of notes are found, with the part around them, and never leave the owner's own answers."""

import pytest

import wiring
import wiring.relationships
import wiring.relationships.search
from domain.base.model import Model
from functions.framework.clock import new_id
from tests.functions.privacy.test_copy import account_of
from tests.functions.relationships.search.test_search import found
from tests.functions.relationships.test_contacts import a_contact, delete, restore
from tests.stored import places_of


class _Body(Model):
    version: int


@pytest.fixture
def note(host):
    """Store a note as its repository does: sealed, and told to the index in the same batch."""
    from adapters.cosmos.documents import document  # noqa: PLC0415 - what the host loaded
    from adapters.cosmos.relationships.search import IndexedItems  # noqa: PLC0415
    from domain.relationships.keys import Place  # noqa: PLC0415
    from domain.relationships.search.entry import note_change  # noqa: PLC0415

    async def store(
        owner: str, contact: str, text: str | None, *, note_id: str = "", version: int = 1
    ) -> str:
        note_id = note_id or new_id("evt").replace("evt", "nte")
        keys = wiring.relationships.keys()
        key = await keys.of(owner)
        sealed = key.seal((text or "").encode(), Place("note", note_id, version))
        stored = document(
            "deleted-note" if text is None else "note", note_id, owner, _Body(version=version),
            partition="ownerId", contactId=contact, private={"version": version, "text": sealed},
            createdAt=f"2026-11-26T12:00:{version:02}.000000Z",
        )  # fmt: skip
        items = IndexedItems(wiring.database(), keys, None)
        await items.batch([("upsert", (stored,))], owner, [note_change(contact, note_id, version, text)])
        return note_id

    return store


async def matches(person, text: str) -> list[dict]:
    answer = await person.api("POST", "contact-searches", json={"text": text})
    assert answer.status_code == 200, answer.text
    return [match for each in answer.json()["data"] for match in each["matches"]]


async def test_a_word_of_a_note_finds_its_contact_and_shows_the_part_around_it(signed_in, note) -> None:
    ada = await signed_in()
    owner = await account_of(ada)
    grace = await a_contact(ada, "Grace Hopper", tags=["Navy"])
    await a_contact(ada, "Somebody Else")
    text = "We met at the fair in Göteborg.\n\nShe promised me a book about **compilers** next week."
    made = await note(owner, grace["id"], text)
    [match] = await matches(ada, "goteborg")
    said = "We met at the fair in Göteborg. She promised me a book about **compilers** next week."
    assert match == {"field": "notes", "text": said, "noteId": made}
    assert await found(ada, "grace compil") == ["Grace Hopper"]
    assert await found(ada, "navy compil") == ["Grace Hopper"]
    assert {each["field"] for each in await matches(ada, "navy compil")} == {"tags", "notes"}
    page = await ada.http.post("/my/contact-search", data={"csrf": ada.csrf, "q": "promis"})
    assert "Note: <bdi>" in page.text
    assert "promised me a book" in page.text
    assert await places_of("about **compilers") == []


async def test_a_note_follows_its_changes_its_contact_and_a_new_index(signed_in, note) -> None:
    from datetime import UTC, datetime  # noqa: PLC0415

    from domain.operations.slices import Slice  # noqa: PLC0415
    from domain.relationships.search.building import build_now  # noqa: PLC0415

    ada, at = await signed_in(), datetime(2026, 11, 26, tzinfo=UTC)
    owner, stores = await account_of(ada), wiring.relationships.search.stores()
    grace, other = await a_contact(ada, "Grace"), await a_contact(ada, "Other")
    made = await note(owner, grace["id"], "first words")
    await note(owner, grace["id"], "second words", note_id=made, version=2)
    assert (await found(ada, "first"), await found(ada, "second")) == ([], ["Grace"])
    await delete(ada, grace)
    assert await found(ada, "second") == []
    await restore(ada, grace)
    assert await found(ada, "second") == ["Grace"]
    for _ in range(2):
        assert await build_now(owner, at, Slice(lambda: 0.0), stores=stores)
        assert (await found(ada, "second"), await found(ada, "grace words")) == (["Grace"], ["Grace"])
    # As a merge does: the note is on another contact, and no other note.
    await note(owner, other["id"], "second words", note_id=made, version=2)
    assert await found(ada, "second") == ["Other"]
    await note(owner, other["id"], None, note_id=made, version=3)
    assert await found(ada, "second") == []
    await note(owner, other["id"], "second words", note_id=made, version=4)
    assert await found(ada, "second") == ["Other"]


async def test_notes_of_others_are_not_found(signed_in, note) -> None:
    ada, bob = await signed_in(), await signed_in()
    grace = await a_contact(ada, "Grace")
    await note(await account_of(ada), grace["id"], "secret promise")
    await a_contact(bob, "Grace")
    assert await matches(bob, "secret") == []
    assert await found(bob, "secret") == []


async def test_notes_written_through_the_api_are_found_until_they_are_deleted(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada, "Grace Hopper")
    made = await ada.api(
        "POST", f"contacts/{grace['id']}/notes", json={"text": "Collects *nanoseconds* of wire"}
    )
    assert made.status_code == 201, made.text
    [match] = await matches(ada, "nanosec wire")
    assert (match["field"], match["noteId"]) == ("notes", made.json()["id"])
    path, etag = made.headers["location"].removeprefix("/api/v1/"), made.headers["etag"]
    changed = await ada.api("PUT", path, json={"text": "Collects picoseconds"}, headers={"If-Match": etag})
    assert changed.status_code == 200, changed.text
    assert (await found(ada, "nanosec"), await found(ada, "picosec")) == ([], ["Grace Hopper"])
    gone = await ada.api("DELETE", path, headers={"If-Match": changed.headers["etag"]})
    assert gone.status_code == 204
    assert await found(ada, "picosec") == []
    etag = (await ada.api("GET", f"{path}/restoration")).headers["etag"]
    back = await ada.api("PUT", f"{path}/restoration", headers={"If-Match": etag})
    assert back.status_code == 200, back.text
    assert await found(ada, "picosec") == ["Grace Hopper"]
