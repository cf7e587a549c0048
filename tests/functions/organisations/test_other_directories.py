"""A directory that we read ourselves tells of people and groups by the same functions as SCIM's requests."""

import secrets
from typing import NamedTuple

import pytest

import wiring.organisations
import wiring.organisations.directory
from domain.organisations.directory.connection import Directory, DirectoryCaller
from domain.organisations.directory.groups import Membership, SaidGroup, change_group, create_group
from domain.organisations.directory.people import (
    OwnerStays,
    Request,
    change_person,
    create_person,
    delete_person,
    find_person,
)
from domain.organisations.directory.rules import FieldRules, Said, says
from domain.organisations.organisation import Member
from functions.framework.clock import new_id, now
from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.scim.test_connecting import log_of


class Reading(NamedTuple):
    """A connection by which somebody's directory is read."""

    id: str = "connection"
    by_owner: bool = False


@pytest.fixture
async def firm(signed_in):
    ada = await signed_in()
    return ada, await an_organisation(ada)


async def told(org: dict, *, preview: bool = False, **rules: str) -> Request:
    organisation = await wiring.organisations.store().get(org["id"])
    assert organisation is not None
    chosen = Directory(org_id=org["id"], preview=preview, rules=FieldRules.model_validate(rules))
    caller = DirectoryCaller(organisation, chosen, Reading())
    return Request(caller, new_id("log"), now(), wiring.organisations.directory.ports())


def somebody(word: str, **more: object) -> Said:
    address = f"{word}@example.com"
    return Said.model_validate(
        {"userName": address, "externalId": word, "email": address, "display": "Grace", **more}
    )


async def a_person(org: dict, word: str) -> Member:
    return await create_person(await told(org), somebody(word, title="Programmer"), new_id("mem"))


async def test_what_changed_of_somebody_is_told_alone(firm) -> None:
    ada, org = firm
    word = secrets.token_hex(8)
    made = await a_person(org, word)
    request = await told(org, title="never")
    found = await find_person(request, "external_id", word)
    assert found is not None
    delta = says(found).model_copy(update={"title": "Captain", "department": "Navy"})
    await change_person(request, found, delta)
    path = f"organisations/{org['id']}/members/{made.id}/details"
    known = (await ada.api("GET", path)).json()
    assert (known["details"]["title"], known["details"]["department"]) == ("Programmer", "Navy")
    assert [each["what"] for each in await log_of(ada, org)] == ["change", "create"]


async def test_a_preview_says_what_it_would_write_and_writes_nothing(firm) -> None:
    ada, org = firm
    word = secrets.token_hex(8)
    made = await a_person(org, word)
    request = await told(org, preview=True)
    changed = await change_person(request, made, says(made).model_copy(update={"title": "Captain"}))
    assert changed.details.title == "Captain"
    found = await find_person(request, "external_id", word)
    assert found is not None
    assert found.details.title == "Programmer"
    [latest, _] = await log_of(ada, org)
    assert (latest["preview"], latest["fields"]) == (True, ["title"])


async def test_groups_and_leavers_are_told_as_well(firm) -> None:
    ada, org = firm
    made = await a_person(org, secrets.token_hex(8))
    team = await create_group(await told(org), SaidGroup(name="Navy", external_id="g1"), [made.id])
    again = SaidGroup(name="Fleet", external_id="g1")
    await change_group(await told(org), team.id, again, Membership(leaving=[made.id]))
    request = await told(org)
    found = await find_person(request, "external_id", made.external_id or "")
    assert found is not None
    assert found.teams == []
    await change_person(request, found, says(found).model_copy(update={"active": False}))
    entries = await log_of(ada, org)
    assert [each["what"] for each in entries] == ["deactivate", "change", "create", "create"]
    assert entries[1]["fields"] == ["name", "members"]


async def test_only_what_an_owner_connected_takes_owners_out(firm) -> None:
    _, org = firm
    store = wiring.organisations.store()
    organisation = await store.get(org["id"])
    assert organisation is not None
    owner = await store.member(org["id"], organisation.owners[0])
    assert owner is not None
    word = secrets.token_hex(8)
    linked = await create_person(await told(org), somebody(word, email=owner.email), new_id("mem"))
    assert linked.id == owner.id
    with pytest.raises(OwnerStays):
        await delete_person(await told(org), linked.id, linked.version)
