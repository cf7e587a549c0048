"""Interactions through the API: logged once, counted exactly, taken back, seen by nobody else."""

import asyncio
import re
import sys
from datetime import UTC, datetime, timedelta

import httpx
import pytest

import wiring.operations
import wiring.relationships.strength
from domain.operations.orders import OrderMessage, carry_out
from domain.relationships.contacts import FOLLOW_IMPORTANCE
from domain.relationships.interactions.interaction import Entry, number_of
from domain.relationships.strength.strength import Strength
from tests.functions.privacy.test_copy import account_of
from tests.functions.relationships.test_contacts import a_contact, change, delete, restore

UNKNOWN = "int_" + "a" * 26


def day(ago: int) -> str:
    return (datetime.now(UTC).date() - timedelta(days=ago)).isoformat()


def path(contact: dict, *parts: str) -> str:
    return "/".join([f"contacts/{contact['id']}", *parts])


async def log(person, contact: dict, kind: str = "meeting", *, ago: int = 0, **said) -> dict:
    answer = await person.api(
        "POST", path(contact, "interactions"), json={"kind": kind, "day": day(ago), **said}
    )
    assert answer.status_code == 201, answer.text
    return answer.json()


async def strength(person, contact: dict) -> dict:
    answer = await person.api("GET", path(contact, "strength"))
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert sum(term["points"] for term in found["terms"]) == found["score"]
    return found


async def act(person, method: str, contact: dict, made: dict, *parts: str):
    at = path(contact, "interactions", made["id"])
    etag = (await person.api("GET", at)).headers.get("etag", '"1"')
    return await person.api(method, "/".join([at, *parts]), headers={"If-Match": etag})


async def stored(person, contact: dict) -> Strength:
    store = wiring.relationships.strength.interactions()
    found = await store.strength(await account_of(person), contact["id"])
    assert found is not None
    return found


def told(answer) -> str:
    """What an answer says, but for the id of the problem."""
    return re.sub("urn:uuid:[0-9a-f-]+", "", answer.text)


def bare(found: Strength) -> dict:
    """What follows from the interactions, without the number of writes."""
    return found.model_dump(mode="json", exclude={"version", "owner_id", "contact_id"})


async def test_a_logged_meeting_is_in_the_list_and_moves_the_score(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    before = await strength(ada, grace)
    assert (before["score"], before["state"]) == (0, "steady")
    made = await log(ada, grace)
    assert made["said"] == {"kind": "meeting", "direction": "mutual", "day": day(0)}
    assert made["source"] == "typed"
    after = await strength(ada, grace)
    assert (after["score"], after["state"]) == (44, "growing")
    why = {term["term"]: term["why"] for term in after["terms"]}
    assert why["recency"] == "Today: meeting"
    assert why["frequency"] == "1 meeting in 90 days"
    await log(ada, grace, "mail", ago=3, direction="out")
    listed = (await ada.api("GET", path(grace, "interactions"))).json()
    assert [each["said"]["kind"] for each in listed["data"]] == ["meeting", "mail"]


async def test_the_list_is_read_in_pages_newest_first(signed_in) -> None:
    ada = await signed_in()
    grace, other = await a_contact(ada), await a_contact(ada)
    for ago in (3, 0, 7, 1, 400):
        await log(ada, grace, "call", ago=ago)
    await log(ada, other, ago=2)
    found, query = [], {"limit": "2"}
    while True:
        answer = (await ada.api("GET", path(grace, "interactions"), params=query)).json()
        found += [each["said"]["day"] for each in answer["data"]]
        if answer["page"]["next"] is None:
            break
        query["cursor"] = answer["page"]["next"]
    assert found == [day(ago) for ago in (0, 1, 3, 7, 400)]
    refused = await ada.api("GET", path(grace, "interactions"), params={"cursor": UNKNOWN})
    assert refused.json()["errors"][0]["field"] == "cursor"


async def test_the_same_key_logs_once(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    key = {"Idempotency-Key": "met"}
    body = {"kind": "meeting", "day": day(1)}
    answers = [await ada.api("POST", path(grace, "interactions"), json=body, headers=key) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert (await stored(ada, grace)).sums.number == 1
    other = await ada.api("POST", path(grace, "interactions"), json={**body, "kind": "call"}, headers=key)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"day": "2999-01-01"}, "/day"),
        ({"day": "1999-12-31"}, "/day"),
        ({"day": "yesterday"}, "/day"),
        ({"kind": "fight"}, "/kind"),
        ({"direction": "up"}, "/direction"),
        ({"text": "We spoke about x"}, "/text"),
    ],
)
async def test_a_faulty_interaction_is_refused_and_changes_nothing(signed_in, said, field) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    body = {"kind": "meeting", "day": day(0), **said}
    refused = await ada.api("POST", path(grace, "interactions"), json=body)
    assert refused.status_code == 422, refused.text
    assert [fault["field"] for fault in refused.json()["errors"]] == [field]
    assert (await strength(ada, grace))["score"] == 0


