"""`/my/contacts`: the address book of a person, page by page, and tags for many contacts at once."""

import re
from collections.abc import Mapping
from typing import Final

import azure.functions as func

import wiring.relationships
from domain.base.errors import InvalidInput
from domain.relationships.contacts import Filter
from domain.relationships.tags import Tagged, Tagging, TagInUse, forget_tag, tag_contacts
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.forms import sentences, vet
from functions.framework.my_pages import done_in, my_page, person_and_form, person_of
from functions.framework.pages import wait_until
from functions.framework.replies import redirect
from functions.framework.texts import N_, _, ngettext

_PAGE_OF_CONTACTS: Final = 50
# As many are merged.
_BOTH: Final = 2
_PICKED: Final = re.compile("pick-(con_[a-z2-7]{26})")
_TAG: Final = re.compile("tag_[a-z2-7]{26}")
_LABELS: Final = {"/label": N_("Tag"), "/picked": N_("Contacts")}
# Messages after a redirect, by the value of `done` in the query.
_DONE: Final = {
    "deleted": N_("The contact is deleted. You can take it back for a day."),
    "erased": N_("The contact is erased."),
    "forgotten": N_("The tag is forgotten."),
}


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    deleted = await wiring.relationships.contacts().get_with_deleted(
        person.account_id, req.params.get("contact", "")
    )
    can_come_back = deleted is not None and deleted.can_come_back(now())
    return await _page(
        person, req.params, done=done_in(req, _DONE), just_deleted=deleted if can_come_back else None
    )


async def tag(req: func.HttpRequest) -> func.HttpResponse:
    """Tag the picked contacts, and show the list with a button that takes it back.

    The page is the answer, not a redirect: the label must not stand in an address. Sent again, the form
    changes nothing more.
    """
    person, form = await person_and_form(req)
    adds = form.get("then") != "remove"
    picked = form.get("ids", "").split() or [found[1] for name in form if (found := _PICKED.fullmatch(name))]
    label = form.get("label", "")
    if form.get("then") == "merge":
        if len(picked) == _BOTH:
            return redirect(f"/my/contacts/{picked[0]}/merge/{picked[1]}")
        fault = {"/picked": _("Choose two contacts to merge")}
        return await _page(person, form, faults=fault, picked=picked, label=label)
    try:
        wanted = _wanted(picked, label, adds=adds)
        done = await tag_contacts(
            person.account_id,
            wanted,
            now=now(),
            contacts=wiring.relationships.contacts(),
            tags=wiring.relationships.tags(),
        )
    except InvalidInput as refusal:
        told = [fault._replace(field=_field(fault.field)) for fault in refusal.faults]
        return await _page(person, form, faults=sentences(told, _LABELS), picked=picked, label=label)
    return await _page(
        person,
        form,
        done=_told(done, adds=adds),
        undo={"ids": " ".join(done.changed), "label": label, "then": "remove" if adds else "add"},
    )


def _wanted(picked: list[str], label: str, *, adds: bool) -> Tagging:
    return vet(Tagging, {"ids": picked, "add" if adds else "remove": [label]})


def _field(at: str) -> str:
    return "/picked" if at.startswith("/ids") else "/label"


def _told(done: Tagged, *, adds: bool) -> str:
    number = len(done.changed)
    if not number:
        return _("Nothing was changed: the contacts had it so already.")
    if adds:
        return ngettext("One contact has the tag now.", "%(num)s contacts have the tag now.", number)
    return ngettext("One contact has lost the tag.", "%(num)s contacts have lost the tag.", number)


async def forget(req: func.HttpRequest) -> func.HttpResponse:
    person, _form = await person_and_form(req)
    wanted = req.route_params["tagId"]
    try:
        await forget_tag(person.account_id, wanted, tags=wiring.relationships.tags())
    except TagInUse:
        # Somebody tagged a contact meanwhile, which the list shows.
        return redirect(f"/my/contacts?tag={wanted}" if _TAG.fullmatch(wanted) else "/my/contacts")
    return redirect("/my/contacts?done=forgotten")


async def show_deleted(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    found, following = await wiring.relationships.contacts().list_deleted(
        person.account_id, _PAGE_OF_CONTACTS, req.params.get("cursor")
    )
    at = now()
    deleted = [(each, wait_until(each.until, at)) for each in found if each.until and each.can_come_back(at)]
    return my_page("relationships/deleted.html", person, deleted=deleted, following=following)


def _filter(asked: Mapping[str, str]) -> Filter:
    kind = asked.get("kind")
    wanted = asked.get("tag", "")
    return Filter(
        kind="person" if kind == "person" else "entity" if kind == "entity" else None,
        tag=wanted if _TAG.fullmatch(wanted) else None,
        archived=asked.get("archived") == "1",
    )


def _query(wanted: Filter) -> dict[str, str]:
    said = {"kind": wanted.kind or "", "tag": wanted.tag or "", "archived": "1" if wanted.archived else ""}
    return {name: text for name, text in said.items() if text}


async def _page(person: SignedIn, asked: Mapping[str, str], **also: object) -> func.HttpResponse:
    """The list that was asked for: one query, however many contacts there are, and a point read for tags."""
    wanted = _filter(asked)
    contacts, following = await wiring.relationships.contacts().by_name(
        person.account_id, wanted, _PAGE_OF_CONTACTS, asked.get("cursor") or None
    )
    book = await wiring.relationships.tags().book(person.account_id)
    told = {"done": None, "undo": None, "just_deleted": None, "faults": {}, "picked": [], "label": "", **also}
    return my_page(
        "relationships/contacts.html",
        person,
        status=422 if told["faults"] else 200,
        contacts=contacts,
        following=following,
        cursor=asked.get("cursor") or "",
        wanted=wanted,
        query=_query(wanted),
        tags=book.sorted(),
        tag_label=book.labels.get(wanted.tag or ""),
        **told,
    )
