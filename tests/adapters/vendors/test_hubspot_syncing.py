"""The engine with HubSpot's connector and the real store, from the first run to the undoing of one."""

import random
from datetime import UTC, datetime

import pytest

from adapters.cosmos.database import Database
from tests.adapters.vendors.syncs import Syncing, flow

FIELDS = (("first_name", "firstname"), ("email", "email"), ("phone", "phone"), ("title", "hs_lead_status"))


@pytest.fixture
async def database(cloud):
    opened = Database(
        cloud.settings["COSMOS_ENDPOINT"], cloud.settings["COSMOS_KEY"], cloud.settings["COSMOS_DATABASE"]
    )
    yield opened
    await opened.close()


@pytest.fixture
async def syncing(database, hub):
    return Syncing(database, hub.connector)


def people(count):
    return [{"email": f"n{number}@example.com", "firstname": f"N{number}"} for number in range(count)]


async def there(hub):
    """First names at HubSpot, by address."""
    return {
        each["fields"].get("email"): each["fields"].get("firstname") for each in await hub.all("contacts")
    }


async def test_contacts_come_in_once(hub, syncing):
    await hub.some("contacts", people(500))
    await syncing.begin(flow(*FIELDS))
    run = await syncing.run()
    assert (run.state, run.counts.created, run.counts.failed) == ("done", 500, 0)
    records = await syncing.all()
    assert len({each.vendor_id for each in records}) == len(records) == 500
    hub.watched.made.clear()
    again = await syncing.run()
    assert (again.counts.created, again.counts.changed, again.counts.sent) == (0, 0, 0)


async def test_a_run_that_dies_after_each_step_brings_in_each_contact_once(hub, syncing):
    await hub.some("contacts", people(300))
    await syncing.begin(flow(*FIELDS))
    await syncing.add(first_name="Ours", email="ours@example.com")
    run = await syncing.run(items=1, dies=True)
    assert (run.state, run.counts.created, run.counts.sent) == ("done", 300, 1)
    assert len(await syncing.all()) == 301
    assert len(await hub.all("contacts")) == 301


async def test_a_change_there_comes_in(hub, syncing):
    made = await hub.some("contacts", people(3))
    await syncing.begin(flow(*FIELDS))
    await syncing.run()
    await hub.edit("contacts", made[1], firstname="Zoë")
    run = await syncing.run()
    assert run.counts.changed == 1
    changed = (await syncing.by_email())["n1@example.com"]
    assert (changed.ours("first_name"), changed.match) == ("Zoë", None)


async def test_a_change_here_goes_out_and_comes_back_as_no_change(hub, syncing):
    await hub.some("contacts", people(3))
    await syncing.begin(flow(*FIELDS))
    await syncing.run()
    record = (await syncing.by_email())["n1@example.com"]
    await syncing.edit(record.id, first_name="Ours")
    run = await syncing.run()
    assert (run.counts.sent, (await there(hub))["n1@example.com"]) == (1, "Ours")
    echo = await syncing.run()
    assert (echo.counts.changed, echo.counts.sent, echo.counts.failed) == (0, 0, 0)


async def test_a_value_that_hubspot_stores_in_another_form_is_no_change(hub, syncing):
    await syncing.begin(flow(*FIELDS))
    record = await syncing.add(first_name="  Zoë ", email="Zoe@Example.com")
    await syncing.run()
    for _ in range(3):
        run = await syncing.run()
        assert (run.counts.changed, run.counts.sent) == (0, 0)
    stored = await syncing.records.get(syncing.key, record.id)
    assert (stored.ours("email"), stored.ours("first_name")) == ("Zoe@Example.com", "  Zoë ")
    assert await there(hub) == {"zoe@example.com": "Zoë"}


@pytest.mark.parametrize(
    ("rule", "wins"), [("ours", "Ours"), ("theirs", "Theirs"), ("newest", "Ours"), ("fill", None)]
)
async def test_both_sides_converge_on_the_winner_that_the_rule_names(hub, syncing, rule, wins):
    made = await hub.some("contacts", people(1))
    await syncing.begin(flow(*FIELDS, rule=rule))
    await syncing.run()
    record = (await syncing.by_email())["n0@example.com"]
    await hub.edit("contacts", made[0], firstname="Theirs")
    await syncing.edit(record.id, first_name="Ours")
    run = await syncing.run()
    here = await syncing.records.get(syncing.key, record.id)
    if wins is None:
        assert (here.ours("first_name"), (await there(hub))["n0@example.com"]) == ("Ours", "Theirs")
    else:
        assert (here.ours("first_name"), (await there(hub))["n0@example.com"]) == (wins, wins)
        assert run.counts.lost == 1
        assert [each.value for each in await syncing.records.lost_of(syncing.key, record.id)] == [
            "Theirs" if wins == "Ours" else "Ours"
        ]
    again = await syncing.run()
    assert (again.counts.changed, again.counts.sent, again.counts.lost) == (0, 0, 0)


