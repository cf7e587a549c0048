"""The smoke test walks a real run of the whole product, leaves nothing there, and sees planted faults."""

import asyncio
import dataclasses
import json
import os
import subprocess
import sys
from contextlib import suppress

import httpx
import pytest

from domain.visits.counting import counts
from local import processes
from local.cloud import SETTINGS
from local.demo import CARDS
from local.functions_host.host import MASTER_KEY
from release import smoke

CARD = CARDS[0].handle
PAGES = ("/", f"/c/{CARD}", "/auth/login")


@pytest.fixture(scope="module")
async def origin(tmp_path_factory, first_port):
    """`make run` with its demo, on its own data."""
    data = tmp_path_factory.mktemp("smoke")
    # Tests that ran before may have left a host, whose settings stand in our environment.
    env = {name: value for name, value in os.environ.items() if name not in SETTINGS}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "local.run", "--data", data, "--port", str(first_port),
        cwd=processes.PROJECT, env=env, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    seen = ""
    try:
        while "Ctrl-C stops it" not in seen:
            line = (await process.stdout.readline()).decode()
            assert line, f"it did not start:\n{seen}"
            seen += line
        ports = json.loads((data / "ports.json").read_text())
        yield f"http://localhost:{ports['app']}"
    finally:
        if process.returncode is None:
            process.terminate()
            await process.communicate()


def walked(origin: str, fetch: smoke.Fetch) -> dict[str, str]:
    """Each step and its fault."""
    return dict(smoke.walk(origin, fetch, card=CARD))


async def walk(origin: str, fetch: smoke.Fetch | None = None) -> dict[str, str]:
    return await asyncio.to_thread(walked, origin, fetch or smoke.fetch_from(origin))


