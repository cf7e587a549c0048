"""What the connector reads of HubSpot: everything once, then changes, deletions and merges."""

from datetime import UTC, datetime, timedelta

import pytest

from adapters.vendors.hubspot.position import LISTED_AGAIN

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
FIELDS = ["email", "firstname"]


async def pulled(hub, of="person", position="", now=NOON, fields=FIELDS):
    """Everything that a run reads: its records, what is gone, and where the next run begins."""
    records, gone = [], []
    for _ in range(400):
        page = await hub.connector.pull(of, fields, position, now)
        records += page.records
        gone += page.gone
        position = page.position
        if page.over:
            return records, gone, position
    raise AssertionError("the run does not end")


async def at_noon(hub, count):
    await hub.stop_clock(NOON.isoformat())
    return await hub.some(
        "contacts", [{"email": f"n{number}@example.com", "firstname": "N"} for number in range(count)]
    )


async def test_the_first_run_reads_every_contact_once(hub):
    made = await at_noon(hub, 205)
    records, gone, _ = await pulled(hub)
    assert [each.id for each in records] == made
    assert records[0].fields == {"email": "n0@example.com", "firstname": "N"}
    assert records[0].changed_at == NOON
    assert gone == []


async def test_the_first_run_says_that_it_lists_everything(hub):
    await at_noon(hub, 1)
    page = await hub.connector.pull("person", FIELDS, "", NOON)
    assert page.whole
    assert page.over


async def test_a_run_without_changes_costs_two_calls(hub):
    await at_noon(hub, 5)
    _, _, position = await pulled(hub)
    hub.watched.made.clear()
    page = await hub.connector.pull("person", FIELDS, position, NOON + timedelta(minutes=15))
    assert (page.over, [*page.records], page.gone, page.whole) == (True, [], (), False)
    assert [path.rpartition("/")[2] for _, path in hub.watched.made] == ["search", "contacts"]


async def test_a_later_run_reads_what_changed(hub):
    made = await at_noon(hub, 5)
    _, _, position = await pulled(hub)
    await hub.advance(600)
    await hub.edit("contacts", made[3], firstname="Zoë")
    new = await hub.a_record("contacts", email="new@example.com")
    records, _, _ = await pulled(hub, position=position, now=NOON + timedelta(minutes=10))
    assert [each.id for each in records] == [made[3], new]
    assert records[0].fields["firstname"] == "Zoë"


async def test_many_changes_of_one_moment_are_read_once_each(hub):
    """A whole import has one time of change: more than a page, and more than search turns pages for."""
    await at_noon(hub, 1)
    _, _, position = await pulled(hub)
    await hub.advance(600)
    made = await hub.some("contacts", [{"email": f"m{number}@example.com"} for number in range(400)])
    await hub.advance(1)
    last = await hub.a_record("contacts", email="last@example.com")
    records, _, following = await pulled(hub, position=position, now=NOON + timedelta(minutes=11))
    assert {each.id for each in records} == {*made, last}
    # Those of the pages that showed that all have one moment are read again.
    assert len(records) <= len(made) + 1 + 2 * 90
    again, _, position = await pulled(hub, position=following, now=NOON + timedelta(minutes=20))
    assert len({each.id for each in again}) <= 401
    quiet, _, _ = await pulled(hub, position=position, now=NOON + timedelta(minutes=30))
    assert quiet == []


async def test_a_record_that_changes_while_pages_are_read_hides_no_other(hub):
    await at_noon(hub, 1)
    _, _, position = await pulled(hub)
    made = []
    for number in range(200):
        await hub.advance(1)
        made.append(await hub.a_record("contacts", email=f"s{number}@example.com"))
    now = NOON + timedelta(minutes=10)
    first = await hub.connector.pull("person", FIELDS, position, now)
    await hub.edit("contacts", made[0], firstname="Later")
    records, _, _ = await pulled(hub, position=first.position, now=now)
    assert {each.id for each in [*first.records, *records]} == {*made}
    assert next(each for each in records if each.id == made[0]).fields["firstname"] == "Later"


async def test_a_change_that_the_index_shows_late_is_read_by_the_next_run(hub):
    made = await at_noon(hub, 2)
    _, _, position = await pulled(hub)
    await hub.at.order({"action": "search_lag", "seconds": 90})
    await hub.advance(600)
    await hub.edit("contacts", made[0], firstname="Late")
    now = NOON + timedelta(minutes=10)
    records, _, position = await pulled(hub, position=position, now=now)
    assert records == []
    await hub.advance(100)
    records, _, _ = await pulled(hub, position=position, now=now + timedelta(seconds=100))
    assert [each.id for each in records] == [made[0]]


