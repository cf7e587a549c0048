"""A line of the bench: a ratio with its target, shown in a table and kept as JSON."""

import re
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Target:
    """Target of a line. `sign` is ">=" or "<="; `of` names a count to compare in place of the ratio."""

    sign: str
    limit: float
    of: str = ""

    def met(self, value: float) -> bool:
        return value >= self.limit if self.sign == ">=" else value <= self.limit

    def __str__(self) -> str:
        unit = re.sub("[A-Z]", lambda capital: f" {capital[0].lower()}", self.of)
        return f"{self.sign} {self.limit:g} {unit}".rstrip()


@dataclass(frozen=True)
class Line:
    """One comparison. `ours` and `reference` are for people, with units, and depend on the machine.

    `counts` holds what does not depend on the machine, such as calls and request units.
    """

    name: str
    ours: str
    reference: str
    ratio: float
    targets: tuple[Target, ...] = ()
    counts: dict[str, Any] = field(default_factory=dict)

    @property
    def passed(self) -> bool | None:
        """Whether every target is met; None when there is none."""
        if not self.targets:
            return None
        return all(target.met(self.counts[target.of] if target.of else self.ratio) for target in self.targets)

    @property
    def verdict(self) -> str:
        return {True: "pass", False: "MISS", None: "-"}[self.passed]


def median_ratio(pairs: Iterable[tuple[float, float]]) -> float:
    """The median of first / second, pair by pair, so that what slows a whole round cancels out."""
    return statistics.median(first / second for first, second in pairs)


HEADINGS = ("name", "ours", "reference", "ratio", "target", "verdict")


def table(lines: Sequence[Line]) -> str:
    """The lines under their headings, in columns."""
    rows: list[tuple[str, ...]] = [HEADINGS]
    rows += [
        (line.name, line.ours, line.reference, f"{line.ratio:.2f}", _shown(line.targets), line.verdict)
        for line in lines
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEADINGS))]
    rows.insert(1, tuple("-" * width for width in widths))
    return "\n".join(
        "  ".join(cell.rjust(width) if column == HEADINGS.index("ratio") else cell.ljust(width)
                  for column, (cell, width) in enumerate(zip(row, widths, strict=True))).rstrip()
        for row in rows
    )  # fmt: skip


def _shown(targets: Sequence[Target]) -> str:
    return ", ".join(map(str, targets)) or "-"


def as_json(lines: Sequence[Line], *, date: str, python: str) -> dict[str, Any]:
    """JSON of the values that are comparable between machines: ratios and counts, no times."""
    return {
        "date": date,
        "python": python,
        "lines": [
            {
                "name": line.name,
                "ratio": round(line.ratio, 3),
                "targets": [asdict(target) for target in line.targets],
                "passed": line.passed,
                **({"counts": line.counts} if line.counts else {}),
            }
            for line in lines
        ],
    }
