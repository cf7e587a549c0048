"""`/org/{organisationId}/teams/{teamId}`: the people of a team; adding and taking out, making admins."""

import asyncio
from typing import Final, NamedTuple

import azure.functions as func

import wiring.organisations
import wiring.organisations.teams
from domain.base.errors import Fault, InvalidInput, NotFound
from domain.organisations.organisation import Acting, MemberFilter
from domain.organisations.teams.changing import read_team
from domain.organisations.teams.people import Additions, add_people, set_admin, take_out
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.forms import vet
from functions.framework.my_pages import done_in
from functions.framework.replies import redirect
from functions.framework.texts import N_, _
from functions.organisations.acting import opened, sent
from functions.organisations.teams.shown import team_page

_ON_A_PAGE: Final = 50
_MOST_ADMINS: Final = 20
LONGEST_SEARCH: Final = 100
_PICK: Final = "pick-"
_DONE: Final = {
    "made": N_("The team is made. Add its people next."),
    "saved": N_("Saved."),
    "restored": N_("The team is back, with its people."),
    "added": N_("The people are in the team."),
    "out": N_("They are not in the team any more."),
    "admin": N_("They are an admin of the team."),
    "person": N_("They are not an admin of the team any more."),
}


async def show(req: func.HttpRequest) -> func.HttpResponse:
    """A page of the people of the team by name: the same queries whatever their number."""
    person, by = await opened(req, "see_people")
    store, org_id = wiring.organisations.teams.store(), by.organisation.id
    team, teams = await read_team(by, "see_team", req.route_params["teamId"], store=store)
    after = req.params.get("after") or None
    size, admins, (people, following) = await asyncio.gather(
        store.size(org_id, team.id),
        store.admins(org_id, team.id, _MOST_ADMINS),
        wiring.organisations.store().members(org_id, MemberFilter(team=team.id), _ON_A_PAGE, after),
    )
    return team_page(
        "team.html",
        person,
        by,
        (team, teams),
        size=size,
        admins=admins,
        people=people,
        following=following,
        below=[each for each in teams.by_name() if each.parent_id == team.id],
        done=done_in(req, _DONE),
    )


async def change(req: func.HttpRequest) -> func.HttpResponse:
    """Take somebody out, or make them an admin, or one of the people again."""
    _person, by, form = await sent(req, "see_people")
    team_id, member_id = req.route_params["teamId"], req.route_params["memberId"]
    ports, then = wiring.organisations.teams.ports(), form.get("then", "")
    if then == "out":
        await take_out(by, team_id, member_id, now=now(), ports=ports)
    elif then in ("admin", "person"):
        await set_admin(by, team_id, member_id, admin=then == "admin", now=now(), ports=ports)
    else:
        raise NotFound
    return redirect(f"/org/{by.organisation.id}/teams/{team_id}?done={then}")


class _Looking(NamedTuple):
    """What was typed to find people, who was chosen among them, and what is wrong with that."""

    text: str = ""
    picked: tuple[str, ...] = ()
    fault: str = ""


async def show_add(req: func.HttpRequest) -> func.HttpResponse:
    person, by = await opened(req, "see_people")
    return await _add_page(req, person, by, _Looking())


async def find(req: func.HttpRequest) -> func.HttpResponse:
    """Who has a name that begins so. It comes in the body of a form: names in an address would be logged."""
    person, by, form = await sent(req, "see_people")
    return await _add_page(req, person, by, _Looking(_text_in(form)))


async def add(req: func.HttpRequest) -> func.HttpResponse:
    person, by, form = await sent(req, "see_people")
    team_id, picked = req.route_params["teamId"], _picked_in(form)
    try:
        chosen = vet(Additions, {"members": list(picked)})
        await add_people(by, team_id, chosen, now=now(), ports=wiring.organisations.teams.ports())
    except InvalidInput as refusal:
        fault = await _said(by, picked, refusal.faults[0])
        return await _add_page(req, person, by, _Looking(_text_in(form), picked, fault))
    return redirect(f"/org/{by.organisation.id}/teams/{team_id}?done=added")


def _text_in(form: dict[str, str]) -> str:
    return form.get("text", "").strip()[:LONGEST_SEARCH]


def _picked_in(form: dict[str, str]) -> tuple[str, ...]:
    return tuple(name.removeprefix(_PICK) for name in form if name.startswith(_PICK))[:_ON_A_PAGE]


async def _said(by: Acting, picked: tuple[str, ...], fault: Fault) -> str:
    """The fault, with the name of the person."""
    if not picked:
        return _("Choose at least one person")
    member_id = picked[int(fault.field.rpartition("/")[2])]
    found = await wiring.organisations.teams.store().found(by.organisation.id, [member_id])
    name = found[0].name if found else _("This person")
    return f"{name} {_(fault.detail)}"


async def _add_page(
    req: func.HttpRequest, person: SignedIn, by: Acting, looking: _Looking
) -> func.HttpResponse:
    store = wiring.organisations.teams.store()
    of = await read_team(by, "change_people", req.route_params["teamId"], store=store)
    found, more = await wiring.organisations.store().members(
        by.organisation.id, MemberFilter(text=looking.text), _ON_A_PAGE, None
    )
    return team_page(
        "add.html",
        person,
        by,
        of,
        status=422 if looking.fault else 200,
        found=found,
        more=more,
        looking=looking,
        longest=LONGEST_SEARCH,
        faults={"/members": looking.fault} if looking.fault else {},
    )
