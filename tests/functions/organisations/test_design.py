"""iZwop's designers work for an organisation: ordered, with access that it gives, approved by it."""

import secrets

import pytest

from tests.functions.organisations.designs import (
    WISHES,
    a_designer,
    answered,
    ask,
    begun,
    design_of,
    give,
    order,
    proposed,
    read,
    records,
    saved,
    staff,
)
from tests.functions.organisations.joined import joined
from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.organisations.test_templates import make, release


@pytest.fixture
async def ada(signed_in):
    return await signed_in()


@pytest.fixture
async def org(ada) -> dict:
    return await an_organisation(ada, f"Firm {secrets.token_hex(4)}")


@pytest.fixture
async def disa(host, client, signed_in):
    return await a_designer(client, signed_in)


async def a_card(ada, org: dict, signed_in) -> tuple[str, str]:
    """Ids of a template in force and of a card that follows it."""
    templates = f"organisations/{org['id']}/templates"
    made = await make(ada, templates)
    assert (await release(ada, templates, made)).status_code == 200
    member = await joined(org, await signed_in())
    new = {"memberId": member["id"], "templateId": made.json()["id"]}
    card = await ada.api("POST", f"organisations/{org['id']}/staff-cards", json=new)
    assert card.status_code == 201, card.text
    return made.json()["id"], card.json()["id"]


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
