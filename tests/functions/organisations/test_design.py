"""iZwop's designers work for an organisation: ordered, with access that it gives, approved by it."""

import asyncio
import json
import secrets

import pytest

import wiring
import wiring.operations
import wiring.organisations
import wiring.organisations.design
from tests.functions.organisations.designs import (
    WISHES,
    a_card,
    ada,
    answered,
    ask,
    at,
    begun,
    change,
    design_of,
    disa,
    give,
    granted,
    order,
    org,
    press,
    proposed,
    read,
    records,
    saved,
    staff,
)
from tests.functions.organisations.test_templates import RULES, release

__all__ = ["ada", "disa", "org"]
from tests.stored import each_of


async def test_a_design_goes_from_the_order_to_the_release(host, ada, org, disa, signed_in) -> None:
    template, card = await a_card(ada, org, signed_in)
    ordered = await order(ada, org)
    assert ordered.status_code == 201, ordered.text
    assert ordered.json()["order"]["wishes"] == WISHES
    desk = await disa.http.get("/staff")
    assert org["name"] in desk.text
    assert (await disa.http.get(staff(org))).status_code == 404
    assert (await ask(disa, org)).status_code == 303
    asking = (await design_of(ada, org)).json()["asking"]
    assert asking["designer"] == disa.name
    assert (await disa.http.get(staff(org))).status_code == 404
    given = await give(ada, org, 7)
    assert given.status_code == 200, given.text
    assert given.json()["grant"]["live"] is True
    overview = await disa.http.get(staff(org))
    assert overview.status_code == 200
    assert "Staff" in overview.text
    shown = await disa.http.get(f"{staff(org)}/templates/{template}")
    assert "{title?Staff}" in shown.text
    proposal = await begun(disa, org, template)
    unseen = await ada.api("GET", f"organisations/{org['id']}/proposals/{proposal}")
    assert unseen.status_code == 404
    done = await saved(disa, org, proposal, **{"rules-title-value": "Captain"})
    assert done.status_code == 303, done.text
    done = await proposed(disa, org, proposal)
    assert done.status_code == 303, done.text
    found = (await read(ada, org, proposal)).json()
    assert (found["state"], found["says"], found["designer"]) == ("waiting", "Like this?", disa.name)
    assert (await design_of(ada, org)).json()["waiting"] == [proposal]
    path = f"organisations/{org['id']}/proposals/{proposal}/effect"
    version = {"If-Match": (await read(ada, org, proposal)).headers["etag"]}
    assert (await ada.api("GET", path)).json()["code"] == "effect_not_counted"
    counting = await ada.api("POST", path, headers=version)
    assert counting.status_code == 200, counting.text
    await host.drain_queue("work")
    effect = (await ada.api("GET", path)).json()
    assert (effect["over"], effect["changed"], effect["fields"]) == (True, 1, {"title": 1})
    approved = await answered(ada, org, proposal)
    assert approved.status_code == 200, approved.text
    await host.drain_queue("work")
    content = (await ada.api("GET", f"organisations/{org['id']}/staff-cards/{card}")).json()["content"]
    assert content["title"] == "Captain"
    releases = await ada.api("GET", f"organisations/{org['id']}/templates/{template}/releases")
    assert [each["designedBy"] for each in releases.json()["data"]] == [disa.name, None]
    assert (await design_of(ada, org)).json()["waiting"] == []
    assert await records(ada, org) == [
        "ordered", "asked", "granted", "looked", "template_seen", "begun", "proposal_seen", "changed",
        "proposal_seen", "proposed", "approved",
    ]  # fmt: skip


async def test_a_design_is_ordered_once_at_a_time_and_under_a_key(host, ada, org) -> None:
    key = {"Idempotency-Key": secrets.token_hex(8)}
    one, two = await asyncio.gather(order(ada, org, **key), order(ada, org, **key))
    assert (one.status_code, two.status_code) == (201, 201)
    assert one.json() == two.json()
    assert (await order(ada, org, "Other", **key)).json()["code"] == "idempotency_key_reused"
    assert (await order(ada, org, "Other")).json()["code"] == "design_already_ordered"
    assert await records(ada, org) == ["ordered"]
    assert (await change(ada, org, "DELETE", "order")).status_code == 204
    ended = (await design_of(ada, org)).json()
    assert (ended["order"], ended["grant"], ended["asking"]) == (None, None, None)
    again = await asyncio.gather(order(ada, org, "One"), order(ada, org, "Two"))
    assert sorted(answer.status_code for answer in again) == [201, 409]


@pytest.mark.parametrize("body", [{}, {"wishes": " "}, {"wishes": "x" * 4001}, {"wishes": "x", "more": 1}])
async def test_wishes_with_a_fault_are_refused_with_the_field(host, ada, org, body) -> None:
    refused = await ada.api("POST", f"{at(org)}/order", json=body)
    assert refused.status_code == 422, refused.text
    assert refused.json()["errors"][0]["field"] in ("/wishes", "/more")
    assert await records(ada, org) == []


