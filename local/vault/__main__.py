"""`python -m local.vault`: prints `ready URL` and answers until it is told to stop."""

import argparse
import asyncio
import signal
import ssl
from pathlib import Path

from aiohttp import web

from local import vault
from local.identity import certificates
from local.vault.keys import Keys
from local.vault.server import build_app


async def run(folder: Path, token: str, *, memory: bool) -> None:
    certificate, key = certificates(folder)
    tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(certificate, key)
    keys = Keys(None if memory else folder / "keys.json")
    runner = web.AppRunner(build_app(keys, token), access_log=None, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stopped.set)
    print(f"ready https://localhost:{runner.addresses[0][1]}", flush=True)
    await stopped.wait()
    await runner.cleanup()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.vault", description=vault.__doc__)
    parser.add_argument("--folder", type=Path, required=True, help="certificate and keys")
    parser.add_argument("--token", required=True, help="the one token that it accepts")
    parser.add_argument("--memory", action="store_true", help="keep only the certificate in the folder")
    args = parser.parse_args()
    asyncio.run(run(args.folder, args.token, memory=args.memory))


if __name__ == "__main__":
    main()
