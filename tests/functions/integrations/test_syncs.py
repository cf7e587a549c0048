"""Syncs of a CRM by the doors of the product: what comes in, what goes out, and who wins."""

from typing import Any

from domain.base.limits import UNDO_TIME
from tests.functions.integrations.crm import Crm
from tests.functions.organisations.test_closing import close, reopen


async def test_nothing_flows_before_it_is_ordered(crm: Crm) -> None:
    await crm.contact(firstname="Grace", email="grace@example.com")
    await crm.map()
    answer = await crm.asking.api("POST", f"{crm.at}/runs", json={"kind": "sync"})
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_ordered")
    assert await crm.people() == {}


async def test_people_come_in_and_nothing_happens_twice(crm: Crm) -> None:
    grace = await crm.contact(firstname="Grace", lastname="Hopper", email="grace@example.com")
    await crm.contact(firstname="Alan", lastname="Turing", email="alan@example.com", jobtitle="Reader")
    await crm.map()
    await crm.order()
    run = await crm.run()
    assert (run["state"], run["counts"]["created"]) == ("done", 2)
    assert (await crm.people())[grace]["values"]["last_name"] == "Hopper"
    again = await crm.run()
    assert {name: count for name, count in again["counts"].items() if count and name != "seen"} in (
        {},
        {"skipped": again["counts"]["seen"]},
    )


async def test_a_dry_run_says_what_it_would_do_and_writes_nothing(crm: Crm) -> None:
    await crm.contact(firstname="Grace", email="grace@example.com")
    await crm.map()
    await crm.order()
    run = await crm.run("dry")
    assert run["counts"]["created"] == 1
    [change] = (await crm.get(f"/runs/{run['id']}/changes"))["data"]
    assert (change["what"], sorted(change["fields"])) == ("created", ["email", "first_name"])
    assert await crm.people() == {}
    assert (await crm.run())["counts"]["created"] == 1


async def test_a_change_here_is_written_there_and_is_no_change_when_it_comes_back(crm: Crm) -> None:
    grace = await crm.contact(firstname="Grace", email="grace@example.com")
    await crm.map(direction="both", rule="newest")
    await crm.order()
    await crm.run()
    await crm.change((await crm.people())[grace], title="Rear admiral", email="Grace.Hopper@Example.COM")
    run = await crm.run()
    assert run["counts"]["sent"] == 1
    there = (await crm.contacts())[grace]["fields"]
    assert (there["jobtitle"], there["email"]) == ("Rear admiral", "grace.hopper@example.com")
    for _ in range(2):
        echo = await crm.run()
        assert (echo["counts"]["sent"], echo["counts"]["changed"]) == (0, 0)


async def test_the_named_side_wins_and_what_lost_is_kept(crm: Crm) -> None:
    for rule, winner in (("ours", "Here"), ("theirs", "There")):
        one = await crm.contact(firstname="Grace", email=f"{rule}@example.com", jobtitle="Before")
        await crm.map(direction="both", rule=rule)
        await crm.order()
        await crm.run()
        record = (await crm.people())[one]
        await crm.change(record, title="Here")
        await crm.there(f"records/contacts/{one}", {"jobtitle": "There"}, "PATCH")
        await crm.run()
        here = await crm.get(f"/records/{record['id']}")
        assert here["values"]["title"] == winner
        assert (await crm.contacts())[one]["fields"]["jobtitle"] == winner
        [lost] = here["lost"]
        assert {lost["value"], winner} == {"Here", "There"}


async def test_what_is_deleted_there_is_put_away_here(crm: Crm) -> None:
    gone = await crm.contact(firstname="Grace", email="gone@example.com")
    await crm.contact(firstname="Alan", email="alan@example.com")
    await crm.map()
    await crm.order()
    await crm.run()
    await crm.there(f"records/contacts/{gone}", method="DELETE")
    run = await crm.run()
    assert run["counts"]["archived"] == 1
    assert (await crm.people())[gone]["archived"]


