"""The pages of notes: all notes on a contact, writing one, editing one. Typed text is never lost."""

import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import azure.functions as func

import wiring.relationships
import wiring.relationships.notes
from domain.base.errors import InvalidInput, KeyReused, StaleVersion
from domain.relationships.contact import Contact
from domain.relationships.contacts import read_contact
from domain.relationships.notes.note import Note, NoteContent
from domain.relationships.notes.notes import (
    Notebook,
    NoteVersion,
    Writing,
    change_note,
    create_note,
    delete_note,
    erase_note,
    list_notes,
    read_deleted_note,
    read_note,
    restore_note,
)
from functions.framework.callers import SignedIn, require_fresh
from functions.framework.clock import new_id, now
from functions.framework.forms import sentences, vet
from functions.framework.my_pages import (
    creation_key,
    done_in,
    my_page,
    person_and_form,
    person_of,
    version_in,
)
from functions.framework.pages import wait_until
from functions.framework.replies import redirect
from functions.framework.texts import N_, _
from functions.relationships.contact_pages import contact_of
from functions.relationships.notes.markdown import html_of
from functions.relationships.notes.section import shown

_PAGE_OF_NOTES: Final = 10
# Each waits for its owner for a day only.
_MOST_DELETED: Final = 100
_LABELS: Final = {"/text": N_("Note")}
# Messages after a redirect, by the value of `done` in the query.
_DONE: Final = {
    "written": N_("The note is saved. Only you can read it."),
    "saved": N_("The note is saved."),
    "deleted": N_("The note is deleted. You can take it back for a day."),
    "restored": N_("The note is back, as it was."),
    "erased": N_("The note is erased."),
}


def texts_in(form: Mapping[str, str]) -> dict[str, str]:
    """The typed text, to show it again when it cannot be saved."""
    return {_(_LABELS["/text"]): text} if (text := form.get("text", "").strip()) else {}


def _book() -> Notebook:
    return wiring.relationships.notes.book()


def _version_of(req: func.HttpRequest, person: SignedIn, form: dict[str, str]) -> NoteVersion:
    return NoteVersion(person.account_id, req.route_params["noteId"], version_in(form))


async def _contact(person: SignedIn, contact_id: str) -> Contact:
    return await read_contact(person.account_id, contact_id, contacts=wiring.relationships.contacts())


async def _note(req: func.HttpRequest, person: SignedIn) -> Note:
    return await read_note(person.account_id, req.route_params["noteId"], book=_book())


async def show(req: func.HttpRequest) -> func.HttpResponse:
    """All notes on a contact, page by page, and on the first page those that can be taken back."""
    person = await person_of(req)
    contact, cursor, book = await contact_of(req, person), req.params.get("cursor") or None, _book()
    found, following = await list_notes(person.account_id, contact.id, _PAGE_OF_NOTES, cursor, book=book)
    gone: list[Note] = []
    if cursor is None:
        gone, _rest = await list_notes(
            person.account_id, contact.id, _MOST_DELETED, None, deleted=True, book=book
        )
    at = now()
    deleted = [(each, wait_until(each.until, at)) for each in gone if each.until and each.can_come_back(at)]
    just_deleted = [each for each, _left in deleted if each.id == req.params.get("note")]
    return my_page(
        "relationships/notes/notes.html",
        person,
        contact=contact,
        notes=shown(found),
        deleted=deleted,
        just_deleted=just_deleted[0] if just_deleted else None,
        following=following,
        done=done_in(req, _DONE),
    )


async def show_new(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    return await _page(person, await contact_of(req, person), {"key": secrets.token_urlsafe(16)}, "")


async def create(req: func.HttpRequest) -> func.HttpResponse:
    """Write the note of this form once, however often the form is sent; `preview` only shows it."""
    person, form = await person_and_form(req)
    contact, text = await contact_of(req, person), form.get("text", "")
    try:
        content = vet(NoteContent, {"text": text})
        if form.get("then") == "preview":
            return await _page(person, contact, form, text, preview=content.text)
        writing = Writing(new_id("nte"), creation_key(form), now())
        await create_note(person.account_id, contact.id, content, writing, book=_book())
    except InvalidInput as refusal:
        return await _page(person, contact, form, text, faults=sentences(refusal.faults, _LABELS))
    except KeyReused:
        fault = {"/text": _("This form has made a note already. Send it again to make one more")}
        again = form | {"key": secrets.token_urlsafe(16)}
        return await _page(person, contact, again, text, faults=fault)
    return redirect(f"/my/contacts/{contact.id}/notes?done=written")


async def show_edit(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    note = await _note(req, person)
    return await _page(person, await _contact(person, note.contact_id), {}, note.text, note=note)


async def save(req: func.HttpRequest) -> func.HttpResponse:
    """Save the note; `preview` only shows how it will look."""
    person, form = await person_and_form(req)
    note, text = await _note(req, person), form.get("text", "")
    contact = await _contact(person, note.contact_id)
    try:
        content = vet(NoteContent, {"text": text})
        if form.get("then") == "preview":
            return await _page(person, contact, form, text, note=note, preview=content.text)
        await change_note(_version_of(req, person, form), content, now=now(), book=_book())
    except InvalidInput as refusal:
        return await _page(person, contact, form, text, note=note, faults=sentences(refusal.faults, _LABELS))
    except StaleVersion:
        newest = await _note(req, person)
        if newest.text != content.text:
            form = {**form, "version": str(newest.version)}
            return await _page(person, contact, form, text, note=newest, newer=newest.text)
        # The same form sent twice, perhaps because the first answer was lost.
    return redirect(f"/my/contacts/{contact.id}/notes?done=saved")


async def delete(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    gone = await delete_note(_version_of(req, person, form), now=now(), book=_book())
    return redirect(f"/my/contacts/{gone.contact_id}/notes?done=deleted&note={gone.id}")


async def restore(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    note = await restore_note(_version_of(req, person, form), now=now(), book=_book())
    return redirect(f"/my/contacts/{note.contact_id}/notes?done=restored")


async def ask_erase(req: func.HttpRequest) -> func.HttpResponse:
    """The page that asks before a deleted note is erased."""
    person = await person_of(req)
    note = await read_deleted_note(person.account_id, req.route_params["noteId"], now=now(), book=_book())
    contact = await _contact(person, note.contact_id)
    return my_page("relationships/notes/erase.html", person, note=note, contact=contact)


async def erase(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    require_fresh(person, N_("Erase the note for good"))
    of = _version_of(req, person, form)
    note = await read_deleted_note(person.account_id, of.note_id, now=now(), book=_book())
    await erase_note(of, now=now(), book=_book())
    return redirect(f"/my/contacts/{note.contact_id}/notes?done=erased")


async def _page(
    person: SignedIn,
    contact: Contact,
    form: Mapping[str, str],
    text: str,
    *,
    note: Note | None = None,
    preview: str = "",
    faults: dict[str, str] | None = None,
    newer: str | None = None,
) -> func.HttpResponse:
    """The form with the typed text; `newer` is the stored text after a late save."""
    status = HTTPStatus.OK
    if newer is not None:
        status = HTTPStatus.PRECONDITION_FAILED
    elif faults:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    return my_page(
        "relationships/notes/edit.html",
        person,
        status=status,
        contact=contact,
        note=note,
        text=text,
        preview=html_of(preview) if preview else None,
        newer=newer,
        faults=faults or {},
        version=form.get("version", note.version if note else None),
        key=form.get("key") if note is None else None,
    )
