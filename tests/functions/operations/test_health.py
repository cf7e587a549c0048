"""`/health`: well, late, failing; bounded, kept for a moment, and silent about everything else."""

import asyncio
import gc
import json
import re
import secrets
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from azure.core.exceptions import ClientAuthenticationError, ResourceExistsError, ResourceNotFoundError
from azure.cosmos.exceptions import CosmosHttpResponseError

import wiring
import wiring.images
import wiring.notifications
import wiring.operations
import wiring.sign_in
from adapters.cosmos.database import Database, Items, _refusals, instant
from adapters.storage.queues import Queue
from domain.base.errors import Unavailable
from domain.notifications.mail import MailOrder
from domain.operations.health import LATE_AFTER, Dependency, Waiting, judge
from local.functions_host.host import MASTER_KEY
from tests.wired import wired_with

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
DOCUMENTS = "/docs"
KEY = {"x-functions-key": MASTER_KEY}
# More than the two seconds that a check may take, by what a busy machine adds; far less than what hangs.
IN_TIME = 15
# Containers that orders are in, with the partition of each.
ORDERED = {"accounts": "accountId", "organisations": "orgId", "relations": "ownerId"}


@pytest.fixture(scope="module")
async def _warm(host):
    """The first look imports the libraries of all it looks at, which may take longer than a check may."""
    at = datetime.now(UTC)
    await asyncio.gather(
        wiring.operations.store_health().waiting(at),
        wiring.notifications.queue().waiting(),
        wiring.images.blobs().look(),
        wiring.sign_in.provider().discovery(at),
    )


@pytest.fixture(autouse=True)
def _fresh(_warm):
    """Each test looks anew, and leaves nothing for the next."""
    from functions.operations import health  # noqa: PLC0415 - the module that the host loaded

    health._kept.until = 0.0
    yield
    health._kept.until = 0.0


@pytest.fixture
async def _nothing_waits(host):
    """Other tests leave messages and orders behind: set aside, or for a function they did not run."""
    for name, partition in ORDERED.items():
        container = await wiring.database().container(name)
        async for each in container.query_items("SELECT * FROM c WHERE c.kind = 'order'"):
            await container.delete_item(each["id"], each[partition])
    for name in ("mail", "images", "visits"):
        for queue in (name, f"{name}-poison"):
            async with wiring.notifications.queue()._connect(queue) as found:
                with suppress(ResourceNotFoundError):
                    await found.clear_messages()


@pytest.mark.usefixtures("_nothing_waits")
@pytest.mark.parametrize("name", ORDERED)
async def test_an_order_that_nobody_carried_out_is_seen_wherever_it_is_kept(client, name) -> None:
    at, owner = datetime.now(UTC) - LATE_AFTER - timedelta(minutes=1), f"own_{secrets.token_hex(8)}"
    stored = {
        "id": f"order-x-{owner}",
        ORDERED[name]: owner,
        "kind": "order",
        "createdAt": instant(at),
        "body": {},
    }
    container = await wiring.database().container(name)
    await container.create_item(stored)
    try:
        said = (await client().get("/health/details", headers=KEY)).json()
    finally:
        await container.delete_item(stored["id"], owner)
    [waiting] = [each for each in said["waiting"] if each["name"] == "orders not done"]
    assert (said["status"], waiting["count"]) == ("late", 1)


@pytest.mark.parametrize(
    ("reachable", "oldest", "set_aside", "status"),
    [
        (True, timedelta(0), 0, "ok"),
        (True, LATE_AFTER, 0, "ok"),
        (True, LATE_AFTER + timedelta(seconds=1), 0, "late"),
        (True, timedelta(0), 1, "late"),
        (False, timedelta(0), 0, "failing"),
        (False, timedelta(days=1), 1, "failing"),
    ],
)
def test_the_verdict(reachable, oldest, set_aside, status) -> None:
    dependency = Dependency(name="store", reachable=reachable, milliseconds=1)
    work = Waiting(name="mail", count=1, oldest_at=NOW - oldest, set_aside=set_aside)
    assert judge([dependency], [work], version="1", at=NOW).status == status