async def test_two_merged_there_are_one_here(crm: Crm) -> None:
    one = await crm.contact(firstname="Grace", email="one@example.com")
    two = await crm.contact(firstname="Grace", email="two@example.com")
    await crm.map()
    await crm.order()
    await crm.run()
    await crm.there(f"records/contacts/{two}/merge", {"into": one})
    await crm.run()
    live = [each for each in (await crm.people()).values() if not each["archived"]]
    assert len(live) == 1


async def test_a_bad_record_waits_with_its_reason_and_the_others_come_in(crm: Crm) -> None:
    bad = await crm.contact(firstname="x" * 20_000, email="bad@example.com")
    await crm.contact(firstname="Alan", email="alan@example.com")
    await crm.map()
    await crm.order()
    run = await crm.run()
    assert (run["counts"]["created"], run["counts"]["failed"]) == (1, 1)
    [failure] = (await crm.get("/failures"))["data"]
    assert (failure["vendorId"], failure["field"], failure["code"]) == (bad, "first_name", "too_long")
    await crm.there(f"records/contacts/{bad}", {"firstname": "Grace"}, "PATCH")
    await crm.run("replay")
    assert (await crm.get("/failures"))["data"] == []
    assert (await crm.people())[bad]["values"]["first_name"] == "Grace"


async def test_a_run_is_undone_here_and_there(crm: Crm) -> None:
    grace = await crm.contact(firstname="Grace", email="grace@example.com", jobtitle="Before")
    await crm.map(direction="both", rule="newest")
    await crm.order()
    await crm.run()
    await crm.change((await crm.people())[grace], title="After")
    await crm.contact(firstname="New", email="new@example.com")
    await crm.there(f"records/contacts/{grace}", {"firstname": "Amazing"}, "PATCH")
    run = await crm.run()
    assert (run["counts"]["created"], run["counts"]["sent"]) == (1, 1)
    undone = await crm.run("undo", undoes=run["id"])
    assert undone["state"] == "done"
    assert (await crm.get(f"/runs/{run['id']}"))["state"] == "undone"
    people = await crm.people()
    assert people[grace]["values"]["first_name"] == "Grace"
    assert [each["values"]["first_name"] for each in people.values() if each["archived"]] == ["New"]
    assert (await crm.contacts())[grace]["fields"]["jobtitle"] == "Before"


async def test_a_source_that_is_due_is_looked_at_and_runs_only_if_something_changed(
    crm: Crm, host: Any
) -> None:
    await crm.map()
    await crm.contact(firstname="Grace", email="grace@example.com")
    await crm.order()
    assert await host.run_timer("integrations_queue_due_syncs")
    await host.drain_queue("syncs")
    await host.drain_queue("work")
    assert [each["counts"]["created"] for each in (await crm.get("/runs"))["data"]] == [1]


async def test_disconnecting_erases_everything(crm: Crm, host: Any) -> None:
    await crm.contact(firstname="Grace", email="grace@example.com")
    await crm.map()
    await crm.order()
    await crm.run()
    answer = await crm.asking.api("DELETE", crm.at)
    assert answer.status_code == 204, answer.text
    await host.drain_queue("work")
    assert (await crm.asking.api("GET", crm.at)).status_code == 404
    import wiring.integrations  # noqa: PLC0415 - only once the host has set the environment

    assert await wiring.integrations.records().erase(f"{crm.org}:{crm.source}", 100) == 0


async def test_an_erased_organisation_leaves_nothing_of_its_systems(crm: Crm, host: Any) -> None:
    import wiring.integrations  # noqa: PLC0415 - only once the host has set the environment
    import wiring.organisations  # noqa: PLC0415

    await crm.filled()
    made = {"id": crm.org}
    assert (await close(crm.asking, made)).status_code == 204
    closed = await wiring.organisations.store().get(crm.org)
    [source] = await wiring.integrations.sources().of(crm.org)
    assert (source.state, source.reason) == ("paused", "closed")
    then = closed.model_copy(update={"updated_at": closed.updated_at - UNDO_TIME})
    await wiring.organisations.store().save_with(then, [])
    await host.run_timer("operations_tidy_up")
    await host.drain_queue("work")
    assert await wiring.integrations.sources().of(crm.org) == []
    assert await wiring.integrations.records().erase(source.key, 100) == 0


