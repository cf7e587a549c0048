"""Two ways into an organisation at once: a file, a directory and a new release, each with one outcome."""

import asyncio

import pytest

import wiring.cards
import wiring.operations
import wiring.organisations
from tests.functions.organisations.imported import Imports, a_word, table
from tests.functions.organisations.test_assignments import go_on
from tests.functions.organisations.test_imports import slices
from tests.functions.organisations.test_known_people import details
from tests.functions.organisations.test_making_cards import shown_by
from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.organisations.test_staff_cards import Office
from tests.functions.scim.directories import Sender, a_token, somebody


@pytest.fixture
async def firm(host, signed_in) -> Imports:
    ada = await signed_in()
    return Imports(host, ada, await an_organisation(ada))


@pytest.fixture
async def directory(firm, client) -> Sender:
    return Sender(client(), await a_token(firm.person, firm.org))


def row(known: dict, title: str) -> str:
    """Somebody as a file says them whom the directory knows as well."""
    address = known["emails"][0]["value"]
    return f"{known['displayName']},{address},{known['externalId']},{title},"


async def written(firm: Imports, *rows: str) -> dict:
    """A file that is about to be stored."""
    made = await firm.checked(table(*rows))
    assert (await firm.put(made, "writing", {})).status_code == 200
    return made


async def test_people_of_a_file_follow_a_release_that_comes_while_they_are_stored(
    firm, client, monkeypatch
) -> None:
    """All that follows the release has happened before the first card of the file is stored."""
    office, word = Office(firm.person, firm.org), a_word()
    await office.template()
    made = await firm.checked(table(f"Grace {word},{word}@example.com,{word},Staff,"))
    assert (await firm.put(made, "writing", {"templateId": office.template_id})).status_code == 200
    cards = wiring.cards.store()
    create = cards.create

    async def late(*given):
        monkeypatch.setattr(cards, "create", create)
        await office.change(title={"mode": "locked", "value": word})
        for work in await wiring.operations.works().of_kind(firm.org["id"], "template-release"):
            await go_on(work)
        return await create(*given)

    monkeypatch.setattr(cards, "create", late)
    await slices(made, firm)
    assert (await firm.get(made))["rows"]["new"] == 1
    [card] = (await firm.person.api("GET", f"{office.at}/staff-cards")).json()["data"]
    assert (card["number"], (await shown_by(client, card["handle"]))["title"]) == (2, word)


async def test_a_file_and_releases_at_once_leave_each_card_at_the_last_one(firm, client) -> None:
    office, word = Office(firm.person, firm.org), a_word()
    await office.template()
    made = await firm.checked(table(*(f"P {n} {word},{word}{n}@example.com,{word}{n},x," for n in range(12))))
    assert (await firm.put(made, "writing", {"templateId": office.template_id})).status_code == 200

    async def release_often() -> None:
        for number in range(3):
            await office.change(title={"mode": "locked", "value": f"{word} {number}"})

    await asyncio.gather(slices(made, firm), release_often())
    await firm.host.drain_queue("work")
    listed = await firm.person.api("GET", f"{office.at}/staff-cards?limit=100")
    cards = listed.json()["data"]
    assert [(card["number"], card["content"]["title"]) for card in cards] == [(4, f"{word} 2")] * 12
    assert {(await shown_by(client, card["handle"]))["title"] for card in cards} == {f"{word} 2"}


async def test_a_directory_and_a_file_that_bring_one_person_at_once_know_one(firm, directory) -> None:
    store = wiring.organisations.store()
    for turn in range(4):
        known = somebody()
        made = await written(firm, row(known, "Filed"))
        answer, _ = await asyncio.gather(directory.send("POST", "Users", known), slices(made, firm))
        assert answer.status_code == 201, answer.text
        assert await store.count_members(firm.org["id"]) == turn + 2
        done = await firm.get(made)
        # The row is who the directory knows, or is named as one that cannot be stored.
        assert (done["stage"], sum(done["rows"][each] for each in ("new", "changed", "faulty"))) == (
            "done",
            1,
        )
        there = await details(firm.person, firm.org, answer.json()["id"])
        assert there.json()["externalId"] == known["externalId"]


async def test_a_directory_and_a_file_that_change_one_person_at_once_lose_neither(firm, directory) -> None:
    known = somebody()
    person = await directory.send("POST", "Users", known)
    at = f"Users/{person.json()['id']}"
    for turn in range(4):
        made = await written(firm, row(known, f"Filed {turn}"))
        phone = f"+44 20 7946 000{turn}"
        told = {"op": "replace", "path": 'phoneNumbers[type eq "work"].value', "value": phone}
        answer, _ = await asyncio.gather(directory.patch(at, told), slices(made, firm))
        assert answer.status_code == 204, answer.text
        there = (await details(firm.person, firm.org, person.json()["id"])).json()["details"]
        assert (there["title"], there["phone"]) == (f"Filed {turn}", phone)
        assert (await firm.get(made))["rows"]["changed"] == 1


async def test_a_directory_that_takes_out_whom_a_file_changes_has_one_outcome(firm, directory) -> None:
    store = wiring.organisations.store()
    for turn in range(4):
        known = somebody()
        person = (await directory.send("POST", "Users", known)).json()["id"]
        made = await written(firm, row(known, f"Filed {turn}"))
        off = {"op": "replace", "path": "active", "value": False}
        answer, _ = await asyncio.gather(directory.patch(f"Users/{person}", off), slices(made, firm))
        assert answer.status_code == 204, answer.text
        done = (await firm.get(made))["rows"]
        here = await store.member(firm.org["id"], person) is not None
        # Taken out last, or before the file, which brings them back; the directory then sends them anew.
        assert (done["changed"], done["new"]) == ((0, 1) if here else (1, 0)), done
        assert await store.count_members(firm.org["id"]) == 1 + here
        if here:
            again = await directory.send("POST", "Users", known)
            assert (again.status_code, again.json()["id"]) == (201, person), again.text
            assert (await directory.patch(f"Users/{person}", off)).status_code == 204
        assert (await directory.read(f"Users/{person}"))["active"] is False
        assert await store.count_members(firm.org["id"]) == 1
