"""Run the server: `python -m local.cosmos --port N --key BASE64 [--data FOLDER]`."""

import argparse
import asyncio
import signal
import sqlite3
import sys
from pathlib import Path

from aiohttp import web

from local.cosmos.server import build_app
from local.cosmos.store import Store

GIVES_WAY_SECONDS = 0.001  # after which a query's thread lets the loop answer others


async def serve(port: int, key: str, data: Path | None) -> None:
    """Listen on loopback until SIGTERM or SIGINT; print `ready URL` once it accepts clients."""
    sys.setswitchinterval(GIVES_WAY_SECONDS)
    store = Store(data)
    runner = web.AppRunner(build_app(store, key), access_log=None, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port)
    await site.start()
    stopping = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopping.set)
    print(f"ready http://localhost:{runner.addresses[0][1]}", flush=True)
    await stopping.wait()
    await runner.cleanup()
    store.close()


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m local.cosmos", description="Cosmos-compatible server on SQLite"
    )
    parser.add_argument("--port", type=int, required=True, help="0 picks a free one")
    parser.add_argument("--key", required=True, help="the master key, base64")
    parser.add_argument("--data", type=Path, help="folder of the database file; without it, memory")
    given = parser.parse_args()
    try:
        asyncio.run(serve(given.port, given.key, given.data))
    except (OSError, ValueError, sqlite3.OperationalError) as exc:
        raise SystemExit(f"local.cosmos cannot start: {exc}") from exc


if __name__ == "__main__":
    main()
