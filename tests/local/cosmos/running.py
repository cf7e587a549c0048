"""Server in a separate process, and clients of the real SDK."""

import base64
import os
import signal
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any

import aiohttp
from azure.core.pipeline.transport import AioHttpTransport
from azure.cosmos.aio import CosmosClient

KEY = base64.b64encode(b"a key made up for tests".ljust(64, b".")).decode()
ROOT = Path(__file__).resolve().parents[3]


class Server:
    """A running server; `doors` are its `/_local` paths."""

    def __init__(self, data: Path | None = None) -> None:
        command = [sys.executable, "-m", "local.cosmos", "--port", "0", "--key", KEY]
        if data:
            command += ["--data", str(data)]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT, text=True)
        assert self.process.stdout
        line = self.process.stdout.readline()
        assert line.startswith("ready "), line
        self.url = line.split()[1]

    def stop(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        assert self.process.stdout
        self.process.stdout.close()
        return self.process.wait(10)

    async def door(self, method: str, what: str, body: Any = None) -> Any:
        async with (
            aiohttp.ClientSession() as session,
            session.request(
                method, f"{self.url}/_local/{what}", json=body, headers={"x-local-key": KEY}
            ) as answer,
        ):
            assert answer.status < 300, await answer.text()
            return await answer.json() if answer.status == 200 else None

    async def calls(self) -> list[dict[str, Any]]:
        return await self.door("GET", "calls")


def aio_client(url: str, key: str = KEY, **options: Any) -> CosmosClient:
    return CosmosClient(url, key, transport=AioHttpTransport(use_env_settings=False), **options)


def fresh(prefix: str) -> str:
    return f"{prefix}-{uuid.UUID(bytes=os.urandom(16)).hex[:12]}"
