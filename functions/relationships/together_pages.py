"""The chosen contacts of `/my/contacts`: tagged, archived, deleted and taken back together, with undo."""

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Final, NamedTuple

import azure.functions as func

import wiring.relationships
from domain.base.errors import InvalidInput
from domain.relationships.together import (
    Archiving,
    Done,
    Several,
    Tagging,
    archive_contacts,
    delete_contacts,
    restore_contacts,
    tag_contacts,
)
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.forms import sentences, vet
from functions.framework.my_pages import person_and_form
from functions.framework.replies import redirect
from functions.framework.texts import N_, _, ngettext
from functions.relationships.list_pages import contact_list

# As many are merged.
_BOTH: Final = 2
_PICKED: Final = re.compile("pick-(con_[a-z2-7]{26})")
_LABELS: Final = {"/label": N_("Tag"), "/picked": N_("Contacts")}


class _Asked(NamedTuple):
    owner_id: str
    ids: list[str]
    label: str


class _Act(NamedTuple):
    """What a button does, what is said of so many contacts, and the button that takes it back."""

    do: Callable[[_Asked], Awaitable[Done]]
    say: Callable[[int], str]
    back: str


async def change(req: func.HttpRequest) -> func.HttpResponse:
    """Change the picked contacts, and show the list with a button that takes it back.

    The page is the answer, not a redirect: labels and what was looked for must not stand in an address. Sent
    again, the form changes nothing more.
    """
    person, form = await person_and_form(req)
    if form.get("then") == "merge":
        return await _compare(person, form)
    act = _ACTS.get(form.get("then", ""), _ACTS["add"])
    asked = _Asked(person.account_id, _picked(form), form.get("label", ""))
    try:
        done = await act.do(asked)
    except InvalidInput as refusal:
        told = [fault._replace(field=_field(fault.field)) for fault in refusal.faults]
        faults = sentences(told, _LABELS)
        if not asked.ids:
            faults["/picked"] = _("Choose a contact first")
        return await contact_list(person, form, faults=faults, picked=asked.ids, label=asked.label)
    undo = {"ids": " ".join(done.changed), "label": asked.label, "then": act.back}
    return await contact_list(person, form, done=_told(act, done), undo=undo)


async def _compare(person: SignedIn, form: Mapping[str, str]) -> func.HttpResponse:
    """Lead to the page where the two chosen contacts stand side by side."""
    picked = _picked(form)
    if len(picked) == _BOTH:
        return redirect(f"/my/contacts/{picked[0]}/merge/{picked[1]}")
    fault = {"/picked": _("Choose two contacts to merge")}
    return await contact_list(person, form, faults=fault, picked=picked, label=form.get("label", ""))


def _picked(form: Mapping[str, str]) -> list[str]:
    return form.get("ids", "").split() or [found[1] for name in form if (found := _PICKED.fullmatch(name))]


def _field(at: str) -> str:
    return "/picked" if at.startswith("/ids") else "/label"


def _told(act: _Act, done: Done) -> str:
    if not done.changed:
        return _("Nothing was changed: the contacts had it so already.")
    return act.say(len(done.changed))


async def _tag(asked: _Asked, **labels: list[str]) -> Done:
    wanted = vet(Tagging, {"ids": asked.ids, **labels})
    contacts, tags = wiring.relationships.contacts(), wiring.relationships.tags()
    return await tag_contacts(asked.owner_id, wanted, now=now(), contacts=contacts, tags=tags)


async def _add(asked: _Asked) -> Done:
    return await _tag(asked, add=[asked.label])


async def _remove(asked: _Asked) -> Done:
    return await _tag(asked, remove=[asked.label])


async def _put(asked: _Asked, *, archived: bool) -> Done:
    wanted = vet(Archiving, {"ids": asked.ids, "archived": archived})
    contacts = wiring.relationships.contacts()
    return await archive_contacts(asked.owner_id, wanted, now=now(), contacts=contacts)


async def _archive(asked: _Asked) -> Done:
    return await _put(asked, archived=True)


async def _unarchive(asked: _Asked) -> Done:
    return await _put(asked, archived=False)


async def _delete(asked: _Asked) -> Done:
    wanted, contacts = vet(Several, {"ids": asked.ids}), wiring.relationships.contacts()
    return await delete_contacts(asked.owner_id, wanted, now=now(), contacts=contacts)


async def _restore(asked: _Asked) -> Done:
    wanted, contacts = vet(Several, {"ids": asked.ids}), wiring.relationships.contacts()
    tags = wiring.relationships.tags()
    return await restore_contacts(asked.owner_id, wanted, now=now(), contacts=contacts, tags=tags)


def _added(number: int) -> str:
    return ngettext("One contact has the tag now.", "%(num)s contacts have the tag now.", number)


def _removed(number: int) -> str:
    return ngettext("One contact has lost the tag.", "%(num)s contacts have lost the tag.", number)


def _archived(number: int) -> str:
    return ngettext("One contact is archived.", "%(num)s contacts are archived.", number)


def _used(number: int) -> str:
    return ngettext("One contact is in your list again.", "%(num)s contacts are in your list again.", number)


def _deleted(number: int) -> str:
    return ngettext(
        "One contact is deleted. You can take it back for a day.",
        "%(num)s contacts are deleted. You can take them back for a day.",
        number,
    )


def _restored(number: int) -> str:
    return ngettext("One contact is back, as it was.", "%(num)s contacts are back, as they were.", number)


_ACTS: Final = {
    "add": _Act(_add, _added, "remove"),
    "remove": _Act(_remove, _removed, "add"),
    "archive": _Act(_archive, _archived, "unarchive"),
    "unarchive": _Act(_unarchive, _used, "archive"),
    "delete": _Act(_delete, _deleted, "restore"),
    "restore": _Act(_restore, _restored, "delete"),
}
