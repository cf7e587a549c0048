"""When a reminder is due: the days of a row, the end of a silence, and what done and later mean."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.relationships.reminders.reminder import (
    Every,
    Reminder,
    ReminderContent,
    morning,
    next_day,
    silence_ends,
)

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
days = st.dates(date(2020, 1, 1), date(2040, 12, 31))


def a_reminder(**content: object) -> Reminder:
    wanted = ReminderContent.model_validate({"text": "Ask about the boat", **content})
    due = morning(wanted.on) if wanted.on else silence_ends(wanted.silent_weeks, None, NOW.date(), None)
    return Reminder(
        id="rem_" + "a" * 26,
        owner_id="o",
        contact_id="c",
        content=wanted,
        due_at=due,
        created_at=NOW,
        updated_at=NOW,
    )


@given(
    first=days,
    after=days,
    number=st.integers(1, 366),
    unit=st.sampled_from(["days", "weeks", "months", "years"]),
)
def test_the_next_day_of_a_row_is_the_first_after(first: date, after: date, number: int, unit: str) -> None:
    every = Every(number=number, unit=unit)
    found = next_day(first, every, after)
    assert found > after or found == first
    # Walking the row from its beginning finds the same day.
    if (after - first).days < 4000:
        walked, steps = first, 0
        while walked <= after and steps < 5000:
            walked, steps = next_day(first, every, walked), steps + 1
        assert walked == found


@pytest.mark.parametrize(
    ("first", "number", "unit", "after", "following"),
    [
        ("2026-01-31", 1, "months", "2026-01-31", "2026-02-28"),
        ("2026-01-31", 1, "months", "2026-02-28", "2026-03-31"),
        ("2024-02-29", 1, "years", "2024-02-29", "2025-02-28"),
        ("2024-02-29", 4, "years", "2024-03-01", "2028-02-29"),
        ("2026-11-26", 2, "weeks", "2026-12-09", "2026-12-10"),
        ("2026-12-24", 1, "days", "2026-11-01", "2026-12-24"),
        ("2025-11-30", 3, "months", "2026-02-28", "2026-05-30"),
    ],
)
def test_days_of_a_row(first: str, number: int, unit: str, after: str, following: str) -> None:
    found = next_day(date.fromisoformat(first), Every(number=number, unit=unit), date.fromisoformat(after))
    assert found == date.fromisoformat(following)


def test_a_single_one_is_done_for_good_and_comes_back_as_it_was() -> None:
    reminder = a_reminder(on="2026-11-26")
    rang = reminder.model_copy(update={"due_at": None, "rang_at": NOW})
    done = rang.done(NOW, None)
    assert (rang.state, done.state, done.due_at) == ("waiting", "done", None)
    back = done.taken_back(NOW)
    assert (back.due_at, back.rang_at, back.history, back.state) == (None, NOW, [], "waiting")
    assert back.version == rang.version + 2


def test_a_repeating_one_is_due_on_its_next_day_also_when_done_before() -> None:
    every = {"number": 1, "unit": "months"}
    rang = a_reminder(on="2026-11-24", every=every).model_copy(update={"due_at": None, "rang_at": NOW})
    assert rang.done(NOW, None).due_at == morning(date(2026, 12, 24))
    early = a_reminder(on="2026-11-30", every=every)
    assert early.done(NOW, None).due_at == morning(date(2026, 12, 30))


def test_a_row_ends_with_the_calendar() -> None:
    for number, unit in ((366, "years"), (366, "months"), (366, "weeks")):
        reminder = a_reminder(on="9999-06-01", every={"number": number, "unit": unit})
        done = reminder.done(NOW, None)
        assert (done.state, done.due_at) == ("done", None)


def test_silence_counts_from_the_last_that_happened() -> None:
    made, weeks = NOW.date(), 8
    assert silence_ends(weeks, None, made, None) == morning(made + timedelta(weeks=8))
    long_ago = date(2026, 1, 1)
    assert silence_ends(weeks, long_ago, made, None) == morning(long_ago + timedelta(weeks=8))
    assert silence_ends(weeks, long_ago, made, made) == morning(made + timedelta(weeks=8))
    silent = a_reminder(silentWeeks=8).model_copy(update={"rang_at": NOW})
    assert silent.done(NOW, long_ago).due_at == morning(made + timedelta(weeks=8))


def test_snoozing_puts_it_off_until_the_morning_of_a_day() -> None:
    rang = a_reminder(on="2026-11-26").model_copy(update={"due_at": None, "rang_at": NOW})
    later = rang.snoozed(date(2026, 12, 1), NOW)
    assert (later.due_at, later.state, later.history[0].what) == (
        morning(date(2026, 12, 1)),
        "planned",
        "snoozed",
    )


def test_a_history_is_bounded() -> None:
    reminder = a_reminder(on="2026-11-26", every={"number": 1, "unit": "days"})
    for _ in range(60):
        reminder = reminder.done(NOW, None)
    assert len(reminder.history) == 50


@pytest.mark.parametrize(
    ("content", "field"),
    [
        ({}, "on"),
        ({"on": "2026-12-01", "silentWeeks": 3}, "on"),
        ({"silentWeeks": 3, "every": {"number": 1, "unit": "days"}}, "on"),
        ({"silentWeeks": 0}, "silentWeeks"),
        ({"silentWeeks": 261}, "silentWeeks"),
        ({"on": "2026-12-01", "every": {"number": 0, "unit": "days"}}, "number"),
        ({"on": "2026-12-01", "every": {"number": 1, "unit": "hours"}}, "unit"),
        ({"on": "2026-12-01", "text": " "}, "text"),
        ({"on": "2026-12-01", "text": "x" * 501}, "text"),
        ({"on": "2026-13-01"}, "on"),
    ],
)
def test_a_fault_names_its_field(content: dict, field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        ReminderContent.model_validate({"text": "Call", **content})
    assert [error["loc"][-1] for error in refused.value.errors()] == [field]
