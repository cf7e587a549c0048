"""Records of the HubSpot stand-in. Every answer goes through the models of HubSpot's own client."""

import pytest
from tests.local.vendors.hubspot_oracle import shown

CONTACTS = "/crm/objects/2026-09/contacts"


@pytest.fixture
async def hub(place):
    return await place("hubspot")


async def a_contact(hub, **properties):
    answer = await hub.http.post(CONTACTS, json={"properties": properties, "associations": []})
    assert answer.status_code == 201, answer.text
    return shown("SimplePublicObject", answer)


async def test_a_contact_is_stored_as_hubspot_writes_values(hub):
    made = await a_contact(hub, email="  Zoe@Example.COM ", firstname=" Zoë ", phone=" 0046 (8) 12-34 ")
    read = shown(
        "SimplePublicObjectWithAssociations",
        await hub.http.get(f"{CONTACTS}/{made.id}?properties=phone,email,firstname"),
    )
    assert (read.properties["email"], read.properties["firstname"]) == ("zoe@example.com", "Zoë")
    assert read.properties["phone"] == "0046 (8) 12-34"


async def test_pages_hold_every_record_once(hub):
    made = [(await a_contact(hub, email=f"n{number}@example.com")).id for number in range(7)]
    seen, after = [], "0"
    while after:
        answer = await hub.http.get(CONTACTS, params={"limit": 3, "after": after})
        page = shown("CollectionResponseSimplePublicObjectWithAssociationsForwardPaging", answer)
        seen += [each.id for each in page.results]
        after = page.paging and page.paging.next.after
    assert seen == made


async def test_search_finds_what_changed_since(hub):
    await hub.control.post("/_local/clock", json={"stopAt": "2026-11-27T12:00:00+00:00"})
    await a_contact(hub, email="old@example.com")
    await hub.control.post("/_local/clock", json={"advanceSeconds": 60})
    newer = await a_contact(hub, email="new@example.com")
    filters = [{"propertyName": "lastmodifieddate", "operator": "GTE", "value": "1795780830000"}]
    body = {
        "filterGroups": [{"filters": filters}],
        "sorts": ["lastmodifieddate"],
        "limit": 200,
        "properties": ["email"],
    }
    answer = await hub.http.post(f"{CONTACTS}/search", json=body)
    page = shown("CollectionResponseWithTotalSimplePublicObjectForwardPaging", answer)
    assert (page.total, [each.id for each in page.results]) == (1, [newer.id])
