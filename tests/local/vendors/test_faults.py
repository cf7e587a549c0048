"""Faults, the clock, calls, and pages of the stand-ins, with the HubSpot skin as example."""

import time

import httpx
import pytest

from local import vendors as stand_ins
from local.vendors.skins import SKINS

CONTACTS = "/crm/objects/2026-09/contacts"
NEW = {"properties": {"email": "a@example.com"}}


@pytest.fixture
async def hub(place):
    return await place("hubspot")


async def stored(hub):
    return [record for record in await hub.do("records/contacts", method="GET") if not record["deleted"]]


async def test_a_status_is_answered_and_nothing_done(hub):
    await hub.order({"action": "status", "times": 2, "skip": 1, "retryAfter": 3, "match": {"method": "POST"}})
    answers = [await hub.http.post(CONTACTS, json=NEW) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [201, 429, 429]
    assert answers[1].headers["Retry-After"] == "3"
    assert answers[1].json()["policyName"] == "TEN_SECONDLY_ROLLING"
    assert (await hub.http.get(CONTACTS)).status_code == 200


async def test_a_429_need_not_say_when_to_come_again(hub):
    await hub.order({"action": "status"})
    assert "Retry-After" not in (await hub.http.get(CONTACTS)).headers


async def test_after_a_commit_the_answer_may_be_an_error(hub):
    await hub.order({"action": "after_commit"})
    assert (await hub.http.post(CONTACTS, json=NEW)).status_code == 500
    assert len(await stored(hub)) == 1


async def test_an_answer_is_lost_or_cut_off_and_the_work_is_done(hub):
    await hub.order({"action": "lost_answer"})
    with pytest.raises(httpx.RemoteProtocolError):
        await hub.http.post(CONTACTS, json=NEW)
    assert len(await stored(hub)) == 1
    await hub.order({"action": "truncated"})
    with pytest.raises(httpx.RemoteProtocolError):
        await hub.http.get(CONTACTS)
    assert (await hub.http.get(CONTACTS)).status_code == 200


@pytest.mark.parametrize("action", ["delay", "drip"])
async def test_an_answer_is_slow(hub, action):
    await hub.order({"action": action, "seconds": 0.3})
    began = time.monotonic()
    assert (await hub.http.get(CONTACTS)).json() == {"results": []}
    assert time.monotonic() - began >= 0.3


async def test_a_token_is_refused_as_expired(hub):
    await hub.order({"action": "token_expired"})
    answer = await hub.http.get(CONTACTS)
    assert (answer.status_code, answer.json()["category"]) == (401, "EXPIRED_AUTHENTICATION")
    assert (await hub.http.get(CONTACTS)).status_code == 200


async def test_a_bad_record_is_refused_in_the_words_given_until_it_is_mended(hub):
    rule = {"action": "refuse_record", "field": "city", "value": "Atlantis", "message": "No such city."}
    await hub.order(rule)
    bad = {"properties": {"email": "b@example.com", "city": "Atlantis"}}
    answer = await hub.http.post(CONTACTS, json=bad)
    assert (answer.status_code, answer.json()["errors"][0]["message"]) == (400, "No such city.")
    assert (await hub.http.post(CONTACTS, json=NEW)).status_code == 201
    await hub.control.delete("/_local/faults")
    assert (await hub.http.post(CONTACTS, json=bad)).status_code == 201


async def test_faults_are_for_one_account(hub, place):
    other = await place("hubspot")
    await hub.order({"action": "status", "times": 5})
    assert (await other.http.get(CONTACTS)).status_code == 200
    assert (await hub.http.get(CONTACTS)).status_code == 429


@pytest.mark.parametrize(
    "rule", [{"action": "explode"}, {"status": 429}, {"action": "status", "match": {"host": "x"}}]
)
async def test_a_rule_that_is_not_understood_is_refused(control, rule):
    assert (await control.post("/_local/faults", json=[rule])).status_code == 400


async def test_calls_are_recorded(hub):
    await hub.http.get(f"{CONTACTS}?limit=5")
    calls = (await hub.control.get("/_local/calls")).json()
    [call] = [each for each in calls if each["account"] == hub.account]
    assert (call["vendor"], call["method"], call["path"], call["query"], call["status"]) == (
        "hubspot",
        "GET",
        CONTACTS,
        "limit=5",
        200,
    )


async def test_records_and_tokens_survive_a_restart(tmp_path):
    token, seen = None, []
    for _ in range(2):
        running = await stand_ins.start(logs=tmp_path / "logs", data=tmp_path / "data")
        try:
            async with httpx.AsyncClient(trust_env=False) as client:
                control = f"{running.origin}/_local/hubspot/mine"
                token = token or (await client.post(f"{control}/token")).json()["token"]
                client.headers["Authorization"] = f"Bearer {token}"
                one = {"properties": {"email": f"n{len(seen)}@example.com"}}
                made = (await client.post(running.api("hubspot") + CONTACTS, json=one)).json()["id"]
                page = (await client.get(running.api("hubspot") + CONTACTS)).json()["results"]
                seen.append((made, [each["properties"]["email"] for each in page]))
        finally:
            await running.child.stop()
    assert seen == [("1", ["n0@example.com"]), ("2", ["n0@example.com", "n1@example.com"])]


# Pages


async def test_the_demo_account_has_broken_data_too_and_a_page(tmp_path):
    running = await stand_ins.start(logs=tmp_path, with_data=True)
    try:
        async with httpx.AsyncClient(trust_env=False) as client:
            page = await client.get(f"{running.page('hubspot')}/contacts")
            contacts = (await client.get(f"{running.origin}/_local/hubspot/demo/records/contacts")).json()
            companies = (await client.get(f"{running.origin}/_local/hubspot/demo/records/companies")).json()
            start = await client.get(running.origin)
    finally:
        await running.child.stop()
    assert (len(contacts), len(companies)) == (2000, 300)
    assert any(not record["fields"].get("email") for record in contacts)
    assert "This is not HubSpot" in page.text
    assert page.text.count("<tr>") == 51
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "/pages/hubspot" in start.text


async def test_a_person_makes_changes_merges_and_deletes_a_record(hub):
    pages = "/pages/hubspot/contacts"
    mine = {"account": hub.account}

    async def post(path, **form):
        return await hub.control.post(f"{pages}/{path}", params=mine, data=form)

    made = await post("new", do="create", email="One@Example.com", firstname="<b>Ada</b>")
    assert made.status_code == 303
    assert "&lt;b&gt;Ada&lt;/b&gt;" in (await hub.control.get(made.headers["location"])).text
    assert (await post("1", do="save", city="Lund")).status_code == 303
    await post("new", do="create", email="two@example.com")
    merged = await post("1", do="merge", other="2")
    assert merged.headers["location"].startswith(f"{pages}/3?")
    [record] = await stored(hub)
    assert (record["fields"]["city"], record["by"]) == ("Lund", "person")
    assert (await post("3", do="delete")).status_code == 303
    assert await stored(hub) == []
    assert (await post("new", do="create", email="no address")).status_code == 400
    assert (await hub.control.get(f"{pages}/99", params=mine)).status_code == 404


async def test_a_broken_value_that_nobody_touches_does_not_hinder_a_person(hub):
    await hub.do("fill", {"contacts": 300, "companies": 0})
    broken = next(each for each in await stored(hub) if each["fields"].get("hubspot_owner_id") == "999999")
    form = {"do": "save", "city": "Visby", "hubspot_owner_id": "999999"}
    answer = await hub.control.post(
        f"/pages/hubspot/contacts/{broken['id']}", params={"account": hub.account}, data=form
    )
    assert answer.status_code == 303
    changed = await hub.do(f"records/contacts/{broken['id']}", method="GET")
    assert changed["fields"]["city"] == "Visby"


async def test_a_form_of_another_origin_is_refused(hub):
    origin = {"Origin": "https://evil.example"}
    form = {"do": "create", "email": "a@example.com"}
    answer = await hub.control.post("/pages/hubspot/contacts/new", data=form, headers=origin)
    assert answer.status_code == 403


async def test_a_person_breaks_it_and_mends_it(hub):
    mine = {"account": hub.account}
    answer = await hub.control.post("/pages/hubspot/break", params=mine, data={"do": "busy"})
    assert answer.status_code == 303
    assert (await hub.http.get(CONTACTS)).status_code == 429
    assert "status, 4 times" in (await hub.control.get("/pages/hubspot", params=mine)).text
    await hub.control.post("/pages/hubspot/break", params=mine, data={"do": "mend"})
    assert (await hub.http.get(CONTACTS)).status_code == 200
    refuse = {"do": "refuse", "field": "email", "value": "a@example.com"}
    await hub.control.post("/pages/hubspot/break", params=mine, data=refuse)
    assert (await hub.http.post(CONTACTS, json=NEW)).status_code == 400


@pytest.mark.parametrize("vendor", list(SKINS))
async def test_every_stand_in_says_what_it_is_not_and_makes_a_key(control, vendor):
    page = await control.get(f"/pages/{vendor}")
    assert (page.status_code, "stand-in on this machine" in page.text) == (200, True)
    made = await control.post(f"/pages/{vendor}/key", params={"account": "somebody"})
    assert (made.status_code, "<pre>" in made.text) == (200, True)
    assert (await control.get(f"/pages/{vendor}/key")).status_code == 200
    assert (await control.get(f"/pages/{vendor}/nothing")).status_code == 404
