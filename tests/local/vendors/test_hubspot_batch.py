"""Batches, associations, owners, definitions and the account of the HubSpot stand-in."""

import pytest

from tests.local.vendors.hubspot_oracle import as_model, shown

CONTACTS = "/crm/objects/2026-09/contacts"
PROPERTIES = "/crm/properties/2026-09/contacts"


@pytest.fixture
async def hub(place):
    return await place("hubspot")


async def batch(hub, operation, *inputs, status=200, **more):
    answer = await hub.http.post(f"{CONTACTS}/batch/{operation}", json={"inputs": [*inputs]} | more)
    assert answer.status_code == status, answer.text
    kind = "SimplePublicUpsertObject" if operation == "upsert" else "SimplePublicObject"
    if status == 207:
        return shown(f"BatchResponse{kind}WithErrors", answer)
    return as_model(f"BatchResponse{kind}" if status < 300 else "Error", answer)


async def every(hub):
    return (await hub.http.get(f"{CONTACTS}?limit=100&properties=email,city")).json()["results"]


async def test_many_are_created_and_read_by_id_and_address(hub):
    addresses = [f"n{number}@example.com" for number in range(3)]
    inputs = [{"properties": {"email": each}, "associations": []} for each in addresses]
    made = (await batch(hub, "create", *inputs, status=201)).results
    read = await batch(hub, "read", *({"id": each.id} for each in made), properties=["email"])
    assert [each.properties["email"] for each in read.results] == addresses
    body = {"properties": ["email"], "idProperty": "email"}
    by_address = await batch(hub, "read", {"id": "N1@example.com"}, **body)
    assert [each.id for each in by_address.results] == [made[1].id]


async def test_ids_that_do_not_exist_are_told_beside_those_that_do(hub):
    made = await hub.do("records/contacts", {"email": "a@example.com"})
    read = await batch(hub, "read", {"id": made}, {"id": "999"}, status=207, properties=[])
    assert ([each.id for each in read.results], read.num_errors) == ([made], 1)
    assert (read.errors[0].category, read.errors[0].context) == ("OBJECT_NOT_FOUND", {"ids": ["999"]})
    changed = {"properties": {"city": "Lund"}}
    done = await batch(hub, "update", {"id": made} | changed, {"id": "999"} | changed, status=207)
    assert [each.properties["city"] for each in done.results] == ["Lund"]


async def test_without_trace_ids_one_bad_record_refuses_the_whole_batch(hub):
    good = {"properties": {"email": "a@example.com"}}
    bad = {"properties": {"email": "b@example.com", "nickname": "B"}}
    error = await batch(hub, "create", good, bad, status=400)
    assert error.errors[0].context == {"propertyName": ["nickname"]}
    assert await every(hub) == []
    twins = await batch(hub, "create", good, good, status=400)
    assert "Duplicate" in twins.message


async def test_an_upsert_is_refused_as_a_whole_unless_the_account_answers_for_each(hub):
    inputs = [
        {"id": "a@example.com", "idProperty": "email", "properties": {"city": "Lund"}},
        {"id": "b@example.com", "idProperty": "email", "properties": {"newsletter": "perhaps"}},
    ]
    inputs = [each | {"objectWriteTraceId": each["id"]} for each in inputs]
    await batch(hub, "upsert", *inputs, status=400)
    assert await every(hub) == []
    await hub.do("multistatus", given=True)
    done = await batch(hub, "upsert", *inputs, status=207)
    assert [each.object_write_trace_id for each in done.results] == ["a@example.com"]
    assert done.errors[0].context == {"objectWriteTraceId": ["b@example.com"]}


async def test_whatever_refuses_a_batch_leaves_nothing_of_it(hub):
    own = {"name": "own_id", "label": "Own", "type": "string", "fieldType": "text", "groupName": "own"}
    assert (await hub.http.post(PROPERTIES, json=own | {"hasUniqueValue": True})).status_code == 201
    twins = [{"properties": {"firstname": name, "own_id": "7"}} for name in ("A", "B")]
    await batch(hub, "create", *twins, status=400)
    nowhere = [{"to": {"id": "999"}, "types": [{"associationTypeId": 279}]}]
    lonely = {"properties": {"firstname": "C"}, "associations": nowhere}
    await batch(hub, "create", {"properties": {"firstname": "D"}}, lonely, status=400)
    assert await every(hub) == []


async def test_with_trace_ids_each_record_is_done_or_refused_by_itself(hub):
    good = {"properties": {"email": "a@example.com"}, "objectWriteTraceId": "one"}
    bad = {"properties": {"email": "no address"}, "objectWriteTraceId": "two"}
    done = await batch(hub, "create", good, bad, status=207)
    assert [each.object_write_trace_id for each in done.results] == ["one"]
    assert (done.num_errors, done.errors[0].context) == (1, {"objectWriteTraceId": ["two"]})
    assert "no address is invalid" in done.errors[0].message
    assert len(await every(hub)) == 1


