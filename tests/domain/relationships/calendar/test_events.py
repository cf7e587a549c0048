"""Days of repeating events, compared with dateutil where a rule is understood, else bounded."""

import time
from datetime import date, datetime, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from domain.relationships.calendar.events import Event, Steps, days_of

FIRST, LAST = date(2024, 11, 26), date(2026, 11, 26)
DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def parts_of(rule: str) -> dict[str, list[object]]:
    """A rule as the reader of files gives it."""
    found: dict[str, list[object]] = {}
    for part in rule.split(";"):
        name, _, values = part.partition("=")
        given = values.split(",")
        if name == "UNTIL":
            found[name] = [datetime.strptime(values, "%Y%m%d").date()]  # noqa: DTZ007 - a day
        else:
            found[name] = [int(each) if each.lstrip("-").isdigit() else each for each in given]
    return found


def event(start: date, rule: str, **more) -> Event:
    return Event(uid="e", day=start, rule=parts_of(rule), **more)


weekdays = st.lists(st.sampled_from(DAYS), min_size=1, max_size=3, unique=True).map(",".join)
nth = st.builds(
    lambda n, day: f"{n}{day}", st.sampled_from(["1", "2", "3", "4", "5", "-1"]), st.sampled_from(DAYS)
)
bodies = st.one_of(
    st.just("FREQ=DAILY"),
    weekdays.map(lambda days: f"FREQ=DAILY;BYDAY={days}"),
    st.just("FREQ=WEEKLY"),
    weekdays.map(lambda days: f"FREQ=WEEKLY;BYDAY={days}"),
    st.just("FREQ=MONTHLY"),
    nth.map(lambda day: f"FREQ=MONTHLY;BYDAY={day}"),
    weekdays.map(lambda days: f"FREQ=MONTHLY;BYDAY={days}"),
    st.sampled_from(["1", "15", "31", "-1", "1,15"]).map(lambda days: f"FREQ=MONTHLY;BYMONTHDAY={days}"),
    st.builds(
        lambda day, place: f"FREQ=MONTHLY;BYDAY={day};BYSETPOS={place}",
        st.sampled_from(DAYS),
        st.sampled_from(["1", "2", "-1"]),
    ),
    st.just("FREQ=YEARLY"),
    st.builds(lambda month, day: f"FREQ=YEARLY;BYMONTH={month};BYMONTHDAY={day}",
              st.integers(1, 12), st.integers(1, 28)),
    st.builds(lambda month, day: f"FREQ=YEARLY;BYMONTH={month};BYDAY={day}", st.integers(1, 12), nth),
)  # fmt: skip
ends = st.one_of(
    st.just(""),
    st.integers(1, 60).map(lambda count: f";COUNT={count}"),
    st.dates(date(2024, 1, 1), date(2027, 1, 1)).map(lambda until: f";UNTIL={until:%Y%m%d}"),
)


@hypothesis(deadline=None, max_examples=300)
@given(st.dates(date(2022, 1, 1), date(2026, 11, 1)), bodies, st.integers(1, 4), ends)
def test_a_rule_that_is_understood_gives_the_days_that_dateutil_gives(
    start: date, body: str, interval: int, end: str
) -> None:
    rule = f"{body};INTERVAL={interval}{end}"
    found, understood = days_of(event(start, rule), FIRST, LAST, Steps())
    assert understood
    at = datetime.combine(start, datetime.min.time())
    first, last = (datetime.combine(day, datetime.min.time()) for day in (FIRST, LAST))
    others = [each.date() for each in rrulestr(rule, dtstart=at).between(first, last, inc=True)]
    # The start is an occurrence by RFC 5545, also where the rule alone would leave it out; dateutil counts it
    # only where the rule has it.
    if next(iter(rrulestr(rule, dtstart=at)), None) == at:
        assert found == others
    elif "COUNT" not in rule:
        assert set(found) - {start} == set(others) - {start}


@pytest.mark.parametrize(
    "rule",
    [
        "FREQ=SECONDLY", "FREQ=MINUTELY", "FREQ=HOURLY;INTERVAL=3", "FREQ=YEARLY;BYMONTH=13",
        "FREQ=DAILY;BYHOUR=1,2,3", "FREQ=YEARLY;BYWEEKNO=53", "FREQ=MONTHLY;BYMONTHDAY=-31",
        "FREQ=WEEKLY;INTERVAL=0", "FREQ=DAILY;COUNT=0", "FREQ=DAILY;COUNT=99999999999999999999",
        "FREQ=MONTHLY;BYDAY=9MO", "FREQ=WEEKLY;BYDAY=XX", "FREQ=MONTHLY;BYDAY=MO,TU;BYSETPOS=1",
        "FREQ=DAILY;FREQ2=DAILY", "FREQ=WEEKLY;BYDAY=1MO", "FREQ=", "FREQ=DAILY;INTERVAL=1,2",
        "FREQ=WEEKLY;INTERVAL=2;WKST=SU", "FREQ=YEARLY;BYDAY=MO",
    ],
)  # fmt: skip
def test_a_rule_that_is_not_understood_counts_once_and_takes_no_time(rule: str) -> None:
    began = time.process_time()
    assert days_of(event(LAST, rule), FIRST, LAST, Steps()) == ([LAST], False)
    assert time.process_time() - began < 1


@pytest.mark.parametrize("part", ["MONTHLY;BYDAY=2MO", "DAILY;BYDAY=MO", "MONTHLY;BYMONTHDAY=31"])
def test_a_rule_that_names_a_day_very_often_takes_no_longer(part: str) -> None:
    rule = f"FREQ={part}" + f",{part.rpartition('=')[2]}" * 50_000
    began = time.process_time()
    found, understood = days_of(event(FIRST, rule), FIRST, LAST, Steps())
    assert (understood, len(found) > 12) == (True, True)
    assert time.process_time() - began < 0.5


def test_all_events_of_a_file_share_the_days_that_are_looked_at() -> None:
    steps = Steps(1_000)
    daily = event(FIRST, "FREQ=DAILY")
    assert len(days_of(daily, FIRST, LAST, steps)[0]) == 731
    assert days_of(daily, FIRST, LAST, steps) == ([FIRST], False)
    ancient = event(date(1, 1, 1), "FREQ=DAILY;COUNT=2")
    assert days_of(ancient, FIRST, LAST, Steps()) == ([], False)


def test_days_that_are_taken_out_do_not_count() -> None:
    without = frozenset({FIRST + timedelta(days=7)})
    found, _ = days_of(event(FIRST, "FREQ=WEEKLY;COUNT=3", without=without), FIRST, LAST, Steps())
    assert found == [FIRST, FIRST + timedelta(days=14)]
