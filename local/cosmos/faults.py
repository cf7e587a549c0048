"""Fault injection for tests, and the record of calls.

Each rule has an `action`, a `match` (method, path, operation; all it has must fit) and `times`:

- `status`: answer `status` (429), with `substatus` and `retryAfterMs`, and do nothing.
- `lost_answer`: do it and break the connection.
- `delay`: wait `delayMs` first; the other actions may have `delayMs`, too.
- `short_pages`: queries and feeds answer at most `rows` rows a page and a continuation; with 0, empty pages.
- `time_cap`: as if the service's five seconds were over: a query or feed answers what it has (`rows`, 0) and
  a continuation, anything else 408 and is not done.
- `throttle`: 429 once a container's RU/s are used up.

The last three concern items only, and stay on until the rules are deleted, unless they have `times`; the
others are used up once.
"""

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from local.cosmos.errors import Refusal
from local.cosmos.wire import Call, Reply, dump_json, parse_json

ONCE = {"status", "lost_answer", "delay"}
MODES = {"short_pages", "time_cap", "throttle"}
MEMBERS = {"action", "times", "match", "status", "substatus", "retryAfterMs", "delayMs", "rows"}
PAGED = {"query", "list"}
FROM_THE_START = "eyJzdGFydCI6dHJ1ZX0="  # the continuation of an empty first page
MAX_RECORDED = 100_000


@dataclass
class Fault:
    """Rule for the next `times` matching calls; None matches everything."""

    action: str
    times: float
    method: str | None = None
    path: re.Pattern[str] | None = None
    operation: str | None = None
    status: int = 429
    substatus: int = 0
    retry_after_ms: int = 5
    delay_ms: int = 0
    rows: int = 0

    def matches(self, call: Call) -> bool:
        return (
            self.times > 0
            and (self.action not in MODES or call.about_items)
            and (self.action != "short_pages" or call.operation in PAGED)
            and self.method in {None, call.method}
            and self.operation in {None, call.operation}
            and (self.path is None or self.path.search("/" + "/".join(call.segments)) is not None)
        )


@dataclass
class Faults:
    ordered: list[Fault] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)

    def order(self, rules: Any) -> None:
        """Add rules given as JSON; 400 names the fault of a malformed one."""
        try:
            self.ordered += [_fault(rule) for rule in rules]
        except (KeyError, TypeError, ValueError, AttributeError, re.error) as exc:
            raise Refusal(400, f"The fault rules are not understood: {exc!r}") from exc

    def take(self, call: Call) -> Fault | None:
        """Return the first fault that applies, used up by one."""
        return self._first(call, (fault for fault in self.ordered if fault.action != "throttle"))

    def throttles(self, call: Call) -> bool:
        """Whether the call counts against its container's RU/s."""
        return self._first(call, (fault for fault in self.ordered if fault.action == "throttle")) is not None

    @staticmethod
    def _first(call: Call, faults: Iterable[Fault]) -> Fault | None:
        for fault in faults:
            if fault.matches(call):
                fault.times -= 1
                return fault
        return None

    def record(self, call: Call, status: int, charge: float) -> None:
        if len(self.calls) < MAX_RECORDED:
            self.calls.append(
                {
                    "operation": call.operation,
                    "method": call.method,
                    "path": "/" + "/".join(call.segments),
                    "status": status,
                    "charge": charge,
                }
            )


def _fault(rule: dict[str, Any]) -> Fault:
    match = rule.get("match", {})
    action, rows, times = rule["action"], int(rule.get("rows", 0)), rule.get("times")
    if action not in ONCE | MODES:
        raise ValueError(f"action must be one of {sorted(ONCE | MODES)}")
    if strange := match.keys() - {"method", "path", "operation"}:
        raise ValueError(f"unknown match {sorted(strange)}")
    if strange := rule.keys() - MEMBERS:
        raise ValueError(f"unknown members {sorted(strange)}")
    if action in {"short_pages", "time_cap"} and rows < 1 and times is None:
        raise ValueError(f"{action} without rows needs times: a query would never end")
    return Fault(
        action=action,
        rows=rows,
        times=(math.inf if action in MODES else 1) if times is None else int(times),
        method=match.get("method"),
        path=re.compile(match["path"]) if "path" in match else None,
        operation=match.get("operation"),
        status=int(rule.get("status", 429)),
        substatus=int(rule.get("substatus", 0)),
        retry_after_ms=int(rule.get("retryAfterMs", 5)),
        delay_ms=int(rule.get("delayMs", 0)),
    )


def resumed(call: Call) -> Call:
    """The original call, when the request continues after an empty first page."""
    if call.header("x-ms-continuation") != FROM_THE_START:
        return call
    return replace(call, headers=call.headers | {"x-ms-continuation": ""})


def with_fewer_rows(call: Call, rows: int) -> Call:
    """The call with pages of at most `rows` rows, and at least one."""
    wanted = call.header("x-ms-max-item-count")
    fewer = min(int(wanted), rows) if wanted.isdigit() else rows
    return replace(call, headers=call.headers | {"x-ms-max-item-count": str(max(1, fewer))})


def without_rows(call: Call, reply: Reply) -> Reply:
    """Empty page with a continuation to the real first page."""
    body = parse_json(reply.body)
    for name, value in body.items():
        if isinstance(value, list):
            body[name] = []
    headers = {
        "x-ms-item-count": "0",
        "x-ms-continuation": call.header("x-ms-continuation") or FROM_THE_START,
    }
    return replace(reply, body=dump_json(body | {"_count": 0}), headers=reply.headers | headers)