async def test_a_clock_that_is_wrong_skips_no_change(hub):
    made = await at_noon(hub, 2)
    ahead = NOON + timedelta(hours=1)
    _, _, position = await pulled(hub, now=ahead)
    await hub.advance(60)
    await hub.edit("contacts", made[0], firstname="One")
    records, _, position = await pulled(hub, position=position, now=ahead + timedelta(minutes=15))
    assert [each.id for each in records] == [made[0]]
    await hub.advance(60)
    await hub.edit("contacts", made[1], firstname="Two")
    records, _, _ = await pulled(hub, position=position, now=ahead + timedelta(minutes=30))
    assert [each.id for each in records] == [made[1]]


async def test_a_change_that_the_index_shows_out_of_order_is_read_by_the_next_run(hub):
    made = await at_noon(hub, 2)
    _, _, position = await pulled(hub)
    await hub.advance(600)
    await hub.edit("contacts", made[0], firstname="Later")
    now = NOON + timedelta(minutes=15)
    _, _, position = await pulled(hub, position=position, now=now)
    await hub.advance(-90)
    await hub.edit("contacts", made[1], firstname="Earlier")
    records, _, _ = await pulled(hub, position=position, now=now + timedelta(minutes=15))
    assert [each.id for each in records] == [made[1]]


async def test_a_change_during_the_first_run_is_read_by_the_next_one_whatever_our_clock_says(hub):
    made = await hub.some("contacts", [{"email": f"n{number}@example.com"} for number in range(100)])
    ahead = datetime.now(UTC) + timedelta(hours=1)
    first = await hub.connector.pull("person", FIELDS, "", ahead)
    await hub.edit("contacts", made[0], firstname="Unseen")
    await hub.advance(300)
    await hub.edit("contacts", made[99], firstname="Seen")
    _, _, position = await pulled(hub, position=first.position, now=ahead)
    records, _, _ = await pulled(hub, position=position, now=ahead + timedelta(minutes=15))
    assert made[0] in {each.id for each in records}


async def test_an_archived_contact_is_told_as_gone(hub):
    made = await at_noon(hub, 3)
    await hub.delete("contacts", made[0])
    records, _, position = await pulled(hub)
    assert [each.id for each in records] == made[1:]
    await hub.advance(600)
    await hub.delete("contacts", made[1])
    now = NOON + timedelta(minutes=10)
    _, gone, position = await pulled(hub, position=position, now=now)
    assert made[1] in gone
    _, gone, position = await pulled(hub, position=position, now=now + timedelta(minutes=10))
    _, gone, _ = await pulled(hub, position=position, now=now + timedelta(minutes=20))
    assert gone == []


async def test_many_archived_contacts_are_looked_at_less_often(hub):
    made = await at_noon(hub, 260)
    for each in made[:250]:
        await hub.delete("contacts", each)
    _, _, position = await pulled(hub)
    now = NOON + timedelta(minutes=15)
    _, _, position = await pulled(hub, position=position, now=now)
    hub.watched.made.clear()
    await pulled(hub, position=position, now=now + timedelta(minutes=15))
    assert [method for method, _ in hub.watched.made] == ["POST"]


async def test_everything_is_listed_again_after_a_week(hub):
    """What was deleted for good is in no list of archived records."""
    await at_noon(hub, 2)
    _, _, position = await pulled(hub)
    later = NOON + timedelta(milliseconds=LISTED_AGAIN)
    page = await hub.connector.pull("person", FIELDS, position, later)
    assert page.whole
    assert len(page.records) == 2


async def test_a_merged_contact_names_those_it_was_made_of(hub):
    made = await at_noon(hub, 2)
    _, _, position = await pulled(hub)
    await hub.advance(600)
    survivor = str(await hub.at.do(f"records/contacts/{made[1]}/merge", {"into": made[0]}))
    records, _, _ = await pulled(hub, position=position, now=NOON + timedelta(minutes=10))
    assert [(each.id, {*each.merged}) for each in records] == [(survivor, {*made} - {survivor})]
    found = await hub.connector.get("person", FIELDS, made)
    assert [each.id for each in found] == [survivor]


async def test_records_that_are_gone_are_left_out_of_a_read(hub):
    made = await at_noon(hub, 120)
    await hub.delete("contacts", made[7])
    found = await hub.connector.get("person", FIELDS, [*made, "999999"])
    assert {each.id for each in found} == {*made} - {made[7]}


async def test_a_contact_has_its_company_and_its_owner(hub):
    owner = await hub.a_record("owners", email="o@example.com", firstname="O")
    company = await hub.a_record("companies", name="Acme")
    contact = await hub.at.http.post(
        "/crm/objects/2026-09/contacts",
        json={
            "properties": {"email": "a@example.com", "hubspot_owner_id": owner},
            "associations": [
                {
                    "to": {"id": company},
                    "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}],
                }
            ],
        },
    )
    assert contact.is_success, contact.text
    records, _, _ = await pulled(hub, now=datetime.now(UTC))
    assert (records[0].owner, records[0].links) == (owner, (("company", company),))


