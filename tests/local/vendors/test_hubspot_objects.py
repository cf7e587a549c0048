"""Records of the HubSpot stand-in. Every answer goes through the models of HubSpot's own client."""

import httpx
import pytest

from tests.local.vendors.hubspot_oracle import as_model, shown

CONTACTS = "/crm/objects/2026-09/contacts"
PAGE = "CollectionResponseSimplePublicObjectWithAssociationsForwardPaging"
ONE = "SimplePublicObjectWithAssociations"


@pytest.fixture
async def hub(place):
    return await place("hubspot")


async def a_contact(hub, associations=(), **properties):
    body = {"properties": properties, "associations": [*associations]}
    answer = await hub.http.post(CONTACTS, json=body)
    assert answer.status_code == 201, answer.text
    return shown("SimplePublicObject", answer)


async def refused(hub, properties, status=400):
    answer = await hub.http.post(CONTACTS, json={"properties": properties, "associations": []})
    assert answer.status_code == status, answer.text
    return as_model("Error", answer)


def test_the_oracle_refuses_an_answer_that_hubspot_would_not_give():
    at = "2026-01-01T00:00:00Z"
    whole = {"id": "1", "properties": {}, "createdAt": at, "updatedAt": at}
    assert shown("SimplePublicObject", httpx.Response(200, json=whole)).id == "1"
    with pytest.raises(ValueError, match="`id`"):
        shown("SimplePublicObject", httpx.Response(200, json={**whole, "id": None}))


async def test_a_contact_is_stored_as_hubspot_writes_values(hub):
    made = await a_contact(hub, email="  Zoe@Example.COM ", firstname=" Zoë ", phone=" 0046 (8) 12-34 ")
    answer = await hub.http.get(f"{CONTACTS}/{made.id}?properties=phone,email&properties=firstname")
    read = shown(ONE, answer)
    assert (read.properties["email"], read.properties["firstname"]) == ("zoe@example.com", "Zoë")
    assert read.properties["phone"] == "0046 (8) 12-34"
    assert shown(ONE, await hub.http.get(f"{CONTACTS}/ZOE@example.com?idProperty=email")).id == made.id


async def test_what_was_not_asked_for_is_not_answered_and_what_is_unset_is_null(hub):
    made = await a_contact(hub, email="a@example.com", city="Visby")
    properties = (await hub.http.get(f"{CONTACTS}/{made.id}?properties=jobtitle")).json()["properties"]
    assert properties.keys() == {"jobtitle", "createdate", "lastmodifieddate", "hs_object_id"}
    assert properties["jobtitle"] is None


async def test_pages_hold_every_record_once(hub):
    made = [(await a_contact(hub, email=f"n{number}@example.com")).id for number in range(7)]
    seen, after = [], "0"
    while after:
        answer = await hub.http.get(CONTACTS, params={"limit": 3, "after": after})
        page = shown(PAGE, answer)
        seen += [each.id for each in page.results]
        after = page.paging and page.paging.next.after
    assert seen == made
    assert (await hub.http.get(CONTACTS, params={"limit": 101})).status_code == 400


async def test_a_change_is_partial_and_an_empty_text_clears(hub):
    made = await a_contact(hub, email="a@example.com", city="Visby", jobtitle="Buyer")
    await hub.control.post("/_local/clock", json={"advanceSeconds": 1})
    answer = await hub.http.patch(f"{CONTACTS}/{made.id}", json={"properties": {"city": "", "zip": "1"}})
    changed = shown("SimplePublicObject", answer)
    assert (changed.properties["jobtitle"], changed.properties["zip"]) == ("Buyer", "1")
    assert "city" not in changed.properties
    assert changed.updated_at > made.updated_at


async def test_what_is_the_same_already_is_no_change(hub):
    made = await a_contact(hub, email="a@example.com")
    answer = await hub.http.patch(f"{CONTACTS}/{made.id}", json={"properties": {"email": "A@example.com"}})
    assert shown("SimplePublicObject", answer).updated_at == made.updated_at


@pytest.mark.parametrize(
    ("properties", "code"),
    [
        ({"nickname": "Z"}, "PROPERTY_DOESNT_EXIST"),
        ({"email": "no address"}, "INVALID_EMAIL"),
        ({"hs_object_id": "7"}, "READ_ONLY_VALUE"),
        ({"lifecyclestage": "friend"}, "INVALID_OPTION"),
        ({"customer_number": "seven"}, "INVALID_INTEGER"),
        ({"first_met_on": "yesterday"}, "INVALID_DATE"),
        ({"newsletter": "perhaps"}, "INVALID_OPTION"),
        ({"hubspot_owner_id": "999"}, "INVALID_OPTION"),
        ({"jobtitle": "x" * 70_000}, "VALUE_TOO_LONG"),
        ({"jobtitle": None}, "INVALID_VALUE"),
    ],
)
async def test_a_value_that_does_not_fit_is_refused_by_the_name_of_its_property(hub, properties, code):
    error = await refused(hub, properties)
    assert (error.category, error.errors[0].code) == ("VALIDATION_ERROR", code)
    assert error.errors[0].context["propertyName"] == [*properties]
    assert (await hub.http.get(CONTACTS)).json()["results"] == []


