"""The demo organisation: 200 people in three teams, with two templates in force and cards that follow them.

    python -m local.demo_organisation --owner acc_…

Runs beside the app with its settings, and uses the product's own use cases. Every id follows from the owner
and a number: a run that was cut off can be repeated.
"""

import argparse
import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from itertools import batched
from typing import Final, NamedTuple

import wiring
import wiring.accounts
import wiring.organisations
import wiring.organisations.brand
import wiring.organisations.teams
import wiring.organisations.templates
from domain.base.errors import NotFound
from domain.organisations.details import Details
from domain.organisations.founding import NewOrganisation, create_organisation
from domain.organisations.known_people import added_id
from domain.organisations.organisation import MOST_KNOWN, Acting, Creating, Member, Person, acting
from domain.organisations.staff_cards.making import NewStaffCard, make_staff_card
from domain.organisations.teams.changing import make_team
from domain.organisations.teams.people import MOST_AT_ONCE as MOST_IN_A_TEAM_AT_ONCE
from domain.organisations.teams.people import Additions, add_people
from domain.organisations.teams.team import TeamContent
from domain.organisations.templates.rules import TemplateContent
from domain.organisations.templates.templates import (
    NothingToRelease,
    TemplateVersion,
    make_template,
    release_template,
)
from local.demo_book import Entry, book

NAME: Final = "Analytical Engines"
DOMAIN: Final = "analytical-engines.example"
SIZE: Final = 200
AT_ONCE: Final = 4


class Team(NamedTuple):
    name: str
    titles: tuple[str, ...]
    location: str


_TEAMS: Final = (
    Team("Workshop", ("Engineer", "Toolmaker", "Fitter", "Head of the workshop"), "London"),
    Team("Research", ("Analyst", "Mathematician", "Programmer", "Head of research"), "Cambridge"),
    Team("Sales", ("Account manager", "Sales engineer", "Head of sales"), "Gothenburg"),
)
_WORK: Final = [{"kind": "work", "address": "{first|ascii}.{last|ascii}@" + DOMAIN}]
_TEMPLATES: Final = (
    {
        "name": "Standard",
        "rules": {
            "name": {"mode": "locked", "value": "{name}"},
            "title": {"mode": "locked", "value": "{title?}"},
            "organisation": {"mode": "locked", "value": "{organisation}"},
            "emails": {"mode": "locked", "value": [{"kind": "work", "address": "{email}"}]},
            "phones": {"mode": "locked", "value": [{"kind": "work", "number": "{phone}"}]},
            "website": {"mode": "locked", "value": f"https://{DOMAIN}/"},
        },
    },
    {
        "name": "Sales",
        "rules": {
            "name": {"mode": "locked", "value": "{name}"},
            "title": {"mode": "optional", "value": "{title?}"},
            "organisation": {"mode": "locked", "value": "{organisation}"},
            "emails": {"mode": "locked", "value": [{"kind": "work", "address": "{email}"}]},
            "phones": {"mode": "required", "value": [{"kind": "work", "number": "{phone}"}]},
            "website": {"mode": "locked", "value": f"https://{DOMAIN}/offers"},
        },
    },
)


def _creating(what: str, now: datetime) -> Creating:
    return Creating(f"demo {what}", now)


async def fill(owner_id: str, now: datetime, *, size: int) -> None:
    by = await _organisation(owner_id, now)
    people = await _people(by, [each for each in book(size * 2) if each.kind == "person"][:size], now)
    for number, team in enumerate(_TEAMS):
        await _team(by, team, [each.id for each in people[number :: len(_TEAMS)]], now)
    templates = [await _template(by, TemplateContent.model_validate(said), now) for said in _TEMPLATES]
    turn = asyncio.Semaphore(AT_ONCE)
    async with asyncio.TaskGroup() as group:
        for number, person in enumerate(people):
            template = templates[_TEAMS[number % len(_TEAMS)].name == "Sales"]
            group.create_task(_card(turn, by, person, template, now))


async def _organisation(owner_id: str, now: datetime) -> Acting:
    account = await wiring.accounts.store().get(owner_id)
    if account is None:
        raise NotFound
    made = await create_organisation(
        Person(owner_id, account.name or account.email, account.email),
        NewOrganisation(name=NAME),
        _creating("organisation", now),
        organisations=wiring.organisations.store(),
        memberships=wiring.organisations.memberships(),
        settle=wiring.organisations.settle,
    )
    return await acting(made.id, owner_id, "see", organisations=wiring.organisations.store())


async def _people(by: Acting, entries: Sequence[Entry], now: datetime) -> list[Member]:
    org_id, store = by.organisation.id, wiring.organisations.store()
    people = [_person(org_id, number, entry, now) for number, entry in enumerate(entries)]
    for some in batched(people, MOST_KNOWN, strict=False):
        there = {each.id for each in await store.find_members(org_id, [each.id for each in some])}
        if new := [each for each in some if each.id not in there]:
            await store.save_known(new, [])
    return people


def _person(org_id: str, number: int, entry: Entry, now: datetime) -> Member:
    team = _TEAMS[number % len(_TEAMS)]
    return Member(
        id=added_id(org_id, f"demo {number}"),
        org_id=org_id,
        account_id="",
        name=entry.name,
        email=f"staff{number:03}@{DOMAIN}",
        role="member",
        added=True,
        external_id=f"AE-{number:04}",
        details=Details(
            title=team.titles[number // len(_TEAMS) % len(team.titles)],
            department=team.name,
            phone=f"+44 20 7946 {number:04}",
            location=team.location,
            number=f"{1000 + number}",
        ),
        since=now,
        updated_at=now,
    )


async def _team(by: Acting, team: Team, members: list[str], now: datetime) -> None:
    ports = wiring.organisations.teams.ports()
    new = TeamContent(name=team.name)
    made, _ = await make_team(by, new, _creating(f"team {team.name}", now), store=ports.teams)
    for some in batched(members, MOST_IN_A_TEAM_AT_ONCE, strict=False):
        await add_people(by, made.id, Additions(members=list(some)), now=now, ports=ports)


async def _template(by: Acting, content: TemplateContent, now: datetime) -> str:
    store = wiring.organisations.templates.store()
    made = await make_template(
        by,
        content,
        _creating(f"template {content.name}", now),
        templates=store,
        brands=wiring.organisations.brand.store(),
    )
    with suppress(NothingToRelease):
        of = TemplateVersion(by, made.id, made.version)
        await release_template(of, now=now, templates=store, settle=wiring.organisations.settle)
    return made.id


async def _card(turn: asyncio.Semaphore, by: Acting, person: Member, template: str, now: datetime) -> None:
    async with turn:
        new = NewStaffCard(member_id=person.id, template_id=template)
        await make_staff_card(by, new, now, wiring.organisations.templates.staff_ports())


async def _run(owner_id: str, size: int) -> None:
    try:
        await fill(owner_id, datetime.now(UTC), size=size)
    finally:
        await wiring.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.demo_organisation", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)  # fmt: skip
    parser.add_argument("--owner", required=True, help="the id of the account")
    parser.add_argument("--size", type=int, default=SIZE)
    given = parser.parse_args()
    asyncio.run(_run(given.owner, given.size))


if __name__ == "__main__":
    main()
