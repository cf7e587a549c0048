"""Child processes of the local cloud: start, supervision, and end with their parent."""

import asyncio
import contextlib
import ctypes
import os
import secrets
import signal
import socket
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

PROJECT = Path(__file__).parents[1]
_PORTS, _DRAWS = range(20_000, 32_700), 100
READY_SECONDS = 90
STOP_SECONDS = 8
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class ChildFailed(Exception):
    """A child ended by itself or did not get ready; the message names it and shows the end of its log."""

    def __init__(self, child: "Child") -> None:
        self.child = child
        self.code = child.process.returncode
        super().__init__(f"The {child.name} {_ending(self.code)}. Its last lines:\n{child.tail()}")


@dataclass
class Child:
    """One running program. Its output goes straight to `log`; that of the run before is kept beside it."""

    name: str
    process: asyncio.subprocess.Process
    log: Path

    @property
    def pid(self) -> int:
        return self.process.pid

    async def ready(self) -> list[str]:
        """Wait for the line `ready …` in the output; return the words after it.

        Raises `ChildFailed` when the program ends first or prints nothing in time.
        """
        return await self._until(self._ready_words)

    async def listens(self, port: int) -> None:
        """Wait until a program without a `ready` line accepts connections; raises as `ready`."""
        await self._until(lambda: _accepts("127.0.0.1", port) or None)

    async def _until[T](self, look: Callable[[], T | None]) -> T:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(READY_SECONDS):
                while self.process.returncode is None:
                    if (seen := look()) is not None:
                        return seen
                    await asyncio.sleep(0.02)
        raise ChildFailed(self)

    def _ready_words(self) -> list[str] | None:
        lines = self._output().splitlines(keepends=True)
        return next((x.split()[1:] for x in lines if x.startswith("ready ") and x.endswith("\n")), None)

    def tail(self, lines: int = 12) -> str:
        """The last lines the program wrote."""
        text = self._output().strip()
        return "\n".join(f"  | {line}" for line in text.splitlines()[-lines:]) or "  | (it wrote nothing)"

    async def stop(self) -> None:
        """Ask the process group to end; end it by force after a few seconds, or at once when cancelled."""
        try:
            if self.process.returncode is None:
                self._signal(signal.SIGTERM)
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self.process.wait(), STOP_SECONDS)
        finally:
            self._signal(signal.SIGKILL)
        await self.process.wait()

    def _signal(self, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, number)

    def _output(self) -> str:
        return self.log.read_text("utf-8", errors="replace")


async def start(
    name: str, command: Sequence[str | Path], *, logs: Path, env: Mapping[str, str] | None = None
) -> Child:
    """Start a program in its own process group, so that Ctrl-C reaches only the runner.

    On Linux the kernel ends it when the thread that called this ends, also by `kill -9`.
    `env` replaces the environment; without it the program inherits ours.
    """
    logs.mkdir(parents=True, exist_ok=True)  # noqa: ASYNC240 - one local folder, at start
    log = logs / f"{name.lower().replace(' ', '-')}.log"
    if log.exists():
        log.replace(log.with_suffix(".previous.log"))
    with log.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            *command,
            cwd=PROJECT,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=file,
            stderr=asyncio.subprocess.STDOUT,
            env=env,
            start_new_session=True,
            preexec_fn=_die_with_parent(os.getpid()),
        )
    return Child(name, process, log)


async def start_ready(
    name: str, command: Sequence[str | Path], *, logs: Path, env: Mapping[str, str] | None = None
) -> tuple[Child, list[str]]:
    """Start a program and wait for its line `ready …`; it is stopped again when that does not come."""
    child = await start(name, command, logs=logs, env=env)
    try:
        return child, await child.ready()
    except BaseException:
        await child.stop()
        raise


def free_port(preferred: int = 0) -> int:
    """The preferred port when nobody listens there on `localhost`, otherwise one that is free.

    The others come from below the ports that the system gives to outgoing connections: one of those could be
    taken before its server listens. They are drawn, so that two programs that ask at once seldom meet.
    """
    # A browser tries ::1 first, where the bind below would not notice a listener.
    first = [preferred] if preferred and not _accepts("::1", preferred) else []
    drawn = (_PORTS[secrets.randbelow(len(_PORTS))] for _ in range(_DRAWS))
    for port in chain(first, drawn):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            with contextlib.suppress(OSError):
                probe.bind(("127.0.0.1", port))
                return int(probe.getsockname()[1])
    raise OSError("no free port on 127.0.0.1")


def _accepts(host: str, port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection((host, port), timeout=1):
        return True
    return False


def _die_with_parent(parent: int) -> Callable[[], None]:
    def prepare() -> None:
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:  # it died before the request was made
                os._exit(1)

    return prepare


def _ending(code: int | None) -> str:
    if code is None:
        return "did not get ready in time"
    if code < 0:
        return f"was killed by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"