async def test_an_upsert_changes_who_has_the_address_and_makes_who_is_new(hub):
    known = await hub.do("records/contacts", {"email": "a@example.com", "city": "Visby"})
    inputs = [
        {"id": name, "idProperty": "email", "properties": {"city": "Lund"}}
        for name in ("A@example.com", "b@example.com")
    ]
    done = await batch(hub, "upsert", *inputs)
    assert [(each.new, each.properties["email"]) for each in done.results] == [
        (False, "a@example.com"),
        (True, "b@example.com"),
    ]
    assert done.results[0].id == known
    again = await batch(hub, "upsert", *inputs)
    assert [each.new for each in again.results] == [False, False]
    assert len(await every(hub)) == 2


async def test_an_upsert_by_a_property_of_ones_own_needs_it_to_be_unique(hub):
    own = {"name": "izwop_id", "label": "iZwop", "type": "string", "fieldType": "text", "groupName": "own"}
    assert (await hub.http.post(PROPERTIES, json=own | {"name": "plain_id"})).status_code == 201
    made = await hub.http.post(PROPERTIES, json=own | {"hasUniqueValue": True})
    assert shown("ModelProperty", made, "crm.properties").has_unique_value
    assert (await hub.http.post(PROPERTIES, json=own)).status_code == 409
    one = {"id": "c1", "idProperty": "izwop_id", "properties": {"firstname": "Ada"}}
    first = await batch(hub, "upsert", one)
    again = await batch(hub, "upsert", one | {"properties": {"firstname": "Grace"}})
    assert [each.id for each in again.results] == [each.id for each in first.results]
    await batch(hub, "upsert", one | {"idProperty": "plain_id"}, status=400)
    twin = await hub.http.post(CONTACTS, json={"properties": {"izwop_id": "c1"}})
    assert as_model("Error", twin).errors[0].code == "CONFLICTING_UNIQUE_VALUE"


async def test_a_batch_has_at_most_a_hundred_inputs(hub):
    await batch(hub, "read", *({"id": str(number)} for number in range(101)), status=400, properties=[])
    await batch(hub, "read", status=400, properties=[])


async def test_associations_of_many_are_read_at_once(hub):
    await hub.do("fill", {"contacts": 20, "companies": 3})
    every = (await hub.http.get(f"{CONTACTS}?limit=100&associations=companies")).json()["results"]
    expected = {
        each["id"]: [link["id"] for link in each["associations"]["companies"]["results"]]
        for each in every
        if "associations" in each
    }
    body = {"inputs": [{"id": each["id"]} for each in every]}
    answer = await hub.http.post("/crm/associations/2026-03/contacts/companies/batch/read", json=body)
    assert answer.status_code == 207
    model = "BatchResponsePublicAssociationMultiWithLabelWithErrors"
    read = shown(model, answer, "crm.associations.v4")
    assert {each._from.id: [to.to_object_id for to in each.to] for each in read.results} == expected
    assert len(expected) + read.num_errors == 20
    wrong = await hub.http.post("/crm/associations/2026-03/contacts/deals/batch/read", json=body)
    assert wrong.status_code == 404


async def test_owners_are_found_by_address(hub):
    await hub.do("fill", {"contacts": 0, "companies": 0})
    model = "CollectionResponsePublicOwnerForwardPaging"
    page = shown(model, await hub.http.get("/crm/owners/2026-09?limit=2"), "crm.owners")
    assert [each.email for each in page.results] == ["ada@example.com", "grace@example.com"]
    rest = await hub.http.get(f"/crm/owners/2026-09?limit=100&after={page.paging.next.after}")
    assert len(shown(model, rest, "crm.owners").results) == 2
    found = await hub.http.get("/crm/owners/2026-09?email=Ada@example.com")
    [ada] = shown(model, found, "crm.owners").results
    assert (ada.first_name, ada.type) == ("Ada", "PERSON")
    gone = shown(model, await hub.http.get("/crm/owners/2026-09?archived=true"), "crm.owners").results
    assert [each.archived for each in gone] == [True]


async def test_definitions_say_the_type_and_what_cannot_be_written(hub):
    answer = await hub.http.get(PROPERTIES)
    known = {
        each.name: each
        for each in shown("CollectionResponsePropertyNoPaging", answer, "crm.properties").results
    }
    assert known["createdate"].modification_metadata.read_only_value
    assert not known["email"].modification_metadata.read_only_value
    assert (known["customer_number"].type, known["customer_number"].hubspot_defined) == ("number", False)
    assert "customer" in [each.value for each in known["lifecyclestage"].options]
    one = await hub.http.get(f"{PROPERTIES}/email")
    assert shown("ModelProperty", one, "crm.properties").label == "Email"
    assert (await hub.http.get(f"{PROPERTIES}/nickname")).status_code == 404


async def test_the_account_has_a_number_and_a_count_of_the_day(hub):
    assert (await hub.http.get("/account-info/2026-09/details")).json()["portalId"] > 0
    usage = (await hub.http.get("/account-info/2026-09/api-usage/daily/private-apps")).json()["results"]
    assert usage[0]["currentUsage"] == 2