async def test_late_reordered_and_undone_interactions_leave_the_same_strength(signed_in) -> None:
    ada = await signed_in()
    one, two = await a_contact(ada), await a_contact(ada)
    days = [(400, "exchange"), (300, "mail"), (90, "meeting"), (15, "call"), (0, "message")]
    for ago, kind in days:
        await log(ada, one, kind, ago=ago)
    wrong = await log(ada, two, "meeting", ago=200)
    for ago, kind in (days[3], days[0], days[4], days[2], days[1]):
        await log(ada, two, kind, ago=ago)
    mistaken = await log(ada, two, "meeting", ago=0)
    for each in (wrong, mistaken):
        assert (await act(ada, "DELETE", two, each)).status_code == 204
    assert bare(await stored(ada, one)) == bare(await stored(ada, two))


async def test_an_ignored_interaction_is_kept_and_does_not_count(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    await log(ada, grace, "call", ago=1)
    before = bare(await stored(ada, grace))
    meeting = await log(ada, grace)
    for _ in range(2):
        ignored = await act(ada, "PUT", grace, meeting, "ignored")
        assert ignored.json()["ignored"]
    assert bare(await stored(ada, grace)) == before
    counted = await act(ada, "DELETE", grace, meeting, "ignored")
    assert not counted.json()["ignored"]
    assert (await stored(ada, grace)).sums.number == 2


async def test_a_deletion_is_taken_back_with_everything_as_it_was(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    made = await log(ada, grace, "meeting", ago=40)
    before = bare(await stored(ada, grace))
    assert (await act(ada, "DELETE", grace, made)).status_code == 204
    assert (await strength(ada, grace))["score"] == 0
    at = path(grace, "interactions", made["id"])
    assert (await ada.api("GET", at)).status_code == 404
    for _ in range(2):
        back = await ada.api("PUT", f"{at}/restoration")
        assert back.json() == made
    assert bare(await stored(ada, grace)) == before
    assert (await act(ada, "DELETE", grace, made)).status_code == 204


async def test_one_of_many_is_taken_away_as_if_it_had_never_been(signed_in) -> None:
    """The sums keep the newest sixteen only: which is the seventeenth has to be read."""
    ada = await signed_in()
    grace, other = await a_contact(ada), await a_contact(ada)
    kinds = ("meeting", "call", "mail", "message")
    made = [await log(ada, grace, kinds[number % 4]) for number in range(18)]
    for number in range(1, 17):
        await log(ada, other, kinds[number % 4])
    for each in (made[0], made[17]):
        assert (await act(ada, "DELETE", grace, each)).status_code == 204
    assert bare(await stored(ada, grace)) == bare(await stored(ada, other))


async def test_an_old_version_is_not_deleted(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    made = await log(ada, grace)
    at = path(grace, "interactions", made["id"])
    await act(ada, "PUT", grace, made, "ignored")
    assert (await ada.api("DELETE", at, headers={"If-Match": '"1"'})).status_code == 412
    assert (await ada.api("DELETE", at)).status_code == 428


async def test_many_at_once_are_all_counted(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    tries = [
        ada.api("POST", path(grace, "interactions"), json={"kind": "call", "day": day(number)})
        for number in range(4)
    ]
    answers = await asyncio.gather(*tries)
    made = sum(answer.status_code == 201 for answer in answers)
    assert made + sum(answer.status_code == 503 for answer in answers) == 4
    assert (await stored(ada, grace)).sums.number == made >= 1


async def test_what_is_somebody_elses_looks_as_if_it_were_not_there(signed_in) -> None:
    ada, eve = await signed_in(), await signed_in()
    grace, hers = await a_contact(ada), await a_contact(eve)
    made = await log(ada, grace)
    absent = "con_" + "a" * 26
    for method, parts, body in (
        ("GET", ("interactions",), None),
        ("POST", ("interactions",), {"kind": "call", "day": day(0)}),
        ("GET", ("interactions", made["id"]), None),
        ("DELETE", ("interactions", made["id"]), None),
        ("PUT", ("interactions", made["id"], "restoration"), None),
        ("PUT", ("interactions", made["id"], "ignored"), None),
        ("GET", ("strength",), None),
        ("PUT", ("strength", "corrections"), {"corrections": {}}),
    ):
        asked = {"headers": {"If-Match": '"1"'}} | ({"json": body} if body else {})
        foreign = await eve.api(method, path(grace, *parts), **asked)
        never = await eve.api(method, path({"id": absent}, *parts), **asked)
        assert (foreign.status_code, told(foreign)) == (404, told(never)), (method, parts)
        if made["id"] in parts:
            assert told(await eve.api(method, path(hers, *parts), **asked)) == told(never)
    assert (await stored(ada, grace)).sums.number == 1


async def test_a_deleted_contact_takes_its_interactions_along_and_brings_them_back(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    await log(ada, grace)
    before = await strength(ada, grace)
    await delete(ada, grace)
    assert (await ada.api("GET", path(grace, "interactions"))).status_code == 404
    assert (await ada.api("GET", path(grace, "strength"))).status_code == 404
    assert (await restore(ada, grace)).status_code == 200
    assert await strength(ada, grace) == before


async def test_the_importance_of_the_contact_counts_at_once(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada, importance=1)
    await log(ada, grace)
    before = await strength(ada, grace)
    assert (await change(ada, grace, importance=5)).status_code == 200
    after = await strength(ada, grace)
    assert after["score"] == before["score"] + 8
    order = f"order-{FOLLOW_IMPORTANCE}-{grace['id']}"
    message = OrderMessage(container="relations", owner_id=await account_of(ada), order_id=order)
    assert await carry_out(message, effects=wiring.operations.effects(), orders=wiring.operations.orders())
    assert (await stored(ada, grace)).score == after["score"]


async def test_a_term_and_the_whole_are_corrected_and_it_shows_at_once(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    await log(ada, grace, "mail", direction="out")
    etag = (await ada.api("GET", path(grace, "strength"))).headers["etag"]
    before = await strength(ada, grace)
    wanted = {"corrections": {"reciprocity": 12, "overall": -3}}
    answer = await ada.api(
        "PUT", path(grace, "strength", "corrections"), json=wanted, headers={"If-Match": etag}
    )
    assert answer.status_code == 200, answer.text
    after = await strength(ada, grace)
    assert after == answer.json()
    assert after["score"] == before["score"] + 9
    assert after["corrections"] == wanted
    stale = await ada.api(
        "PUT", path(grace, "strength", "corrections"), json=wanted, headers={"If-Match": etag}
    )
    assert stale.status_code == 412
    etag = answer.headers["etag"]
    for faulty in ({"importance": 3}, {"overall": 101}, {"overall": "much"}):
        refused = await ada.api(
            "PUT",
            path(grace, "strength", "corrections"),
            json={"corrections": faulty},
            headers={"If-Match": etag},
        )
        assert refused.status_code == 422


async def test_corrections_stay_within_each_term_and_the_whole(signed_in) -> None:
    ada = await signed_in()
    grace = await a_contact(ada)
    await log(ada, grace)
    for wanted, score in (({"overall": 100}, 100), ({"overall": -100}, 0), ({"variety": 100}, 54)):
        etag = (await ada.api("GET", path(grace, "strength"))).headers["etag"]
        answer = await ada.api(
            "PUT",
            path(grace, "strength", "corrections"),
            json={"corrections": wanted},
            headers={"If-Match": etag},
        )
        assert answer.json()["score"] == score
        assert (await strength(ada, grace))["score"] == score


async def calls(cloud, act) -> list[dict]:
    """Calls that the store has answered for this."""
    headers = {"x-local-key": cloud.settings["COSMOS_KEY"]}
    at = f"{cloud.settings['COSMOS_ENDPOINT'].rstrip('/')}/_local/"
    async with httpx.AsyncClient(base_url=at, headers=headers, trust_env=False) as store:
        (await store.delete("calls")).raise_for_status()
        await act()
        return (await store.get("calls")).raise_for_status().json()


async def test_an_interaction_costs_two_calls_however_many_contacts_there_are(cloud, signed_in) -> None:
    from domain.relationships.interactions.interaction import Said  # noqa: PLC0415
    from domain.relationships.interactions.log import Logging, log_interaction  # noqa: PLC0415
    from functions.framework.clock import new_id, now  # noqa: PLC0415

    ada = await signed_in()
    owner = await account_of(ada)
    grace = await a_contact(ada)
    for number in range(30):
        await log(ada, grace, "call", ago=30 - number)

    async def one() -> None:
        await log_interaction(
            owner,
            grace["id"],
            Said(kind="call", day=now().date()),
            Logging(new_id("int"), "typed", now()),
            store=wiring.relationships.strength.interactions(),
        )

    few = await calls(cloud, one)
    for number in range(40):
        await a_contact(ada, f"Person {number}")
    many = await calls(cloud, one)
    assert len(few) == len(many) == 2, few
    charges = [sum(call["charge"] for call in each) for each in (few, many)]
    assert charges[1] <= charges[0] * 1.05, charges


def test_the_landmark_is_fixed() -> None:
    assert number_of(datetime(2000, 1, 3, tzinfo=UTC).date()) == 0
    assert Entry(0, "meeting", "mutual") < Entry(1, "call", "in")


async def test_a_contact_has_a_limit_of_interactions_that_no_restoration_exceeds(
    signed_in, monkeypatch
) -> None:
    monkeypatch.setattr(sys.modules["domain.relationships.interactions.log"], "MOST_INTERACTIONS", 2)
    ada = await signed_in()
    grace = await a_contact(ada)
    made = [await log(ada, grace, "call", ago=ago) for ago in (3, 6)]
    body = {"kind": "call", "day": day(1)}
    third = await ada.api("POST", path(grace, "interactions"), json=body)
    assert (third.status_code, third.json()["code"]) == (409, "limit_reached")
    assert (await act(ada, "DELETE", grace, made[0])).status_code == 204
    await log(ada, grace, "call", ago=1)
    back = await act(ada, "PUT", grace, made[0], "restoration")
    assert (back.status_code, back.json()["code"]) == (409, "limit_reached")


async def moved(owner: str, made: list, kept: dict) -> None:
    """Have interactions follow into another contact, as the first half of a merge does."""
    items = wiring.relationships.strength.interactions()._items
    container = await items._database.container("relations")
    for each in made:
        patch = [
            {"op": "set", "path": name, "value": kept["id"]} for name in ("/contactId", "/body/contact_id")
        ]
        await container.patch_item(each["id"], owner, patch)


async def test_an_interaction_that_came_and_is_not_counted_yet_is_ignored_and_deleted(signed_in) -> None:
    ada = await signed_in()
    owner = await account_of(ada)
    kept, gone = await a_contact(ada, "Kept"), await a_contact(ada, "Gone")
    first, second = [await log(ada, gone, "call", ago=ago) for ago in (3, 6)]
    own = await log(ada, kept, "meeting", ago=9)
    await moved(owner, [first, second], kept)
    assert (await act(ada, "PUT", kept, second, "ignored")).status_code == 200
    assert (await act(ada, "DELETE", kept, first)).status_code == 204
    await wiring.relationships.strength.recount(owner, [kept["id"], gone["id"]])
    assert (await stored(ada, kept)).sums.number == 1
    listed = (await ada.api("GET", path(kept, "interactions"))).json()["data"]
    assert [each["id"] for each in listed] == [second["id"], own["id"]]


async def test_interactions_that_came_with_another_contact_are_counted_and_listed(signed_in) -> None:
    ada = await signed_in()
    owner = await account_of(ada)
    kept, gone, alone = [await a_contact(ada, name) for name in ("Kept", "Gone", "Alone")]
    made = [await log(ada, gone, "call", ago=ago) for ago in (3, 60)]
    for contact, kind, ago in ((kept, "meeting", 9), (alone, "meeting", 9), (alone, "call", 3)):
        await log(ada, contact, kind, ago=ago)
    await log(ada, alone, "call", ago=60)
    await moved(owner, made, kept)
    for _ in range(2):
        await wiring.relationships.strength.recount(owner, [kept["id"], gone["id"], UNKNOWN])
    assert bare(await stored(ada, kept)) == bare(await stored(ada, alone))
    assert (await stored(ada, gone)).sums.number == 0
    listed = (await ada.api("GET", path(kept, "interactions"))).json()["data"]
    assert [each["said"]["day"] for each in listed] == [day(3), day(9), day(60)]
    assert (await ada.api("GET", path(gone, "interactions"))).json()["data"] == []
    assert (await act(ada, "DELETE", kept, made[0])).status_code == 204
