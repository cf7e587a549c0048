"""When a webhook is sent again, and when not."""

from datetime import timedelta

import pytest

from domain.integrations.webhooks import ATTEMPTS, MOST_WAIT, Outcome, judged


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
@pytest.mark.parametrize("attempt", [1, len(ATTEMPTS)])
def test_success_is_success(status, attempt) -> None:
    assert judged(attempt, status, 60, 0.5) == Outcome("done")


@pytest.mark.parametrize("status", [None, 100, 199, 300, 301, 302, 307, 308, 400, 404, 429, 500, 503])
def test_all_else_is_tried_again(status) -> None:
    assert judged(1, status, None, 0) == Outcome("again", timedelta(seconds=5))


@pytest.mark.parametrize("attempt", [1, 5, len(ATTEMPTS)])
def test_who_is_gone_for_good_gets_no_more(attempt) -> None:
    assert judged(attempt, 410, None, 0) == Outcome("disable")


def test_ten_attempts_take_three_days() -> None:
    waits = [judged(number, 500, None, 0).wait for number in range(1, len(ATTEMPTS))]
    assert waits == list(ATTEMPTS[1:])
    assert len(ATTEMPTS) == 10
    assert timedelta(days=3) < sum(waits, timedelta()) < timedelta(days=4)
    assert judged(len(ATTEMPTS), 500, 60, 0) == Outcome("failed")


def test_chance_makes_a_wait_up_to_a_tenth_longer() -> None:
    assert judged(3, 500, None, 0).wait == timedelta(minutes=30)
    assert judged(3, 500, None, 1).wait == timedelta(minutes=33)


@pytest.mark.parametrize(
    ("attempt", "asked", "wait"),
    [
        (1, 60, timedelta(seconds=60)),
        (1, 1, timedelta(seconds=5)),
        (4, 60, timedelta(hours=2)),
        (1, 10**9, MOST_WAIT),
        (1, 0, timedelta(seconds=5)),
    ],
)
def test_a_receiver_may_ask_for_a_longer_wait_and_never_for_a_shorter(attempt, asked, wait) -> None:
    assert judged(attempt, 429, asked, 0) == Outcome("again", wait)
