"""Who may go through which door for another reason than their role: every door again.

An admin of a team may some of it in their own one and nothing more elsewhere. A person may some of it with
what is theirs. An organisation that is closed or erased is one that never was, also to those who were in it.
"""

import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Final

import pytest

import wiring.organisations
from domain.organisations.teams.rights import TEAM_ALLOWED, TeamAct
from functions.organisations.doors import DOORS
from tests.functions.framework.test_foreign_ids import _ask as ask
from tests.functions.framework.test_foreign_ids import _first_difference as first_difference
from tests.functions.framework.test_foreign_ids import _plain as plain
from tests.functions.framework.test_foreign_ids import never, unlimited
from tests.functions.organisations.joined import joined
from tests.functions.organisations.test_closing import close
from tests.functions.organisations.test_erasure import the_timer
from tests.functions.organisations.test_matrix import (
    ABSENT,
    DONE,
    OF_CLOSED,
    OF_ITS_PERSON,
    OF_REMOVED,
    SAID,
    STALE,
    a_team,
    doors_in,
    expected,
    methods_of,
    put_in,
    schemas_of,
    seen,
    things_of,
    told_so,
)
from tests.functions.organisations.test_organisations import an_organisation

__all__ = ["unlimited"]

# What the doors of a team do to it.
OF_A_TEAM: Final[dict[str, TeamAct]] = {
    "organisations_teams_page_settings": "rename_team",
    "organisations_teams_page_save": "rename_team",
    "organisations_teams_page_add": "change_people",
    "organisations_teams_page_find": "change_people",
    "organisations_teams_page_do_add": "change_people",
    "organisations_teams_page_change_person": "change_admins",
    "organisations_teams_page_delete": "delete_team",
    # It is asked to be below itself.
    "organisations_teams_change": "move_team",
    "organisations_teams_add_people": "change_people",
    "organisations_teams_take_out": "change_people",
    "organisations_teams_make_admin": "change_admins",
    "organisations_teams_unmake_admin": "change_admins",
    "organisations_teams_delete": "delete_team",
}
# Doors that are open to the person whose thing it is as well, whatever their role.
OF_ONES_OWN: Final = {
    "organisations_cards_page_one",
    "organisations_cards_page_save",
    "organisations_cards_page_preview",
    "organisations_cards_page_typed",
    "organisations_staff_cards_get",
    "organisations_staff_cards_change",
    "organisations_requests_page_one",
    "organisations_requests_get",
    *OF_ITS_PERSON,
}


class Asked:
    """An organisation whose doors are all asked."""

    def __init__(self, host: Any, owner: Any, org: dict, signed_in: Any) -> None:
        self.host, self.owner, self.org, self.signed_in = host, owner, org, signed_in

    async def begin(self, colleague: Any = None) -> None:
        self.schemas = await schemas_of(self.owner)
        self.ids = await things_of(self.host, self.owner, self.org, self.signed_in, colleague)
        self.ids["proposalId"] = never("proposalId")

    async def wrong(self, person: Any, wanted: Callable[[Any], str]) -> list[str]:
        """What a person may, where it is not as it should be."""
        wrong = []
        for door in doors_in(DOORS):
            if door.name in OF_REMOVED:
                continue
            for method in methods_of(door):
                if door.name in DONE:
                    await put_in(self.owner, self.ids)
                ids = self.ids | SAID.get(door.name, {})
                answer = await ask(person, door, method, ids, self.schemas, version=STALE)
                if (said := seen(answer)) != wanted(door):
                    wrong.append(f"{door.name} {method}: {said} not {wanted(door)}: {answer.text[:200]}")
                if said == "denied" and method != "HEAD" and not told_so(door, answer):
                    wrong.append(f"{door.name} {method}: not told why: {answer.text[:200]}")
        return wrong

    async def unlike_never(self, people: dict[str, Any]) -> list[str]:
        """Where somebody finds something that they do not find of what never was."""
        unlike, none = list[str](), {name: never(name) for name in self.ids}
        for each in people.values():
            each.http.headers["Accept-Encoding"] = "identity"
        for door in doors_in(DOORS):
            if door.name in OF_CLOSED:
                continue
            for method in methods_of(door):
                for who, each in people.items():
                    theirs, absent = await asyncio.gather(
                        ask(each, door, method, self.ids, self.schemas, version=STALE),
                        ask(each, door, method, none, self.schemas, version=STALE),
                    )
                    one, other = plain(theirs, self.ids), plain(absent, none)
                    if one != other or theirs.status_code != ABSENT:
                        unlike.append(f"{door.name} {method} {who} {first_difference(one, other)}")
        return unlike

    async def an_admin_of(self, team: str) -> Any:
        person = await self.signed_in()
        there, at = await joined(self.org, person), f"organisations/{self.org['id']}/teams/{team}"
        added = await self.owner.api("POST", f"{at}/members", json={"members": [there["id"]]})
        made = await self.owner.api("PUT", f"{at}/admins/{there['id']}")
        assert (added.status_code, made.status_code) == (200, 200), (added.text, made.text)
        return person


@pytest.fixture
async def asked(host, signed_in, unlimited) -> Asked:
    owner = await signed_in()
    return Asked(host, owner, await an_organisation(owner), signed_in)


@pytest.mark.parametrize("of", ["own", "above", "other"])
async def test_an_admin_of_a_team_may_in_their_own_what_the_table_of_teams_says(asked, of) -> None:
    await asked.begin()
    team = asked.ids["teamId"]
    if of != "own":
        team = await a_team(asked.owner, asked.org, of)
    if of == "above":
        path, body = f"organisations/{asked.org['id']}/teams/{asked.ids['teamId']}", {"name": "Team"}
        version = {"If-Match": (await asked.owner.api("GET", path)).headers["etag"]}
        moved = await asked.owner.api("PUT", path, json=body | {"parentId": team}, headers=version)
        assert moved.status_code == 200, moved.text

    def wanted(door: Any) -> str:
        act = OF_A_TEAM.get(door.name)
        if act and of != "other" and "team_admin" in TEAM_ALLOWED[act]:
            return "allowed"
        return expected(door, "member")

    wrong = await asked.wrong(await asked.an_admin_of(team), wanted)
    assert not wrong, "\n".join(wrong)


async def test_a_member_may_with_what_is_theirs_what_the_table_says(asked, signed_in) -> None:
    grace = await signed_in()
    await asked.begin(grace)

    def wanted(door: Any) -> str:
        return "allowed" if door.name in OF_ONES_OWN else expected(door, "member")

    wrong = await asked.wrong(grace, wanted)
    assert not wrong, "\n".join(wrong)


async def test_a_closed_and_an_erased_organisation_never_were_also_to_those_who_were_in_it(
    asked, signed_in
) -> None:
    people = {"who closed it": asked.owner, "member": await signed_in()}
    await asked.begin(people["member"])
    assert (await close(asked.owner, asked.org)).status_code == 204
    closed = await asked.unlike_never(people)
    assert not closed, "\n".join(closed)
    store = wiring.organisations.store()
    found = await store.get(asked.org["id"])
    # As if its day was over.
    then = {"updated_at": found.updated_at - timedelta(days=1, minutes=1)}
    await store.save_with(found.model_copy(update=then), [])
    await the_timer(asked.host)
    assert await store.get(asked.org["id"]) is None
    erased = await asked.unlike_never(people)
    assert not erased, "\n".join(erased)
