"""A reminder on a contact: on a day, on a day and then again and again, or after so many weeks of silence.

Only its owner ever reads it. `version` is its ETag in HTTP. It is planned until it rings, and then waits for
its owner, who does it or puts it off.
"""

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final, Literal, Self

from pydantic import Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from domain.base.fields import Text
from domain.base.model import Closed, Model

Unit = Literal["days", "weeks", "months", "years"]
State = Literal["planned", "waiting", "done"]
# Early in the day in Europe: reminders are of a day, and people's clocks are not known.
MORNING: Final = time(5, tzinfo=UTC)
MOST_WEEKS = 260
# Acts that a reminder remembers, newest first.
MOST_HISTORY: Final = 50
_MONTHS_OF_A_YEAR: Final = 12


class Every(Closed):
    """How often a reminder comes again."""

    number: Annotated[int, Field(strict=True, ge=1, le=366)]
    unit: Unit


class ReminderContent(Closed):
    """What the owner is reminded of, and when: by `on`, with `every` again and again, or by `silentWeeks`."""

    text: Annotated[Text, Field(max_length=500)]
    silent_weeks: Annotated[int, Field(strict=True, ge=1, le=MOST_WEEKS)] | None = None
    every: Every | None = None
    on: date | None = Field(default=None, validate_default=True)

    @field_validator("on")
    @classmethod
    def _is_due_somehow(cls, on: date | None, info: ValidationInfo) -> date | None:
        silent, every = info.data.get("silent_weeks"), info.data.get("every")
        if on is None and every is not None:
            raise PydanticCustomError("missing", "is needed: the day of the first time")
        if on is None and silent is None and "silent_weeks" in info.data:
            raise PydanticCustomError("missing", "is needed, or a number of silent weeks")
        if on is not None and silent is not None:
            raise PydanticCustomError("two_ways", "cannot be given together with silent weeks")
        return on


class Act(Model):
    """What the owner did about a reminder that rang, or before."""

    at: datetime
    what: Literal["done", "snoozed"]


class Earlier(Model):
    """When a reminder was due before the last act, which can be taken back."""

    due_at: datetime | None
    rang_at: datetime | None
    counted_from: date | None


class Reminder(Model):
    """Stored reminder. `etag` is the store's, for the next write.

    It rings at `due_at`, and waits since `rang_at`. One about silence is looked at again at `due_at` while it
    waits: an interaction ends the silence. `counted_from` is the day of its last act: silence counts anew.
    A `deleted` one can come back before `until`; without `until` it is erased, and its content is empty.
    Of an `unreadable` one the text is damaged: it says nothing, and stays stored so.
    """

    id: str
    owner_id: str
    contact_id: str
    content: ReminderContent
    version: int = 1
    due_at: datetime | None
    rang_at: datetime | None = None
    counted_from: date | None = None
    history: list[Act] = Field(default=[])
    earlier: Earlier | None = None
    deleted: bool = False
    until: datetime | None = None
    key: str | None = None
    created_at: datetime
    updated_at: datetime
    unreadable: bool = Field(default=False, exclude=True)
    etag: str | None = Field(default=None, exclude=True)

    @property
    def state(self) -> State:
        if self.rang_at is not None:
            return "waiting"
        return "done" if self.due_at is None else "planned"

    def changed(self, at: datetime, **update: object) -> Self:
        return self.model_copy(update={"version": self.version + 1, "updated_at": at, **update})

    def can_come_back(self, now: datetime) -> bool:
        return self.until is not None and now < self.until

    def done(self, now: datetime, last: date | None) -> Self:
        """Done for this time: for good, until its next day, or until the next silence."""
        return self._acted("done", now, self._next(now, last))

    def snoozed(self, until: date, now: datetime) -> Self:
        return self._acted("snoozed", now, morning(until))

    def taken_back(self, now: datetime) -> Self:
        """As it was before its last act; only called where there is one."""
        earlier = self.earlier
        if earlier is None:
            return self
        return self.changed(
            now,
            due_at=earlier.due_at,
            rang_at=earlier.rang_at,
            counted_from=earlier.counted_from,
            history=self.history[1:],
            earlier=None,
        )

    def _acted(self, what: Literal["done", "snoozed"], now: datetime, due_at: datetime | None) -> Self:
        return self.changed(
            now,
            due_at=due_at,
            rang_at=None,
            counted_from=now.date() if self.content.silent_weeks else None,
            history=[Act(at=now, what=what), *self.history][:MOST_HISTORY],
            earlier=Earlier(due_at=self.due_at, rang_at=self.rang_at, counted_from=self.counted_from),
        )

    def _next(self, now: datetime, last: date | None) -> datetime | None:
        content = self.content
        if content.silent_weeks:
            return silence_ends(content.silent_weeks, last, now.date(), now.date())
        if content.on is None or content.every is None:
            return None
        # One that is done before its day is done for that day.
        planned = self.due_at.date() if self.due_at and self.rang_at is None else None
        after = max(filter(None, (now.date(), planned)))
        try:
            return morning(next_day(content.on, content.every, after))
        except (OverflowError, ValueError):
            return None  # the calendar ends


def morning(on: date) -> datetime:
    return datetime.combine(on, MORNING)


def silence_ends(weeks: int, last: date | None, made_on: date, counted_from: date | None) -> datetime:
    """When somebody has been silent for so many weeks, counted from the last that happened."""
    since = max(filter(None, (last or made_on, counted_from)))
    return morning(since + timedelta(weeks=weeks))


def silence_broken(rang_at: datetime | None, last: date | None) -> bool:
    """Whether the silence that rang has ended since."""
    return rang_at is not None and last is not None and last >= rang_at.date()


def next_day(first: date, every: Every, after: date) -> date:
    """The first day of the row that lies after another day. In short months it is their last day."""
    if after < first:
        return first
    if every.unit in ("days", "weeks"):
        step = every.number * (7 if every.unit == "weeks" else 1)
        return first + timedelta(days=((after - first).days // step + 1) * step)
    step = every.number * (_MONTHS_OF_A_YEAR if every.unit == "years" else 1)
    passed = (after.year - first.year) * _MONTHS_OF_A_YEAR + after.month - first.month
    times = passed // step
    found = _months_later(first, times * step)
    return found if found > after else _months_later(first, (times + 1) * step)


def _months_later(first: date, months: int) -> date:
    year, month = divmod(first.year * _MONTHS_OF_A_YEAR + first.month - 1 + months, _MONTHS_OF_A_YEAR)
    following = date(year + (month + 1) // _MONTHS_OF_A_YEAR, (month + 1) % _MONTHS_OF_A_YEAR + 1, 1)
    return date(year, month + 1, min(first.day, (following - timedelta(days=1)).day))
