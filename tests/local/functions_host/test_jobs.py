"""Queues and timers of the app under `apps/jobs`, on a real Azurite."""

import asyncio
import base64
import contextlib
import json
import os
import signal
import sys
import time
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest
from azure.storage.queue import QueueServiceClient

from local.functions_host import FunctionsHost
from local.functions_host.host_json import QueueSettings
from local.functions_host.queues import QueueListener, Queues
from local.functions_host.worker import Function


class Jobs:
    """The app's log, its queues and its settings."""

    def __init__(self, connection: str, folder: Path) -> None:
        self.name = f"work-{uuid.uuid4().hex[:8]}"
        self.service = QueueServiceClient.from_connection_string(connection)
        self.log = folder / "log.jsonl"
        self.log.touch()
        self.settings = {
            "AzureWebJobsStorage": connection,
            "WORK_QUEUE": self.name,
            "SWEEP": "0 0 3 * * *",
            "JOBS_LOG": str(self.log),
        }

    def send(self, content: bytes | str, queue: str = "") -> None:
        raw = content.encode() if isinstance(content, str) else content
        self.send_raw(base64.b64encode(raw).decode(), queue)

    def send_raw(self, text: str, queue: str = "") -> None:
        client = self.service.get_queue_client(self.name + queue)
        with contextlib.suppress(Exception):
            client.create_queue()
        client.send_message(text)

    def lines(self, key: str) -> list:
        return [line[key] for line in map(json.loads, self.log.read_text().splitlines()) if key in line]

    def waiting(self, queue: str = "") -> int:
        return (
            self.service.get_queue_client(self.name + queue).get_queue_properties().approximate_message_count
        )

    async def until(self, condition, seconds: float = 60) -> None:
        limit = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < limit, self.log.read_text()
            await asyncio.sleep(0.02)


@pytest.fixture
def jobs(azurite, tmp_path):
    jobs = Jobs(azurite, tmp_path)
    yield jobs
    jobs.service.close()


@pytest.fixture
async def load_jobs(apps, jobs):
    hosts = []

    async def load(**options) -> FunctionsHost:
        hosts.append(await FunctionsHost.load(apps / "jobs", jobs.settings, **options))
        return hosts[-1]

    yield load
    for host in hosts:
        await host.stop()


@pytest.fixture
async def running(load_jobs):
    host = await load_jobs()
    await host.start_listeners()
    return host


def client_of(host):
    return httpx.AsyncClient(transport=httpx.ASGITransport(host.asgi), base_url="http://localhost")


async def test_trigger_queues_are_created_at_start(running, jobs):
    names = {queue.name for queue in jobs.service.list_queues(name_starts_with=jobs.name)}
    assert names == {jobs.name, f"{jobs.name}-chain", f"{jobs.name}-poison"}


async def test_a_message_runs_once_and_is_deleted(running, jobs):
    before = datetime.now(UTC)
    jobs.send("hello é")
    await jobs.until(lambda: jobs.lines("done") == ["hello é"])
    await jobs.until(lambda: jobs.waiting() == 0)
    assert jobs.lines("try_") == [1]
    assert abs(datetime.fromisoformat(jobs.lines("inserted")[0]) - before) < timedelta(seconds=5)


async def test_a_body_that_is_not_text_arrives_as_bytes(running, jobs):
    jobs.send(b"\xff\x00")
    await jobs.until(lambda: jobs.lines("done") == ["\ufffd\x00"])


async def test_a_failing_message_is_retried_then_poisoned(running, jobs):
    jobs.send("fail always")
    await jobs.until(lambda: jobs.lines("buried") == ["fail always"])
    assert jobs.lines("try_") == [1, 2, 3]
    await jobs.until(lambda: jobs.waiting() == jobs.waiting("-poison") == 0)


async def test_a_body_that_is_not_base64_is_poisoned_without_running(load_jobs, jobs):
    host = await load_jobs()
    jobs.send_raw("<no base64>")
    assert await host.drain_queue(jobs.name) == 1
    assert jobs.lines("work") == []
    assert jobs.service.get_queue_client(f"{jobs.name}-poison").peek_messages()[0].content == "<no base64>"