@pytest.mark.parametrize("name", ["accounts", "identity", "pictures", "settings"])
def test_what_cards_can_be_served_without_is_no_reason_to_replace_what_serves_them(name) -> None:
    away = Dependency(name=name, reachable=False, milliseconds=1)
    assert judge([away], [], version="1", at=NOW).status == "late"


@pytest.mark.usefixtures("_nothing_waits")
async def test_a_well_app_says_so_and_who_it_is(client) -> None:
    answer = await client().get("/health/details", headers=KEY)
    assert answer.status_code == 200
    said = answer.json()
    assert said["status"] == "ok", said
    assert said["version"] == "development"
    assert {each["name"]: each["reachable"] for each in said["dependencies"]} == {
        "store": True,
        "accounts": True,
        "queues": True,
        "pictures": True,
        "identity": True,
        "settings": True,
    }
    in_the_store = ["orders not done", "work not gone on with"]
    in_queues = ["mail", "images", "visits", "work", "orders"]
    assert [work["name"] for work in said["waiting"]] == in_the_store + in_queues
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.usefixtures("_nothing_waits")
async def test_everybody_is_told_only_whether_all_is_well(client) -> None:
    stranger = client()
    answer = await stranger.get("/health")
    assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
    right, wrong = [await stranger.get(f"/health?version={asked}") for asked in ("development", "0.1.0")]
    assert (right.json()["version"], wrong.json()["version"]) == (True, False)
    for headers in ({}, {"x-functions-key": "wrong"}):
        closed = await stranger.get("/health/details", headers=headers)
        assert (closed.status_code, closed.content) == (401, b"")


async def test_everybody_is_told_that_something_is_away_and_not_what(client, order) -> None:
    await order({"match": {"path": DOCUMENTS}, "action": "status", "status": 503, "times": 100})
    answer = await client().get("/health")
    assert (answer.status_code, answer.json()) == (503, {"status": "not_ok"})
    assert int(answer.headers["retry-after"]) >= 1


async def test_it_tells_no_secret_and_no_place(client, cloud) -> None:
    text = (await client().get("/health/details", headers=KEY)).text
    for name, value in cloud.settings.items():
        assert value not in text or name.endswith("SCHEDULE"), name
    assert not re.search(r"127\.0\.0\.1|localhost|https?:", text)
    assert set(json.loads(text)) == {"status", "version", "checkedAt", "dependencies", "waiting"}


async def test_a_store_that_is_down_is_told_with_503(client, order) -> None:
    await order({"match": {"path": DOCUMENTS}, "action": "status", "status": 503, "times": 100})
    answer = await client().get("/health/details", headers=KEY)
    assert (answer.status_code, answer.json()["status"]) == (503, "failing")
    assert int(answer.headers["retry-after"]) >= 1
    reachable = {each["name"]: each["reachable"] for each in answer.json()["dependencies"]}
    assert reachable == {
        "store": False,
        "accounts": False,
        "queues": True,
        "pictures": True,
        "identity": True,
        "settings": True,
    }


@pytest.mark.parametrize("fault", [{"status": 429}, {"status": 503}, {"action": "delay", "delayMs": 60000}])
async def test_what_only_owners_need_is_no_reason_to_replace_what_serves_cards(client, order, fault) -> None:
    """Counting what waits asks all of a container, which is throttled long before a card's page is."""
    match = {"path": "/colls/accounts/docs"}
    await order({"match": match, "action": "status", "times": 100, **fault})
    answer = await client().get("/health/details", headers=KEY)
    assert (answer.status_code, answer.json()["status"]) == (200, "late")
    away = {each["name"] for each in answer.json()["dependencies"] if not each["reachable"]}
    assert away == {"accounts"}


async def test_a_store_that_hangs_is_not_waited_for(client, order) -> None:
    await order({"match": {"path": DOCUMENTS}, "action": "delay", "delayMs": 60000, "times": 2})
    began = time.monotonic()
    answer = await client().get("/health/details", headers=KEY)
    assert time.monotonic() - began < IN_TIME
    assert answer.status_code == 503