@pytest.mark.parametrize("rule", ["ours", "theirs", "newest"])
async def test_edits_of_both_sides_in_any_order_converge_without_an_echo(hub, syncing, rule):
    chance = random.Random(rule)
    made = await hub.some("contacts", people(4))
    await syncing.begin(flow(*FIELDS, rule=rule))
    await syncing.run()
    records = {each.vendor_id: each.id for each in await syncing.all()}
    for number in range(40):
        ref = chance.choice(made)
        match chance.choice(["here", "there", "run"]):
            case "here":
                await syncing.edit(records[ref], first_name=f"H{number}", phone=f"+46 8 {number:06}")
            case "there":
                name = chance.choice(["firstname", "phone"])
                await hub.edit("contacts", ref, **{name: f"T{number}"})
            case _:
                await syncing.run(items=chance.choice([1, 500]), dies=chance.choice([True, False]))
    await syncing.run()
    quiet = await syncing.run()
    assert (quiet.counts.changed, quiet.counts.sent, quiet.counts.failed) == (0, 0, 0)
    here = {each.vendor_id: (each.ours("first_name"), each.ours("phone")) for each in await syncing.all()}
    fields = {each["id"]: each["fields"] for each in await hub.all("contacts")}
    assert here == {ref: (of["firstname"], of.get("phone", "")) for ref, of in fields.items()}


async def test_a_storm_of_refusals_and_faults_loses_nothing(hub, syncing):
    await hub.some("contacts", people(200))
    await syncing.begin(flow(*FIELDS))
    for number in range(20):
        await syncing.add(first_name="Ours", email=f"o{number}@example.com")
    rules = [
        {"action": action, "times": 4, "skip": skip, "status": status}
        for skip, (action, status) in enumerate([("status", 429), ("status", 503), ("after_commit", 500)])
    ]
    await hub.at.order(*rules, {"action": "truncated", "times": 3}, {"action": "lost_answer", "times": 3})
    run = await syncing.run(items=1)
    assert (run.state, run.counts.created, run.counts.failed) == ("done", 200, 0)
    assert len(await syncing.all()) == len(await hub.all("contacts")) == 220


async def test_a_contact_that_is_archived_there_is_put_away_here(hub, syncing):
    made = await hub.some("contacts", people(3))
    await syncing.begin(flow(*FIELDS))
    await syncing.run()
    await hub.delete("contacts", made[1])
    run = await syncing.run()
    assert run.counts.archived == 1
    assert {*await syncing.by_email()} == {"n0@example.com", "n2@example.com"}


async def test_what_was_deleted_for_good_is_found_by_the_whole_list(hub, syncing):
    made = await hub.some("contacts", people(3))
    await syncing.begin(flow(*FIELDS))
    await syncing.run()
    await hub.delete("contacts", made[1])
    source = await syncing.source()
    await syncing.sources.save(source.changed(syncing.now(), positions={}))
    run = await syncing.run()
    assert run.counts.archived == 1
    assert len(await syncing.by_email()) == 2


async def test_a_merge_there_leaves_one_record_here(hub, syncing):
    made = await hub.some("contacts", people(3))
    await syncing.begin(flow(*FIELDS))
    await syncing.run()
    survivor = str(await hub.at.do(f"records/contacts/{made[2]}/merge", {"into": made[1]}))
    await syncing.run()
    live = [each for each in await syncing.all() if not each.archived]
    assert {each.vendor_id for each in live} == {made[0], survivor}
    merged = next(each for each in live if each.vendor_id == survivor)
    await syncing.edit(merged.id, first_name="After")
    await syncing.run()
    assert (await there(hub))[merged.ours("email")] == "After"


async def test_a_bad_record_waits_in_the_failed_queue_until_it_is_mended(hub, syncing):
    await syncing.begin(flow(*FIELDS))
    bad = await syncing.add(first_name="Bad", email="nobody")
    good = await syncing.add(first_name="Good", email="good@example.com")
    run = await syncing.run()
    assert (run.counts.sent, run.counts.failed) == (1, 1)
    failed = await syncing.failures()
    assert [(each.record_id, each.words) for each in failed] == [(bad.id, "Email address nobody is invalid")]
    again = await syncing.run()
    assert (again.counts.failed, [each.tries for each in await syncing.failures()]) == (1, [2])
    await syncing.edit(bad.id, email="somebody@example.com")
    await syncing.run("replay")
    assert await syncing.failures() == []
    assert await there(hub) == {"good@example.com": "Good", "somebody@example.com": "Bad"}
    assert (await syncing.records.get(syncing.key, good.id)).vendor_id is not None