async def test_companies_that_must_not_be_seen_are_no_fault_of_the_contacts(hub):
    await hub.some("contacts", [{"email": f"n{number}@example.com"} for number in range(100)])
    await hub.at.order({"action": "status", "status": 403, "times": 9, "match": {"path": "associations"}})
    records, _, _ = await pulled(hub, now=datetime.now(UTC))
    assert {each.links for each in records} == {()}
    # It is not asked for again.
    assert sum("associations" in path for _, path in hub.watched.made) == 1


async def test_calls_mails_and_meetings_are_activities_without_their_texts(hub):
    await hub.stop_clock(NOON.isoformat())
    call = {"hs_timestamp": "2026-11-26T10:00:00Z", "hs_call_title": "First call", "hs_call_body": "SECRET"}
    await hub.a_record("calls", **call, hs_call_direction="OUTBOUND", hs_call_duration="600000")
    mail = {"hs_timestamp": "2026-11-26T11:00:00Z", "hs_email_subject": "Offer", "hs_email_text": "SECRET"}
    await hub.a_record("emails", **mail, hs_email_direction="INCOMING_EMAIL")
    times = {"hs_meeting_start_time": "2026-11-26T12:00:00Z", "hs_meeting_end_time": "2026-11-26T12:45:00Z"}
    await hub.a_record("meetings", hs_timestamp="2026-11-26T12:00:00Z", hs_meeting_title="Demo", **times)
    fields = ["kind", "title", "at", "direction", "minutes"]
    records, _, position = await pulled(hub, "activity", fields=fields)
    assert [[*each.fields.values()] for each in records] == [
        ["call", "First call", "2026-11-26T10:00:00.000Z", "out", "10"],
        ["email", "Offer", "2026-11-26T11:00:00.000Z", "in", ""],
        ["meeting", "Demo", "2026-11-26T12:00:00.000Z", "", "45"],
    ]
    # Numbers of different types may be the same.
    assert [each.id.partition(":")[0] for each in records] == ["calls", "emails", "meetings"]
    assert await hub.connector.get("activity", fields, [each.id for each in records]) == records
    await hub.advance(600)
    await hub.a_record("meetings", hs_timestamp="2026-11-27T12:00:00Z", hs_meeting_title="Second")
    records, _, _ = await pulled(
        hub, "activity", position=position, now=NOON + timedelta(minutes=10), fields=fields
    )
    assert [each.fields["title"] for each in records] == ["Second"]


async def test_owners_are_told_once_until_they_change(hub):
    await hub.stop_clock(NOON.isoformat())
    made = [
        await hub.a_record("owners", email=f"o{n}@example.com", firstname="O", lastname="L")
        for n in range(95)
    ]
    fields = ["email", "firstName", "lastName"]
    records, _, position = await pulled(hub, "owner", fields=fields)
    assert [each.id for each in records] == made
    assert records[0].fields == {"email": "o0@example.com", "firstName": "O", "lastName": "L"}
    assert [each.id for each in await hub.connector.get("owner", fields, made[90:92])] == made[90:92]
    await hub.advance(600)
    later = NOON + timedelta(minutes=10)
    # So many of one moment are told once more.
    _, _, position = await pulled(hub, "owner", position=position, now=later, fields=fields)
    page = await hub.connector.pull("owner", fields, position, later)
    assert (page.over, page.records) == (True, [])
    await hub.edit("owners", made[94], lastname="Ny")
    records, _, _ = await pulled(hub, "owner", position=page.position, now=later, fields=fields)
    assert [each.id for each in records] == [made[94]]


async def test_the_account_is_told_by_its_number(hub):
    account = await hub.connector.account()
    assert account.id.isdigit()


async def test_fields_are_described_by_hubspots_definitions(hub):
    fields = {each.name: each for each in await hub.connector.describe("person")}
    assert (fields["email"].type, fields["email"].ours, fields["email"].read_only) == (
        "email",
        "email",
        False,
    )
    assert fields["mobilephone"].type == "phone"
    assert fields["lastmodifieddate"].read_only
    assert fields["hs_lead_status"].choices == ("NEW", "OPEN", "IN_PROGRESS", "CONNECTED")
    assert (fields["newsletter"].type, fields["newsletter"].choices) == ("yes_no", ())
    assert fields["customer_number"].type == "number"
    ours = {each.ours for each in fields.values() if each.ours}
    assert ours >= {"first_name", "last_name", "email", "phone", "mobile", "title", "company", "postal_code"}
    companies = {each.ours for each in await hub.connector.describe("company")}
    assert companies >= {"name", "domain", "phone", "city", "country", "website"}


@pytest.mark.parametrize("of", ["owner", "activity"])
async def test_fields_that_are_ours_alone_are_read_only(hub, of):
    assert all(each.read_only and each.ours for each in await hub.connector.describe(of))
