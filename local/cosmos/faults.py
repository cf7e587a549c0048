"""Faults a test orders, and the record of calls it may ask for."""

import re
from dataclasses import dataclass, field
from typing import Any

from local.cosmos.errors import Refusal
from local.cosmos.wire import Call

ACTIONS = {"status", "lost_answer", "delay"}
MAX_RECORDED = 100_000


@dataclass
class Fault:
    """What to do to the next `times` calls that match; None matches everything."""

    action: str
    times: int
    method: str | None = None
    path: re.Pattern[str] | None = None
    operation: str | None = None
    status: int = 429
    substatus: int = 0
    retry_after_ms: int = 5
    delay_ms: int = 0

    def matches(self, call: Call) -> bool:
        return (
            self.times > 0
            and self.method in {None, call.method}
            and self.operation in {None, call.operation}
            and (self.path is None or self.path.search("/" + "/".join(call.segments)) is not None)
        )


@dataclass
class Faults:
    ordered: list[Fault] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)

    def order(self, rules: Any) -> None:
        """Add rules given as JSON; 400 names what is wrong."""
        try:
            self.ordered += [_fault(rule) for rule in rules]
        except (KeyError, TypeError, ValueError, AttributeError, re.error) as exc:
            raise Refusal(400, f"The fault rules are not understood: {exc!r}") from exc

    def take(self, call: Call) -> Fault | None:
        """Return the first fault that applies, used up by one."""
        for fault in self.ordered:
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
    if rule["action"] not in ACTIONS:
        raise ValueError(f"action must be one of {sorted(ACTIONS)}")
    if strange := match.keys() - {"method", "path", "operation"}:
        raise ValueError(f"unknown match {sorted(strange)}")
    return Fault(
        action=rule["action"],
        times=int(rule.get("times", 1)),
        method=match.get("method"),
        path=re.compile(match["path"]) if "path" in match else None,
        operation=match.get("operation"),
        status=int(rule.get("status", 429)),
        substatus=int(rule.get("substatus", 0)),
        retry_after_ms=int(rule.get("retryAfterMs", 5)),
        delay_ms=int(rule.get("delayMs", 0)),
    )
