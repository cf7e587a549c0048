"""Three-way comparison of one field: the value here, the value there, and what both were when last in sync.

A vendor may store a value in a form of its own (lower case, trimmed). So what both sides showed after the
last sync is kept for each side: what equals it has not changed since, and is no echo of an own write.
"""

from datetime import datetime
from typing import Final, Literal, NamedTuple, get_args

from domain.base.model import Closed
from domain.integrations.connectors import Direction

# `fill`: only an empty field is filled. `ours`, `theirs`, `newest`: who wins where both sides changed.
# `never`: the field does not flow.
Rule = Literal["fill", "ours", "theirs", "newest", "never"]
RULES: Final[tuple[Rule, ...]] = get_args(Rule)


class Value(Closed):
    """A field of a record: its value here, and what was shown here and there after the last sync.

    `at` is when it was last changed here. None: the two sides were never compared.
    """

    ours: str = ""
    at: datetime | None = None
    base_ours: str | None = None
    base_theirs: str | None = None

    @property
    def is_changed(self) -> bool:
        """Whether it was changed here since the last sync."""
        return self.ours != (self.base_ours or "")


class Sides(NamedTuple):
    """What the other side shows now, and when its record changed."""

    theirs: str
    changed_at: datetime | None


class Outcome(NamedTuple):
    """`take` is the value to store here, `give` the one to write there; None where nothing is to be done.

    `lost` is the value that the rule gave up, and `winner` the side that it named.
    """

    take: str | None = None
    give: str | None = None
    lost: str | None = None
    winner: Literal["ours", "theirs"] | None = None


def settled(value: Value, sides: Sides, rule: Rule, direction: Direction) -> Outcome:
    """What follows for a field. When two records meet for the first time, a blank overwrites nothing."""
    theirs = sides.theirs
    if rule == "never" or value.ours == theirs:
        return Outcome()
    here, there = _changed(value, theirs)
    if not here and not there:
        return Outcome()
    if rule == "fill":
        return _bounded(_filled(value.ours, theirs), direction)
    if here and there:
        return _conflict(value, sides, rule, direction)
    return _bounded(Outcome(give=value.ours) if here else Outcome(take=theirs), direction)


def _changed(value: Value, theirs: str) -> tuple[bool, bool]:
    if value.base_theirs is None:
        return value.ours != "", theirs != ""
    return value.is_changed, theirs != value.base_theirs


def _filled(ours: str, theirs: str) -> Outcome:
    if ours and theirs:
        return Outcome()
    return Outcome(take=theirs) if theirs else Outcome(give=ours)


def _conflict(value: Value, sides: Sides, rule: Rule, direction: Direction) -> Outcome:
    """Both sides changed to different values: one wins, and what the other said is kept."""
    if direction != "both":
        # The losing side cannot be written: only a flow towards it may carry the winner.
        winner: Literal["ours", "theirs"] = "theirs" if direction == "in" else "ours"
        if rule in ("ours", "theirs") and rule != winner:
            return Outcome()
    elif rule == "newest":
        newer_there = sides.changed_at is not None and (value.at is None or sides.changed_at >= value.at)
        winner = "theirs" if newer_there else "ours"
    else:
        winner = "ours" if rule == "ours" else "theirs"
    if winner == "ours":
        return Outcome(give=value.ours, lost=sides.theirs, winner="ours")
    return Outcome(take=sides.theirs, lost=value.ours, winner="theirs")


def _bounded(outcome: Outcome, direction: Direction) -> Outcome:
    """The outcome, if the field flows that way."""
    if outcome.take is not None and direction == "out":
        return Outcome()
    if outcome.give is not None and direction == "in":
        return Outcome()
    return outcome