async def test_a_message_taken_too_often_already_is_poisoned_without_running(load_jobs, jobs):
    host = await load_jobs()
    jobs.send("worn out")
    queue = jobs.service.get_queue_client(jobs.name)
    for _ in range(3):
        taken = queue.receive_message(visibility_timeout=60)
        queue.update_message(taken, visibility_timeout=0)
    assert await host.drain_queue(jobs.name) == 1
    assert (jobs.lines("work"), jobs.waiting("-poison")) == ([], 1)


async def test_draining_takes_retries_and_tells_how_many(load_jobs, jobs):
    host = await load_jobs()
    for text in ("a", "b", "fail"):
        jobs.send(text)
    assert await host.drain_queue(jobs.name) == 5
    assert sorted(jobs.lines("done")) == ["a", "b"]


async def test_an_output_wakes_the_listener_at_once(load_jobs, jobs, monkeypatch):
    monkeypatch.setattr(QueueListener, "_pause", lambda *_: 600)
    host = await load_jobs()
    await host.start_listeners()
    async with client_of(host) as client:
        for text in ("first", "second"):
            await client.post("/send", content=text)
            await jobs.until(lambda text=text: text in jobs.lines("done"))


def test_an_idle_poller_waits_longer_and_longer_up_to_the_limit(azurite):
    rules = QueueSettings(max_polling_interval=2)
    function = Function("f", "id", ({"type": "queueTrigger", "name": "msg", "queueName": "work"},), print)
    listener = QueueListener(function, Queues({"AzureWebJobsStorage": azurite}, rules), None, 600)
    pauses = [listener._pause(empty) for empty in range(1, 40)]
    assert pauses[0] == 0.1
    assert 0.18 <= pauses[1] <= 0.22
    assert pauses[:5] == sorted(pauses[:5])
    assert pauses[-1] == 2


async def test_outputs_become_messages(load_jobs, jobs):
    host = await load_jobs()
    async with client_of(host) as client:
        for text in ('["one", "two"]', '{"n":1}', "plain", "[not json"):
            assert (await client.post("/send", content=text)).status_code == 202
    await host.drain_queue(jobs.name)
    assert sorted(jobs.lines("done")) == sorted(["one", "two", '{\n  "n": 1\n}', "plain", "[not json"])


async def test_a_returned_value_is_an_output_too(running, jobs):
    jobs.send("start", "-chain")
    await jobs.until(lambda: sorted(jobs.lines("done")) == ["from chain", '{\n  "n": 1\n}'])


async def test_an_output_that_cannot_be_delivered_fails_the_call(load_jobs, jobs, caplog):
    host = await load_jobs()
    async with client_of(host) as client:
        assert (await client.post("/send", content="x" * 70_000)).status_code == 500
    assert "function send, invocation" in caplog.text


async def test_a_long_run_keeps_its_message_hidden(load_jobs, jobs):
    host = await load_jobs(lease=4)
    await host.start_listeners()
    jobs.send("slow")
    await jobs.until(lambda: jobs.lines("done") == ["slow"])
    await jobs.until(lambda: jobs.waiting() == 0)
    assert jobs.lines("try_") == [1]


@pytest.mark.kills
async def test_a_killed_host_loses_no_message(apps, jobs):
    jobs.send("hang")
    command = [
        sys.executable,
        "-m",
        "local.functions_host",
        "--app",
        apps / "jobs",
        "--port",
        "0",
        "--lease",
        "3",
    ]
    process = await asyncio.create_subprocess_exec(*map(str, command), env=os.environ | jobs.settings)
    await jobs.until(lambda: jobs.lines("try_") == [1])
    taken = time.monotonic()
    process.send_signal(signal.SIGKILL)
    await process.wait()
    host = await FunctionsHost.load(apps / "jobs", jobs.settings)
    await host.start_listeners()
    await jobs.until(lambda: jobs.lines("try_") == [1, 2])
    assert time.monotonic() > taken + 1  # not before its lease of three seconds
    await host.stop(grace=0)


