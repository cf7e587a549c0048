"""Timer triggers: wait for the next occurrence, run, remember. A timer never overlaps itself."""

import asyncio
import contextlib
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from local.functions_host.ncrontab import Schedule
from local.functions_host.settings import resolve
from local.functions_host.worker import Datum, Function, Invocation

log = logging.getLogger("functions_host")

Run = Callable[[Function, Datum, Mapping[str, Datum]], Awaitable[Invocation]]


class TimerStatus:
    """Last and next occurrence of each monitored timer, in `timers.json` of the data folder.

    In Azure this is a blob, so that a run missed while the host was down is made up once.
    """

    def __init__(self, data_dir: Path | None) -> None:
        self._path = data_dir / "timers.json" if data_dir else None
        self._all: dict[str, dict[str, str]] = {}
        if self._path and self._path.is_file():
            with contextlib.suppress(ValueError):  # a torn file only costs a made-up run
                self._all = json.loads(self._path.read_text())

    def read(self, name: str) -> dict[str, str]:
        return self._all.get(name, {})

    def write(self, name: str, status: Mapping[str, str]) -> None:
        self._all[name] = dict(status)
        if self._path:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            part = self._path.with_suffix(".part")
            part.write_text(json.dumps(self._all, indent=1))
            part.replace(self._path)


class TimerListener:
    """One timer function on its schedule."""

    def __init__(
        self, function: Function, settings: Mapping[str, str], status: TimerStatus, run: Run
    ) -> None:
        self._function = function
        self._schedule = Schedule.parse(resolve(str(function.trigger["schedule"]), settings))
        monitored = function.trigger.get("useMonitor")
        self._monitored = monitored is not False and not self._schedule.more_than_once_a_minute
        self._status = status
        self._run = run
        self._running = asyncio.Lock()
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        self._task = asyncio.create_task(self._listen())

    async def stop(self, grace: float) -> None:
        """End the schedule; a running function has `grace` seconds to end by itself."""
        if self._task is None:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace), self._running:
                pass
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)
        self._task = None

    async def run_once(self, *, past_due: bool) -> bool:
        """Run now, after a run under way has ended; whether it succeeded. A failure is not retried."""
        async with self._running:
            value: dict[str, Any] = {"Schedule": {"AdjustForDST": True}, "IsPastDue": past_due}
            if self._monitored:
                value["ScheduleStatus"] = self._status.read(self._function.name) or None
            done = await self._run(self._function, Datum(json.dumps(value), "json"), {})
            return done.failure is None

    async def _listen(self) -> None:
        now = datetime.now(UTC)
        if self._missed(now):
            await self._occur(now, past_due=True)
        elif self._function.trigger.get("runOnStartup"):
            await self._occur(now, past_due=False)
        while (due := self._schedule.after(datetime.now(UTC))) is not None:
            # Short naps: the wall clock may jump, and a laptop may sleep.
            while (left := (due - datetime.now(UTC)).total_seconds()) > 0:  # noqa: ASYNC110  a clock sends no event
                await asyncio.sleep(min(left, 60))
            await self._occur(due, past_due=False)
        log.warning("timer %s has no further occurrence", self._function.name)

    async def _occur(self, due: datetime, *, past_due: bool) -> None:
        await self.run_once(past_due=past_due)
        self._remember(due)

    def _missed(self, now: datetime) -> bool:
        if not self._monitored:
            return False
        status = self._status.read(self._function.name)
        if not status:
            self._remember(now)
            return False
        # Recomputed, not the recorded Next: the schedule may have changed since.
        following = self._schedule.after(datetime.fromisoformat(status["Last"]))
        return following is not None and now > following

    def _remember(self, last: datetime) -> None:
        if self._monitored:
            following = self._schedule.after(max(last, datetime.now(UTC)))
            self._status.write(
                self._function.name,
                {
                    "Last": last.isoformat(),
                    "Next": following.isoformat() if following else "",
                    "LastUpdated": datetime.now(UTC).isoformat(),
                },
            )
