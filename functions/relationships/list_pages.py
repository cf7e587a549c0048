"""`/my/contacts`: the address book of a person, page by page, and what a search finds in it."""

import re
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import azure.functions as func

import wiring.relationships
from domain.relationships.contact import Contact
from domain.relationships.contacts import Filter
from domain.relationships.search.head import IndexNotReady
from domain.relationships.search.looked import Looked
from domain.relationships.tags import TagBook, TagInUse, forget_tag
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.my_pages import done_in, my_page, person_and_form, person_of
from functions.framework.pages import wait_until
from functions.framework.replies import redirect
from functions.framework.texts import N_, _
from functions.relationships.form import LABELS
from functions.relationships.search.found import Found, find

_PAGE_OF_CONTACTS: Final = 50
LONGEST_SEARCH: Final = 100
_TAG: Final = re.compile("tag_[a-z2-7]{26}")
_GROUP: Final = re.compile("grp_[a-z2-7]{26}")
_MOST_TAGS: Final = 5
# Messages after a redirect, by the value of `done` in the query.
_DONE: Final = {
    "deleted": N_("The contact is deleted. You can take it back for a day."),
    "erased": N_("The contact is erased."),
    "forgotten": N_("The tag is forgotten."),
}


class _Row(NamedTuple):
    """A contact in the list: what is said below its name, and why a search found it, with names of fields."""

    id: str
    name: str
    lines: list[str]
    matches: list[tuple[str, str]]
    photo: str | None = None


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    deleted = await wiring.relationships.contacts().get_with_deleted(
        person.account_id, req.params.get("contact", "")
    )
    can_come_back = deleted is not None and deleted.can_come_back(now())
    # What is looked for comes in the body of a form only: words in an address would be logged.
    asked = {name: text for name, text in req.params.items() if name != "q"}
    return await contact_list(
        person, asked, done=done_in(req, _DONE), just_deleted=deleted if can_come_back else None
    )


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
    kind, tag, group = asked.get("kind"), asked.get("tag", ""), asked.get("group", "")
    return Filter(
        kind="person" if kind == "person" else "entity" if kind == "entity" else None,
        tag=tag if _TAG.fullmatch(tag) else None,
        group=group if _GROUP.fullmatch(group) else None,
        archived=asked.get("archived") == "1",
    )


def _query(wanted: Filter) -> dict[str, str]:
    said = {
        "kind": wanted.kind or "",
        "tag": wanted.tag or "",
        "group": wanted.group or "",
        "archived": "1" if wanted.archived else "",
    }
    return {name: text for name, text in said.items() if text}


async def contact_list(person: SignedIn, asked: Mapping[str, str], **also: Any) -> func.HttpResponse:
    """The list that was asked for, or what was looked for in it, and a point read for tags and groups.

    A page is one query, or one read of the search's head, however many contacts there are.
    """
    wanted, sought = _filter(asked), " ".join(asked.get("q", "")[:LONGEST_SEARCH].split())
    book = await wiring.relationships.tags().book(person.account_id)
    cursor, waits = asked.get("cursor") or None, False
    try:
        if sought:
            rows, following = await _search(person.account_id, wanted, sought, cursor, book)
        else:
            rows, following = await _rows(person.account_id, wanted, cursor)
    except IndexNotReady:
        rows, following, waits = [], None, True
    told = {"done": None, "undo": None, "just_deleted": None, "faults": {}, "picked": [], "label": "", **also}
    return my_page(
        "relationships/contacts.html",
        person,
        status=422 if told["faults"] else 200,
        rows=rows,
        following=following,
        waits=waits,
        sought=sought,
        longest=LONGEST_SEARCH,
        cursor=cursor or "",
        wanted=wanted,
        query=_query(wanted),
        tags=book.sorted(),
        groups=book.sorted_groups(),
        tag_label=book.labels.get(wanted.tag or ""),
        group_label=book.groups.get(wanted.group or ""),
        **told,
    )


async def _search(
    owner_id: str, wanted: Filter, sought: str, cursor: str | None, book: TagBook
) -> tuple[list[_Row], str | None]:
    among = book.labels_of(wanted.tag, wanted.group)
    if among is None:
        return [], None
    looked = Looked(sought, wanted.kind, wanted.archived, _PAGE_OF_CONTACTS, cursor, *among)
    found, following = await find(owner_id, looked, now())
    return [_found(each) for each in found], following


async def _rows(owner_id: str, wanted: Filter, cursor: str | None) -> tuple[list[_Row], str | None]:
    contacts, following = await wiring.relationships.contacts().by_name(
        owner_id, wanted, _PAGE_OF_CONTACTS, cursor
    )
    return [_listed(contact) for contact in contacts], following


def _listed(contact: Contact) -> _Row:
    content = contact.content
    about = ", ".join(filter(None, (content.title, content.organisation)))
    lines = [about, ", ".join(content.tags[:_MOST_TAGS])]
    return _Row(contact.id, content.name, [line for line in lines if line], [], contact.photo)


def _found(found: Found) -> _Row:
    # Title and company are said anyway.
    told = [each for each in found.matches if each.field not in ("title", "organisation")]
    matches = [(_(LABELS.get(f"/{each.field}", N_("Note"))), each.text) for each in told]
    return _Row(found.id, found.name, [found.subtitle] if found.subtitle else [], matches)
