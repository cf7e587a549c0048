"""`python -m local.functions_host --app DIR --port N [--data FOLDER]`: the host behind uvicorn."""

import argparse
import asyncio
import logging
import os
import signal
import socket
import sys
from pathlib import Path

import uvicorn
import uvloop

from local.functions_host.host import MASTER_KEY, FunctionsHost
from local.functions_host.queues import LEASE_SECONDS
from local.functions_host.refused import RefusedApp

REFUSED = 3


class _Server(uvicorn.Server):
    """Server that prints a line once it answers."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            port = self.servers[0].sockets[0].getsockname()[1]
            print(f"ready http://localhost:{port}", flush=True)


async def serve(app: Path, port: int, data: Path | None, lease: float) -> int:
    """Serve until a signal. Returns the exit code: 0, or 3 when the app was refused or did not start."""
    try:
        host = await FunctionsHost.load(app, dict(os.environ), data_dir=data, lease=lease)
    except RefusedApp as exc:
        print(f"Azure would refuse this app:\n{exc}", file=sys.stderr)
        return REFUSED
    if any(f.trigger.get("authLevel", "").lower() not in ("", "anonymous") for f in host.functions.values()):
        print(f"functions with a key: send x-functions-key: {MASTER_KEY}", flush=True)
    server = _Server(
        uvicorn.Config(
            host.asgi,
            host="127.0.0.1",
            port=port,
            loop="uvloop",
            http="httptools",
            ws="none",
            lifespan="on",
            access_log=False,
            server_header=False,
            log_config=None,
            proxy_headers=False,
            timeout_graceful_shutdown=5,
        )
    )
    for stopping in (signal.SIGINT, signal.SIGTERM):
        signal.signal(stopping, lambda *_: None)  # uvicorn raises them again once it has stopped
    await server.serve()
    return 0 if server.started else REFUSED


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m local.functions_host")
    parser.add_argument("--app", type=Path, required=True, help="folder of function_app.py and host.json")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--data", type=Path, help="folder that keeps the timers' last runs")
    parser.add_argument(
        "--lease", type=float, default=LEASE_SECONDS, help="seconds a queue message stays hidden"
    )
    arguments = parser.parse_args()
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    for noisy in ("azure", "uvicorn"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    # The worker logs every failure without the function's name; the host logs it with.
    logging.getLogger("azure.functions").addFilter(lambda record: record.msg != "Native invocation failed")
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(serve(arguments.app, arguments.port, arguments.data, arguments.lease))


if __name__ == "__main__":
    sys.exit(main())
