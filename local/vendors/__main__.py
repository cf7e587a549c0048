"""`python -m local.vendors`: prints `ready URL` and runs until it is told to stop."""

import argparse
import asyncio
import signal
from pathlib import Path

from aiohttp import web

from local import vendors
from local.vendors.serve import build_app


async def run(port: int, data: Path | None, *, with_data: bool) -> None:
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    runner = web.AppRunner(build_app(data, with_data=with_data), access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    print(f"ready http://localhost:{runner.addresses[0][1]}", flush=True)
    await stopped.wait()
    await runner.cleanup()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.vendors", description=vendors.__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 picks a free one")
    parser.add_argument("--data", type=Path, help="folder to keep the records in; without it, in memory")
    parser.add_argument("--with-data", action="store_true", help="fill the demo accounts on the first start")
    args = parser.parse_args()
    asyncio.run(run(args.port, args.data, with_data=args.with_data))


if __name__ == "__main__":
    main()
