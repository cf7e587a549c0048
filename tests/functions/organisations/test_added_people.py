"""Whoever was added before they joined has all that those have who came by themselves."""

import secrets

import pytest

from tests.functions.operations.test_jobs import Mailbox
from tests.functions.organisations.invited import email_of
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
