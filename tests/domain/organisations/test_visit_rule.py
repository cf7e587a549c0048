"""What an organisation is told of visits: no number of few cards or visits, and no difference that is one."""

from itertools import chain, combinations

from hypothesis import given
from hypothesis import strategies as st

from domain.organisations.visits.rule import LEAST_CARDS, LEAST_VISITS, OTHERS, Count, grouped, told

COUNTS = st.builds(Count, st.integers(0, 12), st.integers(0, 30)).map(
    lambda count: count if count.cards else Count()
)
DAYS = st.lists(st.dictionaries(st.sampled_from("abcdef"), COUNTS), max_size=12)


def test_teams_of_enough_cards_are_told_each() -> None:
    teams = {"a": Count(5, 9), "b": Count(7, 5)}
    assert grouped(teams) == teams


def test_small_teams_are_told_together() -> None:
    teams = {"a": Count(5, 9), "b": Count(3, 2), "c": Count(2, 4)}
    assert grouped(teams) == {"a": Count(5, 9), OTHERS: Count(5, 6)}


def test_the_smallest_other_team_hides_a_small_one() -> None:
    teams = {"a": Count(6, 9), "b": Count(5, 7), "c": Count(1, 4)}
    assert grouped(teams) == {"a": Count(6, 9), OTHERS: Count(6, 11)}


def test_of_few_cards_nothing_is_told_and_nothing_waits() -> None:
    assert told({"a": Count(3, 90), "b": Count(1, 4)}, {}) == ({}, {})


def test_few_visits_are_told_with_the_next_ones() -> None:
    first = told({"a": Count(5, 3)}, {})
    assert first == ({}, {"a": 3})
    assert told({"a": Count(5, 4)}, first.carried) == ({"a": 7}, {})
    assert told({"a": Count(4, 4)}, first.carried) == ({}, {"a": 3})


@given(st.dictionaries(st.sampled_from("abcdef"), COUNTS))
def test_groups_have_enough_cards_and_hold_all_or_nothing(teams: dict[str, Count]) -> None:
    groups = grouped(teams)
    assert all(count.cards >= LEAST_CARDS for count in groups.values())
    whole = sum(count.visits for count in teams.values())
    assert sum(count.visits for count in groups.values()) in (whole, 0)
    # The groups are told apart and share no card, so every difference of sums is a sum of groups.
    of_groups = list(groups.values())
    some = chain.from_iterable(combinations(of_groups, number) for number in range(1, len(of_groups) + 1))
    assert all(sum(count.cards for count in each) >= LEAST_CARDS for each in some)


@given(DAYS)
def test_over_days_no_number_is_small_and_few_visits_are_missing(days: list[dict[str, Count]]) -> None:
    carried: dict[str, int] = {}
    sums: dict[str, int] = {}
    counted: dict[str, int] = {}
    for teams in days:
        for group, count in grouped(teams).items():
            counted[group] = counted.get(group, 0) + count.visits
        numbers, carried = told(teams, carried)
        assert all(number >= LEAST_VISITS for number in numbers.values())
        assert all(0 < number < LEAST_VISITS for number in carried.values())
        for group, number in numbers.items():
            sums[group] = sums.get(group, 0) + number
    for group, number in counted.items():
        assert number == sums.get(group, 0) + carried.get(group, 0)
