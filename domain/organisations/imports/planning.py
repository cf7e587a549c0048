"""What each row of a page would do, or does: to whom, in which fields, or why not."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from domain.base.folding import fold
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.limits import MOST_TEAMS_OF_A_PERSON
from domain.organisations.details import Details
from domain.organisations.imports.imports import CHANGED, FAULTY, NEW, SAME, Found, Import, ImportStore
from domain.organisations.imports.rows import RowFault, Said, TeamNames
from domain.organisations.organisation import Member


class Plan(NamedTuple):
    """What a row does. `before` is the person as they are, or as they were before they left."""

    number: int
    effect: str
    name: str
    fields: list[str]
    faults: list[RowFault]
    after: Member | None = None
    before: Member | None = None
    member_id: str | None = None

    @property
    def whom(self) -> str | None:
        """Id of the person."""
        return self.after.id if self.after else self.member_id

    @property
    def writes(self) -> bool:
        return self.after is not None and self.effect in (NEW, CHANGED)


def faulty(number: int, name: str, faults: list[RowFault]) -> Plan:
    return Plan(number, FAULTY, name, [], faults)


class Given(NamedTuple):
    """What rows are compared with. `twins` are rows that mean the person of an earlier one."""

    of: Import
    teams: TeamNames
    twins: Mapping[int, int]
    now: datetime


async def plan_rows(said: Sequence[Said], given: Given, imports: ImportStore) -> list[Plan]:
    """What these rows do, by who is there now."""
    good = [each for each in said if not each.faults and each.number not in given.twins]
    found = await imports.find(
        given.of.org_id,
        [text for each in good if (text := each.values.get("externalId"))],
        [fold(text) for each in good if (text := each.values.get("email"))],
    )
    plans, seen = list[Plan](), dict[str, int]()
    for each in said:
        plan = _planned(each, given, found)
        if plan.after is not None and seen.setdefault(plan.after.id, plan.number) != plan.number:
            first = RowFault("", "same_person", str(seen[plan.after.id]))
            plan = faulty(plan.number, plan.name, [first])
        plans.append(plan)
    return plans


def _planned(said: Said, given: Given, found: Found) -> Plan:
    name, number = said.name, said.number
    faults = list(said.faults)
    if not faults and (first := given.twins.get(number)):
        faults = [RowFault("", "same_person", str(first))]
    if faults:
        return faulty(number, name, faults)
    values = said.values
    by_id = found.external_ids.get(values.get("externalId", ""))
    by_address = found.addresses.get(fold(values.get("email", "")))
    meant = by_id or by_address
    if by_id and by_address and by_id != by_address:
        return faulty(number, name, [RowFault("", "address")])
    member = found.members.get(meant or "")
    known_as = member.external_id if member else None
    if not by_id and known_as and values.get("externalId", known_as) != known_as:
        # Of another identifier: somebody else with the same address.
        return faulty(number, name, [RowFault("", "address")])
    team_ids, faults = given.teams.find(values.get("team", ""), _column(given.of, "team"))
    if member is None:
        faults += [
            RowFault(_column(given.of, need), "required") for need in ("name", "email") if need not in values
        ]
    if faults:
        return faulty(number, name, faults)
    if member is None:
        former = found.former.get(meant or "")
        new = _new(said, given, meant, team_ids).after(former)
        return Plan(number, NEW, name, [], [], new, former)
    return _change(said, given, member, team_ids)


def _column(of: Import, field: str) -> str:
    """Name of the column that says a field, or of no column."""
    places = [place for place, each in enumerate(of.fields) if each == field]
    return of.columns[places[0]] if places else ""


def _new(said: Said, given: Given, earlier: str | None, teams: list[str]) -> Member:
    values, of = said.values, given.of
    text = f"imported {of.org_id} {of.id} {said.number}"
    digest = hashlib.sha256(text.encode()).digest()[:ID_BYTES]
    return Member(
        id=earlier or make_id(ID_PREFIXES["member"], digest),
        org_id=of.org_id,
        account_id="",
        name=values["name"],
        email=values["email"],
        role="member",
        added=True,
        external_id=values.get("externalId"),
        details=_details(Details(), values),
        teams=teams[:MOST_TEAMS_OF_A_PERSON],
        since=given.now,
        updated_at=given.now,
    )


def _details(present: Details, values: Mapping[Any, str]) -> Details:
    """What is known, with what a row says; an empty cell changes nothing."""
    said = {field: values[field] for field in Details.model_fields if field in values}
    return present.model_copy(update=said)


def _change(said: Said, given: Given, member: Member, teams: list[str]) -> Plan:
    values = said.values
    update: dict[str, Any] = {
        "name": values.get("name", member.name),
        "email": values.get("email", member.email),
        "external_id": values.get("externalId", member.external_id),
        "details": _details(member.details, values),
        "teams": [*member.teams, *(each for each in teams if each not in member.teams)],
    }
    if len(update["teams"]) > MOST_TEAMS_OF_A_PERSON:
        return faulty(said.number, said.name, [RowFault(_column(given.of, "team"), "too_many_teams")])
    after = member.changed(given.now, **update)
    fields = [name for name in ("name", "email") if update[name] != getattr(member, name)]
    fields += ["externalId"] if after.external_id != member.external_id else []
    fields += [name for name, text in after.details if text != getattr(member.details, name)]
    fields += ["team"] if after.teams != member.teams else []
    effect = CHANGED if fields else SAME
    return Plan(said.number, effect, said.name or member.name, fields, [], after, member)