async def test_a_system_goes_on_when_its_organisation_is_taken_back(crm: Crm) -> None:
    await crm.filled()
    made = {"id": crm.org}
    assert (await close(crm.asking, made)).status_code == 204
    assert (await reopen(crm.asking, made)).is_success
    assert (await crm.get())["state"] == "running"


async def test_a_field_that_is_mapped_later_is_read_of_every_record(crm: Crm) -> None:
    grace = await crm.contact(firstname="Grace", email="grace@example.com", city="Arlington")
    await crm.map()
    await crm.order()
    await crm.run()
    body = await crm.get()
    [flow] = body["flows"]
    flow["fields"].append({"ours": "city", "theirs": "city", "direction": "in", "rule": "theirs"})
    wanted = {"name": body["name"], "every": body["every"], "flows": [flow]}
    answer = await crm.asking.api("PUT", crm.at, json=wanted, headers=await crm.etag())
    assert answer.status_code == 200, answer.text
    await crm.run()
    assert "city" not in (await crm.people())[grace]["values"], "nothing flows before it is ordered"
    await crm.order()
    await crm.run()
    assert (await crm.people())[grace]["values"]["city"] == "Arlington"


async def test_a_run_stops_when_its_order_is_taken_back(crm: Crm, host: Any) -> None:
    await crm.contact(firstname="Grace", email="grace@example.com")
    await crm.map()
    await crm.order()
    started = await crm.asking.api("POST", f"{crm.at}/runs", json={"kind": "sync"})
    taken = await crm.asking.api("DELETE", f"{crm.at}/instruction", headers=await crm.etag())
    assert taken.status_code == 204, taken.text
    await host.drain_queue("work")
    run = await crm.get(f"/runs/{started.json()['id']}")
    assert (run["state"], run["counts"]["created"]) == ("stopped", 0)
    assert (await crm.get())["reason"] == "withdrawn"


async def test_two_runs_of_a_source_do_not_go_on_at_once(crm: Crm, host: Any) -> None:
    await crm.contact(firstname="Grace", email="grace@example.com")
    await crm.map()
    await crm.order()
    first = await crm.asking.api("POST", f"{crm.at}/runs", json={"kind": "sync"})
    second = await crm.asking.api("POST", f"{crm.at}/runs", json={"kind": "sync"})
    assert (first.status_code, second.status_code) == (201, 409)
    assert second.json()["code"] == "run_goes_on"
    assert await host.run_timer("integrations_queue_due_syncs")
    await host.drain_queue("syncs")
    await host.drain_queue("work")
    assert [each["counts"]["created"] for each in (await crm.get("/runs"))["data"]] == [1]


async def test_a_system_that_does_not_answer_is_asked_again_and_loses_nothing(crm: Crm, host: Any) -> None:
    await crm.contact(firstname="Grace", email="grace@example.com")
    await crm.map()
    await crm.order()
    await crm.fault(action="status", status=503, times=50)
    started = await crm.asking.api("POST", f"{crm.at}/runs", json={"kind": "sync"})
    await host.drain_queue("work")
    assert (await crm.get(f"/runs/{started.json()['id']}"))["state"] == "running"
    await crm.control.delete("/_local/faults")
    import wiring.operations  # noqa: PLC0415 - only once the host has set the environment
    from domain.integrations.sync.starting import work_id  # noqa: PLC0415
    from domain.operations.work import message_for  # noqa: PLC0415

    work = await wiring.operations.works().get(crm.org, work_id(started.json()["id"]))
    assert work.state == "running"
    await wiring.operations.work_queue().send(message_for(work))
    await host.drain_queue("work")
    assert (await crm.get(f"/runs/{started.json()['id']}"))["counts"]["created"] == 1
