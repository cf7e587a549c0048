"""Batches hold exactly the counted visits, fit a queue message, and split no card."""

import base64
import json
from collections import Counter
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.base.ids import make_id
from domain.visits.batches import MOST_VISITS, VisitBatch, batches
from domain.visits.counting import Visit
from domain.visits.messages import NumberedVisit, NumberedVisits, read_message
from domain.visits.pace import MOST_OF_A_QUIET_CARD, Pace

PART = f"{make_id('wrk', bytes(16))}-17"
DAY = date(2026, 11, 26)
# Azure's limit of a message, in base64.
MOST_BYTES = 64 * 1024


def a_visit(card: int = 1, **given: object) -> Visit:
    values = {"subject_id": make_id("crd", card.to_bytes(16)), "kind": "view", "day": DAY} | given
    return Visit.model_validate(values)


visits = st.builds(
    a_visit,
    card=st.integers(1, 4),
    kind=st.sampled_from(["view", "save", "click"]),
    day=st.dates(date(2026, 10, 30), date(2026, 11, 2)),
    link=st.sampled_from([None, "a", "0b1c"]),
)


@settings(deadline=None)
@given(st.dictionaries(visits, st.integers(1, 500), min_size=1))
def test_a_message_says_what_was_noted(noted) -> None:
    found: Counter = Counter()
    for batch in batches(PART, noted):
        for each in read_message(batch.model_dump_json().encode()):
            assert each.id == PART
            for (day, kind, link), number in each.counts.items():
                found[each.subject_id, each.month, day, kind, link] += number
    expected: Counter = Counter()
    for visit, number in noted.items():
        key = (visit.subject_id, f"{visit.day:%Y-%m}", visit.day.day, visit.kind, visit.link or "")
        expected[key] += number
    assert found == expected


@pytest.mark.parametrize(
    "noted",
    [
        [a_visit(card) for card in range(MOST_VISITS)],
        [a_visit(1, kind="click", link=f"{link:032}") for link in range(MOST_VISITS)],
        [a_visit(link % 3, kind="click", link=f"{link:032}") for link in range(MOST_VISITS)],
    ],
    ids=["as many cards", "as many links of one card", "links of three cards"],
)
def test_every_message_of_a_full_part_fits_its_queue_and_splits_no_card(noted) -> None:
    made = list(batches(PART, dict.fromkeys(noted, MOST_VISITS)))
    assert 1 <= len(made) <= 3
    for batch in made:
        assert len(base64.b64encode(batch.model_dump_json().encode())) <= MOST_BYTES
    cards = [card.subject_id for batch in made for card in batch.cards]
    assert len(cards) == len(set(cards)) == len({visit.subject_id for visit in noted})


def test_thousands_of_visits_of_few_cards_are_a_small_message() -> None:
    [batch] = batches(PART, {a_visit(card): 60 for card in range(50)})
    assert len(batch.model_dump_json()) < 6000


def test_nothing_makes_no_message() -> None:
    assert list(batches(PART, {})) == []


def test_a_message_of_the_release_before_is_read() -> None:
    """Written as it was then, by hand: messages wait for up to seven days."""
    card, event = make_id("crd", bytes(16)), make_id("evt", bytes(16))
    visit = {"event_id": event, "subject_id": card, "kind": "click", "day": "2026-11-26", "link": "abc"}
    [found] = read_message(json.dumps({"version": 1, "visits": [visit]}).encode())
    assert (found.id, found.subject_id, found.month) == (event, card, "2026-11")
    assert found.counts == {(26, "click", "abc"): 1}


CARD = {"subject_id": make_id("crd", bytes(16)), "month": "2026-11", "counts": [[26, "view", None, 3]]}
OLD = {**a_visit().model_dump(mode="json"), "event_id": make_id("evt", bytes(16))}


@pytest.mark.parametrize(
    "wrong",
    [
        {"ip": "192.0.2.7"},
        {"subject_id": "crd_../../x"},
        {"month": "2026-13"},
        {"counts": [[26, "look", None, 3]]},
        {"counts": [[0, "view", None, 3]]},
        {"counts": [[26, "view", None, 0]]},
        {"counts": [[26, "view", None, -3]]},
        {"counts": [[26, "click", "https://example.com/", 3]]},
        {"counts": [[26, "view", None, 3, "192.0.2.7"]]},
        {"counts": []},
    ],
    ids=str,
)
def test_a_batch_holds_nothing_but_what_is_counted(wrong) -> None:
    assert VisitBatch.model_validate({"version": 2, "id": PART, "cards": [CARD]})
    with pytest.raises(ValidationError):
        VisitBatch.model_validate({"version": 2, "id": PART, "cards": [CARD | wrong]})


@pytest.mark.parametrize(
    "wrong",
    [
        {"ip": "192.0.2.7"},
        {"event_id": "month"},
        {"link": "https://example.com/"},
        {"day": "1763769600"},
    ],
    ids=str,
)
def test_neither_does_a_message_of_the_release_before(wrong) -> None:
    assert NumberedVisits(visits=[NumberedVisit.model_validate(OLD)])
    with pytest.raises(ValidationError):
        read_message(json.dumps({"version": 1, "visits": [OLD | wrong]}).encode())


@pytest.mark.parametrize("body", [b"", b"{}", b"null", b'{"version": 3, "visits": []}', b'{"version": 2}'])
def test_what_is_no_message_is_refused(body) -> None:
    with pytest.raises(ValidationError):
        read_message(body)


def test_a_card_is_busy_from_its_eleventh_visit_within_a_second_until_a_second_without() -> None:
    pace = Pace()
    first = [pace.is_busy("a", 5.0) for _ in range(MOST_OF_A_QUIET_CARD + 1)]
    assert first == [False] * MOST_OF_A_QUIET_CARD + [True]
    assert not pace.is_busy("b", 5.5), "each card by itself"
    assert pace.is_busy("a", 6.9)
    assert not pace.is_busy("a", 8.0)


def test_a_card_visited_now_and_then_is_never_busy() -> None:
    pace = Pace()
    assert not any(pace.is_busy("a", second / 5) for second in range(500))


def test_nothing_is_kept_of_cards_that_nobody_visits_any_more() -> None:
    pace = Pace()
    for card in range(1000):
        pace.is_busy(str(card), card / 10)
    assert len(pace._now) + len(pace._before) <= 20
