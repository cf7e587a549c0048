"""NCRONTAB against a table of NCrontab's own answers and against brute force."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.functions_host.ncrontab import BadSchedule, Schedule

START = datetime(2026, 11, 18, 10, 20, 30, tzinfo=UTC)  # a Wednesday


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0 */5 * * * *", "2026-11-18 10:25:00"),
        ("*/5 * * * *", "2026-11-18 10:25:00"),  # five fields: second 0
        ("* * * * * *", "2026-11-18 10:20:31"),
        ("*/10 * * * * *", "2026-11-18 10:20:40"),
        ("0 0 3 * * *", "2026-11-19 03:00:00"),
        ("0 30 9 * * Mon-Fri", "2026-11-19 09:30:00"),
        ("0 30 9 * * Monday", "2026-11-23 09:30:00"),
        ("0 0 0 1 Jan *", "2027-01-01 00:00:00"),
        ("0 0 0 1 january *", "2027-01-01 00:00:00"),
        ("0 0 0 13 * Fri", "2027-08-13 00:00:00"),  # day AND weekday
        ("0 0 22-2 * * *", "2026-11-18 11:00:00"),  # swapped: 2 to 22
        ("0 0 0 * * Fri-Mon", "2026-11-19 00:00:00"),  # swapped: Monday to Friday
        ("0 0 12/5 * * *", "2026-11-18 12:00:00"),
        ("0 0 8-9,18-20/2 * * *", "2026-11-18 18:00:00"),
        ("0 0 0 29 2 *", "2028-02-29 00:00:00"),
        ("0 0 0 29 2 Sun", "2032-02-29 00:00:00"),
        ("0 0 0 31 * *", "2026-12-31 00:00:00"),
        ("0 0 0 * * 0", "2026-11-22 00:00:00"),
        ("59 59 23 31 12 *", "2026-12-31 23:59:59"),
    ],
)
def test_next_occurrence(text, expected):
    assert Schedule.parse(text).after(START) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_a_day_that_never_comes_has_no_occurrence():
    assert Schedule.parse("0 0 0 31 2 *").after(START) is None


def test_an_occurrence_is_strictly_later():
    schedule = Schedule.parse("30 20 10 * * *")
    assert schedule.after(START) == START + timedelta(days=1)
    assert schedule.after(START - timedelta(microseconds=1)) == START


@pytest.mark.parametrize(
    "text",
    [
        *("", "* * * *", "* * * * * * *", "60 * * * * *", "* 60 * * * *", "* * 24 * * *", "* * * 0 * *"),
        *("* * * 32 * *", "* * * * 13 *", "* * * * * 7", "* * * * * L", "0 0 0 ? * *", "0 0 0 L * *"),
        *("0 0 0 15W * *", "0 0 0 * * 5#2", "@daily", "00:05:00", "0 0 0 * Foo *", "0 0 -1 * * *"),
        *("0 0 1- * * *", "0 0 , * * *", "0 */x * * * *", "0 1.5 * * * *", "every day at three o'clock"),
    ],
)
def test_what_is_not_ncrontab_is_refused(text):
    with pytest.raises(BadSchedule):
        Schedule.parse(text)


def field(low, high):
    """A field as text, and the values it means."""
    number = st.integers(low, high)
    single = number.map(lambda n: (str(n), {n}))
    star = st.integers(1, 9).map(lambda s: (f"*/{s}" if s > 1 else "*", set(range(low, high + 1, s))))
    span = st.tuples(number, number, st.integers(1, 5)).map(
        lambda t: (
            f"{t[0]}-{t[1]}/{t[2]}",
            {
                n
                for n in range(low, high + 1)
                if min(t[:2]) <= n <= max(t[:2]) and (n - min(t[:2])) % t[2] == 0
            },
        )
    )
    one = st.one_of(single, star, span)
    return st.lists(one, min_size=1, max_size=3).map(
        lambda parts: (",".join(text for text, _ in parts), set().union(*(values for _, values in parts)))
    )


@settings(max_examples=60, deadline=None)
@given(
    st.tuples(field(0, 59), field(0, 23), field(1, 31), field(1, 12), field(0, 6)),
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 12, 31)),  # noqa: DTZ001  made aware below
)
def test_it_agrees_with_trying_every_minute(fields, naive):
    minutes, hours, days, months, weekdays = (values for _, values in fields)
    moment = naive.replace(tzinfo=UTC)
    found = Schedule.parse(" ".join(text for text, _ in fields)).after(moment)
    minute = moment.replace(second=0, microsecond=0) + timedelta(minutes=1)
    limit = minute + timedelta(days=20)
    while minute < limit and not (
        minute.minute in minutes
        and minute.hour in hours
        and minute.day in days
        and minute.month in months
        and (minute.weekday() + 1) % 7 in weekdays
    ):
        minute += timedelta(minutes=1)
    if minute < limit:
        assert found == minute
    else:
        assert found is None or found >= limit
