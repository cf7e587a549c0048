"""`/org/{organisationId}/people/{memberId}/remove`: somebody is taken out, and who follows them is chosen."""

from datetime import timedelta
from http import HTTPStatus

import azure.functions as func

import wiring.cards
import wiring.organisations
import wiring.organisations.leaving
from domain.base.errors import Conflict
from domain.base.limits import UNDO_TIME
from domain.cards.card import StaffSuccessor
from domain.organisations.organisation import Acting, Member
from domain.organisations.people import MemberVersion, read_member, remove_member
from domain.organisations.roles import may_give
from domain.organisations.staff_cards.making import staff_card_id
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.my_pages import version_in
from functions.framework.replies import redirect
from functions.framework.texts import _
from functions.organisations.acting import ROLE_NAMES, opened, org_page, sent
from functions.organisations.leaving.choosing import Choice, NotChosen, chosen_in, name_of, shown, typed_in


async def ask(req: func.HttpRequest) -> func.HttpResponse:
    """The page that asks before somebody is taken out."""
    person, by = await opened(req, "remove_people")
    return await _page(person, by, await _them(req, by), await shown(by, None))


async def remove(req: func.HttpRequest) -> func.HttpResponse:
    person, by, form = await sent(req, "remove_people")
    of = MemberVersion(req.route_params["memberId"], version_in(form))
    try:
        # Who has no card is asked for no successor.
        successor = await chosen_in(form, by, of=of.member_id) if form.get("to") else None
        ports = wiring.organisations.people()
        gone = await remove_member(by, of, successor=successor, now=now(), ports=ports)
    except NotChosen as refusal:
        them = await _them(req, by)
        return await _page(person, by, them, refusal.choice, faults=refusal.faults)
    except Conflict as refusal:
        return await _page(person, by, await _them(req, by), await typed_in(form, by), _(refusal.detail))
    if gone.ended == "left":
        return redirect("/my/account?done=organisation-left#organisations")
    return redirect(f"/org/{by.organisation.id}/people?done=removed&person={gone.id}")


async def _them(req: func.HttpRequest, by: Acting) -> Member:
    store = wiring.organisations.store()
    return await read_member(by, req.route_params["memberId"], organisations=store)


async def _page(
    person: SignedIn,
    by: Acting,
    them: Member,
    choice: Choice,
    fault: str | None = None,
    *,
    faults: dict[str, str] | None = None,
) -> func.HttpResponse:
    card_id = staff_card_id(by.organisation.id, them.id)
    has_card = await wiring.cards.store().get(by.organisation.id, card_id) is not None
    rule = (await wiring.organisations.leaving.rules().get(by.organisation.id)).successor
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
    return org_page(
        "organisations/people/remove.html",
        person,
        by,
        status=HTTPStatus.CONFLICT if fault else status,
        them=them,
        role_names=ROLE_NAMES,
        hours=UNDO_TIME // timedelta(hours=1),
        fault=fault,
        faults=faults or {},
        allowed=may_give(by.member.role, them.role),
        choice=choice if has_card else None,
        rule=await _said(by, rule, them),
    )


async def _said(by: Acting, rule: StaffSuccessor, them: Member) -> str:
    """What the organisation's rule says of this person, in words: nobody comes after themselves."""
    if rule.to == "company_page":
        return _("To the company page.")
    if rule.member_id not in (None, them.id) and (name := await name_of(by, rule.member_id or "")):
        return _("To the card of %(name)s.", name=name)
    return _("Nowhere: they show that no card is shown.")
