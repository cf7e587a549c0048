"""`/org/{organisationId}/leavers`: the cards of those who have left, and where their links lead."""

from http import HTTPStatus
from typing import Final

import azure.functions as func

import wiring.cards
import wiring.organisations.templates
from domain.base.errors import InvalidInput, NotFound, StaleVersion
from domain.cards.card import Card, CardVersion, StaffSuccessor
from domain.organisations.organisation import Acting
from domain.organisations.staff_cards.successors import read_leaver
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.my_pages import done_in, version_in
from functions.framework.replies import redirect
from functions.framework.texts import N_, _
from functions.organisations.acting import opened, org_page, sent
from functions.organisations.leaving.api import choose, leaver_out
from functions.organisations.leaving.choosing import Choice, NotChosen, chosen_in, shown

_ON_A_PAGE: Final = 50
_DONE: Final = {"saved": N_("Saved. The links of the card lead there now.")}


async def show_all(req: func.HttpRequest) -> func.HttpResponse:
    """A page of them, the latest first: one query, however many have left."""
    person, by = await opened(req, "remove_people")
    store = wiring.organisations.templates.staff_cards()
    try:
        found, following = await store.left(by.organisation.id, _ON_A_PAGE, req.params.get("after") or None)
    except InvalidInput:
        raise NotFound from None
    return org_page(
        "organisations/leaving/leavers.html",
        person,
        by,
        leavers=[leaver_out(card) for card in found],
        following=following,
    )


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person, by = await opened(req, "remove_people")
    card = await _card(req, by)
    choice = await shown(by, card.staff.successor or StaffSuccessor() if card.staff else None)
    return _page(person, by, card, choice, done=done_in(req, _DONE))


async def save(req: func.HttpRequest) -> func.HttpResponse:
    person, by, form = await sent(req, "remove_people")
    card = await _card(req, by)
    try:
        of = card.staff.member_id if card.staff else None
        wanted = await chosen_in(form, by, of=of) or StaffSuccessor()
        await choose(by, CardVersion(card.account_id, card.id, version_in(form)), wanted, now())
    except NotChosen as refusal:
        return _page(person, by, card, refusal.choice, refusal.faults)
    except StaleVersion:
        said = {"/to": _("It was changed somewhere else meanwhile. Save again to replace that")}
        status = HTTPStatus.PRECONDITION_FAILED
        return _page(person, by, card, await shown(by, wanted), said, status=status)
    return redirect(f"/org/{by.organisation.id}/leavers/{card.id}?done=saved")


async def _card(req: func.HttpRequest, by: Acting) -> Card:
    return await read_leaver(by, req.route_params["cardId"], cards=wiring.cards.store())


def _page(
    person: SignedIn,
    by: Acting,
    card: Card,
    choice: Choice,
    faults: dict[str, str] | None = None,
    *,
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY,
    done: str | None = None,
) -> func.HttpResponse:
    return org_page(
        "organisations/leaving/leaver.html",
        person,
        by,
        status=status if faults else HTTPStatus.OK,
        leaver=leaver_out(card),
        version=card.version,
        choice=choice,
        faults=faults or {},
        done=done,
    )
