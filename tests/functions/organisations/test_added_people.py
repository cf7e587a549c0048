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
from tests.functions.scim.directories import Sender, a_token


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


async def restored(owner, org: dict, member_id: str):
    path = f"organisations/{org['id']}/members/{member_id}/restoration"
    version = (await owner.api("GET", path)).headers.get("etag", '"1"')
    return await owner.api("PUT", path, headers={"If-Match": version})


async def test_who_was_added_again_is_not_taken_back_beside_themselves(host, cloud, signed_in) -> None:
    """They came by themselves, were taken out, and were added by their address, with another id."""
    ada, person = await signed_in(), await signed_in()
    org = await an_organisation(ada)
    before = await joined(org, person)
    assert (await do(ada, "DELETE", org, before["id"])).status_code == 204
    again = await added(ada, org, somebody(email=await email_of(person)))
    answer = await restored(ada, org, before["id"])
    assert (answer.status_code, answer.json()["code"]) == (409, "person_exists")
    await joins(person, org, (host, Mailbox(cloud)), ada)
    answer = await restored(ada, org, before["id"])
    assert (answer.status_code, answer.json()["code"]) == (409, "person_exists")
    assert (await do(ada, "DELETE", org, again["id"])).status_code == 204
    assert (await restored(ada, org, before["id"])).status_code == 404
    assert (await restored(ada, org, again["id"])).status_code == 200
    assert (await person.api("GET", f"organisations/{org['id']}/membership")).json()["id"] == again["id"]


@pytest.mark.parametrize("had_joined", [False, True])
async def test_whom_the_directory_took_out_and_an_invitation_brought_in_is_one_person(
    host, cloud, signed_in, had_joined
) -> None:
    ada, person = await signed_in(), await signed_in()
    org, mailed, email = await an_organisation(ada), (host, Mailbox(cloud)), await email_of(person)
    directory = Sender(ada.http, await a_token(ada, org), org)
    known = await directory.made(emails=[{"value": email, "type": "work", "primary": True}])
    if had_joined:
        await joins(person, org, mailed, ada)
    for active in (False, True):
        change = {"op": "replace", "path": "active", "value": active}
        assert (await directory.patch(f"Users/{known['id']}", change)).status_code == 204
        if not active:
            await joins(person, org, mailed, ada, mails=1 + had_joined)
            assert (await directory.read(f"Users/{known['id']}"))["active"]
    people = (await ada.api("GET", f"organisations/{org['id']}/members")).json()["data"]
    assert [each["id"] for each in people if each["email"] == email] == [known["id"]]
    assert (await person.api("GET", f"organisations/{org['id']}/membership")).json()["id"] == known["id"]


async def test_nobody_is_added_beside_somebody_who_came_by_themselves(firm: Firm, signed_in) -> None:  # noqa: F811 - the fixture
    person, org, known = await signed_in(), firm.made, somebody()
    await joined(org, person)
    address = await email_of(person)
    path = f"organisations/{org['id']}/members"
    beside = await firm.owner.api("POST", path, json=somebody(email=address.upper()))
    path = f"{path}/{(await added(firm.owner, org, known))['id']}/details"
    version = {"If-Match": (await firm.owner.api("GET", path)).headers["etag"]}
    changed = await firm.owner.api("PUT", path, json=known | {"email": address}, headers=version)
    for refused in (beside, changed):
        assert (refused.status_code, refused.json()["code"]) == (409, "person_exists"), refused.text
