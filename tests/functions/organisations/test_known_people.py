"""People whom an organisation knows before they join, and what it knows about all of them."""

import asyncio
import secrets

import pytest

import wiring.organisations
from tests.forms import SAME_SITE, Fields
from tests.functions.operations.test_jobs import Mailbox
from tests.functions.organisations.invited import email_of, invited, join, links_to, waiting
from tests.functions.organisations.joined import do, joined, own
from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.organisations.test_staff_cards import Office, page_of
from tests.functions.privacy.test_copy import account_of
from tests.stored import places_of


@pytest.fixture
async def firm(signed_in):
    ada = await signed_in()
    return ada, await an_organisation(ada)


@pytest.fixture
def mailed(host, cloud) -> tuple:
    return host, Mailbox(cloud)


def somebody(**changed) -> dict:
    word = secrets.token_hex(8)
    return {
        "name": f"Grace {word}",
        "email": f"{word}@example.com",
        "externalId": word,
        "details": {"title": "Programmer", "phone": "+44 20 7946 0000"},
    } | changed


async def add(person, org: dict, known: dict, **headers: str):
    return await person.api("POST", f"organisations/{org['id']}/members", json=known, headers=headers)


async def added(person, org: dict, known: dict) -> dict:
    answer = await add(person, org, known)
    assert answer.status_code == 201, answer.text
    return answer.json()


async def details(person, org: dict, member_id: str):
    return await person.api("GET", f"organisations/{org['id']}/members/{member_id}/details")


async def joins(person, org: dict, mailed, owner, mails: int = 1) -> None:
    """By an invitation to their address, the last of so many."""
    address = await email_of(person)
    await invited(owner, org["id"], address)
    answer = await join(person, (await links_to(*mailed, address, mails))[-1], "Somebody")
    assert answer.status_code == 303, answer.text


async def test_somebody_is_added_and_has_not_joined(firm) -> None:
    ada, org = firm
    known = somebody()
    made = await added(ada, org, known)
    assert (made["name"], made["joined"], made["role"]) == (known["name"], False, "member")
    told = (await details(ada, org, made["id"])).json()
    assert (told["externalId"], told["details"]["title"]) == (known["externalId"], "Programmer")
    page = await ada.http.get(f"/org/{org['id']}/people/{made['id']}")
    assert "Has not joined yet." in page.text


async def test_who_is_known_already_is_not_added_again(firm) -> None:
    ada, org = firm
    known = somebody()
    await added(ada, org, known)
    same_address = await add(
        ada, org, somebody(email=known["email"].upper().replace("EXAMPLE.COM", "example.com"))
    )
    same_number = await add(ada, org, somebody(externalId=known["externalId"]))
    for answer in (same_address, same_number):
        assert (answer.status_code, answer.json()["code"]) == (409, "person_exists"), answer.text
    assert "e-mail address" in same_address.json()["detail"]
    other = await an_organisation(ada)
    assert (await add(ada, other, known)).status_code == 201


async def test_two_who_add_the_same_person_at_once_add_one(firm) -> None:
    ada, org = firm
    known = somebody()
    answers = await asyncio.gather(
        *(add(ada, org, known | {"externalId": secrets.token_hex(4)}) for _ in range(4))
    )
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert await wiring.organisations.store().count_members(org["id"]) == 2


async def test_a_repetition_returns_the_first_one(firm) -> None:
    ada, org = firm
    known, key = somebody(), secrets.token_hex(8)
    first = await add(ada, org, known, **{"Idempotency-Key": key})
    again = await add(ada, org, known, **{"Idempotency-Key": key})
    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
    other = await add(ada, org, somebody(), **{"Idempotency-Key": key})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_faults_name_their_fields(firm) -> None:
    ada, org = firm
    wrong = somebody(email="nobody", details={"title": "x" * 121, "salary": "1"})
    answer = await add(ada, org, wrong)
    assert {each["field"] for each in answer.json()["errors"]} == {
        "/email",
        "/details/title",
        "/details/salary",
    }
    assert await wiring.organisations.store().count_members(org["id"]) == 1


async def test_who_joins_is_the_person_that_was_added(firm, signed_in, mailed) -> None:
    ada, org = firm
    grace = await signed_in()
    made = await added(ada, org, somebody(email=await email_of(grace)))
    await joins(grace, org, mailed, ada)
    there = (await ada.api("GET", f"organisations/{org['id']}/membership")).status_code
    assert there == 200
    mine = await grace.api("GET", f"organisations/{org['id']}/membership")
    assert (mine.json()["id"], mine.json()["joined"], mine.json()["name"]) == (made["id"], True, made["name"])
    assert await own(grace) == {org["id"]: "member"}
    assert await waiting(ada, org["id"]) == []
    assert await wiring.organisations.store().count_members(org["id"]) == 2


async def test_who_leaves_and_joins_again_is_the_same_person(firm, signed_in, mailed) -> None:
    ada, org = firm
    grace = await signed_in()
    known = somebody(email=await email_of(grace))
    made = await added(ada, org, known)
    await joins(grace, org, mailed, ada)
    assert (await do(ada, "DELETE", org, made["id"])).status_code == 204
    assert await own(grace) == {}
    assert (await grace.api("GET", f"organisations/{org['id']}")).status_code == 404
    again = await added(ada, org, known)
    assert again["id"] == made["id"]
    # Adding alone lets nobody in.
    assert (await grace.api("GET", f"organisations/{org['id']}")).status_code == 404
    await joins(grace, org, mailed, ada, mails=2)
    assert (await grace.api("GET", f"organisations/{org['id']}/membership")).json()["id"] == made["id"]


