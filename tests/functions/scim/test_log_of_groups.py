"""The log of groups is stored with what it tells of: a worker that dies loses neither."""

import pytest

import wiring.organisations.directory
from domain.base.errors import Unavailable
from domain.organisations.directory import groups
from tests.functions.scim.directories import Sender, connected
from tests.functions.scim.test_connecting import choose, log_of


@pytest.fixture
async def sender(signed_in, client) -> tuple[object, Sender]:
    ada = await signed_in()
    return ada, await connected(ada, client)


def add(*people: str) -> dict:
    return {"op": "add", "path": "members", "value": [{"value": each} for each in people]}


async def test_a_change_of_a_group_needs_no_write_after_it(sender, monkeypatch) -> None:
    ada, directory = sender
    made = await directory.made()

    async def die(*_: object) -> None:
        raise Unavailable

    monkeypatch.setattr(wiring.organisations.directory.store(), "note", die)
    group = await directory.group("Navy")
    rename = {"op": "replace", "path": "displayName", "value": "Fleet"}
    assert (await directory.patch(f"Groups/{group['id']}", add(made["id"]), rename)).status_code == 204
    assert (await directory.send("DELETE", f"Groups/{group['id']}")).status_code == 204
    deleted, changed, created, _ = await log_of(ada, directory.org)
    assert (deleted["what"], deleted["subjectId"]) == ("delete", group["id"])
    assert (changed["what"], changed["fields"], changed["people"]) == ("change", ["name", "members"], 1)
    assert (created["what"], created["fields"], created["kind"]) == ("create", ["name"], "team")


async def test_the_log_tells_of_the_batches_that_were_stored_before_a_death(sender, monkeypatch) -> None:
    ada, directory = sender
    people = [(await directory.made())["id"] for _ in range(3)]
    group = await directory.group("Navy")
    monkeypatch.setattr(groups, "_MOST", 2)
    store = wiring.organisations.directory.store()
    save, left = store.save_team_people, [1]

    async def dying(*given: object) -> None:
        if not left:
            raise Unavailable
        left.pop()
        await save(*given)

    monkeypatch.setattr(store, "save_team_people", dying)
    # A dead worker tells nothing afterwards either.
    monkeypatch.setattr(store, "note", dying)
    assert (await directory.patch(f"Groups/{group['id']}", add(*people))).status_code == 503
    latest = (await log_of(ada, directory.org))[0]
    assert (latest["what"], latest["people"], latest["fields"]) == ("change", 2, ["members"])
    left.extend([1, 1])
    assert (await directory.patch(f"Groups/{group['id']}", add(*people))).status_code == 204
    again, before = (await log_of(ada, directory.org))[:2]
    assert (again["people"], before["people"]) == (1, 2)


@pytest.mark.parametrize("preview", [False, True])
async def test_all_batches_of_a_request_are_told_together(sender, monkeypatch, preview) -> None:
    ada, directory = sender
    people = [(await directory.made())["id"] for _ in range(3)]
    group = await directory.group("Navy")
    await choose(ada, directory.org, preview=preview)
    monkeypatch.setattr(groups, "_MOST", 2)
    assert (await directory.patch(f"Groups/{group['id']}", add(*people))).status_code == 204
    latest, before, *_ = await log_of(ada, directory.org)
    assert (latest["what"], latest["people"], latest["preview"]) == ("change", 3, preview)
    assert before["what"] == "create"


async def test_a_refusal_is_told_beside_what_its_request_had_stored(sender, monkeypatch) -> None:
    ada, directory = sender
    made = await directory.made()
    monkeypatch.setattr(groups, "MOST_TEAMS_OF_A_PERSON", 0)
    body = {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
        "displayName": "Navy",
        "members": [{"value": made["id"]}],
    }
    assert (await directory.send("POST", "Groups", body)).status_code == 400
    latest = (await log_of(ada, directory.org))[0]
    assert (latest["what"], latest["fields"], latest["refusal"]) == ("create", ["name"], "invalidValue")