async def test_no_new_batch_while_more_run_than_the_threshold(load_app, azurite, jobs):
    settings = jobs.settings
    host = await load_app(
        """
import asyncio
import azure.functions as func
app = func.FunctionApp()
running = most = done = 0
@app.queue_trigger(arg_name="msg", queue_name="%WORK_QUEUE%", connection="AzureWebJobsStorage")
async def f(msg: func.QueueMessage) -> None:
    global running, most, done
    running += 1
    most = max(most, running)
    await asyncio.sleep(0.05)
    running -= 1
    done += 1
""",
        {
            "version": "2.0",
            "extensions": {"queues": {"batchSize": 2, "newBatchThreshold": 1}},
            "extensionBundle": {"id": "Microsoft.Azure.Functions.ExtensionBundle", "version": "[4.*, 5.0.0)"},
        },
        settings,
    )
    for number in range(12):
        jobs.send(str(number))
    seen = host.functions["f"].code.__globals__
    await host.start_listeners()
    await jobs.until(lambda: seen["done"] == 12)
    assert seen["most"] <= 3


async def test_plain_encoding_by_host_json(load_app, jobs):
    host = await load_app(
        """
import azure.functions as func
app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)
seen = []
@app.queue_trigger(arg_name="msg", queue_name="%WORK_QUEUE%", connection="AzureWebJobsStorage")
async def f(msg: func.QueueMessage) -> None:
    seen.append(msg.get_body().decode())
""",
        {
            "version": "2.0",
            "extensions": {"queues": {"messageEncoding": "none"}},
            "extensionBundle": {"id": "Microsoft.Azure.Functions.ExtensionBundle", "version": "[4.*, 5.0.0)"},
        },
        jobs.settings,
    )
    jobs.send_raw("a <plain> text")
    await host.drain_queue(jobs.name)
    assert host.functions["f"].code.__globals__["seen"] == ["a <plain> text"]


async def test_a_timer_runs_on_its_schedule_and_never_twice_at_once(jobs, load_jobs):
    jobs.settings["SWEEP"] = "* * * * * *"
    host = await load_jobs()
    await host.start_listeners()
    await jobs.until(lambda: len(jobs.lines("sweep")) >= 2)
    assert jobs.lines("sweep")[:2] == [False, False]


async def test_a_timer_by_hand_tells_whether_it_succeeded(jobs, load_jobs):
    host = await load_jobs()
    assert await host.run_timer("sweep") is True
    assert await host.run_timer("nightly") is False
    assert (jobs.lines("sweep"), jobs.lines("nightly")) == ([False], [False])


async def test_a_run_missed_while_down_is_made_up_once(jobs, load_jobs, tmp_path):
    two_days_ago = datetime.now(UTC) - timedelta(days=2)
    status = {"Last": two_days_ago.isoformat(), "Next": "", "LastUpdated": two_days_ago.isoformat()}
    (tmp_path / "timers.json").write_text(json.dumps({"sweep": status}))
    host = await load_jobs(data_dir=tmp_path)
    await host.start_listeners()
    await jobs.until(lambda: jobs.lines("sweep") == [True])
    await host.stop()
    again = await load_jobs(data_dir=tmp_path)
    await again.start_listeners()
    await again.stop()
    assert (jobs.lines("sweep"), jobs.lines("nightly")) == ([True], [])


async def test_admin_fires_timers_and_queue_functions_by_hand(jobs, load_jobs):
    host = await load_jobs()
    async with client_of(host) as client:
        assert (await client.post("/admin/functions/Sweep", json={})).status_code == 202
        assert (await client.post("/admin/functions/work", json={"input": "by hand"})).status_code == 202
        await jobs.until(lambda: jobs.lines("sweep") == [False] and jobs.lines("done") == ["by hand"])
        assert (await client.post("/admin/functions/send", json={})).status_code == 400
        assert (await client.post("/admin/functions/none", json={})).status_code == 404
        assert (await client.post("/admin/functions/sweep", content="{}")).status_code == 415
        assert (await client.post("/admin/functions/sweep", json=[])).status_code == 400
