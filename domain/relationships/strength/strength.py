"""The strength of one owner's relationship with one contact: its sums, its weeks, its states.

It is a function of the interactions that count and of what the owner set, whatever the order in which they
came: adding, taking away and counting anew give the same bytes. A week is written once it is over, at the
next change; what lies between can be computed on any day.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Final, NamedTuple, Self

from pydantic import Field

from domain.base.model import Model
from domain.relationships.interactions.interaction import LANDMARK, Entry
from domain.relationships.strength.rhythm import (
    COMPARED,
    WEEKS_COMPARED,
    State,
    cooling_after,
    dormant_from,
    state_after,
)
from domain.relationships.strength.series import (
    Packed,
    Point,
    compared_in,
    end_of,
    packed,
    rounded,
    unpacked,
    week_of,
    weeks_in,
)
from domain.relationships.strength.sums import NotKept, Sums
from domain.relationships.strength.terms import Score, Settings, score_on

# A stored score may be this much higher than today's, so that few contacts are touched.
SLACK: Final = 15
# The owner's settings that are kept, one for each day on which they changed.
MOST_SETTINGS: Final = 200
# Far beyond the silence after which a score has faded.
_HORIZON: Final = 1_024


class Since(Model):
    """The owner's settings from a day on; the first ones also hold for the days before."""

    day: int
    said: Settings


class Now(NamedTuple):
    """The strength on a day."""

    day: int
    score: Score
    state: State


class Strength(Model):
    """Stored strength. `points` are the weeks from `first_week` on; `states` says since when each holds.

    `due` is the first day on which the state is another one, or the stored score too high.
    """

    owner_id: str
    contact_id: str
    version: int = 1
    sums: Sums = Sums()
    settings: list[Since] = Field(default=[])
    first_week: int | None = None
    points: Packed = b""
    states: list[tuple[int, State]] = Field(default=[])
    score: int = 0
    state: State = "steady"
    due: int | None = None
    etag: str | None = Field(default=None, exclude=True)

    @property
    def said(self) -> Settings:
        return self.settings[-1].said if self.settings else Settings()

    @property
    def next_week(self) -> int | None:
        """The first week that is not written yet."""
        return None if self.first_week is None else self.first_week + weeks_in(self.points)

    def weeks(self, today: int) -> list[Point]:
        """The points of all weeks that are over, also of those that are not written yet."""
        if self.first_week is None:
            return []
        return unpacked(self.filled(week_of(today)).points, self.first_week)

    def on(self, today: int) -> Now:
        return self.filled(week_of(today)).read_on(today)

    def plus(self, entry: Entry, today: int) -> Self:
        """With one interaction more."""
        week = week_of(entry.day)
        if self.next_week is not None and week < self.next_week:
            raise NotKept
        # The clock of who logged it may be a moment ahead, and so a week.
        before = self.filled(week)
        sums = before.sums.plus(entry)
        return before.with_sums(sums).touched(today)

    def minus(self, entry: Entry, today: int) -> Self:
        """As if the interaction had never been."""
        if self.next_week is None or week_of(entry.day) < self.next_week:
            raise NotKept
        return self.with_sums(self.sums.minus(entry)).touched(today)

    def setting(self, said: Settings, today: int) -> Self:
        """With other settings from today on. Weeks that are over keep theirs."""
        if self.settings and self.said == said:
            return self
        today = max([today, *(each.day for each in self.settings)])
        filled = self.filled(week_of(today))
        earlier = [each for each in filled.settings if each.day < today][-(MOST_SETTINGS - 1) :]
        return filled.changed(settings=[*earlier, Since(day=today, said=said)]).touched(today)

    def counted(self, entries: Iterable[Entry], today: int) -> Self:
        """Counted anew, from all interactions that count."""
        found = self.changed(sums=Sums(), first_week=None, points=b"", states=[])
        for entry in sorted(entries):
            found = found.filled(week_of(entry.day))
            found = found.with_sums(found.sums.plus(entry))
        return found.touched(today)

    def changed(self, **update: Any) -> Self:
        return self.model_copy(update=update)

    def with_sums(self, sums: Sums) -> Self:
        if self.points:
            return self.changed(sums=sums)
        return self.changed(sums=sums, first_week=None if sums.first is None else week_of(sums.first))

    def _said_on(self, day: int) -> Settings:
        held = [each.said for each in self.settings if each.day <= day]
        return held[-1] if held else self.settings[0].said if self.settings else Settings()

    def filled(self, until: int) -> Self:
        """With each week before this one. Refuses where a later interaction would be in an earlier point."""
        if self.next_week is None or self.next_week >= until:
            return self
        points, states = bytearray(self.points), list(self.states)
        for week in range(self.next_week, until):
            day = end_of(week)
            if self.sums.last is not None and self.sums.last > day:
                raise NotKept
            score = score_on(day, self.sums, self._said_on(day))
            state = self._state(day, score, bytes(points), states)
            points += packed(score)
            if not states or states[-1][1] != state:
                states.append((week, state))
        return self.changed(points=bytes(points), states=states)

    def _state(self, day: int, score: Score, points: bytes, states: list[tuple[int, State]]) -> State:
        terms = rounded(score)
        more = sum(terms[term] for term in COMPARED)
        index = week_of(day) - (self.first_week or 0) - WEEKS_COMPARED
        before: State = states[-1][1] if states else "steady"
        return state_after(before, self.sums, day, more - compared_in(points, index))

    def read_on(self, day: int) -> Now:
        score = score_on(day, self.sums, self._said_on(day))
        if self.sums.last is None:
            return Now(day, score, "steady")
        return Now(day, score, self._state(day, score, self.points, self.states))

    def touched(self, today: int) -> Self:
        """With the weeks that are over, the score and state of today, and the day when they are due again."""
        # The clocks of two workers may differ by a moment at midnight.
        today = max(today, self.sums.last or today)
        filled = self.filled(week_of(today))
        now = filled.read_on(today)
        return filled.changed(score=now.score.score, state=now.state, due=filled.due_after(now))

    def due_after(self, now: Now) -> int | None:
        """The Monday after the first week in which something is different, if nothing happens until then."""
        last = self.sums.last
        if last is None:
            return None
        candidates = [self._next_state(now), self._too_high(now)]
        return min((end_of(week) + 1 for week in candidates if week is not None), default=None)

    def _next_state(self, now: Now) -> int | None:
        """The first week at whose end the state is another. Only growth has to be followed week by week."""
        last, week = self.sums.last or 0, week_of(now.day)
        if now.state == "dormant":
            return None
        if now.state == "cooling":
            return max(week, week_of(last + dormant_from(self.sums)))
        following = self
        # After twelve weeks of silence there is nothing left to grow from.
        for each in range(week, week_of(last) + WEEKS_COMPARED + 2):
            following = following.filled(each + 1)
            state = following.states[-1][1]
            if state != now.state:
                return each
        return max(week, week_of(last + cooling_after(self.sums) + 1))

    def _too_high(self, now: Now) -> int | None:
        """The first week at whose end the score has lost its slack; in silence it only falls."""
        low, high = week_of(now.day), week_of(now.day) + _HORIZON
        if self._score_at(high) > now.score.score - SLACK:
            return None
        while low < high:
            middle = (low + high) // 2
            if self._score_at(middle) > now.score.score - SLACK:
                low = middle + 1
            else:
                high = middle
        return low

    def _score_at(self, week: int) -> int:
        return score_on(end_of(week), self.sums, self.said).score


def date_of(day: int) -> date:
    return LANDMARK + timedelta(days=day)
