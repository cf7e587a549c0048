"""Looking for duplicates of an address book as long work, and merging all sure ones at once."""

import json
import logging

import wiring.operations
import wiring.relationships
from domain.operations.slices import Slice
from domain.operations.work import new_work
from domain.relationships.duplicates import finding
from domain.relationships.duplicates.finding import FIND
from functions.framework.clock import new_id, now
from local.demo_book import book
from tests.functions.privacy.test_copy import account_of
from tests.functions.relationships.duplicates.test_merges import merge, read
from tests.functions.relationships.test_contacts import UNKNOWN, a_contact, change, delete, names
from wiring.relationships import duplicates


async def search(host, person) -> dict:
    begun = await person.api("POST", "contact-duplicates")
    assert begun.status_code == 201, begun.text
    return await finished(host, person, begun)


async def finished(host, person, begun) -> dict:
    await host.drain_queue("work")
    work = (await person.api("GET", begun.headers["location"].removeprefix("/api/v1/"))).json()
    assert work["state"] == "done", work
    return work


async def pairs(person, limit: int = 100) -> list[tuple]:
    found, cursor = [], {}
    while True:
        answer = await person.api("GET", "contact-duplicates", params={"limit": limit, **cursor})
        assert answer.status_code == 200, answer.text
        data = answer.json()["data"]
        assert len(data) <= limit
        found += [(pair["tier"], {each["name"] for each in pair["contacts"]}) for pair in data]
        cursor = {"cursor": answer.json()["page"]["next"]}
        if cursor["cursor"] is None:
            return found


async def filled(person, count: int) -> None:
    for entry in book(count):
        await person.api("POST", "contacts", json=entry.content)


def mail(address: str) -> dict:
    return {"emails": [{"address": address}]}


async def test_pairs_are_found_with_their_reasons_sure_ones_first(host, signed_in) -> None:
    ada, eve = await signed_in(), await signed_in("Eve")
    assert (await ada.api("GET", "contact-duplicates")).json() == {
        "search": None, "data": [], "page": {"next": None},
    }  # fmt: skip
    await a_contact(ada, "Bob Stone", organisation="Acme")
    await a_contact(ada, "Robert Stone", organisation="ACME Ltd")
    await a_contact(ada, "Grace Hopper", **mail("grace@example.com"))
    await a_contact(ada, "Hopper, Grace", archived=True, **mail("GRACE@example.com"))
    await a_contact(ada, "Grace Hopper")
    await a_contact(eve, "Grace Hopper", **mail("grace@example.com"))
    work = await search(host, ada)
    assert (work["done"], work["total"]) == (5, 5)
    answer = (await ada.api("GET", "contact-duplicates")).json()
    assert (answer["search"]["contacts"], answer["search"]["sure"], answer["search"]["likely"]) == (5, 1, 1)
    assert [pair["reasons"] for pair in answer["data"]] == [
        ["same_email", "same_name"], ["same_name", "same_company"],
    ]  # fmt: skip
    assert await pairs(ada, limit=1) == [
        ("sure", {"Grace Hopper", "Hopper, Grace"}),
        ("likely", {"Bob Stone", "Robert Stone"}),
    ]
    await search(host, eve)
    assert await pairs(eve) == []


async def test_settled_pairs_are_not_shown_any_more(host, signed_in) -> None:
    ada = await signed_in()
    people = [await a_contact(ada, "Ann", **mail(f"{each}@example.com")) for each in "aabbcc"]
    await search(host, ada)
    assert len(await pairs(ada)) == 3
    await merge(ada, people[0], people[1])
    await delete(ada, people[2])
    different = f"contacts/{people[5]['id']}/differences/{people[4]['id']}"
    for _ in range(2):
        assert (await ada.api("PUT", different)).status_code == 204
    assert await pairs(ada) == []
    await search(host, ada)
    assert await pairs(ada) == []
    assert (await ada.api("DELETE", different)).status_code == 204
    assert len(await pairs(ada)) == 1


async def test_bad_requests_are_told_and_foreign_contacts_look_absent(host, signed_in) -> None:
    ada, eve = await signed_in(), await signed_in("Eve")
    mine, hers = await a_contact(ada, "Mine"), await a_contact(eve, "Hers")
    for cursor in ("x", "-1", "1.5", "²", "999999"):
        bad = await ada.api("GET", "contact-duplicates", params={"cursor": cursor})
        assert (bad.status_code, bad.json()["errors"][0]["field"]) == (422, "cursor")
    for other in (hers["id"], UNKNOWN, "nonsense"):
        absent = await ada.api("PUT", f"contacts/{mine['id']}/differences/{other}")
        assert absent.status_code == 404
    same = await ada.api("PUT", f"contacts/{mine['id']}/differences/{mine['id']}")
    assert same.status_code == 422
    assert (await ada.api("POST", "contact-merge-runs")).status_code == 404
    assert (await ada.api("POST", "contact-merge-runs/job_x/undo")).status_code == 404


async def test_two_searches_at_once_are_one(host, signed_in) -> None:
    ada = await signed_in()
    begun = [(await ada.api("POST", "contact-duplicates")).json()["id"] for _ in range(2)]
    assert len(set(begun)) == 1
    await host.drain_queue("work")
    assert (await ada.api("POST", "contact-duplicates")).json()["id"] not in begun
    await host.drain_queue("work")


