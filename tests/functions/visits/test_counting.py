"""Visits from end to end: noted, queued, folded by the host, and read by the card's owner."""

import asyncio
import base64
import json
import logging
import os
import random
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta

import azure.functions as func
import httpx
import pytest
from pydantic import BaseModel

import wiring.visits
from adapters.visit_spool import VisitSpool
from domain.cards.links import link_key
from domain.visits.batches import MOST_VISITS, VisitBatch, batches
from domain.visits.counting import Increment, Visit
from domain.visits.messages import NumberedVisit, NumberedVisits
from functions.framework.clock import new_id
from functions.visits.shipping import Shipping, shipping
from tests.domain.visits.visitors import PEOPLE, ROBOTS
from tests.functions.cards.test_api_cards import a_card, published
from tests.functions.operations.test_jobs import a_host_process, is_empty
from tests.stored import everything
from tests.wired import wired_with

WAIT_SECONDS = 30
SAFARI = PEOPLE["Safari on an iPhone"]
CANARIES = ["192.0.2.77", "2001:db8::77", "CanaryBrowser", "canary.example", "canary-cookie"]


def today() -> str:
    return datetime.now(UTC).date().isoformat()


def asked(agent: str = SAFARI, method: str = "GET", **headers: str) -> func.HttpRequest:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return func.HttpRequest(method, "/c/x", headers={"user-agent": agent, **named}, body=b"")


def a_batch(card: str, number: int = 1, *, day: date | None = None, **given: object) -> VisitBatch:
    """So many visits of a kind that one worker noted within a tenth of a second."""
    values = {"subject_id": card, "kind": "view", "day": day or today()} | given
    [batch] = batches(f"{new_id('wrk')}-1", {Visit.model_validate(values): number})
    return batch


def an_increment(card: str, number: int = 1, **given: object) -> Increment:
    return a_batch(card, number, **given).increments()[0]


async def send(*messages: BaseModel) -> None:
    queue = wiring.visits.queue()
    await asyncio.gather(*(queue.send(message) for message in messages))


async def fold_all(host) -> int:
    """Count what was noted here; how many messages it took."""
    await sent()
    return await host.drain_queue("visits")


async def sent() -> None:
    """Wait until what was noted here is in the queue."""
    async with asyncio.timeout(WAIT_SECONDS):
        while shipping()._waiting:
            await asyncio.wait([shipping()._running])


async def counted(person, card: str, first: str | None = None, last: str | None = None) -> list[dict]:
    path = f"cards/{card}/counts?from={first or today()}&to={last or today()}"
    answer = await person.api("GET", path)
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


@pytest.fixture
async def store(cloud, host) -> AsyncIterator[httpx.AsyncClient]:
    """The Cosmos server's doors for tests; faults are taken back afterwards."""
    client = httpx.AsyncClient(
        base_url=f"{cloud.settings['COSMOS_ENDPOINT']}/_local/",
        headers={"x-local-key": cloud.settings["COSMOS_KEY"]},
        trust_env=False,
    )
    async with client:
        yield client
        await client.delete("faults")


@asynccontextmanager
async def calls_of_counting(store: httpx.AsyncClient) -> AsyncIterator[list[dict]]:
    """The calls to the container of counts that are made meanwhile."""
    await store.delete("calls")
    found: list[dict] = []
    yield found
    found += [call for call in (await store.get("calls")).json() if "/traffic/docs" in call["path"]]


async def test_a_script_of_visits_ends_in_exactly_these_counts(host, signed_in) -> None:
    from functions.visits.note import note  # noqa: PLC0415 - the module that the host loaded

    ada = await signed_in()
    card = (await a_card(ada)).json()["id"]
    script = [
        *[("view", asked(agent), {}) for agent in list(PEOPLE.values())[:7]],
        *[("save", asked(), {})] * 3,
        *[("click", asked(), {"link": "abc"})] * 2,
        ("click", asked(), {"link": "xyz"}),
        # None of these is a visit.
        *[("view", asked(agent), {}) for agent in list(ROBOTS.values())[:9]],
        ("view", asked(sec_purpose="prefetch;prerender"), {}),
        ("view", asked(purpose="preview"), {}),
        ("view", asked(method="HEAD"), {}),
        ("save", asked(ROBOTS["curl"]), {}),
    ]
    for kind, request, more in script:
        await note(kind, card, request, is_owner=False, **more)
    for kind in ("view", "save"):
        await note(kind, card, asked(), is_owner=True)
    await fold_all(host)
    assert await counted(ada, card) == [
        {"day": today(), "views": 7, "saves": 3, "clicks": {"abc": 2, "xyz": 1}}
    ]


