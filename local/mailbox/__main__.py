"""`python -m local.mailbox`: prints `ready SMTP_URL PAGE_URL` and runs until it is told to stop."""

import argparse
import asyncio
import signal
from datetime import UTC, datetime
from pathlib import Path

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

from local import mailbox
from local.mailbox import page
from local.mailbox.mails import Mails, read

MAILS = web.AppKey("mails", Mails)


class Receiver:
    """Handler that aiosmtpd calls for each mail."""

    def __init__(self, mails: Mails) -> None:
        self._mails = mails

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: ARG002, N802
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        self._mails.add(read(content, sorted(map(str, envelope.rcpt_tos)), datetime.now(UTC)))
        return "250 Message accepted for delivery"


async def show(request: web.Request) -> web.Response:
    html = page.render(request.app[MAILS].newest_first())
    return web.Response(text=html, content_type="text/html", headers={"Content-Security-Policy": page.POLICY})


async def as_json(request: web.Request) -> web.Response:
    return web.json_response(request.app[MAILS].newest_first())


async def clear(request: web.Request) -> web.Response:
    request.app[MAILS].clear()
    return web.Response(status=204)


async def run(mails: Mails, smtp_port: int, http_port: int) -> None:
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)

    def protocol() -> SMTP:
        return SMTP(Receiver(mails), hostname="localhost", enable_SMTPUTF8=True)

    smtp = await loop.create_server(protocol, "127.0.0.1", smtp_port)
    app = web.Application()
    app[MAILS] = mails
    app.router.add_get("/", show)
    app.router.add_get("/messages.json", as_json)
    app.router.add_delete("/messages", clear)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", http_port, shutdown_timeout=1)
    await site.start()
    smtp_address = smtp.sockets[0].getsockname()
    page_address = runner.addresses[0]
    print(f"ready smtp://127.0.0.1:{smtp_address[1]} http://localhost:{page_address[1]}", flush=True)
    await stopped.wait()
    smtp.close()
    await runner.cleanup()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.mailbox", description=mailbox.__doc__)
    parser.add_argument("--smtp-port", type=int, default=0)
    parser.add_argument("--http-port", type=int, default=0)
    parser.add_argument("--data", type=Path, help="folder to keep the mails in; without it, in memory")
    args = parser.parse_args()
    if args.data is not None:
        args.data.mkdir(parents=True, exist_ok=True)
    mails = Mails(args.data / "mails.jsonl" if args.data is not None else None)
    asyncio.run(run(mails, args.smtp_port, args.http_port))


if __name__ == "__main__":
    main()