async def test_a_search_goes_on_after_every_slice_that_was_lost(host, signed_in, monkeypatch) -> None:
    """Each slice is done twice, as after a kill before it was saved; small blocks, shares and slices."""
    ada = await signed_in()
    await filled(ada, 60)
    await search(host, ada)
    expected = await pairs(ada)
    assert expected
    monkeypatch.setattr(finding, "BLOCK", 20)
    monkeypatch.setattr(finding, "_READ", 10)
    monkeypatch.setattr(finding, "_ROWS_OF_A_SHARE", 10)
    job, owner = duplicates.jobs()[FIND], await account_of(ada)
    work, slices = new_work(FIND, owner, new_id("job"), now()), 0
    while True:
        for _ in range(2):
            progress = await job.slice(work, Slice(lambda: 0.0, items=1))
        work, slices = work.advanced(progress, now()), slices + 1
        if progress.over:
            break
    assert slices > 6
    assert await pairs(ada) == expected


async def test_a_search_that_waited_until_its_rows_were_forgotten_begins_again(host, signed_in) -> None:
    ada = await signed_in()
    for _ in range(2):
        await a_contact(ada, "Ann", **mail("ann@example.com"))
    job, owner = duplicates.jobs()[FIND], await account_of(ada)
    work = new_work(FIND, owner, new_id("job"), now())
    work = work.advanced(await job.slice(work, Slice(lambda: 0.0, items=1)), now())
    items = wiring.relationships.contacts()._items
    [rows] = await items.query("SELECT c.id FROM c WHERE c.kind = 'duplicate-rows'", owner)
    await items.delete(rows["id"], owner)
    work = work.advanced(await job.slice(work, Slice(lambda: 0.0, items=1)), now())
    assert (work.state, await pairs(ada)) == ("running", [])
    work = work.advanced(await job.slice(work, Slice(lambda: 0.0)), now())
    assert (work.state, len(await pairs(ada))) == ("done", 1)


async def test_all_sure_pairs_are_merged_at_once_and_taken_back(host, signed_in) -> None:
    ada = await signed_in()
    await filled(ada, 120)
    ann = [
        await a_contact(ada, f"Ann{'e' * each}", title=str(each), **mail("ann@example.com"))
        for each in range(3)
    ]
    listed = await ada.api("GET", "contacts", params={"limit": 100})
    before = listed.content
    await search(host, ada)
    sure = [pair for pair in await pairs(ada) if pair[0] == "sure"]
    likely = [pair for pair in await pairs(ada) if pair[0] == "likely"]
    assert len(sure) > 5
    run = await ada.api("POST", "contact-merge-runs")
    work = await finished(host, ada, run)
    assert (work["done"], work["failed"]) == (len(sure), 0)
    assert await pairs(ada) == [pair for pair in likely if pair in await pairs(ada)]
    left = [each for each in ann if (await ada.api("GET", f"contacts/{each['id']}")).status_code == 200]
    assert len(left) == 1
    undo = await ada.api("POST", f"contact-merge-runs/{run.json()['id']}/undo")
    assert undo.status_code == 201, undo.text
    await finished(host, ada, undo)
    assert (await ada.api("GET", "contacts", params={"limit": 100})).content == before
    assert sorted(map(str, await pairs(ada))) == sorted(map(str, [*sure, *likely]))


async def test_undoing_a_run_leaves_what_would_lose_a_later_change(host, signed_in) -> None:
    ada = await signed_in()
    one, two, _three, _four = [
        await a_contact(ada, "Ann", **mail(f"{each}@example.com")) for each in ("a", "a", "b", "b")
    ]
    await search(host, ada)
    run = await ada.api("POST", "contact-merge-runs")
    await finished(host, ada, run)
    await change(ada, one, title="Later", **mail("a@example.com"))
    undo = await ada.api("POST", f"contact-merge-runs/{run.json()['id']}/undo")
    work = await finished(host, ada, undo)
    assert [failure["code"] for failure in work["failures"]] == ["changed_since"]
    assert (await read(ada, one))["content"]["title"] == "Later"
    assert (await ada.api("GET", f"contacts/{two['id']}")).status_code == 404
    assert await names(ada) == ["Ann"] * 3


async def test_what_a_search_stores_names_nobody(host, signed_in, caplog) -> None:
    ada = await signed_in()
    caplog.set_level(logging.DEBUG)
    await a_contact(ada, "Zebedee Quux", **mail("zebedee@example.com"))
    await a_contact(ada, "Zebedee Quux", **mail("zebedee@example.com"))
    await search(host, ada)
    run = await ada.api("POST", "contact-merge-runs")
    await finished(host, ada, run)
    owner = await account_of(ada)
    stored = await wiring.relationships.contacts()._items.query("SELECT * FROM c", owner)
    told = [each for each in stored if not each["kind"].endswith("contact")]
    assert {"duplicate-rows", "duplicate-share", "duplicate-pairs", "duplicates", "contact-merge"} <= {
        each["kind"] for each in told
    }
    for word in ("Zebedee", "zebedee", "Quux"):
        assert word not in json.dumps(told)
        assert word not in caplog.text
