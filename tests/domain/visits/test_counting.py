"""The published counting rule on its corpus, and exact counts for any order of delivery."""

from collections import Counter
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.base.errors import InvalidInput
from domain.base.ids import make_id
from domain.visits import robots
from domain.visits.counting import Increment, Period, counts, fold, read_counts
from tests.domain.visits.visitors import PEOPLE, ROBOTS

CARD = make_id("crd", bytes(16))
TODAY = date(2026, 11, 22)
SAFARI = PEOPLE["Safari on an iPhone"]


@pytest.mark.parametrize("agent", PEOPLE.values(), ids=PEOPLE)
def test_a_person_is_counted(agent: str) -> None:
    assert counts("GET", {"user-agent": agent}, is_owner=False)


@pytest.mark.parametrize("agent", ROBOTS.values(), ids=ROBOTS)
def test_a_program_is_not_counted(agent: str) -> None:
    assert not counts("GET", {"user-agent": agent}, is_owner=False)


@pytest.mark.parametrize(
    "headers",
    [
        {"sec-purpose": "prefetch"},
        {"sec-purpose": "prefetch;prerender"},
        {"sec-purpose": "prefetch;anonymous-client-ip"},
        {"purpose": "prefetch"},
        {"purpose": "Preview"},
        {"x-purpose": "preview"},
        {"x-moz": "prefetch"},
    ],
    ids=str,
)
def test_what_is_fetched_ahead_is_not_counted(headers: dict[str, str]) -> None:
    assert not counts("GET", {"user-agent": SAFARI, **headers}, is_owner=False)


@pytest.mark.parametrize(
    "headers",
    [
        {"accept": "text/html", "accept-language": "sv-SE", "dnt": "1"},
        {"sec-fetch-mode": "navigate", "sec-fetch-dest": "document", "sec-fetch-site": "none"},
        {"if-none-match": '"abc"', "cache-control": "max-age=0"},
        {"referer": "https://example.com/best-bots"},
        {"sec-purpose": ""},
    ],
    ids=str,
)
def test_other_headers_change_nothing(headers: dict[str, str]) -> None:
    assert counts("GET", {"user-agent": SAFARI, **headers}, is_owner=False)


@pytest.mark.parametrize("method", ["HEAD", "OPTIONS", "POST", "PUT", "DELETE", "PROPFIND"])
def test_only_a_get_is_counted(method: str) -> None:
    assert not counts(method, {"user-agent": SAFARI}, is_owner=False)


def test_the_owner_is_not_counted() -> None:
    assert not counts("GET", {"user-agent": SAFARI}, is_owner=True)


def test_a_visitor_without_a_name_or_with_one_of_kilobytes_is_not_counted() -> None:
    assert not counts("GET", {}, is_owner=False)
    assert not counts("GET", {"user-agent": "  "}, is_owner=False)
    assert not counts("GET", {"user-agent": SAFARI + " x" * 20_000}, is_owner=False)


def test_the_corpus_is_as_large_as_documented() -> None:
    assert len(PEOPLE) >= 30
    assert len(ROBOTS) >= 60


class Memory:
    """A store that keeps its promise: all of a call or nothing, and each increment once."""

    def __init__(self) -> None:
        self.counts: dict[str, Counter] = {}
        self.ids: set[str] = set()

    def fits(self, increments) -> bool:
        return len(increments) <= 7

    async def add(self, _, month, increments) -> set[str]:
        assert self.fits(increments)
        known = self.ids & {each.id for each in increments}
        if not known:
            self.ids |= {each.id for each in increments}
            for each in increments:
                self.counts.setdefault(month, Counter()).update(each.counts)
        return known

    async def months(self, _, months):
        return {month: self.counts.get(month, {}) for month in months}


def an_increment(number: int, *counted: tuple[int, str, str], month: str = "2026-11") -> Increment:
    return Increment(f"wrk-{number}", CARD, month, Counter(counted or [(TODAY.day, "view", "")]))


