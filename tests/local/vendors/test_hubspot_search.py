"""The search of the HubSpot stand-in."""

import asyncio

import pytest
from hubspot.crm.contacts import Filter, FilterGroup, PublicObjectSearchRequest

from local.vendors.hubspot.access import LIMITS
from tests.local.vendors.hubspot_oracle import shown

SEARCH = "/crm/objects/2026-09/contacts/search"
PAGE = "CollectionResponseWithTotalSimplePublicObjectForwardPaging"


@pytest.fixture
async def hub(place):
    hub = await place("hubspot")
    await hub.do("limits", {"search": 1000, "tenSeconds": 10_000})
    return hub


def asked(*filters, **more):
    """A request that HubSpot's own models accept."""
    groups = [FilterGroup(filters=[Filter(**each) for each in filters])] if filters else []
    body = {"filter_groups": groups, "sorts": [], "properties": [], "limit": 100, "after": "0"} | more
    made = PublicObjectSearchRequest(**body).to_dict()
    names = {"filter_groups": "filterGroups", "property_name": "propertyName", "high_value": "highValue"}
    return _renamed(made, names)


def _renamed(held, names):
    if isinstance(held, dict):
        return {
            names.get(name, name): _renamed(value, names) for name, value in held.items() if value is not None
        }
    return [_renamed(each, names) for each in held] if isinstance(held, list) else held


async def found(hub, *filters, **more):
    return shown(PAGE, await hub.http.post(SEARCH, json=asked(*filters, **more)))


def by(name, operator, value=None, **more):
    return {"property_name": name, "operator": operator, "value": value} | more


async def test_search_finds_what_changed_since(hub):
    await hub.control.post("/_local/clock", json={"stopAt": "2026-11-27T12:00:00+00:00"})
    await hub.do("records/contacts", {"email": "old@example.com"})
    await hub.control.post("/_local/clock", json={"advanceSeconds": 60})
    newer = await hub.do("records/contacts", {"email": "new@example.com"})
    page = await found(hub, by("lastmodifieddate", "GTE", "1795780830000"), sorts=["lastmodifieddate"])
    assert (page.total, [each.id for each in page.results]) == (1, [newer])


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (by("city", "EQ", "LUND"), "b"),
        (by("city", "NEQ", "Lund"), "ac"),
        (by("city", "HAS_PROPERTY"), "ab"),
        (by("city", "NOT_HAS_PROPERTY"), "c"),
        (by("customer_number", "GT", "9"), "b"),
        (by("customer_number", "LTE", "9"), "a"),
        (by("customer_number", "BETWEEN", "5", high_value="10"), "ab"),
        (by("email", "IN", values=["a@example.com", "c@example.com"]), "ac"),
        (by("email", "NOT_IN", values=["a@example.com"]), "bc"),
        (by("email", "CONTAINS_TOKEN", "*example*"), "abc"),
        (by("hs_object_id", "GT", "0"), "abc"),
    ],
)
async def test_filters_compare_by_the_type_of_the_property(hub, one, expected):
    for name, more in {
        "a": {"city": "Visby", "customer_number": "9"},
        "b": {"city": "Lund", "customer_number": "10"},
        "c": {},
    }.items():
        await hub.do("records/contacts", {"email": f"{name}@example.com"} | more)
    page = await found(hub, one)
    assert "".join(each.properties["email"][0] for each in page.results) == expected


async def test_pages_follow_the_order_and_end_at_ten_thousand(hub):
    people = [
        {"email": f"n{number}@example.com", "customer_number": str(100 - number)} for number in range(5)
    ]
    made = await hub.do("records/contacts", people)
    seen, after = [], "0"
    while after:
        page = await found(hub, sorts=["customer_number"], limit=2, after=after)
        seen += [each.id for each in page.results]
        after = page.paging and page.paging.next.after
    assert seen == made[::-1]
    last = await hub.http.post(SEARCH, json=asked(limit=200, after="9800"))
    assert last.status_code == 200
    past = await hub.http.post(SEARCH, json=asked(limit=200, after="9801"))
    assert past.status_code == 400
    assert "10000" in past.json()["message"]
    assert (await hub.http.post(SEARCH, json=asked(limit=201))).status_code == 400


async def test_a_lagging_index_finds_a_change_later(hub):
    await hub.do("records/contacts", {"email": "a@example.com"})
    await hub.order({"action": "search_lag", "seconds": 30})
    assert (await found(hub)).total == 0
    assert len((await hub.http.get(SEARCH.removesuffix("/search"))).json()["results"]) == 1
    await hub.control.post("/_local/clock", json={"advanceSeconds": 31})
    assert (await found(hub)).total == 1


@pytest.mark.parametrize(
    "body",
    [
        {"filterGroups": [{"filters": [{"propertyName": "nickname", "operator": "EQ", "value": "x"}]}]},
        {"filterGroups": [{"filters": [{"propertyName": "city", "operator": "BIGGER", "value": "x"}]}]},
        {"filterGroups": [{"filters": [{"propertyName": "city", "operator": "EQ"}]}]},
        {"filterGroups": [{"filters": [{"propertyName": "createdate", "operator": "GT", "value": "soon"}]}]},
        {"filterGroups": [{"filters": []}] * 6},
        {"sorts": ["nickname"]},
        {"page": 2},
    ],
)
async def test_a_search_that_hubspot_would_not_understand_is_refused(hub, body):
    assert (await hub.http.post(SEARCH, json=body)).status_code == 400


async def test_more_searches_in_a_second_than_the_limit_are_too_many(hub):
    assert LIMITS["search"] == 5
    await hub.do("limits", {"search": 1})
    answers = await asyncio.gather(*(hub.http.post(SEARCH, json=asked()) for _ in range(3)))
    refused = [each for each in answers if each.status_code == 429]
    assert [each.json()["policyName"] for each in refused] == ["SECONDLY", "SECONDLY"]
    assert not any(name.startswith("x-hubspot-ratelimit") for each in answers for name in each.headers)