async def test_the_doors_of_a_card_count_those_who_come_through(host, signed_in, client) -> None:
    ada, phone, robot = await signed_in(), client(), client()
    made = (await published(ada, website="https://example.com/ada")).json()
    card, door = made["id"], f"/c/{made['handle']}"
    link = f"{door}/go/{link_key('https://example.com/ada')}"
    # A redirect, a picture of the code, a name that is nothing, and what others are shown are no visits.
    silent = ["/nobody-here", f"{door}.qr.svg", f"{door}/go/0000"]
    for browser, agent in ((phone, SAFARI), (ada.http, SAFARI), (robot, ROBOTS["WhatsApp on Android"])):
        for path in (door, door, f"{door}.vcf", link, *silent):
            await browser.get(path, headers={"User-Agent": agent, "Accept": "text/html"})
            await browser.head(path, headers={"User-Agent": agent, "Accept": "text/html"})
    ahead = {"User-Agent": SAFARI, "Accept": "text/html", "Sec-Purpose": "prefetch"}
    assert (await phone.get(door, headers=ahead)).status_code == 200
    await fold_all(host)
    assert await counted(ada, card) == [
        {"day": today(), "views": 2, "saves": 1, "clicks": {link.rpartition("/")[2]: 1}}
    ]


async def test_a_visit_that_makes_no_sense_costs_no_page(host) -> None:
    from functions.visits.note import note  # noqa: PLC0415 - the module that the host loaded

    await note("view", "", asked(), is_owner=False)
    await note("click", new_id("crd"), asked(), is_owner=False, link="https://example.com")
    assert await fold_all(host) == 0


async def test_wrong_settings_of_the_way_to_the_queue_cost_no_page(host, monkeypatch, caplog) -> None:
    from functions.visits import note  # noqa: PLC0415 - the module that the host loaded

    wrong = "http://queues.example"
    monkeypatch.setattr(note, "shipping", shipping.__wrapped__)  # as in a worker that begins
    async with wired_with({"AzureWebJobsStorage__queueServiceUri": wrong}):
        await note.note("view", new_id("crd"), asked(), is_owner=False)
    assert "AzureWebJobsStorage__queueServiceUri must start with https://" in caplog.text
    assert wrong not in caplog.text


async def test_redelivered_and_reordered_messages_are_counted_once(host, signed_in) -> None:
    ada = await signed_in()
    card = (await a_card(ada)).json()["id"]
    day = datetime.now(UTC).date()
    batches = [
        a_batch(card, number, kind=kind, link=link, day=day - timedelta(days=back))
        for back in range(8)
        for kind, link, number in (("view", None, 2), ("save", None, 1), ("click", f"k{back}", 1))
    ]
    for _ in range(3):
        await send(*random.sample(batches, len(batches)))
        await host.drain_queue("visits")
    await send(*batches, *batches)
    await host.drain_queue("visits")
    found = await counted(ada, card, (day - timedelta(days=8)).isoformat())
    assert [(of["views"], of["saves"]) for of in found] == [(0, 0)] + [(2, 1)] * 8
    assert [of["clicks"] for of in found] == [{}] + [{f"k{back}": 1} for back in reversed(range(8))]


async def test_messages_of_the_release_before_are_counted_beside_those_of_today(host, signed_in) -> None:
    ada = await signed_in()
    card = (await a_card(ada)).json()["id"]
    visits = [
        NumberedVisit(event_id=new_id("evt"), subject_id=card, kind="view", day=today()) for _ in range(95)
    ]
    for _ in range(2):
        await send(NumberedVisits(visits=visits), NumberedVisits(visits=visits[:3]), a_batch(card, 7))
        await host.drain_queue("visits")
    assert (await counted(ada, card))[0]["views"] == 95 + 14


async def test_a_hundred_visits_of_one_card_cost_at_most_ten_calls(host, signed_in, store) -> None:
    """Even when they came far apart, each in a message of its own."""
    ada = await signed_in()
    card = (await a_card(ada)).json()["id"]
    await send(*(a_batch(card, kind=kind) for kind in ("view", "view", "view", "save") for _ in range(25)))
    async with calls_of_counting(store) as calls:
        assert await host.drain_queue("visits") == 100
    assert len(calls) <= 10, [call["operation"] for call in calls]
    assert (await counted(ada, card))[0] == {"day": today(), "views": 75, "saves": 25, "clicks": {}}


