"""Faults that tests and people order, and the record of calls.

Each rule has an `action`, a `match` (vendor, account, method, path; all it has must fit), `times` and `skip`,
the number of matching calls that pass before it begins.

Used up by one call each:

- `status`: answer `status` (429), with `retryAfter` seconds if given, and do nothing.
- `after_commit`: do it, and answer `status` (500) as if it had not been done.
- `lost_answer`: do it, and break the connection.
- `truncated`: do it, and break the connection in the middle of the answer.
- `delay`: wait `seconds`, then do it. `drip`: do it, and send the answer in pieces over `seconds`.
- `token_expired`: refuse the token as one whose time is over.

In force until the rules are deleted:

- `search_lag`: what changed less than `seconds` ago is not found by a search.
- `refuse_record`: a record whose `field` has `value` is refused with `message`.
- `duplicate_webhooks`, `reorder_webhooks`, `lose_webhooks`: what the names say.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from math import inf
from typing import Any

ONCE = {"status", "after_commit", "lost_answer", "truncated", "delay", "drip", "token_expired"}
MODES = {"search_lag", "refuse_record", "duplicate_webhooks", "reorder_webhooks", "lose_webhooks"}
_STATUS = {"after_commit": 500, "token_expired": 401}
_MAX_RECORDED = 100_000


class WrongRule(Exception):
    """A rule that is not understood; the message says why."""


@dataclass
class Fault:
    """One rule. None matches everything."""

    action: str
    vendor: str | None = None
    account: str | None = None
    method: str | None = None
    path: re.Pattern[str] | None = None
    times: float = 1
    skip: int = 0
    status: int = 429
    retry_after: float | None = None
    seconds: float = 1.0
    field: str = ""
    value: Any = None
    message: str = "This value was not accepted."

    def is_about(self, vendor: str, account: str | None) -> bool:
        return self.times > 0 and self.vendor in {None, vendor} and self.account in {None, account}


@dataclass
class Faults:
    ordered: list[Fault] = field(default_factory=list)
    calls: list[dict[str, Any]] = field(default_factory=list)

    def order(self, rules: Iterable[Mapping[str, Any]]) -> None:
        """Add rules given as JSON."""
        try:
            self.ordered += [_fault(dict(rule)) for rule in rules]
        except (KeyError, TypeError, ValueError, AttributeError, re.error) as exc:
            raise WrongRule(f"The rules are not understood: {exc!r}") from exc

    def take(self, vendor: str, account: str | None, method: str, path: str) -> Fault | None:
        """The first fault for this call, used up by one."""
        for fault in self.ordered:
            if (
                fault.action in ONCE
                and fault.is_about(vendor, account)
                and fault.method in {None, method}
                and (fault.path is None or fault.path.search(path))
            ):
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                return fault
        return None

    def mode(self, action: str, vendor: str, account: str | None) -> Fault | None:
        """The rule of this kind that is in force."""
        rules = (each for each in self.ordered if each.action == action and each.is_about(vendor, account))
        return next(rules, None)

    def refused(self, vendor: str, account: str, values: Mapping[str, Any]) -> Fault | None:
        """The rule by which a record with these values is refused."""
        return next(
            (
                each
                for each in self.ordered
                if each.action == "refuse_record"
                and each.is_about(vendor, account)
                and each.field in values
                and values[each.field] == each.value
            ),
            None,
        )

    def record(self, call: dict[str, Any]) -> None:
        if len(self.calls) < _MAX_RECORDED:
            self.calls.append(call)


def _fault(rule: dict[str, Any]) -> Fault:
    action = rule.pop("action")
    if action not in ONCE | MODES:
        raise ValueError(f"there is no action {action!r}")
    match = dict(rule.pop("match", {}))
    if wrong := match.keys() - {"vendor", "account", "method", "path"}:
        raise ValueError(f"a match has no {sorted(wrong)}")
    if "path" in match:
        match["path"] = re.compile(match["path"])
    if "retryAfter" in rule:
        rule["retry_after"] = float(rule.pop("retryAfter"))
    defaults = {"status": _STATUS.get(action, 429), "times": inf if action in MODES else 1}
    return Fault(action, **(defaults | match | rule))
