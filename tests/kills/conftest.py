import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


class DyingWorker:
    """Process that forks a worker for each order; see `dying_worker.py`."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process
        self.kills = 0

    async def __call__(self, **order: object) -> str:
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        said = (await self._process.stdout.readline()).decode().strip()
        self.kills += said == "killed"
        # On a busy machine the store may be unavailable, which the work must survive as well.
        assert not said.startswith(("raised", "failed")) or "Unavailable" in said, said
        return said


@pytest.fixture(scope="module")
async def worker(cloud, host) -> AsyncIterator[DyingWorker]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.kills.dying_worker", cwd=ROOT, env=os.environ | cloud.settings,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    yield DyingWorker(process)
    process.stdin.close()
    await process.wait()


@pytest.fixture(autouse=True)
def at_once(host, monkeypatch) -> None:
    """What another process projects is seen here at once, and not some seconds later."""
    from adapters import published_cache  # noqa: PLC0415 - what the host loaded

    monkeypatch.setattr(published_cache, "FRESH_SECONDS", 0.0)