async def test_visits_that_come_together_travel_together(host, signed_in, cloud) -> None:
    from functions.visits.note import note  # noqa: PLC0415 - the module that the host loaded

    ada = await signed_in()
    card = (await a_card(ada)).json()["id"]
    await asyncio.gather(*(note("view", card, asked(), is_owner=False) for _ in range(100)))
    assert await fold_all(host) <= 4
    assert (await counted(ada, card))[0]["views"] == 100


async def test_only_a_busy_card_has_its_visits_sent_after_its_page(host, cloud, monkeypatch) -> None:
    from functions.visits import note  # noqa: PLC0415

    quiet, busy = new_id("crd"), new_id("crd")
    monkeypatch.setattr(note._pace, "is_busy", lambda card, _: card == busy)
    await fold_all(host)
    await note.note("view", quiet, asked(), is_owner=False)
    assert await waiting(cloud) == 1
    await note.note("view", busy, asked(), is_owner=False)
    assert shipping()._open == 1
    await note.note("view", quiet, asked(), is_owner=False)
    assert shipping()._open == 0, "sent with the one that waited"
    assert await waiting(cloud) == 2
    await fold_all(host)


async def test_a_visit_of_a_busy_card_costs_at_most_one_request_unit(host, signed_in, store) -> None:
    """Two hundred a second: twenty in each tenth."""
    ada = await signed_in()
    card = (await a_card(ada)).json()["id"]
    await send(a_batch(card))
    await host.drain_queue("visits")
    async with calls_of_counting(store) as calls:
        for _ in range(10):  # one after the other, so that none is folded with another
            await send(a_batch(card, 20))
            await host.drain_queue("visits")
    assert (await counted(ada, card))[0]["views"] == 201
    assert sum(call["charge"] for call in calls) <= 200


async def test_a_stored_batch_whose_answer_was_lost_is_counted_once(host, signed_in, store, cloud) -> None:
    ada = await signed_in()
    card = (await a_card(ada)).json()["id"]
    messages = [a_batch(card) for _ in range(5)]
    await send(a_batch(card))
    await host.drain_queue("visits")
    await store.post("faults", json=[{"match": {"operation": "batch"}, "action": "lost_answer", "times": 1}])
    await send(*messages)
    await host.drain_queue("visits")
    await send(*messages)  # as the host does for the messages that failed
    await host.drain_queue("visits")
    assert (await counted(ada, card))[0]["views"] == 6
    async with visits_queue(cloud) as queue:
        await queue.clear_messages()


async def test_a_message_is_not_done_before_its_visit_is_stored(host, signed_in, store, cloud) -> None:
    ada = await signed_in()
    card = (await a_card(ada)).json()["id"]
    message = a_batch(card)
    down = {"match": {"operation": "batch", "path": "/traffic/"}, "action": "status", "status": 503}
    await store.post("faults", json=[down | {"times": 50}])
    await send(message)
    assert await host.drain_queue("visits") == 1
    await store.delete("faults")
    assert await waiting(cloud) == 1
    await send(message)
    assert await host.drain_queue("visits") == 1
    assert (await counted(ada, card))[0]["views"] == 1
    async with visits_queue(cloud) as queue:
        await queue.clear_messages()


async def test_two_workers_that_begin_a_month_at_once_both_count(host, signed_in) -> None:
    ada = await signed_in()
    card = (await a_card(ada)).json()["id"]
    traffic = wiring.visits.traffic()
    groups = [[an_increment(card) for _ in range(3)] for _ in range(8)]
    month = today()[:7]
    assert await asyncio.gather(*(traffic.add(card, month, group) for group in groups)) == [set()] * 8
    assert (await counted(ada, card))[0]["views"] == 24


async def test_a_month_takes_as_many_links_as_a_worker_can_note_at_once(host, signed_in) -> None:
    ada = await signed_in()
    card = (await a_card(ada)).json()["id"]
    noted = {
        Visit(subject_id=card, kind="click", day=today(), link=f"link{number}"): 1
        for number in range(MOST_VISITS)
    }
    for number in range(2):  # once to begin the month, once to raise what is there
        await send(*batches(f"{new_id('wrk')}-{number}", noted), *(a_batch(card) for _ in range(60)))
        await host.drain_queue("visits")
    found = (await counted(ada, card))[0]
    assert found["views"] == 120
    assert list(found["clicks"].values()) == [2] * MOST_VISITS


