"""`python -m local.run` as a person at a terminal uses it: real processes, real signals."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import asdict
from pathlib import Path

import httpx
import pytest

from local import processes, run
from local.cloud import SETTINGS

ROOT = Path(__file__).parents[2]
# Ten people are made on the first start, which takes its time on a busy machine.
LIMIT = 90
ELSEWHERE = {
    "COSMOS_ENDPOINT": "https://cosmos.example",
    "AzureWebJobsStorage": "",
    "AzureWebJobsStorage__queueServiceUri": "https://queues.example",
    "OIDC_ISSUER": "https://login.example/tenant/v2.0",
    "SMTP_URL": "smtps://mail.example",
    "DNS_RESOLVER": "10.0.0.4:53",
    "CREDENTIALS_KEY_URL": "https://kv.example/keys/credentials",
    "VENDOR_ADDRESSES": "hubspot=https://hubspot.example",
}
APP = """
import os
import azure.functions as func

app = func.FunctionApp(http_auth_level=func.AuthLevel.ANONYMOUS)

@app.route(route="origin", methods=["GET"])
def origin(req: func.HttpRequest) -> func.HttpResponse:
    return func.HttpResponse(os.environ["PUBLIC_ORIGIN"])
"""


pytestmark = pytest.mark.kills


class Runner:
    """The runner in its own process group, as a shell starts it, with what it has printed so far."""

    def __init__(self, data, app, *options, settings=None, stdin=subprocess.DEVNULL):
        command = [sys.executable, "-m", "local.run", "--data", data, "--app", app, *options]
        env = {name: value for name, value in os.environ.items() if name not in SETTINGS}
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=env | (settings or {}), text=True, stdin=stdin,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
        self.text = ""
        self._reader = threading.Thread(target=self._read)
        self._reader.start()
        self.family = {}

    def _read(self):
        for line in self.process.stdout:
            self.text += line

    def running(self):
        """Wait for the table; remembers every process of the tree."""
        wait_for(
            lambda: "Ctrl-C stops it" in self.text and "Mailbox" in self.text.rpartition("Ctrl-C")[2], self
        )
        self.family = descendants(self.process.pid)
        return self

    def url(self, name):
        return re.search(rf"{name} +(\S+)", self.text)[1].rstrip("/")

    def ended(self):
        """The exit code, once the process is gone."""
        code = self.process.wait(LIMIT)
        self._reader.join(LIMIT)
        return code

    def survivors(self):
        return {pid: name for pid, name in self.family.items() if alive(pid)}


def wait_for(condition, runner=None):
    limit = time.monotonic() + LIMIT
    while not condition():
        if time.monotonic() > limit or (runner and runner.process.poll() is not None):
            pytest.fail(f"not in time: {runner.text if runner else condition}")
        time.sleep(0.05)


def descendants(pid):
    found = {}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        found[int(child)] = Path(f"/proc/{child}/cmdline").read_text().replace("\0", " ")
        found |= descendants(int(child))
    return found


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.fixture
def app(tmp_path):
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "function_app.py").write_text(APP)
    (folder / "host.json").write_text(
        json.dumps({"version": "2.0", "extensions": {"http": {"routePrefix": ""}}})
    )
    return folder


@pytest.fixture
def start(tmp_path, app, first_port):
    runners = []

    def begin(*options, app=app, **how):
        options = ("--port", str(first_port), *options)
        runners.append(Runner(tmp_path / "data", app, *options, **how))
        return runners[-1]

    yield begin
    for runner in runners:
        if runner.process.poll() is None:
            os.killpg(runner.process.pid, signal.SIGTERM)
        runner.ended()


def a_token(person, data):
    command = [sys.executable, "-m", "local.access_token", person, "--data", data]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)


def test_where_nothing_runs_there_is_no_token(tmp_path):
    refused = a_token("Ada Lovelace", tmp_path)
    assert refused.returncode == 1
    assert "start it with `make run`" in refused.stderr


def test_the_real_app_shows_a_demo_card_and_keeps_it_over_a_restart(start, tmp_path):
    first = start(app=ROOT).running()
    card = first.url("Open this card")
    page = httpx.get(card, trust_env=False)
    assert (page.status_code, "Ada Lovelace" in page.text) == (200, True), first.text

    token = a_token("Ada Lovelace", tmp_path / "data").stdout.strip()
    answer = httpx.get(
        f"{first.url('App')}/api/v1/cards", headers={"Authorization": f"Bearer {token}"}, trust_env=False
    )
    assert (answer.status_code, card.rpartition("/")[2] in answer.text) == (200, True), answer.text

    second = start(app=ROOT)
    assert second.ended() == 1
    assert re.search(r"already runs on .* \(process \d+\)", second.text)
    assert "Traceback" not in second.text

    os.killpg(first.process.pid, signal.SIGINT)
    assert first.ended() == 0
    assert first.survivors() == {}
    assert "Traceback" not in first.text

    again = start(app=ROOT).running()
    assert again.url("Open this card") == card
    assert again.url("Identity provider") == first.url("Identity provider")
    assert httpx.get(card, trust_env=False).status_code == 200


def test_a_killed_part_is_named_with_its_last_words_and_ends_the_run(start):
    runner = start("--no-demo").running()
    [victim] = [pid for pid, command in runner.family.items() if "local.cosmos" in command]
    os.kill(victim, signal.SIGKILL)
    assert runner.ended() == 1
    assert "The Cosmos server was killed by SIGKILL" in runner.text
    assert "| ready http://localhost:" in runner.text
    assert runner.survivors() == {}


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells children of their parent's death")
def test_a_killed_runner_leaves_no_orphans(start):
    runner = start("--no-demo").running()
    assert len(runner.family) == 8
    runner.process.kill()
    wait_for(lambda: runner.survivors() == {})


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_real_parts_are_not_started_and_any_stop_leaves_nothing(start, number):
    runner = start(settings=ELSEWHERE).running()
    assert len(runner.family) == 1, runner.family
    for name in (
        "COSMOS_ENDPOINT",
        "AzureWebJobsStorage__queueServiceUri",
        "OIDC_ISSUER",
        "SMTP_URL",
        "DNS_RESOLVER",
        "CREDENTIALS_KEY_URL",
        "VENDOR_ADDRESSES",
    ):
        assert f"{name} is set: not started here" in runner.text
    assert "Open this card" not in runner.text
    origin = runner.url("App")
    assert httpx.get(f"{origin}/origin", trust_env=False).text == origin
    runner.process.send_signal(number)
    assert runner.ended() == 0
    assert runner.survivors() == {}


def test_closing_the_terminal_leaves_nothing(start):
    terminal, stdin = os.openpty()
    runner = start(settings=ELSEWHERE, stdin=stdin).running()
    os.close(stdin)
    os.close(terminal)
    assert runner.ended() == 0
    assert runner.survivors() == {}


def test_a_wrong_app_ends_the_run_with_the_reason(start, app):
    (app / "function_app.py").write_text(APP.replace("origin(req:", "origin(request:"))
    runner = start(settings=ELSEWHERE)
    assert runner.ended() == 3
    assert "refused the app" in runner.text
    assert "origin" in runner.text
    assert "Traceback" not in runner.text


def test_a_port_that_is_taken_is_not_used(start):
    first = start(settings=ELSEWHERE).running()
    taken = httpx.URL(first.url("App")).port
    assert processes.free_port(taken) != taken


def test_the_environment_wins_over_the_file_and_both_over_the_local_part(app, monkeypatch):
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    values = {
        "COSMOS_ENDPOINT": "https://file.example",
        "SMTP_URL": "smtps://file.example",
        "OIDC_ISSUER": "",
        "AzureWebJobsStorage": "UseDevelopmentStorage=true",
    }
    (app / "local.settings.json").write_text(json.dumps({"Values": values}))
    monkeypatch.setenv("COSMOS_ENDPOINT", "https://environment.example")
    assert run.given_settings(app) == {
        "COSMOS_ENDPOINT": "https://environment.example",
        "SMTP_URL": "smtps://file.example",
    }


def test_the_ports_of_new_data_can_be_chosen_and_stay(tmp_path, first_port):
    ports = run.stable_ports(tmp_path, first_port)
    assert ports.app == first_port
    assert len({*asdict(ports).values()}) == 5
    assert run.stable_ports(tmp_path) == run.stable_ports(tmp_path, first_port) == ports
    with pytest.raises(run.CannotStart, match=f"begin at port {first_port}"):
        run.stable_ports(tmp_path, first_port + 5)


def test_accounts_keep_their_issuer_or_the_run_does_not_start(tmp_path, first_port):
    ports = run.stable_ports(tmp_path, first_port)
    assert run.stable_ports(tmp_path) == ports
    with (
        socket.create_server(("127.0.0.1", ports.identity_https)),
        pytest.raises(run.CannotStart, match=f"port {ports.identity_https}"),
    ):
        run.stable_ports(tmp_path)