async def test_a_provider_that_hangs_is_not_waited_for_but_asked_to_the_end(client, monkeypatch) -> None:
    answered, opened = asyncio.Event(), asyncio.Event()

    async def slow(self, now):
        await opened.wait()
        answered.set()

    monkeypatch.setattr(type(wiring.sign_in.provider()), "discovery", slow)
    answer = await client().get("/health/details", headers=KEY)
    assert (answer.status_code, answer.json()["status"]) == (200, "late")
    assert not answered.is_set()
    opened.set()
    await asyncio.wait_for(answered.wait(), IN_TIME)


@pytest.mark.parametrize(
    ("part", "wrong"),
    [
        ("store accounts", {"COSMOS_KEY": "d3Jvbmc="}),
        ("store accounts", {"COSMOS_KEY": "no key at all"}),
        ("store accounts", {"COSMOS_ENDPOINT": "http://127.0.0.1:9"}),
        ("store accounts", {"COSMOS_DATABASE": "another"}),
        ("queues pictures", {"AzureWebJobsStorage": "account key"}),
        ("queues", {"AzureWebJobsStorage": "queue port"}),
        ("pictures", {"AzureWebJobsStorage": "blob port"}),
    ],
    ids=str,
)
async def test_wrong_credentials_and_places_are_told_in_time_and_not_repeated(
    client, cloud, caplog, part, wrong
) -> None:
    storage = cloud.settings["AzureWebJobsStorage"]
    spoilt = {
        "account key": re.sub("AccountKey=[^;]+", "AccountKey=d3Jvbmc=", storage),
        "blob port": re.sub(r"(BlobEndpoint=http://127.0.0.1:)\d+", r"\g<1>9", storage),
        "queue port": re.sub(r"(QueueEndpoint=http://127.0.0.1:)\d+", r"\g<1>9", storage),
    }
    changes = {name: spoilt.get(value, value) for name, value in wrong.items()}
    async with wired_with(changes):
        began = time.monotonic()
        answer = await client().get("/health/details", headers=KEY)
        assert time.monotonic() - began < IN_TIME
    assert answer.status_code == (200 if part == "pictures" else 503)
    away = {each["name"] for each in answer.json()["dependencies"] if not each["reachable"]}
    assert away == set(part.split())
    for name, value in wrong.items():
        assert spoilt.get(value, value) not in answer.text, name
    # Only the kind of failure is logged; the rest may repeat a key.
    told = [record.getMessage() for record in caplog.records if record.name.startswith("izwop")]
    assert not [line for line in told if "d3Jvbmc=" in line or "no key at all" in line]


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("PUBLIC_ORIGIN", "https://izwop.test/"),
        ("SESSION_KEY", "c2VjcmV0LXNlY3JldA=="),
        ("SMTP_URL", "smtps://user:geheim@mail.example"),
        ("OIDC_CLIENT_SECRET", "@Microsoft.KeyVault(SecretUri=https://vault.example/)"),
    ],
    ids=lambda text: text[:20],
)
async def test_a_wrong_setting_is_told_before_anybody_needs_it(client, caplog, name, wrong) -> None:
    async with wired_with({name: wrong}):
        told = await client().get("/health")
        answer = await client().get("/health/details", headers=KEY)
    assert told.json() == {"status": "not_ok"}
    assert "settings" in {each["name"] for each in answer.json()["dependencies"] if not each["reachable"]}
    assert f"settings_wrong {name} " in caplog.text, "the log names it"
    assert wrong not in answer.text + caplog.text


async def test_what_does_not_let_us_in_keeps_no_connection_open(cloud, recwarn) -> None:
    """Azure asks for the health of an instance again and again."""
    gc.collect()
    recwarn.clear()
    database = Database(cloud.settings["COSMOS_ENDPOINT"], "d3Jvbmc=", "izwop")
    queue = Queue("mail", "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;"
                  "QueueEndpoint=http://127.0.0.1:9/a", None)  # fmt: skip
    with pytest.raises(CosmosHttpResponseError):
        await Items(database, "published").read("health", "health")
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await queue.waiting()
    gc.collect()
    assert not [warning for warning in recwarn if "Unclosed" in str(warning.message)]