async def test_a_contact_of_ours_is_matched_by_its_address(hub, syncing):
    made = await hub.some("contacts", people(1))
    await syncing.begin(flow(*FIELDS))
    record = await syncing.add(first_name="", email="n0@example.com", phone="+46 8 12 34 56")
    run = await syncing.run()
    stored = await syncing.records.get(syncing.key, record.id)
    assert (stored.vendor_id, stored.match, run.counts.created) == (made[0], "email", 0)
    assert stored.ours("first_name") == "N0"
    assert len(await hub.all("contacts")) == 1


async def test_a_dry_run_changes_nothing_on_either_side(hub, syncing):
    await hub.some("contacts", people(120))
    await syncing.begin(flow(*FIELDS))
    await syncing.add(first_name="Ours", email="ours@example.com")
    run = await syncing.run("dry")
    assert (run.counts.created, run.counts.sent) == (120, 1)
    assert len(await syncing.all()) == 1
    assert len(await hub.all("contacts")) == 120
    assert (await syncing.source()).positions == {}


async def test_an_undone_run_leaves_both_sides_as_they_were(hub, syncing):
    made = await hub.some("contacts", people(3))
    await syncing.begin(flow(*FIELDS))
    await syncing.run()
    before = {each.id: each.ours("first_name") for each in await syncing.all()}
    record = (await syncing.by_email())["n1@example.com"]
    await hub.edit("contacts", made[0], firstname="Theirs")
    await hub.a_record("contacts", email="new@example.com", firstname="New")
    await syncing.edit(record.id, first_name="Ours")
    added = await syncing.add(first_name="Added", email="added@example.com")
    run = await syncing.run()
    assert (run.counts.created, run.counts.changed, run.counts.sent) == (1, 1, 2)
    undone = await syncing.run("undo", undoes=run.id)
    assert (undone.state, undone.counts.failed) == ("done", 0)
    here = {each.id: each.ours("first_name") for each in await syncing.all() if not each.archived}
    # What came in is as before. What a member wrote stays, and is no longer at HubSpot.
    assert here == before | {record.id: "Ours", added.id: "Added"}
    names = await there(hub)
    assert names["n1@example.com"] == "N1"
    assert "added@example.com" not in names


async def test_an_answer_that_was_lost_makes_no_second_contact(hub, syncing):
    await syncing.begin(flow(*FIELDS))
    for number in range(5):
        await syncing.add(first_name="Ours", email=f"o{number}@example.com")
    await hub.at.order({"action": "lost_answer", "times": 7, "match": {"path": "batch/upsert"}})
    run = await syncing.run()
    assert run.state == "done"
    assert len(await hub.all("contacts")) == 5
    assert all(each.vendor_id for each in await syncing.all())


async def test_a_source_that_has_lost_its_access_pauses_and_tells(hub, syncing):
    await hub.some("contacts", people(3))
    await syncing.begin(flow(*FIELDS))
    await hub.at.do("revoke")
    run = await syncing.run()
    source = await syncing.source()
    assert (run.state, source.state, source.reason) == ("stopped", "paused", "access_lost")
    assert [each.id for each in syncing.told] == [source.id]


async def test_companies_owners_and_activities_come_in_with_their_links(hub, syncing):
    owner = await hub.a_record("owners", email="o@example.com", firstname="O", lastname="L")
    company = await hub.a_record("companies", name="Acme", domain="acme.example")
    kinds = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 279}]
    body = {
        "properties": {"email": "a@example.com", "hubspot_owner_id": owner},
        "associations": [{"to": {"id": company}, "types": kinds}],
    }
    contact = (await hub.at.http.post("/crm/objects/2026-09/contacts", json=body)).json()["id"]
    call = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 194}]
    body = {
        "properties": {"hs_timestamp": "2026-11-26T10:00:00Z", "hs_call_title": "Hello"},
        "associations": [{"to": {"id": contact}, "types": call}],
    }
    await hub.at.http.post("/crm/objects/2026-09/calls", json=body)
    await syncing.begin(
        flow(("email", "email"), direction="in", of="owner"),
        flow(("name", "name"), of="company"),
        flow(*FIELDS),
        flow(("kind", "kind"), ("title", "title"), direction="in", of="activity"),
    )
    run = await syncing.run()
    assert (run.state, run.counts.created) == ("done", 4)
    person = (await syncing.all())[0]
    assert (person.owner, person.links) == (owner, {"company": company})
    activity = (await syncing.all("activity"))[0]
    assert (activity.links, activity.ours("title")) == ({"person": contact}, "Hello")
    hub.watched.made.clear()
    quiet = await syncing.run()
    assert quiet.counts.changed == 0


def test_the_clock_of_these_tests_is_the_real_one(syncing):
    assert abs((syncing.now() - datetime.now(UTC)).total_seconds()) < 5
