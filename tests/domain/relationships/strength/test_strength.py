"""The strength: the figures of known histories, terms that add up, one result for every order of events."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st

from domain.relationships.interactions.interaction import Entry
from domain.relationships.strength.rhythm import cooling_after, dormant_from
from domain.relationships.strength.series import end_of
from domain.relationships.strength.strength import SLACK, Since, Strength
from domain.relationships.strength.sums import WEIGHTS, NotKept, Sums
from domain.relationships.strength.terms import MOST, Settings, score_on

# A Monday of 2026.
FIRST = 7 * 1_356
WEEKS = (1, 4, 13, 26, 52, 78, 104)


def entry(day: int, kind: str, direction: str = "mutual") -> Entry:
    return Entry(FIRST + day, kind, direction)


def fresh() -> Strength:
    return Strength(owner_id="acc", contact_id="con", settings=[Since(day=FIRST, said=Settings())])


def counted(entries: list[Entry], today: int) -> Strength:
    return fresh().counted(entries, today)


HISTORIES = {
    "a lunch each month, 24 times": (
        [entry(30 * each, "meeting") for each in range(24)],
        [41, 34, 55, 58, 60, 61, 51],
        [("growing", 1), ("steady", 21), ("cooling", 110)],
    ),
    "40 mails without an answer": (
        [entry(9 * each, "mail", "out") for each in range(40)],
        [11, 16, 21, 24, 25, 9, 3],
        [("steady", 1), ("growing", 4), ("steady", 28), ("cooling", 54), ("dormant", 76)],
    ),
    "a call each week for a year": (
        [entry(7 * each, "call") for each in range(52)],
        [30, 42, 51, 54, 57, 31, 19],
        [("growing", 1), ("steady", 28), ("cooling", 55), ("dormant", 77)],
    ),
    "a fair: details exchanged, three messages": (
        [entry(0, "exchange"), *(entry(day, "message") for day in (2, 5, 12))],
        [25, 24, 16, 10, 5, 2, 1],
        [("growing", 1), ("cooling", 5), ("dormant", 28)],
    ),
    "mails, then calls, then meetings": (
        [
            *(entry(14 * each, "mail", "in" if each % 2 else "out") for each in range(6)),
            *(entry(84 + 14 * each, "call") for each in range(6)),
            *(entry(168 + 21 * each, "meeting") for each in range(9)),
        ],
        [11, 15, 41, 59, 57, 27, 16],
        [("steady", 1), ("growing", 3), ("steady", 40), ("cooling", 55), ("dormant", 74)],
    ),
    "a friend, silent for 15 months, met again": (
        [
            *(entry(20 * each, "meeting") for each in range(13)),
            *(entry(720 + 7 * each, "meeting") for each in range(6)),
        ],
        [41, 47, 53, 61, 33, 17, 57],
        [
            ("growing", 1), ("steady", 30), ("cooling", 42), ("dormant", 61), ("growing", 103),
            ("steady", 117),
        ],
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HISTORIES)
def test_a_known_history_has_its_figures_and_states(name: str) -> None:
    entries, scores, states = HISTORIES[name]
    found = counted(entries, FIRST + 7 * 120)
    points = found.weeks(FIRST + 7 * 120)
    assert [points[week - 1].score for week in WEEKS] == scores
    assert [(state, week - points[0].week + 1) for week, state in found.states] == states


entries = st.builds(
    Entry,
    st.integers(FIRST, FIRST + 400),
    st.sampled_from(sorted(WEIGHTS)),
    st.sampled_from(["in", "out", "mutual"]),
)
many = st.lists(entries, max_size=30)


def again(found: Strength, entry: Entry, left: list[Entry], today: int, what: str) -> Strength:
    """The strength after a change, counted anew where the sums do not suffice, as the use case does."""
    try:
        return found.plus(entry, today) if what == "plus" else found.minus(entry, today)
    except NotKept:
        return found.counted(left, today)


@hypothesis(deadline=None, max_examples=60)
@given(many, st.data())
def test_every_order_of_events_and_every_undo_give_the_same_bytes(kept: list[Entry], data) -> None:
    """Entries come shuffled on later and later days, mistakes among them, and the mistakes are undone."""
    mistakes = data.draw(st.lists(entries, max_size=10))
    events = data.draw(st.permutations([*kept, *mistakes]))
    today, found, there = FIRST + 400, fresh(), []
    for event in events:
        there.append(event)
        found = again(found, event, there, today, "plus")
        today += data.draw(st.integers(0, 9))
    for event in mistakes:
        there.remove(event)
        found = again(found, event, there, today, "minus")
        today += data.draw(st.integers(0, 9))
    assert found.touched(today).model_dump_json() == counted(kept, today).model_dump_json()


@hypothesis(deadline=None, max_examples=100)
@given(st.lists(entries, min_size=1, max_size=30), st.lists(st.integers(0, 5), min_size=1, max_size=5))
def test_what_is_logged_on_its_day_needs_no_other_interactions(found: list[Entry], steps) -> None:
    """Then a change is one read and one write; so is taking it back at once."""
    strength = fresh()
    for number, event in enumerate(sorted(found)):
        strength = strength.plus(event, event.day)
        if strength.sums.number <= 16:
            same = strength.plus(event, event.day)
            if same.sums.number <= 16:
                assert same.minus(event, event.day) == strength
        if number < len(found) - 1:
            later = event.day + steps[number % len(steps)]
            if later <= sorted(found)[number + 1].day:
                strength = strength.touched(later)
    last = max(event.day for event in found)
    assert strength == counted(found, last)


@hypothesis(deadline=None, max_examples=30)
@given(st.lists(entries, min_size=1, max_size=30))
def test_replaying_reproduces_each_past_point(found: list[Entry]) -> None:
    """A point of a week is the strength of its Sunday, counted from what had happened until then."""
    today = FIRST + 700
    for point in counted(found, today).weeks(today):
        until = end_of(point.week)
        known = [event for event in found if event.day <= until]
        assert counted(known, until).on(until).score.score == point.score


busy = st.builds(
    Entry,
    st.integers(FIRST + 394, FIRST + 398),
    st.sampled_from(["call", "mail"]),
    st.sampled_from(["in", "out"]),
)


@hypothesis(deadline=None, max_examples=60)
@given(st.lists(busy, min_size=14, max_size=24), st.lists(busy, min_size=1, max_size=6))
def test_what_is_taken_back_in_a_busy_week_leaves_no_trace(kept: list[Entry], mistakes: list[Entry]) -> None:
    """Also where the newest that are kept would lack one then."""
    today, found, there = FIRST + 398, fresh(), []
    for event in [*kept, *mistakes]:
        there.append(event)
        found = again(found, event, there, today, "plus")
    for event in mistakes:
        there.remove(event)
        found = again(found, event, there, today, "minus")
    assert found.model_dump_json() == counted(kept, today).model_dump_json()


corrections = st.dictionaries(
    st.sampled_from(["recency", "frequency", "reciprocity", "variety", "longevity", "overall"]),
    st.integers(-100, 100),
)


@given(many, st.integers(0, 1_500), st.integers(0, 5), corrections)
def test_the_terms_add_up_to_a_score_between_0_and_100(found, later, importance, corrected) -> None:
    sums = Sums()
    for event in found:
        sums = sums.plus(event)
    score = score_on(FIRST + 400 + later, sums, Settings(importance=importance, corrections=corrected))
    assert sum(score.terms.values()) + sum(score.corrections.values()) == score.score
    assert 0 <= score.score <= 100
    for term, points in score.terms.items():
        assert 0 <= points + score.corrections.get(term, 0) <= MOST[term]


@hypothesis(deadline=None, max_examples=60)
@given(st.lists(entries, min_size=1, max_size=30))
def test_a_silent_relationship_is_due_when_it_changes_and_not_before(found: list[Entry]) -> None:
    today = max(event.day for event in found)
    strength = counted(found, today)
    for _ in range(40):
        if strength.due is None:
            break
        before = strength.due - 8
        if before > today:
            # On the Sunday before, nothing has changed but the score, within its slack.
            now = strength.on(before)
            assert now.state == strength.state
            assert strength.score - SLACK < now.score.score <= strength.score
        assert strength.due > today
        today = strength.due
        touched = strength.touched(today)
        sunday = strength.on(today - 1)
        assert (sunday.state != strength.state) or sunday.score.score <= strength.score - SLACK
        strength = touched
    assert strength.due is None
    assert strength.state == "dormant"


def test_a_change_of_settings_leaves_the_weeks_before_as_they_were() -> None:
    events = [entry(7 * each, "call") for each in range(10)]
    found = fresh().counted(events, FIRST + 70)
    before = found.weeks(FIRST + 70)
    later = found.setting(Settings(importance=5), FIRST + 70).touched(FIRST + 140)
    assert later.weeks(FIRST + 140)[: len(before)] == before
    assert later.counted(events, FIRST + 140) == later


def test_the_rhythm_of_a_pair_decides_when_it_is_cooling_or_dormant() -> None:
    weekly = counted([entry(7 * each, "call") for each in range(20)], FIRST + 140).sums
    yearly = counted([entry(365 * each, "meeting") for each in range(3)], FIRST + 800).sums
    once = counted([entry(0, "meeting")], FIRST + 1).sums
    assert (cooling_after(weekly), dormant_from(weekly)) == (21, 180)
    assert (cooling_after(yearly), dormant_from(yearly)) == (912, 1460)
    assert (cooling_after(once), dormant_from(once)) == (75, 180)


def test_the_more_the_stronger() -> None:
    kinds = sorted(WEIGHTS, key=lambda kind: WEIGHTS[kind])
    scores = [counted([entry(0, kind)], FIRST).on(FIRST).score.score for kind in kinds]
    assert all(less < more for less, more in pairwise(scores)), scores


def test_clocks_that_differ_around_the_end_of_a_week_count_the_same() -> None:
    """A worker where it is still Sunday logs after one where it is Monday."""
    sunday, monday = entry(6, "call"), entry(7, "meeting")
    expected = counted([sunday, monday], FIRST + 7)
    assert counted([sunday, monday], FIRST + 6) == expected
    late = fresh().plus(sunday, FIRST + 6).plus(monday, FIRST + 6)
    assert late.changed(settings=expected.settings) == expected
    assert late.on(FIRST + 6).score.score == late.on(FIRST + 7).score.score
    with pytest.raises(NotKept):
        fresh().plus(monday, FIRST + 7).plus(sunday, FIRST + 6)


def test_a_point_of_a_week_never_counts_what_came_later() -> None:
    """Sums that are ahead of the points cannot fill the weeks before."""
    sums = Sums().plus(entry(0, "call")).plus(entry(21, "meeting"))
    ahead = fresh().with_sums(sums)
    for week in (1, 2, 3):
        with pytest.raises(NotKept):
            ahead.filled(ahead.first_week + week)
    assert ahead.filled(ahead.first_week) == ahead


def test_one_of_more_than_are_kept_is_taken_away_by_counting_anew() -> None:
    """The newest of seventeen makes room for one that the sums have not any more."""
    entries = [entry(0, kind) for kind in WEIGHTS] * 3
    entries = entries[:17]
    strength = fresh()
    for each in entries:
        strength = strength.plus(each, FIRST)
    with pytest.raises(NotKept):
        strength.minus(entries[0], FIRST)
    with pytest.raises(NotKept):
        strength.sums.minus(entries[-1])
    sixteen = counted(entries[:16], FIRST)
    assert sixteen.minus(entries[0], FIRST) == counted(entries[1:16], FIRST)