@st.composite
def deliveries(draw) -> tuple[list[Increment], list[list[Increment]]]:
    """Increments of one month, and groups in which each came at least once, in any order, some repeatedly."""
    kinds = st.sampled_from([("view", ""), ("save", ""), ("click", "a"), ("click", "b")])
    counted = st.tuples(st.integers(16, 22), kinds).map(lambda drawn: (drawn[0], *drawn[1]))
    counts = draw(st.lists(st.lists(counted, min_size=1, max_size=5), min_size=1))
    made = [an_increment(number, *some) for number, some in enumerate(counts)]
    again = draw(st.lists(st.sampled_from(made)))
    order = draw(st.permutations(made + again))
    size = draw(st.integers(1, 20))
    return made, [order[at : at + size] for at in range(0, len(order), size)]


@settings(deadline=None)
@given(deliveries())
async def test_any_order_and_any_redelivery_count_the_same(given) -> None:
    made, groups = given
    store = Memory()
    for group in groups:
        await fold(group, today=TODAY, traffic=store)
    assert store.counts == {"2026-11": sum((each.counts for each in made), Counter())}


async def test_what_is_older_than_its_proof_is_dropped() -> None:
    store = Memory()
    mixed, old = an_increment(1, (14, "view", ""), (13, "view", "")), an_increment(2, (13, "save", ""))
    older = an_increment(3, (31, "view", ""), month="2026-10")
    await fold([mixed, old], today=TODAY, traffic=store)
    await fold([older], today=TODAY, traffic=store)
    assert store.ids == {mixed.id}
    assert store.counts == {"2026-11": {(14, "view", ""): 1}}


async def test_a_month_ago_is_recent_when_the_month_has_just_begun() -> None:
    store = Memory()
    await fold([an_increment(1, (24, "view", ""), (23, "view", ""))], today=date(2026, 12, 2), traffic=store)
    assert store.counts == {"2026-11": {(24, "view", ""): 1}}


def a_period(first: str, last: str) -> Period:
    return Period.model_validate({"from": first, "to": last})


async def test_every_day_of_a_period_is_there_across_months_and_leap_days() -> None:
    store = Memory()
    counted = [(22, "view", ""), (22, "save", ""), (22, "click", "k1")]
    await fold([an_increment(1, *counted)], today=TODAY, traffic=store)
    found = await read_counts(CARD, a_period("2026-11-21", "2026-12-01"), traffic=store)
    assert [day.day.isoformat() for day in found.data][::10] == ["2026-11-21", "2026-12-01"]
    assert found.data[1].model_dump() == {"day": TODAY, "views": 1, "saves": 1, "clicks": {"k1": 1}}
    assert all(day.views == day.saves == 0 and day.clicks == {} for day in found.data if day.day != TODAY)
    assert len((await read_counts(CARD, a_period("2028-01-01", "2028-12-31"), traffic=store)).data) == 366
    assert len((await read_counts(CARD, a_period("9999-12-31", "9999-12-31"), traffic=store)).data) == 1


@pytest.mark.parametrize(("first", "last"), [("2026-11-23", "2026-11-22"), ("2026-01-01", "2027-01-02")])
async def test_a_period_that_is_none_or_too_long_is_refused(first: str, last: str) -> None:
    with pytest.raises(InvalidInput, match="to:"):
        await read_counts(CARD, a_period(first, last), traffic=Memory())


@pytest.mark.parametrize(
    "day", ["", "2026-11-31", "20261122", "2026-W47-7", "1763769600", "22.11.2026", 5, None]
)
def test_a_day_is_written_in_one_way(day: object) -> None:
    with pytest.raises(ValidationError):
        a_period(day, "2026-11-22")


def test_a_verdict_is_remembered_without_the_user_agent() -> None:
    for number in range(3 * robots._MOST_JUDGED):
        assert robots.is_robot(f"curl/8.{number}")
        assert not robots.is_robot(f"{SAFARI} {number}")
    assert len(robots._judged) <= robots._MOST_JUDGED
    assert all(type(each) is int for each in robots._judged)
