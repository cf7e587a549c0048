"""What the connector writes: once, whatever is lost on its way, and with HubSpot's words where it refuses."""

import pytest

from adapters.vendors.hubspot.words import words
from domain.integrations.connectors import Write
from domain.integrations.errors import AccessLost, VendorUnavailable

FIELDS = ["email", "firstname", "phone", "hs_lead_status"]


def new(key, **fields):
    return Write(key, None, fields)


async def pushed(hub, *writes, of="person", fields=FIELDS):
    return {each.key: each for each in await hub.connector.push(of, fields, writes)}


async def read(hub, *ids, of="person", fields=FIELDS):
    return {each.id: each for each in await hub.connector.get(of, fields, ids)}


async def test_a_new_contact_is_made_and_shown_as_hubspot_has_it(hub):
    done = await pushed(hub, new("rec_1", email="Zoe@Example.COM", firstname="Zoë", phone=""))
    record = done["rec_1"].record
    assert record.fields == {
        "email": "zoe@example.com",
        "firstname": "Zoë",
        "phone": "",
        "hs_lead_status": "",
    }
    assert [each["id"] for each in await hub.all("contacts")] == [record.id]


async def test_a_key_that_is_written_twice_makes_one_contact(hub):
    first = await pushed(hub, new("rec_1", email="zoe@example.com", firstname="Zoë"))
    again = await pushed(hub, new("rec_1", email="zoe@example.com", firstname="Zoë"))
    assert again == first
    assert len(await hub.all("contacts")) == 1


@pytest.mark.parametrize("action", ["lost_answer", "after_commit", "truncated"])
@pytest.mark.parametrize("fields", [{"email": "zoe@example.com"}, {"firstname": "Zoë"}])
async def test_a_lost_answer_makes_no_second_contact(hub, action, fields):
    """With an e-mail address or without one, however often it is tried."""
    await hub.at.order({"action": action, "times": 4, "match": {"path": "batch/upsert"}})
    with pytest.raises(VendorUnavailable):
        await pushed(hub, new("rec_1", **fields))
    done = await pushed(hub, new("rec_1", **fields))
    assert [each["id"] for each in await hub.all("contacts")] == [done["rec_1"].record.id]


async def test_a_contact_that_is_there_already_is_completed_and_not_overwritten(hub):
    there = await hub.a_record("contacts", email="zoe@example.com", firstname="Zoe")
    done = await pushed(hub, new("rec_1", email="zoe@example.com", firstname="Zoë", phone="+46 8 12 34"))
    assert done["rec_1"].record.id == there
    assert done["rec_1"].record.fields["firstname"] == "Zoe"
    assert done["rec_1"].record.fields["phone"] == "+46 8 12 34"


async def test_contacts_without_an_address_are_found_by_our_own_id(hub):
    done = await pushed(hub, new("rec_1", firstname="One"), new("rec_2", firstname="Two"))
    assert {key: each.record.fields["firstname"] for key, each in done.items()} == {
        "rec_1": "One",
        "rec_2": "Two",
    }
    again = await pushed(hub, new("rec_2", firstname="Two"))
    assert again["rec_2"].record.id == done["rec_2"].record.id
    assert len(await hub.all("contacts")) == 2


async def test_contacts_without_an_address_are_refused_where_no_property_may_be_made(hub_of):
    hub = await hub_of(scopes=["crm.objects.contacts.read", "crm.objects.contacts.write"])
    done = await pushed(hub, new("rec_1", firstname="One"), new("rec_2", email="two@example.com"))
    assert "property" in done["rec_1"].refused
    assert done["rec_2"].record is not None


async def test_one_address_for_two_new_contacts_is_told(hub):
    done = await pushed(hub, new("rec_1", email="a@example.com"), new("rec_2", email="A@example.com "))
    assert done["rec_1"].record is not None
    assert "same e-mail" in done["rec_2"].refused
    assert len(await hub.all("contacts")) == 1


async def test_a_bad_record_is_refused_alone_with_hubspots_words(hub):
    done = await pushed(
        hub,
        new("rec_1", email="a@example.com"),
        new("rec_2", email="nobody"),
        new("rec_3", email="c@example.com", hs_lead_status="HOT"),
        new("rec_4", email="d@example.com"),
    )
    assert done["rec_2"].refused == "Email address nobody is invalid"
    assert done["rec_3"].refused.startswith("HOT was not one of the allowed options")
    assert done["rec_1"].record.fields["email"] == "a@example.com"
    assert done["rec_4"].record is not None


async def test_a_batch_that_is_refused_as_a_whole_is_split(hub):
    """HubSpot does so where it cannot read an input at all."""
    made = await hub.some("contacts", [{"email": f"n{number}@example.com"} for number in range(5)])
    await hub.at.order({"action": "status", "status": 400, "times": 3, "match": {"path": "batch/update"}})
    writes = [Write(f"rec_{each}", each, {"firstname": "New"}) for each in made]
    done = await pushed(hub, *writes)
    # All five, then the first two, then the first of these were refused.
    refused = [key for key, each in done.items() if each.refused is not None]
    assert refused == [f"rec_{made[0]}"]
    assert [each["fields"]["firstname"] for each in await hub.all("contacts") if each["id"] != made[0]] == [
        "New"
    ] * 4


