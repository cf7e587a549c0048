"""`make run`: the whole cloud and the app on this machine, in one process tree, until Ctrl-C.

Exit codes: 0 stopped on request, 1 a part died or could not start, 3 the functions host refused the app.
"""

import argparse
import asyncio
import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import NoReturn

import httpx

from local import demo, node_runtime, processes
from local.cloud import SETTINGS, Cloud, Part, Ports
from local.identity.sign_in import SignInFailed
from release.catalogues import compile_all

FIRST_PORT = 7071
WRONG_APP = 3
HOST = "functions host"


class CannotStart(Exception):
    """Reason why the run cannot begin, in one sentence for the person at the terminal."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m local.run", description=__doc__)
    parser.add_argument("--data", type=Path, default=processes.PROJECT / ".local", help="kept between runs")
    parser.add_argument("--app", type=Path, default=processes.PROJECT, help="folder with function_app.py")
    parser.add_argument("--port", type=int, help=f"first of five ports in a row; {FIRST_PORT} on new data")
    parser.add_argument("--no-demo", action="store_true", help="do not add demo people on the first start")
    args = parser.parse_args()
    data = args.data.resolve()
    try:
        with only_one(data):
            node_runtime.install()
            compile_all(processes.PROJECT, processes.PROJECT)
            ports = stable_ports(data, args.port)
            run = Run(data, args.app.resolve(), ports, with_demo=not args.no_demo)
            sys.exit(asyncio.run(run.until_stopped()))
    except (CannotStart, subprocess.CalledProcessError) as exc:
        say(f"\n{exc}")
        sys.exit(1)
    except KeyboardInterrupt:  # while the Node packages were installed
        say("\nStopped.")


def say(text: str) -> None:
    """Print for the person at the terminal; if the terminal is closed, stopping must go on."""
    with contextlib.suppress(OSError):
        print(text, flush=True)


@contextlib.contextmanager
def only_one(data: Path) -> Iterator[None]:
    """Hold the data folder's lock; the system frees it however this process ends."""
    data.mkdir(parents=True, exist_ok=True)
    with (data / "running").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise CannotStart(
                f"iZwop already runs on {data} (process {lock.read().strip()}): stop that run first."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield


def given_settings(app: Path) -> dict[str, str]:
    """Settings that select real parts: the environment's win over those of `local.settings.json`.

    An empty value and `UseDevelopmentStorage=true` mean the local part, as they do for Core Tools.
    """
    file = app / "local.settings.json"
    values = json.loads(file.read_text("utf-8")).get("Values", {}) if file.exists() else {}
    given = values | {name: os.environ[name] for name in SETTINGS if name in os.environ}
    return {name: value for name, value in given.items() if value not in ("", "UseDevelopmentStorage=true")}


def stable_ports(data: Path, first: int | None = None) -> Ports:
    """Ports of the last run on this data, so that bookmarks and accounts stay valid.

    On new data they are five in a row from `first` on, each replaced by a free one where it is taken.
    """
    file = data / "ports.json"
    before = Ports(**json.loads(file.read_text())) if file.exists() else None
    if before and first not in (None, before.app):
        raise CannotStart(
            f"The addresses in {data} begin at port {before.app}: leave the port out, or start anew with "
            "another --data folder."
        )
    app, page, https, http, others = range(first or FIRST_PORT, (first or FIRST_PORT) + 5)
    wanted = before or Ports(
        app=app, mailbox_page=page, identity_https=https, identity_http=http, vendors=others
    )
    ports = Ports(**{name: processes.free_port(port) for name, port in asdict(wanted).items()})
    if before and ports.identity_https != before.identity_https:
        raise CannotStart(
            f"Another program listens on port {before.identity_https}, under which the accounts in {data} "
            "signed in: stop it, or start anew with another --data folder."
        )
    file.write_text(json.dumps(asdict(ports)))
    return ports


class Run:
    """One run: the order of starting, and the events that end it."""

    def __init__(self, data: Path, app: Path, ports: Ports, *, with_demo: bool) -> None:
        self._data = data
        self._app = app
        self._ports = ports
        self._with_demo = with_demo

    async def until_stopped(self) -> int:
        """Run until a signal, or until a part dies; return the exit code. Nothing is left running."""
        loop = asyncio.get_running_loop()
        work = asyncio.ensure_future(self._work())
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # `nohup` ignores it
                loop.add_signal_handler(number, work.cancel)
        terminal = asyncio.ensure_future(closing_terminal())
        terminal.add_done_callback(lambda _: work.cancel())
        try:
            await work
        except asyncio.CancelledError:
            say("\nStopped.")
            return 0
        except processes.ChildFailed as failed:
            return report(failed)
        return 0

    async def _work(self) -> None:
        origin = f"http://localhost:{self._ports.app}"
        say("Starting the local cloud ...")
        given = given_settings(self._app)
        cloud = Cloud(self._data, public_origin=origin, given=given, ports=self._ports, say=progress)
        async with cloud:
            own = {"EXAMPLE_HANDLE": demo.EXAMPLE} if self._has_demo(given) else {}
            host = await self._start_host(self._ports.app, own | cloud.settings)
            filling = None
            try:
                card = await self._demo_card(cloud.settings, given)
                say(table(cloud.settings["PUBLIC_ORIGIN"], cloud.parts, card))
                filling = asyncio.create_task(self._fill_demo(cloud.settings, given))
                await watch([*cloud.children, host])
            finally:
                if filling is not None:
                    filling.cancel()
                    await asyncio.wait([filling])
                await host.stop()

    async def _start_host(self, port: int, settings: dict[str, str]) -> processes.Child:
        command = [sys.executable, "-m", "local.functions_host", "--app", str(self._app), "--port", str(port)]
        command += ["--data", str(self._data / "functions-host")]
        env = os.environ | settings
        host, _ = await processes.start_ready(HOST, command, logs=self._data / "logs", env=env)
        progress("Functions host is ready")
        return host

    def _has_demo(self, given: dict[str, str]) -> bool:
        """Whether there are demo people: real parts are left alone."""
        return self._with_demo and not given.keys() & {"COSMOS_ENDPOINT", "OIDC_ISSUER", "PUBLIC_ORIGIN"}

    async def _fill_demo(self, settings: dict[str, str], given: dict[str, str]) -> None:
        """Give demo people what takes longer, while everything else can be used."""
        for each in (demo.ORGANISATION, demo.RELATIONSHIPS):
            if not self._has_demo(given) or each.is_done(self._data):
                continue
            say(f"  {each.owner} gets {each.gets}.")
            try:
                await each.run(self._data, settings)
                say(f"  {each.owner} has it now.")
            except (demo.DemoFailed, SignInFailed, httpx.HTTPError) as exc:
                say(f"  That could not be done: {exc}")

    async def _demo_card(self, settings: dict[str, str], given: dict[str, str]) -> str | None:
        """The path of a demo card. The app runs without a demo, too."""
        if not self._has_demo(given):
            return None
        try:
            return await demo.first_start(self._data, settings)
        except (demo.DemoFailed, SignInFailed, httpx.HTTPError) as exc:
            say(f"  The demo cards could not be made: {exc}")
            return None


async def closing_terminal() -> None:
    """Wait for the terminal to close: the kernel signals only its first process, which may be `make`."""
    if not sys.stdin.isatty():
        await asyncio.Event().wait()
    while sys.stdin.isatty():  # noqa: ASYNC110 - a terminal has no event to wait for
        await asyncio.sleep(1)


def report(failed: processes.ChildFailed) -> int:
    """Print the part that ended the run, and the reason; return the exit code."""
    if failed.child.name == HOST and failed.code == WRONG_APP:
        say(f"\nThe functions host refused the app:\n{failed.child.tail(40)}")
        return WRONG_APP
    say(f"\n{failed}\nThe whole log: {failed.child.log}\nEverything else was stopped.")
    return 1


def progress(text: str) -> None:
    say(f"  {text}")


def table(origin: str, parts: list[Part], card: str | None) -> str:
    """Table of the parts and their addresses, for the person at the terminal."""
    rows = [("App", f"{origin}/"), ("Sign in", f"{origin}/auth/login")]
    if card is not None:
        rows.insert(0, ("Open this card", f"{origin}{card}"))
    rows.append(("API document", f"{origin}/api/v1/openapi.json"))
    rows += [(part.name, part.place) for part in parts]
    width = max(len(name) for name, _ in rows)
    lines = [f"  {name:<{width}}  {place}" for name, place in rows]
    return "\n".join(["", "iZwop runs. Ctrl-C stops it.", "", *lines, ""])


async def watch(children: list[processes.Child]) -> NoReturn:
    """Wait for a child to end by itself, which none should: raises `ChildFailed` for the first."""
    waiting = {asyncio.ensure_future(child.process.wait()): child for child in children}
    try:
        done, _ = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in waiting:
            task.cancel()
    raise processes.ChildFailed(waiting[done.pop()])


if __name__ == "__main__":
    main()
