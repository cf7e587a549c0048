"""Two clients of others, which know SCIM and not us, go through the service over loopback."""

import asyncio
import contextlib
import itertools
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.scim.directories import a_token

_BIN = Path(sys.executable).parent


class _Quiet(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Any:
        yield


@pytest.fixture
async def address(host) -> AsyncIterator[str]:
    server = _Quiet(uvicorn.Config(host.asgi, host="127.0.0.1", port=0, log_level="error", lifespan="off"))
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - it has no event for that
        await asyncio.sleep(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/scim/v2"
    server.should_exit = True
    await serving


async def run(*command: str, **environment: str) -> tuple[int, str]:
    program = await asyncio.create_subprocess_exec(
        _BIN / command[0],
        *command[1:],
        env={"PATH": str(_BIN), "NO_COLOR": "1", **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await program.communicate()
    return program.returncode or 0, said.decode()


@pytest.fixture
async def token(signed_in) -> str:
    ada = await signed_in()
    return await a_token(ada, await an_organisation(ada))


async def test_scim2_finds_no_fault(address, token) -> None:
    code, said = await run("scim2", "-u", address, "test", SCIM_CLI_HEADERS=f"Authorization: Bearer {token}")
    assert code == 0, said


async def test_scim_sanity_finds_no_other_fault(address, token) -> None:
    """It wants 200 after PATCH, where RFC 7644 §3.5.2 allows 204 and Microsoft Entra asks for it; and that
    people are in groups who do not exist, whom we refuse by name.
    """
    _, said = await run("scim-sanity", "probe", address, "--token", token, "--i-accept-side-effects")
    assert "total" in said, said
    lines = said.splitlines()
    faults = [
        f"{line.strip()}: {why.strip()}"
        for line, why in itertools.pairwise(lines)
        if "[FAIL]" in line and not re.search("Expected (HTTP )?200,? got 204", why)
    ]
    assert faults == ["[FAIL] PATCH /Groups/{id} add member: Expected 200, got 400"], said