async def test_it_is_content_with_a_run_of_the_product(origin) -> None:
    command = [sys.executable, "-m", "release.smoke", origin, "--card", CARD, "--version", "development"]
    done = await asyncio.to_thread(
        subprocess.run, command, cwd=processes.PROJECT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stdout.endswith("All 14 steps are well.\n")


async def test_it_is_no_visit() -> None:
    assert not counts("GET", {"user-agent": smoke.USER_AGENT}, is_owner=False)


async def test_another_version_than_the_one_deployed_is_seen(origin) -> None:
    results = await asyncio.to_thread(
        lambda: dict(smoke.walk(origin, smoke.fetch_from(origin), version="0.1.0+000000000000"))
    )
    assert "does not run 0.1.0+000000000000" in " ".join(results.values())


@pytest.mark.parametrize("header", smoke._SECURITY)
@pytest.mark.parametrize("path", PAGES)
async def test_a_missing_header_is_seen_where_it_is_missing(origin, header, path) -> None:
    faults = await faults_with(origin, path, headers={header: None})
    assert faults
    assert set(faults.values()) == {f"has no {header} header"}


async def faults_with(origin, path, *, headers=None, **changes) -> dict[str, str]:
    """Faults that the smoke test finds when the answers of one path are changed on their way."""
    honest = smoke.fetch_from(origin)

    def fetch(method: str, asked: str, form: bytes | None) -> smoke.Answer:
        answer = honest(method, asked, form)
        if asked != path:
            return answer
        given = {**answer.headers, **(headers or {})}
        given = {name: value for name, value in given.items() if value is not None}
        body = changes["body"](answer.body) if "body" in changes else answer.body
        status = changes.get("status", answer.status)
        return dataclasses.replace(answer, headers=given, body=body, status=status)

    return {step: fault for step, fault in (await walk(origin, fetch)).items() if fault}


def replaced(old: bytes, new: bytes) -> dict:
    return {"body": lambda body: body.replace(old, new)}


PLANTED = {
    "a home page that fails": ("/", {"status": 500}, "answers 500, not 200"),
    "a page that any site may frame": (
        "/",
        {"headers": {"content-security-policy": "default-src 'none'"}},
        "without frame-ancestors 'none'",
    ),
    "a card that is found where none is": (f"/c/{smoke._NOBODY}", {"status": 200}, "answers 200, not 404"),
    "a vCard with other line ends": (f"/c/{CARD}.vcf", replaced(b"\r\n", b"\n"), "does not begin a vCard"),
    "a vCard sent as text": (
        f"/c/{CARD}.vcf",
        {"headers": {"content-type": "text/plain"}},
        "is text/plain, not text/vcard",
    ),
    "a vCard that leads elsewhere": (
        f"/c/{CARD}.vcf",
        replaced(b"/c/ada", b"/x/ada"),
        "does not name the card's address",
    ),
    "a code that draws nothing": (f"/c/{CARD}.qr.svg", replaced(b"<path", b"<g"), "draws nothing"),
    "a script on the card": (
        f"/c/{CARD}",
        replaced(b"</body>", b"<script>1</script></body>"),
        "has a script that its policy does not allow",
    ),
    "an API that lets strangers in": ("/api/v1/cards", {"status": 200}, "answers 200, not 401"),
    "an API with another problem": (
        "/api/v1/smoke",
        replaced(b'"not_found"', b'"internal_error"'),
        "has the code internal_error, not not_found",
    ),
    "a wrong PUBLIC_ORIGIN": (
        "/api/v1/openapi.json",
        replaced(b"http://localhost", b"https://elsewhere"),
        "PUBLIC_ORIGIN is another origin",
    ),
    "a health that is not well": (
        "/health",
        replaced(b'"status":"ok"', b'"status":"not_ok"'),
        "says that it is not well; /health/details says why",
    ),
    "a health of another shape": ("/health", {"body": lambda _: b'{"status": [1]}'}, "is not well"),
    "a health that is too deep": ("/health", {"body": lambda _: b"[" * 200_000}, "is not JSON"),
    "an API that says nothing of itself": (
        "/api/v1/openapi.json",
        {"body": lambda _: b'{"openapi": "3.1.0", "servers": [{}]}'},
        "PUBLIC_ORIGIN is another origin",
    ),
    "a sign-in that leads to another page": (
        "/my",
        {"headers": {"location": "/auth/login.example"}},
        "does not lead to /auth/login",
    ),
    "a provider that is no address": (
        "/auth/login",
        {"headers": {"location": "https://[a"}},
        "leads nowhere",
    ),
    "/my open to strangers": ("/my", {"status": 200}, "answers 200, not 303"),
    "a provider that is not asked for PKCE": (
        "/auth/login",
        {"headers": {"location": "https://login.example/authorize?response_type=code"}},
        "code_challenge_method=None",
    ),
    "a flow cookie that scripts can read": (
        "/auth/login",
        {"headers": {"set-cookie": "__Host-flow=x; Path=/; Secure; SameSite=Lax"}},
        "sets its cookie without HttpOnly",
    ),
}  # fmt: skip


@pytest.mark.parametrize("planted", PLANTED)
async def test_a_planted_fault_is_seen(origin, planted) -> None:
    path, change, sentence = PLANTED[planted]
    faults = await faults_with(origin, path, **change)
    assert len(faults) == 1, faults
    assert sentence in next(iter(faults.values()))


async def test_it_leaves_nothing_behind(origin) -> None:
    async with httpx.AsyncClient(base_url=origin, trust_env=False) as stranger:
        await walk(origin)
        key = {"x-functions-key": MASTER_KEY}
        waiting = (await stranger.get("/health/details", headers=key)).json()["waiting"]
    assert all(work["count"] == 0 for work in waiting if work["name"] != "mail"), waiting


@pytest.mark.parametrize(
    ("status", "location", "fault"),
    [
        (200, "", "answers 200, not 308"),
        (307, "https://izwop.example/", "answers 307, not 308"),
        (308, "https://izwop.example.evil.example/", "does not lead to https://izwop.example"),
        (308, "https://izwop.example/", ""),
    ],
)
def test_https_must_be_forced(status, location, fault) -> None:
    def fetch(_method: str, _path: str, _form: bytes | None) -> smoke.Answer:
        return smoke.Answer(status, {"location": location}, b"")

    faults = dict(smoke.walk("https://izwop.example", fetch))
    assert faults["GET http://…: leads to https"] == fault


def test_an_origin_without_https_is_a_fault_anywhere_but_here() -> None:
    def fetch(_method: str, _path: str, _form: bytes | None) -> smoke.Answer:
        return smoke.Answer(200, {}, b"")

    faults = dict(smoke.walk("http://izwop.example", fetch))
    assert faults["GET http://…: leads to https"] == "answers 200, not 308"
    assert "GET http://…: leads to https" not in dict(smoke.walk("http://127.0.0.1:7071", fetch))


@pytest.fixture
async def stranger(request):
    """The origin of a server that sends the head of an answer, then one text again and again."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head, body, pause = request.param
        writer.write(b"HTTP/1.1 200 OK\r\n" + head + b"\r\n")
        with suppress(ConnectionError):
            while body:
                writer.write(body)
                await writer.drain()
                await asyncio.sleep(pause)
            writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1") as server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
        server.close_clients()


@pytest.mark.parametrize(
    ("stranger", "seconds", "fault"),
    [
        ((b"", b"x" * 100_000, 0), 60, "sends more than 2000000 bytes"),
        ((b"", b"x", 0.05), 0.3, "is not done sending after 0.3 seconds"),
        ((b"Content-Length: 10\r\n", b"", 0), 60, "breaks off"),
    ],
    indirect=["stranger"],
)
async def test_what_never_ends_or_breaks_off_is_a_fault(stranger, monkeypatch, seconds, fault) -> None:
    monkeypatch.setattr(smoke, "SECONDS", seconds)
    fetch = smoke.fetch_from(stranger)
    with pytest.raises(smoke.Wrong, match=fault):
        await asyncio.to_thread(fetch, "GET", "/", None)


def test_a_server_that_is_away_is_one_sentence(capsys) -> None:
    origin = f"http://127.0.0.1:{processes.free_port()}"
    assert smoke.report(origin, smoke.walk(origin, smoke.fetch_from(origin))) == 1
    printed = capsys.readouterr().out
    assert "does not answer (ConnectionRefusedError)" in printed
    assert "11 of 11 steps failed." in printed


@pytest.mark.parametrize(
    "url",
    [
        "", "izwop.example", "https://izwop.example/c/ada", "ftp://izwop.example", "http://izwop.example",
        "https://user:password@izwop.example", "https://izwop.example?a", "https://a b",
    ],
)  # fmt: skip
def test_what_is_no_origin_is_refused_before_anything_is_fetched(url) -> None:
    command = [sys.executable, "-m", "release.smoke", url]
    done = subprocess.run(command, cwd=processes.PROJECT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "URL=https://izwop.example" in done.stderr
