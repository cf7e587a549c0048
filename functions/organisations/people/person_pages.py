"""`/org/{organisationId}/people/{memberId}`: one person, their role, and who was taken out."""

import secrets
from http import HTTPStatus

import azure.functions as func

import wiring.cards
import wiring.organisations
from domain.base.errors import Conflict, InvalidInput, NotFound
from domain.base.limits import UNDO_TIME
from domain.organisations.organisation import Acting, Member
from domain.organisations.people import (
    MemberVersion,
    change_role,
    read_member,
    read_removed,
    restore_member,
)
from domain.organisations.roles import ROLES, may, may_give
from domain.organisations.staff_cards.making import staff_card_id
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.forms import sentences, vet
from functions.framework.my_pages import done_in, version_in
from functions.framework.pages import wait_until
from functions.framework.replies import redirect
from functions.framework.texts import N_, _
from functions.organisations.acting import ROLE_NAMES, opened, org_page, sent
from functions.organisations.people.api import RoleInput
from functions.organisations.staff_cards.making_pages import templates_to_choose

_LABELS = {"/role": N_("Role")}
_DONE = {
    "role": N_("The role is changed."),
    "added": N_("The person is added. Invite them when they are to join."),
    "details": N_("Saved. Their card follows."),
    "restored": N_("They are back, with the role that they had."),
    "transferred": N_("They are an owner now, and you are an admin."),
}


async def show(req: func.HttpRequest) -> func.HttpResponse:
    """A person; for a day also somebody who was taken out, to whoever may take them back."""
    person, by = await opened(req, "see_people")
    member_id, store = req.route_params["memberId"], wiring.organisations.store()
    found = await store.member(by.organisation.id, member_id)
    if found is not None:
        return await _page(person, by, found, done=done_in(req, _DONE))
    if not may(by.member.role, "remove_people"):
        raise NotFound
    removed = await read_removed(by, member_id, now=now(), organisations=store)
    left = wait_until(removed.updated_at + UNDO_TIME, now())
    return org_page(
        "organisations/people/removed.html",
        person,
        by,
        them=removed,
        left=left,
        until=removed.updated_at + UNDO_TIME,
        role_names=ROLE_NAMES,
        may_restore=may_give(by.member.role, removed.role),
        card_id=await _card_of(removed),
    )


async def _card_of(removed: Member) -> str | None:
    """Their staff card, if they had one."""
    card_id = staff_card_id(removed.org_id, removed.id)
    return card_id if await wiring.cards.store().get(removed.org_id, card_id) else None


async def change(req: func.HttpRequest) -> func.HttpResponse:
    person, by, form = await sent(req, "change_roles")
    member_id, role = req.route_params["memberId"], form.get("role", "")
    try:
        wanted = vet(RoleInput, {"role": role}).role
        of = MemberVersion(member_id, version_in(form))
        await change_role(by, of, wanted, now=now(), ports=wiring.organisations.people())
    except InvalidInput as refusal:
        faults, status = sentences(refusal.faults, _LABELS), HTTPStatus.UNPROCESSABLE_ENTITY
        return await _page(person, by, await _them(req, by), faults=faults, role=role, status=status)
    except Conflict as refusal:
        faults, status = {"/role": _(refusal.detail)}, HTTPStatus.CONFLICT
        return await _page(person, by, await _them(req, by), faults=faults, role=role, status=status)
    if member_id == by.member.id and not may(wanted, "see_people"):
        return redirect(f"/org/{by.organisation.id}")
    return redirect(f"/org/{by.organisation.id}/people/{member_id}?done=role")


async def restore(req: func.HttpRequest) -> func.HttpResponse:
    _person, by, form = await sent(req, "remove_people")
    of = MemberVersion(req.route_params["memberId"], version_in(form))
    back = await restore_member(by, of, now=now(), ports=wiring.organisations.people())
    return redirect(f"/org/{by.organisation.id}/people/{back.id}?done=restored")


async def _them(req: func.HttpRequest, by: Acting) -> Member:
    store = wiring.organisations.store()
    return await read_member(by, req.route_params["memberId"], organisations=store)


async def _page(
    person: SignedIn,
    by: Acting,
    them: Member,
    *,
    done: str | None = None,
    faults: dict[str, str] | None = None,
    role: str | None = None,
    status: int = HTTPStatus.OK,
) -> func.HttpResponse:
    roles = [each for each in ROLES if may_give(by.member.role, each)]
    changeable = may_give(by.member.role, them.role)
    org_id, makes = by.organisation.id, may(by.member.role, "change_staff_cards")
    card = await wiring.cards.store().get(org_id, staff_card_id(org_id, them.id))
    return org_page(
        "organisations/people/person.html",
        person,
        by,
        status=status,
        them=them,
        is_you=them.id == by.member.id,
        roles=[(each, _(ROLE_NAMES[each])) for each in roles] if changeable else [],
        role=role or them.role,
        invitation_key=secrets.token_urlsafe(16),
        role_names=ROLE_NAMES,
        card=card,
        templates=await templates_to_choose(org_id) if makes and card is None else [],
        done=done,
        faults=faults or {},
    )
