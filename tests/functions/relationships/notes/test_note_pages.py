"""Notes under `/my`, as a browser without script uses them."""

from tests.forms import Fields, fields_at, send
from tests.functions.relationships.notes.test_notes import a_note, texts
from tests.functions.relationships.test_contact_pages import press
from tests.functions.relationships.test_contacts import a_contact


async def page_of(person, contact: dict, part: str = "/notes") -> str:
    answer = await person.http.get(f"/my/contacts/{contact['id']}{part}")
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_a_note_is_written_on_the_contacts_page_once_and_shown_with_its_lock(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    action = f"/my/contacts/{grace['id']}/new-note"
    fields = Fields(await page_of(ada, grace, ""), action).values | {"text": "Likes *tea*", "then": "save"}
    answers = [await send(ada, action, fields) for _ in range(2)]
    for answer in answers:
        assert answer.headers["location"] == f"/my/contacts/{grace['id']}/notes?done=written"
    told = (await ada.http.get(answers[0].headers["location"])).text
    assert "Only you can read it." in told
    assert await texts(ada, grace) == ["Likes *tea*"]
    for page in (told, await page_of(ada, grace, "")):
        assert "<p>Likes <em>tea</em></p>" in page
        assert page.count("Only you<") >= page.count('class="note"') == 1


async def test_the_page_of_no_notes_says_what_to_write(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    page = await page_of(ada, grace)
    assert "No notes yet" in page
    assert f'href="/my/contacts/{grace["id"]}/new-note"' in page


async def test_a_preview_shows_the_note_and_saves_nothing(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    action = f"/my/contacts/{grace['id']}/new-note"
    fields = await fields_at(ada, action) | {"text": "# Plan\n\n<b>x</b>", "then": "preview"}
    shown = await send(ada, action, fields)
    assert shown.status_code == 200
    assert "<h3>Plan</h3>" in shown.text
    assert "&lt;b&gt;x" in shown.text
    assert "Not saved yet" in shown.text
    assert await texts(ada, grace) == []
    saved = await send(ada, action, Fields(shown.text, action).values | {"then": "save"})
    assert saved.status_code == 303
    assert await texts(ada, grace) == ["# Plan\n\n<b>x</b>"]


async def test_a_note_is_edited_with_a_preview(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    edit = f"/my/notes/{(await a_note(ada, grace, 'Before'))['id']}/edit"
    fields = await fields_at(ada, edit)
    assert fields["text"] == "Before"
    shown = await send(ada, edit, {**fields, "text": "**After**", "then": "preview"})
    assert "<strong>After</strong>" in shown.text
    saved = await send(ada, edit, Fields(shown.text, edit).values | {"then": "save"})
    assert saved.headers["location"] == f"/my/contacts/{grace['id']}/notes?done=saved"
    assert await texts(ada, grace) == ["**After**"]
    assert "edited" in await page_of(ada, grace)


async def test_a_faulty_note_keeps_what_was_typed(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    action = f"/my/contacts/{grace['id']}/new-note"
    for text in ("x" * 10_001, " "):
        answer = await send(ada, action, await fields_at(ada, action) | {"text": text, "then": "save"})
        assert answer.status_code == 422
        fields = Fields(answer.text, action)
        assert fields.invalid == {"text"}
        assert fields.values["text"].strip() == text.strip()
    assert await texts(ada, grace) == []


async def test_a_late_save_shows_both_versions_and_loses_neither(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    edit = f"/my/notes/{(await a_note(ada, grace))['id']}/edit"
    late = await fields_at(ada, edit) | {"text": "Mine", "then": "save"}
    await send(ada, edit, await fields_at(ada, edit) | {"text": "Theirs", "then": "save"})
    answer = await send(ada, edit, late)
    assert answer.status_code == 412
    assert "Theirs" in answer.text
    fields = Fields(answer.text, edit).values
    assert fields["text"] == "Mine"
    assert (await send(ada, edit, fields | {"then": "save"})).status_code == 303
    assert await texts(ada, grace) == ["Mine"]


async def test_deleting_is_undone_from_the_notice_and_from_the_list(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    path = f"/my/notes/{(await a_note(ada, grace))['id']}"
    for place in ("notice", "list"):
        gone = await press(ada, await page_of(ada, grace), f"{path}/delete")
        told = (await ada.http.get(gone.headers["location"])).text
        assert "You can take it back for a day." in told
        assert await texts(ada, grace) == []
        if place == "list":
            told = await page_of(ada, grace)
        back = await press(ada, told, f"{path}/restoration")
        assert back.headers["location"] == f"/my/contacts/{grace['id']}/notes?done=restored", place
        assert await texts(ada, grace) == ["Likes *Mark I*"]


async def test_a_deleted_note_can_be_erased_at_once(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    path = f"/my/notes/{(await a_note(ada, grace))['id']}"
    await press(ada, await page_of(ada, grace), f"{path}/delete")
    asked = (await ada.http.get(f"{path}/erasure")).text
    gone = await press(ada, asked, f"{path}/erasure")
    assert gone.headers["location"] == f"/my/contacts/{grace['id']}/notes?done=erased"
    assert (await ada.http.get(f"{path}/erasure")).status_code == 404


async def test_many_notes_go_on_page_by_page(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    for number in range(12):
        await a_note(ada, grace, f"number {number} of twelve")
    first = await page_of(ada, grace)
    assert ("number 11 of" in first, "number 1 of" in first) == (True, False)
    following = first.split('href="/my/contacts/')[-1] if "Show older notes" in first else ""
    href = next(part for part in first.split('"') if "?cursor=" in part)
    assert following
    second = (await ada.http.get(href)).text
    assert ("number 11 of" in second, "number 1 of" in second) == (False, True)
    assert "Show all notes" in await page_of(ada, grace, "")


async def test_somebody_elses_notes_have_no_page(signed_in) -> None:
    ada, bob = await signed_in(), await signed_in()
    grace = await a_contact(ada)
    path = f"/my/notes/{(await a_note(ada, grace))['id']}"
    for place in (f"{path}/edit", f"{path}/erasure", f"/my/contacts/{grace['id']}/notes",
                  f"/my/contacts/{grace['id']}/new-note"):  # fmt: skip
        assert (await bob.http.get(place)).status_code == 404
    for place in (f"{path}/edit", f"{path}/delete", f"{path}/restoration", f"{path}/erasure",
                  f"/my/contacts/{grace['id']}/new-note"):  # fmt: skip
        answer = await send(bob, place, {"csrf": bob.csrf, "version": "1", "text": "Mine"})
        assert answer.status_code == 404, place
    assert await texts(ada, grace) == ["Likes *Mark I*"]


async def test_a_note_that_cannot_be_saved_is_shown_again_where_its_contact_is_gone(signed_in) -> None:
    ada = await signed_in()
    action = f"/my/contacts/con_{'a' * 26}/new-note"
    answer = await send(ada, action, {"csrf": ada.csrf, "text": "Worth keeping"})
    assert answer.status_code == 404
    assert "Worth keeping" in answer.text
