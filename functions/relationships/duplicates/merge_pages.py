"""`/my/contacts/{contactId}/merge/{otherContactId}`: two contacts side by side; and a merge taken back."""

import secrets
from http import HTTPStatus
from typing import Any, Final

import azure.functions as func

import wiring.relationships
import wiring.relationships.duplicates
from domain.base.errors import InvalidInput, KeyReused, StaleVersion
from domain.relationships.contact import VALUE_LISTS, Contact, ContactContent
from domain.relationships.duplicates.merge import Merging, Wanted, merge_contacts, read_merge, undo_merge
from domain.relationships.duplicates.merging import CHOICES, Choice, differing, merged
from domain.relationships.history.history import text_of
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.forms import sentences
from functions.framework.my_pages import creation_key, my_page, person_and_form, person_of, version_in
from functions.framework.replies import redirect
from functions.relationships.duplicates.api import merge_id_of
from functions.relationships.duplicates.pairs_api import two_of
from functions.relationships.history.words import NAMES, label_of_field

_UNITED: Final = (*VALUE_LISTS, "tags", "groups", "custom_fields")


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    kept, gone = await _both(req, person)
    return _page(person, kept, gone, {"key": secrets.token_urlsafe(16)}, {})


async def _both(req: func.HttpRequest, person: SignedIn) -> tuple[Contact, Contact]:
    return await two_of(person.account_id, req.route_params["contactId"], req.route_params["otherContactId"])


async def save(req: func.HttpRequest) -> func.HttpResponse:
    """Merge the two as chosen. What was changed meanwhile is shown before it is merged."""
    person, form = await person_and_form(req)
    one, other = req.route_params["contactId"], req.route_params["otherContactId"]
    take = tuple(choice for choice in CHOICES if form.get(f"take-{choice}") == "take")
    try:
        wanted = Wanted(one, other, take, version_in(form), version_in({"version": form.get("other", "")}))
        merging = Merging(person.account_id, merge_id_of(person.account_id, creation_key(form)), now())
        merge = await merge_contacts(
            merging,
            wanted,
            merges=wiring.relationships.duplicates.merges(),
            mover=wiring.relationships.duplicates.moves(),
        )
    except InvalidInput as refusal:
        kept, gone = await _both(req, person)
        return _page(person, kept, gone, form, sentences(refusal.faults, NAMES))
    except (StaleVersion, KeyReused):
        kept, gone = await _both(req, person)
        form = form | {"key": secrets.token_urlsafe(16)}
        return _page(person, kept, gone, form, {}, stale=True)
    return redirect(f"/my/contacts/{merge.kept_id}?done=merged&merge={merge.id}")


def _page(
    person: SignedIn,
    kept: Contact,
    gone: Contact,
    form: dict[str, str],
    faults: dict[str, str],
    *,
    stale: bool = False,
) -> func.HttpResponse:
    same_kind = kept.content.kind == gone.content.kind
    status = HTTPStatus.OK
    if faults:
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    elif stale:
        status = HTTPStatus.PRECONDITION_FAILED
    return my_page(
        "relationships/duplicates/merge.html",
        person,
        status=status,
        kept=kept,
        gone=gone,
        same_kind=same_kind,
        choices=[_choice(kept.content, gone.content, name, form) for name in _asked(kept, gone)],
        united=_united(kept.content, gone.content) if same_kind else [],
        key=form.get("key"),
        faults=faults,
        stale=stale,
    )


def _asked(kept: Contact, gone: Contact) -> list[Choice]:
    return differing(kept.content, gone.content) if kept.content.kind == gone.content.kind else []


def _choice(
    kept: ContactContent, gone: ContactContent, choice: Choice, form: dict[str, str]
) -> dict[str, Any]:
    first = CHOICES[choice][0]
    options = [("keep", text_of(getattr(kept, first))), ("take", text_of(getattr(gone, first)))]
    chosen = "take" if form.get(f"take-{choice}") == "take" else "keep"
    return {"name": choice, "label": label_of_field(choice), "options": options, "chosen": chosen}


def _united(kept: ContactContent, gone: ContactContent) -> list[tuple[str, list[str]]]:
    """What both have together, by label."""
    try:
        content = merged(kept, gone, (), now().date()).content
    except InvalidInput:
        return []
    found = []
    for name in _UNITED:
        values = [text_of(value) for value in getattr(content, name)]
        found += [(label_of_field(name), values)] if values else []
    return found


async def ask_undo(req: func.HttpRequest) -> func.HttpResponse:
    """The page that asks before a merge is taken back, and says what that would lose."""
    person = await person_of(req)
    found = await read_merge(
        person.account_id,
        req.route_params["mergeId"],
        now=now(),
        merges=wiring.relationships.duplicates.merges(),
    )
    lost = list(dict.fromkeys(label_of_field(name) for name in found.lost))
    return my_page(
        "relationships/duplicates/undo.html", person, merge=found.merge, kept=found.kept, lost=lost
    )


async def undo(req: func.HttpRequest) -> func.HttpResponse:
    """Take a merge back; where the contact was changed since, the page asks first."""
    person, form = await person_and_form(req)
    merge_id = req.route_params["mergeId"]
    try:
        merge = await undo_merge(
            person.account_id,
            merge_id,
            version_in(form),
            now=now(),
            merges=wiring.relationships.duplicates.merges(),
            mover=wiring.relationships.duplicates.moves(),
            tags=wiring.relationships.tags(),
        )
    except StaleVersion:
        return redirect(f"/my/contact-merges/{merge_id}")
    return redirect(f"/my/contacts/{merge.kept_id}?done=unmerged")
