"""Making a contact, and editing one. Typed text is never lost."""

import secrets
from http import HTTPStatus

import azure.functions as func

import wiring.relationships
from domain.base.errors import InvalidInput, KeyReused, StaleVersion
from domain.relationships.contact import Contact, ContactContent
from domain.relationships.contacts import Creating, change_contact, create_contact
from domain.relationships.keys import Unreadable
from functions.cards.filling.offers import phone_country_for
from functions.framework.callers import SignedIn
from functions.framework.clock import new_id, now
from functions.framework.filters import countries
from functions.framework.forms import Values, vet
from functions.framework.my_pages import creation_key, my_page, person_and_form, person_of
from functions.framework.replies import redirect
from functions.framework.texts import _
from functions.relationships.contact_pages import contact_of, version_of
from functions.relationships.form import (
    FIELDS,
    KINDS,
    arranged,
    content_of,
    differences,
    rows_in,
    sentences,
    values_of,
)


async def show_new(req: func.HttpRequest) -> func.HttpResponse:
    form = {"key": secrets.token_urlsafe(16), "kind": req.params.get("kind", "person")}
    return await _page(req, await person_of(req), form, content_of(form))


async def create(req: func.HttpRequest) -> func.HttpResponse:
    """Make the contact of this form once, however often the form is sent."""
    person, form = await person_and_form(req)
    form = arranged(form)
    values = content_of(form)
    if form.get("then", "save") != "save":
        return await _page(req, person, form, values)
    try:
        content = await _linked(person, vet(ContactContent, values), None)
        creating = Creating(new_id("con"), creation_key(form), now())
        made = await create_contact(person.account_id, content, creating, book=wiring.relationships.book())
    except InvalidInput as refusal:
        return await _page(req, person, form, values, faults=sentences(refusal.faults))
    except KeyReused:
        fault = {"/name": _("This form has made a contact already. Send it again to make one more")}
        return await _page(req, person, form | {"key": secrets.token_urlsafe(16)}, values, faults=fault)
    return redirect(f"/my/contacts/{made.id}?done=made")


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    contact = await contact_of(req, person)
    if contact.unreadable:
        raise Unreadable
    return await _page(req, person, {}, values_of(contact.content), contact=contact)


async def save(req: func.HttpRequest) -> func.HttpResponse:
    """Save the contact; other buttons change only the form: they add, remove or move a row."""
    person, form = await person_and_form(req)
    form = arranged(form)
    contact, values = await contact_of(req, person), content_of(form)
    # Archiving has a button of its own.
    values["archived"] = contact.content.archived
    if form.get("then", "save") != "save":
        return await _page(req, person, form, values, contact=contact)
    try:
        content = await _linked(person, vet(ContactContent, values), contact.content)
        of = version_of(req, person, form)
        await change_contact(of, content, now=now(), book=wiring.relationships.book())
    except InvalidInput as refusal:
        return await _page(req, person, form, values, contact=contact, faults=sentences(refusal.faults))
    except StaleVersion:
        newest = await contact_of(req, person)
        newer = differences(values, newest.content)
        if newer:
            form = {**form, "version": str(newest.version)}
            return await _page(req, person, form, values, contact=newest, newer=newer)
        # The same form sent twice, perhaps because the first answer was lost.
    return redirect(f"/my/contacts/{contact.id}?done=saved")


async def _linked(person: SignedIn, content: ContactContent, before: ContactContent | None) -> ContactContent:
    """The content with the company of that name, if the person keeps one; the form asks for names only."""
    if content.kind == "entity":
        return content
    if before is not None and before.organisation == content.organisation and before.entity_id:
        return content.model_copy(update={"entity_id": before.entity_id})
    if content.organisation is None:
        return content
    found = await wiring.relationships.contacts().entity_called(person.account_id, content.organisation)
    return content.model_copy(update={"entity_id": found and found.id})


async def _page(
    req: func.HttpRequest,
    person: SignedIn,
    form: dict[str, str],
    values: Values,
    *,
    contact: Contact | None = None,
    faults: dict[str, str] | None = None,
    newer: dict[str, str] | None = None,
) -> func.HttpResponse:
    """The form with `values`; `newer` holds the differences of the stored contact after a late save."""
    status = HTTPStatus.OK
    if newer is not None:
        status = HTTPStatus.PRECONDITION_FAILED
    elif faults:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    book = await wiring.relationships.tags().book(person.account_id)
    return my_page(
        "relationships/edit.html",
        person,
        status=status,
        contact=contact,
        values=values,
        fields=FIELDS,
        kinds=[(key, _(name), hint) for key, name, hint in KINDS],
        rows=rows_in(form),
        changed=form.get("then", "").partition(" ")[2].partition(" ")[0],
        known_tags=[label for _id, label in book.sorted()],
        version=form.get("version", contact.version if contact else None),
        key=form.get("key") if contact is None else None,
        phone_country=phone_country_for(req, form, values, values["addresses"]),
        countries=countries().items(),
        faults=faults or {},
        newer=newer,
        unsaved=bool(form.get("then")) and not faults and newer is None,
    )