async def test_access_is_for_one_of_three_times_and_for_who_asks(host, ada, org, disa) -> None:
    nobody = await ada.api("PUT", f"{at(org)}/grant", json={"days": 7}, headers={"If-Match": '"0"'})
    assert nobody.json()["code"] == "nobody_asks"
    await order(ada, org)
    await ask(disa, org)
    for days in (0, 2, 31):
        refused = await give(ada, org, days)
        assert (refused.status_code, refused.json()["errors"][0]["field"]) == (422, "/days")
    unread = await ada.api("PUT", f"{at(org)}/grant", json={"days": 7})
    assert unread.status_code == 428
    stale = await ada.api("PUT", f"{at(org)}/grant", json={"days": 7}, headers={"If-Match": '"1"'})
    assert stale.status_code == 412
    assert (await disa.http.get(staff(org))).status_code == 404


async def test_a_template_that_was_released_meanwhile_is_not_overwritten(
    host, ada, org, disa, signed_in
) -> None:
    template, _card = await a_card(ada, org, signed_in)
    await granted(ada, org, disa)
    proposal = await begun(disa, org, template)
    await saved(disa, org, proposal, **{"rules-title-value": "Captain"})
    await proposed(disa, org, proposal)
    one = f"organisations/{org['id']}/templates/{template}"
    read_one = await ada.api("GET", one)
    headers = {"If-Match": read_one.headers["etag"]}
    mine = await ada.api("PUT", one, json={"name": "Mine", "rules": RULES}, headers=headers)
    await release(ada, f"organisations/{org['id']}/templates", mine)
    refused = await answered(ada, org, proposal)
    assert (refused.status_code, refused.json()["code"]) == (409, "template_changed")
    assert (await ada.api("GET", one)).json()["draft"]["name"] == "Mine"
    declined = await answered(ada, org, proposal, "refusal", json={"reason": "We changed it"})
    assert declined.status_code == 200


async def test_a_draft_of_the_organisation_stays_when_a_proposal_is_approved(
    host, ada, org, disa, signed_in
) -> None:
    template, _card = await a_card(ada, org, signed_in)
    await granted(ada, org, disa)
    proposal = await begun(disa, org, template)
    await saved(disa, org, proposal, **{"rules-title-value": "Captain"})
    await proposed(disa, org, proposal)
    one = f"organisations/{org['id']}/templates/{template}"
    headers = {"If-Match": (await ada.api("GET", one)).headers["etag"]}
    await ada.api("PUT", one, json={"name": "Half done", "rules": RULES}, headers=headers)
    assert (await answered(ada, org, proposal)).status_code == 200
    after = (await ada.api("GET", one)).json()
    assert (after["draft"]["name"], after["number"]) == ("Half done", 2)
    [latest, _first] = (await ada.api("GET", f"{one}/releases")).json()["data"]
    assert latest["content"]["rules"]["title"]["value"] == "Captain"


async def test_what_waits_can_be_answered_after_the_access_is_over(host, ada, org, disa) -> None:
    await granted(ada, org, disa)
    proposal = await begun(disa, org)
    await proposed(disa, org, proposal)
    await ada.api("DELETE", f"{at(org)}/grant")
    assert (await change(ada, org, "DELETE", "order")).status_code == 204
    approved = await answered(ada, org, proposal)
    assert approved.status_code == 200
    [template] = (await ada.api("GET", f"organisations/{org['id']}/templates")).json()["data"]
    assert (template["number"], template["id"]) == (1, approved.json()["templateId"])


async def test_limits_of_proposals_and_templates_hold(host, ada, org, disa, monkeypatch) -> None:
    from domain.organisations.design import designing, proposals  # noqa: PLC0415 - what the host loaded

    await granted(ada, org, disa)
    first = await begun(disa, org)
    monkeypatch.setattr(designing, "MOST_PROPOSALS", 1)
    new = {"name": "Second", "preset": "standard", "key": "second"}
    refused = await press(disa, f"{staff(org)}/new-proposal", **new)
    assert (refused.status_code, 'value="Second"' in refused.text) == (422, True)
    assert "may have 1 proposals" in refused.text
    await proposed(disa, org, first)
    monkeypatch.setattr(proposals, "MOST_TEMPLATES", 0)
    full = await answered(ada, org, first)
    assert (full.status_code, full.json()["code"]) == (409, "limit_reached")


async def test_records_and_proposals_expire_35_days_after_the_access(host, ada, org, disa) -> None:
    await granted(ada, org, disa, 7)
    await begun(disa, org)
    container = await wiring.database().container("organisations")
    found = [dict(each) async for each in container.query_items("SELECT * FROM c", partition_key=org["id"])]
    day = 24 * 3600
    ttls = {
        (each["kind"], each["body"].get("what")): each.get("ttl")
        for each in found
        if "design" in each["kind"]
    }
    assert ttls[("design", None)] is None
    assert abs(ttls[("design-record", "ordered")] - 35 * day) <= 1
    for place in (("design-record", "granted"), ("design-record", "begun"), ("design-proposal", None)):
        assert 42 * day - 120 < ttls[place] <= 42 * day


async def test_no_word_of_a_design_is_in_a_queue_or_on_the_desk(host, ada, org, disa) -> None:
    word = secrets.token_hex(8)
    await order(ada, org, f"Wishes {word}")
    await ask(disa, org)
    places = [
        document["kind"]
        async for _container, document in each_of(wiring.database())
        if word in (text := json.dumps(document)) or (org["id"] in text and disa.name in text)
    ]
    assert sorted(places) == ["design", "design-record"]