async def test_a_second_contact_with_an_address_is_a_conflict_that_names_the_first(hub):
    first = await a_contact(hub, email="a@example.com")
    error = await refused(hub, {"email": "A@Example.com"}, status=409)
    assert error.message == f"Contact already exists. Existing ID: {first.id}"


async def test_values_with_a_type_are_answered_in_one_form(hub):
    made = await a_contact(hub, first_met_on="1795737600000", newsletter="true", customer_number="7.50")
    answer = await hub.http.get(f"{CONTACTS}/{made.id}?properties=first_met_on,newsletter,customer_number")
    properties = shown(ONE, answer).properties
    assert (properties["first_met_on"], properties["newsletter"]) == ("2026-11-27", "true")
    assert properties["customer_number"] == "7.50"


async def test_a_lifecycle_stage_does_not_go_back(hub):
    made = await a_contact(hub, email="a@example.com", lifecyclestage="customer")
    answer = await hub.http.patch(f"{CONTACTS}/{made.id}", json={"properties": {"lifecyclestage": "lead"}})
    assert shown("SimplePublicObject", answer).properties["lifecyclestage"] == "customer"


async def test_an_archived_contact_is_only_found_among_the_archived(hub):
    made = await a_contact(hub, email="a@example.com")
    for _ in range(2):
        assert (await hub.http.delete(f"{CONTACTS}/{made.id}")).status_code == 204
    assert (await hub.http.get(f"{CONTACTS}/{made.id}")).json()["category"] == "OBJECT_NOT_FOUND"
    assert shown(PAGE, await hub.http.get(CONTACTS)).results == []
    [gone] = shown(PAGE, await hub.http.get(f"{CONTACTS}?archived=true")).results
    assert (gone.id, gone.archived, gone.archived_at is not None) == (made.id, True, True)
    assert (await a_contact(hub, email="a@example.com")).id != made.id


async def test_a_merge_has_a_new_id_to_which_both_old_ones_lead(hub):
    one = await a_contact(hub, email="one@example.com", city="Visby")
    other = await a_contact(hub, email="two@example.com", city="Lund", jobtitle="Buyer")
    body = {"primaryObjectId": one.id, "objectIdToMerge": other.id}
    merged = shown("SimplePublicObject", await hub.http.post(f"{CONTACTS}/merge", json=body))
    assert merged.id not in {one.id, other.id}
    wanted = "email,city,jobtitle,hs_merged_object_ids,hs_additional_emails"
    for ref in (one.id, other.id, merged.id):
        read = shown(ONE, await hub.http.get(f"{CONTACTS}/{ref}?properties={wanted}"))
        assert read.id == merged.id
    assert (read.properties["email"], read.properties["city"]) == ("one@example.com", "Visby")
    assert (read.properties["jobtitle"], read.properties["hs_additional_emails"]) == (
        "Buyer",
        "two@example.com",
    )
    assert read.properties["hs_merged_object_ids"] == f"{one.id};{other.id}"
    assert [each.id for each in shown(PAGE, await hub.http.get(CONTACTS)).results] == [merged.id]
    assert (await hub.http.post(f"{CONTACTS}/merge", json=body)).status_code == 400


async def test_activities_are_associated_with_contacts_and_companies(hub):
    company = await hub.do("records/companies", {"name": "Ada & Co"})
    contact = await a_contact(hub, email="a@example.com")
    await hub.do("records/meetings", {"hs_meeting_title": "Alone", "hs_timestamp": "2026-11-01T10:00:00Z"})
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 200}]
    body = {
        "properties": {"hs_meeting_title": "Lunch", "hs_timestamp": "1795737600000"},
        "associations": [{"to": {"id": contact.id}, "types": types}],
    }
    made = await hub.http.post("/crm/objects/2026-09/meetings", json=body)
    meeting = shown("SimplePublicObject", made, "crm.objects")
    read = await hub.http.get(f"{CONTACTS}/{contact.id}?associations=meetings,companies")
    associated = shown(ONE, read).associations
    assert [each.id for each in associated["meetings"].results] == [meeting.id]
    assert "companies" not in associated
    wrong = body | {"associations": [{"to": {"id": company}, "types": types}]}
    assert (await hub.http.post("/crm/objects/2026-09/meetings", json=wrong)).status_code == 400
    assert (await hub.http.post("/crm/objects/2026-09/meetings", json={"properties": {}})).status_code == 400


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/crm/v3/objects/contacts"),
        ("GET", "/crm/objects/2026-09/deals"),
        ("POST", "/crm/objects/2026-09/contacts/gdpr-delete"),
        ("PUT", "/crm/objects/2026-09/contacts/1"),
        ("GET", "/marketing/emails/2026-03"),
    ],
)
async def test_anything_else_is_refused_by_name(hub, method, path):
    answer = await hub.http.request(method, path, json={})
    assert answer.status_code == 404
    assert path in answer.json()["message"]


async def test_what_is_no_json_is_refused(hub):
    for path in (CONTACTS, f"{CONTACTS}/search", f"{CONTACTS}/batch/read"):
        assert (await hub.http.post(path, content=b"{")).status_code == 400
        assert (await hub.http.post(path, content=b"[]")).status_code == 400