async def test_an_identity_that_gets_no_token_is_a_store_that_is_away() -> None:
    with pytest.raises(Unavailable), _refusals():
        raise ClientAuthenticationError("no token from the identity's endpoint")


async def test_queues_that_are_away_are_told(client, monkeypatch) -> None:
    queue = wiring.notifications.queue()

    async def away(self):
        raise ConnectionRefusedError("AccountKey=abc")

    monkeypatch.setattr(type(queue), "waiting", away)
    answer = await client().get("/health/details", headers=KEY)
    assert answer.status_code == 503
    assert "AccountKey" not in answer.text


async def test_however_often_it_is_asked_the_store_is_asked_once(client, monkeypatch) -> None:
    looks = []
    store = type(wiring.operations.store_health())
    waiting = store.waiting

    async def counted(self, now):
        looks.append(now)
        return await waiting(self, now)

    monkeypatch.setattr(store, "waiting", counted)
    answers = await asyncio.gather(*(client().get("/health/details", headers=KEY) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
    assert len(looks) == 1


async def test_waiting_and_set_aside_messages_are_counted_with_their_age(client, host) -> None:
    queue = wiring.notifications.queue()
    before = datetime.now(UTC) - timedelta(seconds=2)
    await queue.send(MailOrder(kind="welcome", account_id="acc_nobody"))
    waits = await queue.waiting()
    assert waits.count >= 1
    assert before < waits.oldest_at < datetime.now(UTC) + timedelta(seconds=2)
    await host.drain_queue("mail")

    async with queue._connect("mail-poison") as poison:
        with suppress(ResourceExistsError):  # tests before may have had messages set aside
            await poison.create_queue()
        await poison.clear_messages()
        await poison.send_message("tried five times")
        said = (await client().get("/health/details", headers=KEY)).json()
        await poison.clear_messages()
    assert said["status"] == "late"
    assert next(work for work in said["waiting"] if work["name"] == "mail")["setAside"] == 1


@pytest.mark.parametrize(
    ("kind", "field", "number"), [("order", "createdAt", 0), ("work", "dueAt", 1)], ids=["order", "work"]
)
async def test_the_oldest_work_in_the_store_is_found(host, kind, field, number) -> None:
    container = await wiring.database().container("accounts")
    # What other tests left waits, too, and only a hundred are looked at.
    left = container.query_items(
        "SELECT c.id, c.accountId FROM c WHERE c.kind = @kind", parameters=[{"name": "@kind", "value": kind}]
    )
    for one in [one async for one in left]:
        await container.delete_item(one["id"], one["accountId"])
    for minutes in (3, 45, 0):
        at = (datetime.now(UTC) - timedelta(minutes=minutes)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        await container.upsert_item(
            {"id": f"health-{minutes}", "accountId": "acc_health", "kind": kind,
             "schemaVersion": 2, field: at}
        )  # fmt: skip
    try:
        waits = (await wiring.operations.store_health().waiting(datetime.now(UTC)))[number]
    finally:
        for minutes in (3, 45, 0):
            await container.delete_item(f"health-{minutes}", "acc_health")
    assert waits.count >= 2
    assert datetime.now(UTC) - waits.oldest_at > timedelta(minutes=44)


async def test_work_that_belongs_to_nobody_is_found_too(host) -> None:
    container = await wiring.database().container("work")
    at = (datetime.now(UTC) - timedelta(minutes=50)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    await container.upsert_item(
        {"id": "job_health", "key": "system", "kind": "work", "schemaVersion": 2, "dueAt": at}
    )
    try:
        _, waits = await wiring.operations.store_health().waiting(datetime.now(UTC))
    finally:
        await container.delete_item("job_health", "system")
    assert waits.count >= 1
    assert datetime.now(UTC) - waits.oldest_at > timedelta(minutes=49)


async def test_a_probe_may_ask_for_the_head_alone(client) -> None:
    answer = await client().head("/health")
    assert (answer.status_code, answer.content) == (200, b"")
