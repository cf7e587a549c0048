"""`/my/contacts/{contactId}`: one contact; archive it, delete it, take it back, erase it."""

import asyncio
import re
from typing import Final

import azure.functions as func

import wiring.relationships
from domain.base.errors import NotFound
from domain.relationships.contact import Contact
from domain.relationships.contacts import (
    ContactVersion,
    archive_contact,
    delete_contact,
    erase_contact,
    read_contact,
    read_deleted_contact,
    restore_contact,
)
from domain.relationships.tags import tag_id
from functions.framework.callers import SignedIn, require_fresh
from functions.framework.clock import now
from functions.framework.doors import resolve
from functions.framework.my_pages import done_in, my_page, person_and_form, person_of, version_in
from functions.framework.replies import redirect
from functions.framework.texts import N_
from functions.relationships.sections import SECTIONS

_MERGE: Final = re.compile("mrg_[a-z2-7]{26}")
_INTERACTION: Final = re.compile("int_[a-z2-7]{26}")
# Messages after a redirect, by the value of `done` in the query.
_DONE: Final = {
    "made": N_("The contact is in your address book."),
    "saved": N_("The contact is saved."),
    "archived": N_("The contact is archived. It is out of your list, and nothing of it is lost."),
    "used": N_("The contact is in your list again."),
    "restored": N_("The contact is back, as it was."),
    "taken-back": N_("The change is taken back."),
    "kept": N_("It was changed again meanwhile. Nothing was taken back."),
    "merged": N_("The two contacts are one now. You can take it back for a week."),
    "unmerged": N_("The merge is taken back. Both contacts are as they were."),
    "reminded": N_("The reminder is set."),
    "logged": N_("It is logged. See below what it did to the strength."),
}
SOURCES: Final = {
    "typed": N_("Typed by you"),
    "card": N_("From a card"),
    "import": N_("Imported"),
    "exchange": N_("From an exchange"),
}


async def contact_of(req: func.HttpRequest, person: SignedIn) -> Contact:
    return await read_contact(
        person.account_id, req.route_params["contactId"], contacts=wiring.relationships.contacts()
    )


def version_of(req: func.HttpRequest, person: SignedIn, form: dict[str, str]) -> ContactVersion:
    return ContactVersion(person.account_id, req.route_params["contactId"], version_in(form))


async def _tags(person: SignedIn, contact: Contact) -> list[tuple[str, str]]:
    """Ids and labels of the contact's tags."""
    key = await wiring.relationships.tags().key(person.account_id)
    return [(tag_id(key, label), label) for label in contact.content.tags]


async def _merged_into(req: func.HttpRequest, person: SignedIn) -> str:
    """Page of the contact that this one was merged into; 404 for any other that is not there."""
    gone = await wiring.relationships.contacts().get_with_deleted(
        person.account_id, req.route_params["contactId"]
    )
    if gone is None or gone.merged_into is None:
        raise NotFound
    return f"/my/contacts/{gone.merged_into}"


async def _entity_of(person: SignedIn, contact: Contact) -> Contact | None:
    """The company of a contact, or the one that it was merged into."""
    wanted = contact.content.entity_id
    while wanted is not None:
        found = await wiring.relationships.contacts().get_with_deleted(person.account_id, wanted)
        if found is None or not found.deleted:
            return found
        wanted = found.merged_into
    return None


def _logged(req: func.HttpRequest) -> str:
    """Id of the interaction that was just logged."""
    wanted: str = req.params.get("interaction", "")
    return wanted if req.params.get("done") == "logged" and _INTERACTION.fullmatch(wanted) else ""


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    try:
        contact = await contact_of(req, person)
    except NotFound:
        return redirect(await _merged_into(req, person))
    entity = await _entity_of(person, contact)
    values = await asyncio.gather(*(resolve(each.values)(person, contact) for each in SECTIONS))
    return my_page(
        "relationships/contact.html",
        person,
        contact=contact,
        content=contact.content,
        entity=entity,
        tags=await _tags(person, contact),
        sources=SOURCES,
        done=done_in(req, _DONE),
        just_saved=req.params.get("done") == "saved",
        just_merged=_merge_in(req),
        just_archived=req.params.get("done") == "archived",
        just_logged=_logged(req),
        sections=list(zip((each.template for each in SECTIONS), values, strict=True)),
    )


def _merge_in(req: func.HttpRequest) -> str | None:
    """The merge that was just made, which a button takes back."""
    merge = req.params.get("merge", "")
    return merge if req.params.get("done") == "merged" and _MERGE.fullmatch(merge) else None


async def archive(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    archived = form.get("archived") == "1"
    of = version_of(req, person, form)
    await archive_contact(of, archived=archived, now=now(), contacts=wiring.relationships.contacts())
    return redirect(f"/my/contacts/{of.contact_id}?done={'archived' if archived else 'used'}")


async def delete(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    of = version_of(req, person, form)
    await delete_contact(of, now=now(), contacts=wiring.relationships.contacts())
    return redirect(f"/my/contacts?done=deleted&contact={of.contact_id}")


async def restore(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    of = version_of(req, person, form)
    await restore_contact(of, now=now(), book=wiring.relationships.book())
    return redirect(f"/my/contacts/{of.contact_id}?done=restored")


async def ask_erase(req: func.HttpRequest) -> func.HttpResponse:
    """The page that asks before a deleted contact is erased."""
    person = await person_of(req)
    contact = await read_deleted_contact(
        person.account_id,
        req.route_params["contactId"],
        now=now(),
        contacts=wiring.relationships.contacts(),
    )
    return my_page("relationships/erase.html", person, contact=contact)


async def erase(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    require_fresh(person, N_("Erase the contact for good"))
    await erase_contact(version_of(req, person, form), now=now(), contacts=wiring.relationships.contacts())
    return redirect("/my/contacts?done=erased")
