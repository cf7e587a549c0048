"""What a member has of their own: it stays with them, and no door of the organisation shows it."""

import json
import secrets

import httpx
import pytest

import wiring.connections
import wiring.operations
from functions.organisations.doors import DOORS
from tests.functions.cards.test_api_cards import published
from tests.functions.connections.people import connect, connections, details, person_with_card
from tests.functions.framework.test_foreign_ids import _ask as ask
from tests.functions.framework.test_foreign_ids import _ids as ids_in
from tests.functions.framework.test_foreign_ids import _route as route_of
from tests.functions.framework.test_foreign_ids import unlimited
from tests.functions.organisations.designs import a_designer, one_of
from tests.functions.organisations.test_leaving import Staff, an_office, staff
from tests.functions.organisations.test_matrix import doors_in, methods_of, things_of
from tests.functions.organisations.test_staff_cards import edit
from tests.functions.privacy.test_copy import account_of
from tests.functions.relationships.notes.test_notes import a_note
from tests.functions.relationships.test_contacts import a_contact

__all__ = ["unlimited"]


async def told(person) -> str:
    """All that a person reads of their contacts, notes, cards, profiles and connections."""
    answers = [await person.api("GET", path) for path in ("contacts", "cards", "profiles", "connections")]
    contacts = answers[0].json()["data"]
    answers += [await person.api("GET", f"contacts/{each['id']}/notes") for each in contacts]
    assert {answer.status_code for answer in answers} == {200}
    return " ".join(answer.text for answer in answers)


async def with_things_of_their_own(person, word: str) -> None:
    contact = await a_contact(person, f"Contact {word}")
    await a_note(person, contact, f"Note {word}")
    profile = await person.api("POST", "profiles", json={"name": f"Private {word}"})
    assert profile.status_code == 201, profile.text
    own = await published(person, name=f"Own {word}")
    assert own.is_success, own.text


@pytest.fixture
async def office(signed_in):
    return await an_office(signed_in)


async def test_no_door_of_the_organisation_shows_what_is_a_members_own(
    host, client, office, signed_in, unlimited
) -> None:
    grace, word = await staff(office, signed_in), secrets.token_hex(8)
    await with_things_of_their_own(grace.person, word)
    ada, _ = await person_with_card(signed_in, name=f"Ada {word}")
    await connect(ada, grace.person, grace.handle)
    # Otherwise the test would look for what is nowhere.
    assert (await told(grace.person)).count(word) >= 5
    things = await things_of(host, office.owner, office.org, signed_in)
    things["proposalId"] = await one_of(await a_designer(client, signed_in), office.owner, office.org)
    of_grace = things | {"memberId": grace.member_id, "cardId": grace.id, "templateId": office.template_id}
    shown = await read_by(office.owner, of_grace)
    assert grace.person.name in shown
    assert word not in shown
    assert (await grace.removed()).status_code == 204
    shown = await read_by(office.owner, of_grace)
    assert grace.person.name in shown
    assert word not in shown


async def read_by(person, ids: dict[str, str]) -> str:
    """What every door of an organisation that only reads answers."""
    schemas = (await person.http.get("/api/v1/openapi.json")).json()["components"]["schemas"]
    texts = []
    for door in doors_in(DOORS):
        if "GET" not in methods_of(door) and not door.name.endswith(("search_members", "search_people")):
            continue
        method = "GET" if "GET" in methods_of(door) else "POST"
        asked = {name: ids[name] for name in ids_in(route_of(door))}
        answer = await ask(person, door, method, asked, schemas)
        assert isinstance(answer, httpx.Response)
        texts.append(answer.text)
    return " ".join(texts)


async def test_contacts_notes_and_connections_stay_with_who_leaves(host, office, signed_in) -> None:
    grace, word = await staff(office, signed_in), secrets.token_hex(8)
    await with_things_of_their_own(grace.person, word)
    ada, _ = await person_with_card(signed_in, name=f"Ada {word}")
    link = await connect(ada, grace.person, grace.handle)
    await host.drain_queue("orders")
    before = await told(grace.person)
    assert word in before
    for _ in range(2):
        assert (await grace.removed()).status_code == 204
        await host.drain_queue("orders")
        await host.drain_queue("work")
        assert await told(grace.person) == before
        assert [each["id"] for each in await connections(grace.person)] == [link]
        await grace.back()
    assert await told(grace.person) == before


async def test_who_is_connected_by_a_staff_card_has_its_history(host, office, signed_in) -> None:
    grace = await staff(office, signed_in)
    ada, _ = await person_with_card(signed_in)
    await office.change(title={"mode": "optional", "audience": "connections"})
    await host.drain_queue("work")
    words = [secrets.token_hex(4) for _ in range(2)]
    link = None
    for word in words:
        edited = await edit(grace.person, office, await office.get(grace.id), title=word)
        assert edited.status_code == 200, edited.text
        link = link or await connect(ada, grace.person, grace.handle)
        await projected(host, office, grace)
        kept = await wiring.connections.links().linked(await account_of(ada), link)
        assert kept.seen["title"] == [word]
    assert [each.text for each in kept.former] == words[:1]
    assert (await details(ada, link))["says"]["title"] == [words[1]]
    # What was live goes into the history when the card ends, and nothing of the successor's comes.
    assert (await grace.removed()).status_code == 204
    await projected(host, office, grace)
    kept = await wiring.connections.links().linked(await account_of(ada), link)
    assert (kept.seen, words[1] in [each.text for each in kept.former]) == ({}, True)
    assert (await details(ada, link))["says"] is None


async def projected(host, office, person: Staff) -> None:
    """The order of the card's projection, and the work that it starts."""
    from domain.operations.orders import OrderMessage  # noqa: PLC0415 - what the host loaded

    message = OrderMessage(
        container="organisations", owner_id=office.org["id"], order_id=f"order-projection-{person.id}"
    )
    assert await wiring.operations.orders().get(message) is not None
    await wiring.operations.order_queue().send(message)
    await host.drain_queue("orders")
    await host.drain_queue("work")


async def test_the_rule_of_contacts_is_said_before_joining_beside_the_card_and_on_leaving(
    office, signed_in
) -> None:
    grace = await staff(office, signed_in)
    said = "they stay with you, and the organisation never sees them"
    assert said in (await grace.person.http.get(f"/org/{office.org['id']}/leave")).text
    card = (await grace.person.api("GET", f"{office.at}/staff-cards/{grace.id}")).json()
    assert card["contacts"] == "keep"
    schema = (await grace.person.http.get("/api/v1/openapi.json")).json()["components"]["schemas"]
    assert "private notes always go with the person" in json.dumps(schema["LeavingOut"])
