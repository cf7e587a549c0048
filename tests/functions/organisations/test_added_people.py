"""Whoever was added before they joined has all that those have who came by themselves."""

import secrets

import pytest

from tests.functions.operations.test_jobs import Mailbox
from tests.functions.organisations.imported import Imports, table
from tests.functions.organisations.imported import staff as row
from tests.functions.organisations.invited import email_of
from tests.functions.organisations.joined import do, joined
from tests.functions.organisations.test_assignments import Firm, firm  # noqa: F401 - a fixture
from tests.functions.organisations.test_change_requests import LOCKED, answer, ask
from tests.functions.organisations.test_known_people import added, joins, somebody
from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.organisations.test_staff_cards import Office


@pytest.fixture
async def grace(host, cloud, signed_in):
    """Somebody with a card who was added and joined, and their office."""
    ada, person = await signed_in(), await signed_in()
    office = Office(ada, await an_organisation(ada))
    await office.template(**LOCKED)
    made = await added(ada, office.org, somebody(email=await email_of(person)))
    card = await office.card(made["id"])
    await joins(person, office.org, (host, Mailbox(cloud)), ada)
    return person, office, card


async def test_their_staff_card_is_among_their_cards(grace) -> None:
    person, office, card = grace
    listed = await person.http.get("/my/cards")
    assert f"/org/{office.org['id']}/cards/{card.json()['id']}" in listed.text


async def test_they_are_told_of_the_answer_to_their_request(grace) -> None:
    person, office, card = grace
    asked = await ask(person, office, card, secrets.token_hex(8))
    approved = await answer(office.owner, office, asked, state="approved")
    assert approved.status_code == 200, approved.text
    assert f"{asked.json()['id']}/seen" in (await person.http.get("/my")).text


async def test_as_admins_they_are_told_what_waits(grace) -> None:
    person, office, card = grace
    member = card.json()["memberId"]
    path = f"{office.at}/members/{member}"
    version = {"If-Match": (await office.owner.api("GET", path)).headers["etag"]}
    given = await office.owner.api("PUT", f"{path}/role", json={"role": "admin"}, headers=version)
    assert given.status_code == 200, given.text
    await ask(person, office, card, secrets.token_hex(8))
    assert "One request waits for an answer." in (await person.http.get("/my")).text


@pytest.mark.parametrize("has_account", [False, True])
async def test_who_is_back_comes_into_the_team_that_they_were_in(firm: Firm, signed_in, has_account) -> None:  # noqa: F811 - the fixture
    """Their versions begin anew where their record has expired."""
    known, team, person = somebody(), await firm.company.team("Sales"), await signed_in()
    for _ in range(2):
        made = await (joined(firm.made, person) if has_account else added(firm.owner, firm.made, known))
        answer = await firm.company.add(team, made["id"])
        assert answer.status_code < 300, answer.text
        assert (await do(firm.owner, "DELETE", firm.made, made["id"])).status_code == 204


async def test_the_undo_of_an_import_leaves_whom_somebody_has_added_again(firm: Firm) -> None:  # noqa: F811 - the fixture
    imports, word = Imports(firm.host, firm.owner, firm.made), secrets.token_hex(8)
    done = await imports.written(table(row(word, 1)))
    [name] = [name for name in await imports.people() if word in name]
    member_id = (await imports.people())[name]["id"]
    assert (await do(firm.owner, "DELETE", firm.made, member_id)).status_code == 204
    again = somebody(name=name, email=f"{word}1@example.com", externalId=f"{word}-1")
    assert (await added(firm.owner, firm.made, again))["id"] == member_id
    undone = await imports.step(done, "undo")
    assert (undone["undone"], undone["stayed"]) == (0, [member_id])
    assert name in await imports.people()