@pytest.mark.kills
async def test_a_worker_killed_while_it_counts_loses_and_doubles_nothing(host, cloud, signed_in) -> None:
    ada = await signed_in()
    card = (await a_card(ada)).json()["id"]
    await send(*(a_batch(card) for _ in range(300)))

    async def views() -> int:
        return (await counted(ada, card))[0]["views"]

    first = await a_host_process(cloud)
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            while not await views():  # noqa: ASYNC110 - another process is waited for
                await asyncio.sleep(0.01)
    finally:
        os.killpg(first.pid, signal.SIGKILL)
        await first.wait()
    at_kill = await views()
    assert 0 < at_kill < 300
    second = await a_host_process(cloud)
    try:
        async with asyncio.timeout(WAIT_SECONDS):
            while await views() < 300:  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        # Messages that were stored and not yet acknowledged are redelivered.
        await is_empty(cloud, "visits")
    finally:
        os.killpg(second.pid, signal.SIGTERM)
        await second.wait()
    assert await views() == 300


def visits_queue(cloud):
    from azure.storage.queue.aio import QueueClient  # noqa: PLC0415

    return QueueClient.from_connection_string(cloud.settings["AzureWebJobsStorage"], "visits")


async def waiting(cloud) -> int:
    async with visits_queue(cloud) as queue:
        return (await queue.get_queue_properties()).approximate_message_count or 0


def tell_tale() -> func.HttpRequest:
    return asked(
        f"{SAFARI} CanaryBrowser/7.7",
        x_forwarded_for="192.0.2.77",
        x_azure_clientip="2001:db8::77",
        referer="https://canary.example/?q=ada",
        cookie="__Host-session=canary-cookie",
    )


async def test_nothing_that_is_kept_or_written_says_who_came(host, signed_in, cloud, caplog) -> None:
    from functions.visits.note import note  # noqa: PLC0415

    caplog.set_level(logging.DEBUG)
    ada = await signed_in()
    card = (await a_card(ada)).json()["id"]
    for kind in ("view", "save"):
        await note(kind, card, tell_tale(), is_owner=False)
    await note("click", card, tell_tale(), is_owner=False, link="abc")
    await sent()
    async with visits_queue(cloud) as queue:
        messages = [base64.b64decode(found.content).decode() for found in await queue.peek_messages(32)]
    assert any(card in message for message in messages)
    for message in messages:
        told = [card.keys() for card in json.loads(message)["cards"]]
        assert all(keys == {"subject_id", "month", "counts"} for keys in told)
    await host.drain_queue("visits")
    assert (await counted(ada, card))[0]["saves"] == 1
    stored = await everything()
    assert any(card in text for (container, _), text in stored.items() if container == "traffic")
    kept = "\n".join([*stored.values(), *messages, caplog.text])
    assert "192.0.2" not in kept
    for canary in CANARIES:
        assert canary not in kept


async def test_what_is_on_the_disk_meanwhile_does_not_say_who_came_either(
    host, monkeypatch, tmp_path
) -> None:
    from functions.visits import note  # noqa: PLC0415

    async def hanging(_) -> None:
        await asyncio.Event().wait()

    card, held = new_id("crd"), Shipping(VisitSpool(tmp_path), hanging, new_id)
    monkeypatch.setattr(note, "shipping", lambda: held)
    await note.note("click", card, tell_tale(), is_owner=False, link="abc")
    [written] = [path.read_text() for path in tmp_path.iterdir() if path.suffix != ".lock"]
    held._running.cancel()
    assert written == f"{card} click {today()} abc\n"


async def test_only_the_owner_reads_the_counts(host, signed_in, client) -> None:
    ada, bob = await signed_in(), await signed_in()
    card = (await a_card(ada)).json()["id"]
    path = f"cards/{card}/counts?from={today()}&to={today()}"
    assert (await ada.api("GET", path)).status_code == 200
    assert (await bob.api("GET", path)).status_code == 404
    assert (await client().get(f"/api/v1/{path}")).status_code == 401


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("", "from"),
        ("from=2026-11-01", "to"),
        ("from=2026-11-02&to=2026-11-01", "to"),
        ("from=2025-11-01&to=2026-11-02", "to"),
        ("from=2026-11-31&to=2026-12-01", "from"),
        ("from=20261101&to=2026-12-01", "from"),
        ("from=1763769600&to=2026-12-01", "from"),
        ("from=2026-11-01&to=2026-11-02&first=2026-11-01", "first"),
    ],
)
async def test_a_wrong_period_is_refused_by_the_name_of_its_field(host, signed_in, query, field) -> None:
    ada = await signed_in()
    card = (await a_card(ada)).json()["id"]
    answer = await ada.api("GET", f"cards/{card}/counts?{query}")
    assert answer.status_code == 422
    assert field in [fault["field"] for fault in answer.json()["errors"]]
