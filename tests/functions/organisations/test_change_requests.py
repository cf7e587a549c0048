"""Requests of members to change what their organisation decides on their card."""

import asyncio
import secrets

import pytest

from tests.functions.organisations.joined import joined
from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.organisations.test_staff_cards import Office, edit, page_of

LOCKED = {"title": {"mode": "locked", "value": "Staff"}}


@pytest.fixture
async def office(signed_in):
    ada = await signed_in()
    made = Office(ada, await an_organisation(ada))
    await made.template(**LOCKED)
    return made


async def colleague(office, signed_in):
    """Somebody with a card of the organisation."""
    person = await signed_in()
    return person, await office.card((await joined(office.org, person))["id"])


async def ask(person, office, card, value="Captain", **fields):
    body = {"field": "title", "value": value, "reason": "I was promoted"} | fields
    return await person.api("POST", f"{office.at}/staff-cards/{card.json()['id']}/requests", json=body)


async def answer(person, office, request, **body):
    path = f"{office.at}/change-requests/{request.json()['id']}/answer"
    version = {"If-Match": request.headers["etag"]}
    return await person.api("PUT", path, json=body, headers=version)


async def title_of(office, card) -> str:
    return (await office.get(card.json()["id"])).json()["content"]["title"]


async def test_an_approved_request_changes_the_card_and_outlives_releases(
    host, office, signed_in, client
) -> None:
    grace, card = await colleague(office, signed_in)
    word = secrets.token_hex(8)
    asked = await ask(grace, office, card, word)
    assert asked.status_code == 201, asked.text
    waiting = (await office.owner.api("GET", f"{office.at}/change-requests")).json()["data"]
    assert [(each["id"], each["field"], each["value"]) for each in waiting] == [
        (asked.json()["id"], "title", word)
    ]
    approved = await answer(office.owner, office, asked, state="approved", says="Well done")
    assert approved.status_code == 200, approved.text
    assert word in await page_of(client, card)
    told = (await grace.api("GET", f"{office.at}/change-requests/{asked.json()['id']}")).json()
    assert (told["state"], told["says"], told["granted"]) == ("approved", "Well done", word)
    assert (await office.owner.api("GET", f"{office.at}/change-requests")).json()["data"] == []
    await office.change(**LOCKED, website={"mode": "off"})
    await host.drain_queue("work")
    assert await title_of(office, card) == word


async def test_a_request_is_declined_changed_or_withdrawn(office, signed_in) -> None:
    grace, card = await colleague(office, signed_in)
    declined = await answer(office.owner, office, await ask(grace, office, card), state="declined")
    assert declined.json()["state"] == "declined"
    assert await title_of(office, card) == "Staff"
    changed = await answer(
        office.owner, office, await ask(grace, office, card), state="approved", value="Major"
    )
    assert changed.json()["granted"] == "Major"
    assert await title_of(office, card) == "Major"
    asked = await ask(grace, office, card)
    path, version = f"{office.at}/change-requests/{asked.json()['id']}", {"If-Match": asked.headers["etag"]}
    assert (await grace.api("DELETE", path, headers=version)).status_code == 204
    late = await answer(office.owner, office, asked, state="approved")
    assert (late.status_code, late.json()["code"]) == (409, "already_decided")


@pytest.mark.parametrize(
    ("fields", "field", "code"),
    [
        ({"field": "bio"}, "/field", "not_locked"),
        ({"field": "website"}, "/field", "not_locked"),
        ({"field": "salary"}, "/field", "invalid_choice"),
        ({"value": ["no"]}, "/value", "string_type"),
        ({"field": "emails", "value": [{"address": "no"}]}, "/value", "invalid_email"),
        ({"reason": ""}, "/reason", "required"),
    ],
)
async def test_a_request_that_cannot_be_granted_is_refused(office, signed_in, fields, field, code) -> None:
    grace, card = await colleague(office, signed_in)
    refused = await ask(grace, office, card, **fields)
    assert refused.status_code == 422, refused.text
    assert [(each["field"], each["code"]) for each in refused.json()["errors"]] == [(field, code)]


async def test_requests_are_their_persons_and_the_leaders(office, signed_in) -> None:
    grace, card = await colleague(office, signed_in)
    other, _ = await colleague(office, signed_in)
    asked = await ask(grace, office, card)
    path = f"{office.at}/change-requests/{asked.json()['id']}"
    assert (await other.api("GET", path)).status_code == 403
    assert (await (await signed_in()).api("GET", path)).status_code == 404
    assert (await ask(other, office, card)).status_code == 404
    assert (await answer(grace, office, asked, state="approved")).status_code == 403


async def test_several_are_answered_at_once_and_each_says_what_became_of_it(office, signed_in) -> None:
    asked = []
    for number in range(3):
        person, card = await colleague(office, signed_in)
        asked.append((await ask(person, office, card, f"Number {number}"), card))
    requests = [{"id": each.json()["id"], "version": 1} for each, _ in asked]
    requests += [{"id": "chg_" + "a" * 26, "version": 1}, {"id": requests[0]["id"], "version": 9}]
    body = {"requests": requests, "state": "approved"}
    done = await office.owner.api("POST", f"{office.at}/change-request-answers", json=body)
    assert done.status_code == 200, done.text
    codes = [each["code"] for each in done.json()["data"]]
    assert codes[1:4] == [None, None, "not_found"]
    assert [await title_of(office, card) for _, card in asked] == [f"Number {number}" for number in range(3)]
    again = await office.owner.api("POST", f"{office.at}/change-request-answers", json=body)
    assert [each["code"] for each in again.json()["data"]][:3] == ["already_decided"] * 3


async def test_of_two_who_answer_at_once_one_is_told_and_an_edit_meanwhile_is_kept(office, signed_in) -> None:
    grace, card = await colleague(office, signed_in)
    asked = await ask(grace, office, card)
    one, two, edited = await asyncio.gather(
        answer(office.owner, office, asked, state="approved"),
        answer(office.owner, office, asked, state="declined"),
        edit(grace, office, card, website="https://grace.example/"),
    )
    assert sorted([one.status_code, two.status_code]) in ([200, 409], [200, 412])
    content = (await office.get(card.json()["id"])).json()["content"]
    assert content["title"] == ("Captain" if one.status_code == 200 else "Staff")
    assert content["website"] == ("https://grace.example/" if edited.status_code == 200 else None)


async def test_a_request_is_made_once_under_a_key(office, signed_in) -> None:
    grace, card = await colleague(office, signed_in)
    path = f"{office.at}/staff-cards/{card.json()['id']}/requests"
    body, key = {"field": "title", "value": "A", "reason": "B"}, {"Idempotency-Key": secrets.token_hex(8)}
    made = await asyncio.gather(*(grace.api("POST", path, json=body, headers=key) for _ in range(2)))
    assert made[0].json()["id"] == made[1].json()["id"]
    other = await grace.api("POST", path, json=body | {"value": "C"}, headers=key)
    assert other.json()["code"] == "idempotency_key_reused"