async def test_a_known_contact_is_changed(hub):
    there = await hub.a_record("contacts", email="a@example.com", firstname="Old")
    record = (await read(hub, there))[there]
    done = await pushed(hub, Write("rec_1", there, {"firstname": "New", "phone": ""}, record.version))
    assert done["rec_1"].record.fields["firstname"] == "New"
    assert done["rec_1"].record.version != record.version


async def test_a_value_is_cleared(hub):
    there = await hub.a_record("contacts", email="a@example.com", firstname="Old")
    done = await pushed(hub, Write("rec_1", there, {"firstname": ""}))
    assert done["rec_1"].record.fields["firstname"] == ""


async def test_a_contact_that_changed_since_it_was_read_is_left_alone(hub):
    there = await hub.a_record("contacts", email="a@example.com", firstname="Old")
    version = (await read(hub, there))[there].version
    await hub.advance(1)
    await hub.edit("contacts", there, firstname="Theirs")
    done = await pushed(hub, Write("rec_1", there, {"firstname": "Ours"}, version))
    assert done["rec_1"].stale
    assert (await read(hub, there))[there].fields["firstname"] == "Theirs"


async def test_a_contact_that_is_gone_is_told_so(hub):
    there = await hub.a_record("contacts", email="a@example.com")
    await hub.delete("contacts", there)
    done = await pushed(
        hub, Write("rec_1", there, {"firstname": "New"}), Write("rec_2", "999", {}, archive=True)
    )
    assert done["rec_1"].gone
    assert done["rec_2"].gone


async def test_a_write_to_a_merged_contact_reaches_the_one_that_it_became(hub):
    made = await hub.some("contacts", [{"email": "a@example.com"}, {"email": "b@example.com"}])
    survivor = str(await hub.at.do(f"records/contacts/{made[1]}/merge", {"into": made[0]}))
    done = await pushed(hub, Write("rec_1", made[1], {"firstname": "New"}))
    assert done["rec_1"].record.id == survivor
    assert done["rec_1"].record.fields["firstname"] == "New"


async def test_a_contact_is_archived_once(hub):
    there = await hub.a_record("contacts", email="a@example.com", firstname="Old")
    done = await pushed(hub, Write("rec_1", there, {}, archive=True))
    assert done["rec_1"].record.archived
    assert done["rec_1"].record.fields["firstname"] == "Old"
    again = await pushed(hub, Write("rec_1", there, {}, archive=True))
    assert again["rec_1"].gone
    assert await hub.all("contacts") == []


async def test_a_company_is_found_by_its_domain_before_it_is_made(hub):
    fields = ["name", "domain", "city"]
    there = await hub.a_record("companies", name="Acme", domain="acme.example")
    writes = [new("rec_1", name="ACME AB", domain="Acme.example", city="Lund"), new("rec_2", name="Beta")]
    done = await pushed(hub, *writes, of="company", fields=fields)
    assert done["rec_1"].record.id == there
    assert done["rec_1"].record.fields == {"name": "Acme", "domain": "acme.example", "city": "Lund"}
    assert done["rec_2"].record.fields["name"] == "Beta"
    again = await pushed(hub, *writes, of="company", fields=fields)
    assert {key: each.record.id for key, each in again.items()} == {
        key: each.record.id for key, each in done.items()
    }
    assert len(await hub.all("companies")) == 2


async def test_two_hundred_and_fifty_contacts_are_made_in_batches(hub):
    writes = [new(f"rec_{number}", email=f"n{number}@example.com") for number in range(250)]
    done = await pushed(hub, *writes)
    assert all(each.record is not None for each in done.values())
    assert len(await hub.all("contacts")) == 250
    assert len(hub.watched.made) == 9


async def test_a_missing_right_to_write_is_told_as_lost_access(hub_of):
    hub = await hub_of(scopes=["crm.objects.contacts.read"])
    there = await hub.a_record("contacts", email="a@example.com")
    with pytest.raises(AccessLost):
        await pushed(hub, Write("rec_1", there, {"firstname": "New"}))


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (
            {"message": 'Property values were not valid: [{"isValid":false,"message":"No such state"}]'},
            "No such state",
        ),
        ({"message": 'Property values were not valid: [{"isVal'}, "Property values were not valid"),
        ({"message": "Sentence", "errors": [{"message": "One"}, {"message": "Two"}]}, "One; Two"),
        ({"message": "Sentence", "errors": "?"}, "Sentence"),
        ({"message": "x" * 9999}, "x" * 500),
        (None, ""),
    ],
)
def test_a_refusal_is_told_by_its_sentences(said, told):
    assert words(said) == told
