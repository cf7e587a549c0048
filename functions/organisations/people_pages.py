"""`/org/{organisationId}/people`: the people of an organisation."""

import re
from collections.abc import Mapping

import azure.functions as func

import wiring.organisations
import wiring.organisations.teams
from domain.base.errors import NotFound
from domain.base.limits import UNDO_TIME
from domain.organisations.organisation import Acting, Member, MemberFilter
from domain.organisations.people import list_removed, read_removed
from domain.organisations.roles import may, may_give
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.forms import by_label
from functions.framework.my_pages import done_in
from functions.framework.pages import wait_until
from functions.framework.replies import redirect
from functions.framework.texts import N_, _
from functions.organisations.acting import ROLE_NAMES, opened, org_page, sent
from functions.organisations.staff_cards.making_pages import those_with_cards
from functions.organisations.teams.shown import path_of

_DONE: dict[str, str] = {"removed": N_("They are out of the organisation. You can take them back for a day.")}
_ON_A_PAGE = 50
_LONGEST = 120
_REMOVED = 5


def texts_in(form: Mapping[str, str]) -> dict[str, str]:
    text = form.get("text", "").strip()
    return by_label([(_("Find by name"), text)] if text else [])


async def show(req: func.HttpRequest) -> func.HttpResponse:
    """A page of the people by name: one point read and one query, whatever their number."""
    person, by = await opened(req, "see_people")
    wanted = MemberFilter(role=_role(req.params.get("role", "")), team=_team(req.params.get("team", "")))
    gone = await _just_removed(by, req.params.get("person", "")) if "done" in req.params else None
    done = done_in(req, _DONE) if gone else None
    return await _page(person, by, wanted, req.params.get("after") or None, done=done, gone=gone)


async def search(req: func.HttpRequest) -> func.HttpResponse:
    """The people whose names begin so. No name stands in an address, so the next pages are forms as well."""
    person, by, form = await sent(req, "see_people")
    text, role = form.get("text", "").strip()[:_LONGEST], _role(form.get("role", ""))
    if not text:
        return redirect(f"/org/{by.organisation.id}/people{f'?role={role}' if role else ''}")
    return await _page(person, by, MemberFilter(role=role, text=text), form.get("after") or None)


def _role(text: str) -> str | None:
    return text if text in ROLE_NAMES else None


def _team(text: str) -> str | None:
    return text if re.fullmatch("tem_[a-z2-7]{26}", text) else None


async def _just_removed(by: Acting, member_id: str) -> Member | None:
    """Who was just taken out, if they can be taken back by whoever looks."""
    if not may(by.member.role, "remove_people"):
        return None
    try:
        store = wiring.organisations.store()
        gone = await read_removed(by, member_id, now=now(), organisations=store)
    except NotFound:
        return None
    return gone if may_give(by.member.role, gone.role) else None


async def _without_card(by: Acting, people: list[Member]) -> set[str]:
    """Ids of those without a staff card, for whoever can make one."""
    if not may(by.member.role, "change_staff_cards"):
        return set()
    return {each.id for each in people} - await those_with_cards(by.organisation.id, people)


async def _page(
    person: SignedIn,
    by: Acting,
    wanted: MemberFilter,
    after: str | None,
    *,
    done: str | None = None,
    gone: Member | None = None,
) -> func.HttpResponse:
    teams = await wiring.organisations.teams.store().get(by.organisation.id)
    names = teams.names()
    if wanted.team not in names:
        wanted = wanted.model_copy(update={"team": None})
    people, following = await wiring.organisations.store().members(
        by.organisation.id, wanted, _ON_A_PAGE, after
    )
    first = after is None and not wanted.text and not wanted.role and may(by.member.role, "remove_people")
    at, store = now(), wiring.organisations.store()
    gone_lately = await list_removed(by, _REMOVED, now=at, organisations=store) if first else []
    ends = [each.updated_at + UNDO_TIME for each in gone_lately]
    return org_page(
        "organisations/people.html",
        person,
        by,
        people=people,
        without_card=await _without_card(by, people),
        following=following,
        wanted=wanted,
        teams=[(each.id, path_of(each, teams)) for each in teams.as_tree()],
        team_names=names,
        role_names=ROLE_NAMES,
        longest=_LONGEST,
        done=done,
        gone=gone,
        removed=[(each, until, wait_until(until, at)) for each, until in zip(gone_lately, ends, strict=True)],
    )