async def test_who_was_taken_out_is_taken_back_with_what_was_known(firm) -> None:
    ada, org = firm
    known = somebody()
    made = await added(ada, org, known)
    assert (await do(ada, "DELETE", org, made["id"])).status_code == 204
    path = f"organisations/{org['id']}/members/{made['id']}/restoration"
    version = (await ada.api("GET", path)).headers["etag"]
    back = await ada.api("PUT", path, headers={"If-Match": version})
    assert back.status_code == 200, back.text
    assert (await details(ada, org, made["id"])).json()["externalId"] == known["externalId"]
    assert (await add(ada, org, known)).status_code == 409


async def test_who_has_not_joined_is_no_owner(firm) -> None:
    ada, org = firm
    made = await added(ada, org, somebody())
    given = await do(ada, "PUT", org, made["id"], "/role", json={"role": "owner"})
    handed = await do(ada, "PUT", org, made["id"], "/ownership")
    for answer in (given, handed):
        assert (answer.status_code, answer.json()["code"]) == (409, "not_joined"), answer.text


async def test_a_card_says_what_is_known_by_now(signed_in, client) -> None:
    ada = await signed_in()
    office = Office(ada, await an_organisation(ada))
    await office.template(
        title={"mode": "locked", "value": "{title?}"},
        phones={"mode": "locked", "value": [{"kind": "work", "number": "{phone?}"}]},
    )
    known = somebody()
    made = await added(ada, office.org, known)
    card = await office.card(made["id"])
    assert card.json()["content"]["title"] == "Programmer"
    read = await details(ada, office.org, made["id"])
    changed = known | {"details": {"title": "Rear Admiral"}}
    path = f"{office.at}/members/{made['id']}/details"
    answer = await ada.api("PUT", path, json=changed, headers={"If-Match": read.headers["etag"]})
    assert answer.status_code == 200, answer.text
    shown = await page_of(client, card)
    assert "Rear Admiral" in shown
    assert "7946" not in shown
    stale = await ada.api("PUT", path, json=changed, headers={"If-Match": read.headers["etag"]})
    assert stale.status_code == 412


async def test_a_card_becomes_the_persons_when_they_join(signed_in, mailed) -> None:
    ada, grace = await signed_in(), await signed_in()
    office = Office(ada, await an_organisation(ada))
    await office.template()
    made = await added(ada, office.org, somebody(email=await email_of(grace)))
    card = await office.card(made["id"])
    await joins(grace, office.org, mailed, ada)
    stored = await wiring.cards.store().get(office.org["id"], card.json()["id"])
    assert stored.staff.person_id == await account_of(grace)


async def test_what_is_known_is_told_to_leaders_only(firm, signed_in) -> None:
    ada, org = firm
    word = secrets.token_hex(8)
    made = await added(ada, org, somebody(details={"number": word}))
    grace = await signed_in()
    await joined(org, grace)
    seen = await grace.api("GET", f"organisations/{org['id']}/members/{made['id']}")
    page = await grace.http.get(f"/org/{org['id']}/people/{made['id']}")
    assert (seen.status_code, page.status_code) == (200, 200)
    assert word not in seen.text + page.text
    assert (await details(grace, org, made["id"])).status_code == 403
    assert {container for container, _ in await places_of(word)} == {"organisations"}


async def test_pages_add_a_person_and_keep_what_was_typed(firm) -> None:
    ada, org = firm
    at, known = f"/org/{org['id']}/new-person", somebody()
    fields = Fields((await ada.http.get(at)).text, at).values
    typed = fields | {"name": known["name"], "email": "nobody", "details-title": "Programmer"}
    wrong = await ada.http.post(at, data=typed, headers=SAME_SITE)
    assert wrong.status_code == 422
    assert 'value="Programmer"' in wrong.text
    made = await ada.http.post(at, data=typed | {"email": known["email"]}, headers=SAME_SITE)
    assert made.status_code == 303, made.text
    place = made.headers["location"].partition("?")[0]
    page = await ada.http.get(f"{place}/details")
    fields = Fields(page.text, f"{place}/details").values
    assert fields["details-title"] == "Programmer"
    changed = await ada.http.post(
        f"{place}/details", data=fields | {"details-title": "Captain"}, headers=SAME_SITE
    )
    assert changed.status_code == 303
    assert 'value="Captain"' in (await ada.http.get(f"{place}/details")).text
    again = await ada.http.post(at, data=typed | {"email": known["email"], "key": "other"}, headers=SAME_SITE)
    assert (again.status_code, "Somebody here has this e-mail address." in again.text) == (422, True)


async def test_what_is_known_of_somebody_changes_while_a_release_is_applied(
    signed_in, host, client, monkeypatch
) -> None:
    """Between the reading of a card and its saving: what is known by then is on the card."""
    from adapters.cosmos.organisations.templates.staff_cards import CosmosStaffCards  # noqa: PLC0415 - what the host loaded

    ada = await signed_in()
    office = Office(ada, await an_organisation(ada))
    await office.template(title={"mode": "locked", "value": "{title?}"})
    known = somebody()
    made = await added(ada, office.org, known)
    card = await office.card(made["id"])
    await host.drain_queue("work")
    path = f"{office.at}/members/{made['id']}/details"
    version = (await details(ada, office.org, made["id"])).headers["etag"]
    word, save_all = secrets.token_hex(8), CosmosStaffCards.save_all

    async def late(self, cards):
        monkeypatch.undo()
        changed = known | {"details": {"title": word}}
        answer = await ada.api("PUT", path, json=changed, headers={"If-Match": version})
        assert answer.status_code == 200, answer.text
        return await save_all(self, cards)

    monkeypatch.setattr(CosmosStaffCards, "save_all", late)
    await office.change(title={"mode": "locked", "value": "{title?} at work"})
    await host.drain_queue("work")
    assert f"{word} at work" in await page_of(client, card)
