"""`python -m local.functions_host`: the same rules through a real socket, and its life."""

import asyncio
import json
import os
import sys
from contextlib import asynccontextmanager

import httpx
import pytest

LIMIT = 60


@asynccontextmanager
async def started(app, settings=None):
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "local.functions_host", "--app", str(app), "--port", "0"),
        env=os.environ | (settings or {}),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
            await process.communicate()


async def ready(process):
    """The address it says it answers on."""
    async with asyncio.timeout(LIMIT):
        async for line in process.stdout:
            if line.startswith(b"ready "):
                return line.decode().removeprefix("ready ").strip()
    raise AssertionError((await process.stderr.read()).decode())


async def stopped(process):
    """Exit code, and what it printed."""
    process.terminate()
    out, err = await asyncio.wait_for(process.communicate(), LIMIT)
    return process.returncode, out.decode(), err.decode()


@pytest.fixture(scope="module")
async def served(apps):
    async with started(apps / "http") as process:
        yield await ready(process)
        code, out, err = await stopped(process)
    assert (code, out) == (0, "")
    assert "GET" not in err  # no access log


@pytest.fixture
async def client(served):
    async with httpx.AsyncClient(base_url=served) as client:
        yield client


async def raw(served, request: bytes) -> bytes:
    """Everything the host answers until it closes the connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", int(served.rpartition(":")[2]))
    writer.write(request)
    writer.write_eof()
    answer = await asyncio.wait_for(reader.read(), LIMIT)
    writer.close()
    return answer


async def test_it_answers_with_date_and_without_server(client):
    reply = await client.get("/api/Cards/ada")
    assert reply.text == "page of ada"
    assert "date" in reply.headers
    assert "server" not in reply.headers


async def test_a_chunked_body_arrives_empty(client):
    async def chunks():
        yield b"one"
        yield b"two"

    seen = (await client.post("/api/echo", content=chunks())).json()
    assert seen["headers"]["transfer-encoding"] == "chunked"
    assert seen["body"] == ""


async def test_a_large_body_arrives_whole(client):
    body = os.urandom(3_000_000)
    assert (await client.post("/api/echo", content=body)).json()["body"].encode("latin-1") == body


async def test_a_body_over_100_mb_is_refused_before_it_is_sent(served):
    head = f"POST /api/echo HTTP/1.1\r\nHost: x\r\nContent-Length: {100 * 1024 * 1024 + 1}\r\n\r\n".encode()
    assert (await raw(served, head)).startswith(b"HTTP/1.1 413 ")


async def test_a_truncated_body_never_reaches_the_function(served, client):
    request = b"POST /api/fails HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nfour"
    assert b"500" not in await raw(served, request)
    assert (await client.get("/api/echo")).status_code == 200


async def test_head_has_headers_and_no_body(served):
    answer = await raw(served, b"HEAD /api/Cards/ada HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 ")
    assert b"content-length: 11" in head
    assert body == b""


async def test_a_missing_path_and_an_exception_have_no_body(client):
    for method, path, status in (("GET", "/nothing", 404), ("POST", "/api/fails", 500)):
        reply = await client.request(method, path)
        assert (reply.status_code, reply.content) == (status, b"")


async def test_requests_run_side_by_side(client):
    replies = await asyncio.gather(*(client.get(f"/api/echo/{n}") for n in range(50)))
    assert [reply.json()["route"]["part"] for reply in replies] == [str(n) for n in range(50)]


async def test_a_wrong_app_ends_with_code_3_and_the_reason(write_app):
    app = write_app("""
import azure.functions as func
app = func.FunctionApp()
@app.route(route="x")
def show(request: func.HttpRequest) -> func.HttpResponse: ...
""")
    async with started(app) as process:
        out, err = await asyncio.wait_for(process.communicate(), LIMIT)
    assert (process.returncode, out) == (3, b"")
    assert b"\nshow: " in err
    assert b"'request'" in err


async def test_a_storage_that_is_away_ends_with_code_3_and_the_reason(apps):
    settings = {
        "AzureWebJobsStorage": "DefaultEndpointsProtocol=http;AccountName=a;AccountKey=YQ==;"
        "QueueEndpoint=http://127.0.0.1:1/a;",
        "WORK_QUEUE": "work",
        "SWEEP": "0 0 3 * * *",
    }
    async with started(apps / "jobs", settings) as process:
        _, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode == 3
    assert b"a queue does not answer: " in err
    assert b"Traceback" not in err


async def test_a_failure_is_on_stderr_with_name_and_id_and_nothing_private(apps):
    async with started(apps / "http") as process:
        async with httpx.AsyncClient(base_url=await ready(process)) as client:
            await client.post("/api/fails?token=hidden", json={"name": "private"})
        _, _, err = await stopped(process)
    assert err.count("ValueError: the reason of the failure") == 1
    assert "function fails failed, invocation " in err
    assert "hidden" not in err
    assert "private" not in err


def test_the_lock_file_names_no_registry():
    lock = json.loads(open("local/node/package-lock.json").read())  # noqa: SIM115, PTH123  one line is enough
    assert not [name for name, package in lock["packages"].items() if "resolved" in package]
    assert lock["packages"][""]["dependencies"] == {"azurite": "3.37.0", "oidc-provider": "9.13.3"}
