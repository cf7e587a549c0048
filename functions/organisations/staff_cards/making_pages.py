"""`/org/{organisationId}/new-cards`: cards for people, one by one, for several, or for all without one."""

import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import azure.functions as func

import wiring.operations
import wiring.organisations
import wiring.organisations.templates
from domain.base.errors import Conflict, Fault, InvalidInput, KeyReused, NotFound
from domain.organisations.organisation import Acting, Creating, Member, MemberFilter
from domain.organisations.people import read_member
from domain.organisations.staff_cards.making import NewStaffCard, make_staff_card, staff_card_id
from domain.organisations.staff_cards.making_many import (
    MissingStaffCards,
    NewStaffCards,
    make_chosen,
    start_making,
)
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.forms import by_label, vet
from functions.framework.my_pages import creation_key
from functions.framework.replies import redirect
from functions.framework.texts import N_, _, ngettext
from functions.organisations.acting import opened, org_page, sent
from functions.organisations.staff_cards.form import place_of

_ON_A_PAGE: Final = 50
LONGEST: Final = 100
_PICK: Final = "pick-"


def texts_in(form: Mapping[str, str]) -> dict[str, str]:
    text = form.get("text", "").strip()
    return by_label([(_("Find a person"), text)] if text else [])


async def templates_to_choose(org_id: str) -> list[tuple[str, str]]:
    """Templates that are in force."""
    found = await wiring.organisations.templates.store().all(org_id)
    return [(each.id, each.draft.name) for each in found if each.number]


async def those_with_cards(org_id: str, people: list[Member]) -> set[str]:
    """Ids of those of these people who have a card: one query."""
    ids = {staff_card_id(org_id, each.id): each.id for each in people}
    found = await wiring.organisations.templates.staff_cards().find(org_id, list(ids)) if ids else []
    return {ids[card.id] for card in found}


async def make_one(req: func.HttpRequest) -> func.HttpResponse:
    """Make the card of one person, from their page."""
    _person, by, form = await sent(req, "change_staff_cards")
    them = await read_member(by, req.route_params["memberId"], organisations=wiring.organisations.store())
    template_id = form.get("template", "")
    if template_id not in dict(await templates_to_choose(by.organisation.id)):
        raise InvalidInput([Fault("/template", "invalid_choice", N_("is not one of the choices"))])
    new = NewStaffCard(member_id=them.id, template_id=template_id)
    card = await make_staff_card(by, new, now(), wiring.organisations.templates.staff_ports())
    return redirect(f"{place_of(by, card)}?done=made")


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person, by = await opened(req, "change_staff_cards")
    return await _page(person, by, {"key": secrets.token_urlsafe(16)})


async def make(req: func.HttpRequest) -> func.HttpResponse:
    """Make the cards of those who are chosen, or begin to make those of all; `find` only looks for people."""
    person, by, form = await sent(req, "change_staff_cards")
    at, then, missed = f"/org/{by.organisation.id}/cards", form.get("then", "find"), 0
    faults: dict[str, str] = {}
    try:
        if then == "all":
            await _begin(by, form)
            return redirect(f"{at}?done=begun")
        if then == "chosen" and not (missed := await _make_chosen(by, form)):
            return redirect(f"{at}?done=made")
    except InvalidInput:
        faults = {"/members": _("Choose at least one person")}
    except NotFound:
        faults = {"/template": _("Choose a template")}
    except KeyReused:
        form = {**form, "key": secrets.token_urlsafe(16)}
        faults = {"/template": _("This form has begun to make cards already. Send it again to begin anew")}
    except Conflict as refusal:
        faults = {"/template": _(refusal.title)}
    return await _page(person, by, form, faults, missed=missed)


async def _make_chosen(by: Acting, form: Mapping[str, str]) -> int:
    """Make them; the number of those whose card cannot be made."""
    picked = [name.removeprefix(_PICK) for name in form if name.startswith(_PICK)][:_ON_A_PAGE]
    done = await make_chosen(
        by,
        vet(NewStaffCards, {"templateId": form.get("template", ""), "members": picked}),
        members=wiring.organisations.store(),
        releases=wiring.organisations.templates.releases(),
        make=wiring.organisations.templates.make_cards,
    )
    return sum(code is not None for _id, code in done)


async def _begin(by: Acting, form: Mapping[str, str]) -> None:
    await start_making(
        by,
        MissingStaffCards(template_id=form.get("template", "")),
        Creating(creation_key(form), now()),
        releases=wiring.organisations.templates.releases(),
        works=wiring.operations.works(),
        queue=wiring.operations.work_queue(),
    )


async def _page(
    person: SignedIn,
    by: Acting,
    form: Mapping[str, str],
    faults: Mapping[str, str] | None = None,
    *,
    missed: int = 0,
) -> func.HttpResponse:
    org_id, text = by.organisation.id, form.get("text", "").strip()[:LONGEST]
    found, more = await wiring.organisations.store().members(
        org_id, MemberFilter(text=text), _ON_A_PAGE, form.get("after") or None
    )
    told = ngettext("One card could not be made.", "%(num)s cards could not be made.", missed)
    return org_page(
        "organisations/cards/new.html",
        person,
        by,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        templates=await templates_to_choose(org_id),
        chosen=form.get("template", ""),
        found=found,
        following=more,
        having=await those_with_cards(org_id, found),
        picked=[name.removeprefix(_PICK) for name in form if name.startswith(_PICK)],
        text=text,
        longest=LONGEST,
        key=form.get("key", ""),
        missed=told if missed else None,
        faults=faults or {},
    )
