"""Limits of an account: exact at their edge, shared by workers, and told with a time to try again."""

import asyncio
import re
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import wiring
import wiring.accounts
import wiring.cards
from adapters import rate_limiter
from adapters.cosmos.rate_windows import CosmosRateWindows
from adapters.rate_limiter import RateLimiter, step
from domain.accounts import profiles
from domain.base import limits
from domain.base.limits import CHANGES, HANDLES, IMAGES, RATES, Rate, TooManyRequests
from domain.cards import create
from domain.images import image
from domain.relationships.interactions.interaction import MOST_INTERACTIONS
from domain.relationships.reminders.reminders import MOST_OF_A_CONTACT
from domain.relationships.tags import MOST_LABELS
from tests.forms import fields_at, send
from tests.functions.cards.test_api_cards import CONTENT, a_card, a_profile, handle

AT = datetime(2026, 11, 26, 12, 0, 20, tzinfo=UTC)
RATE = Rate("tests", most=40, seconds=60)
DOCUMENTS = "/docs"


@pytest.fixture
def worker(host):
    """Make a worker's limiter; all of one test share their windows."""
    secret = secrets.token_bytes(32)
    return lambda: RateLimiter(CosmosRateWindows(wiring.database()), secret)


async def taken(limiter: RateLimiter, times: int, *, at: datetime = AT, who: str = "acc_ada") -> int:
    """Number of allowed requests among concurrent ones."""
    asked = (limiter.take(RATE, who, at) for _ in range(times))
    return list(await asyncio.gather(*asked, return_exceptions=True)).count(None)


async def test_the_last_is_let_through_and_the_next_is_told_when(worker) -> None:
    one = worker()
    assert await taken(one, RATE.most) == RATE.most
    with pytest.raises(TooManyRequests) as refused:
        await one.take(RATE, "acc_ada", AT)
    assert refused.value.retry_after == 40
    assert await taken(one, 1, who="acc_bob") == 1
    assert await taken(one, 50, at=AT + timedelta(seconds=40)) == RATE.most, "the next window"


async def test_32_at_once_do_not_overshoot(worker) -> None:
    one = worker()
    assert await taken(one, RATE.most - 5) == RATE.most - 5
    assert await taken(one, 32) == 5


async def test_workers_share_a_window_and_overshoot_by_a_twentieth_each(worker) -> None:
    workers = [worker() for _ in range(4)]
    for one in workers:
        await taken(one, step(RATE))
    let_through = 4 * step(RATE) + sum([await taken(one, RATE.most) for one in workers])
    assert RATE.most <= let_through <= RATE.most + len(workers) * step(RATE)
    assert await taken(worker(), RATE.most) <= step(RATE)


async def test_who_stays_far_below_a_limit_costs_no_call(worker, order, caplog) -> None:
    await order({"match": {"path": "/colls/work"}, "action": "status", "status": 503, "times": 100})
    assert await taken(worker(), step(RATE) - 1) == step(RATE) - 1
    assert "limits_not_shared" not in caplog.text


async def test_without_the_store_a_worker_is_open_up_to_what_it_counted(worker, order, caplog) -> None:
    await order({"match": {"path": "/colls/work"}, "action": "status", "status": 503, "times": 1000})
    one = worker()
    for _ in range(2):
        assert await taken(one, step(RATE)) == step(RATE)
    assert "limits_not_shared" in caplog.text
    one._remembered[next(iter(one._remembered))].told = RATE.most
    assert await taken(one, 1) == 0


async def test_what_is_stored_says_nothing_about_anybody_and_ends(worker, cloud) -> None:
    one = worker()
    await taken(one, step(RATE), who="acc_somebody")
    [key] = one._remembered
    stored = await wiring.accounts.store()._items._database.container("work")
    found = await stored.read_item("window", partition_key=f"rate:{key}")
    assert "somebody" not in str(found)
    assert found["count"] == step(RATE)
    assert found["ttl"] == 40 + 60


async def test_windows_that_are_over_are_not_remembered(worker, monkeypatch) -> None:
    monkeypatch.setattr(rate_limiter, "MOST_REMEMBERED", 3)
    one = worker()
    for number in range(10):
        await one.take(RATE, f"acc_{number}", AT + timedelta(minutes=number))
        assert len(one._remembered) <= 3


@pytest.fixture
def full(monkeypatch):
    """Exhaust one rate of the app's limiter."""

    def fill(rate: Rate) -> None:
        async def take(self, asked: Rate, subject: str, now: datetime) -> None:
            if asked is rate:
                raise TooManyRequests(90)

        monkeypatch.setattr(RateLimiter, "take", take)

    return fill


async def test_programs_are_told_with_a_problem_and_people_on_a_page(signed_in, full) -> None:
    ada = await signed_in()
    card = (await a_card(ada)).json()
    path = f"/my/cards/{card['id']}"
    fields = {**await fields_at(ada, path), "title": "What I wrote"}
    full(CHANGES)
    body = {"profileId": card["profileId"], "content": CONTENT}
    answer = await ada.api("PUT", f"cards/{card['id']}", json=body, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_requests")
    assert answer.headers["retry-after"] == "90"
    page = await send(ada, path, fields)
    assert (page.status_code, page.headers["retry-after"]) == (429, "90")
    assert "Please try again in 2 minutes." in page.text
    assert "What I wrote" in page.text
    assert (await ada.api("GET", f"cards/{card['id']}")).status_code == 200, "reading is not counted"


async def test_handles_and_images_have_rates_of_their_own(signed_in, full) -> None:
    ada = await signed_in()
    card = (await a_card(ada)).json()
    full(HANDLES)
    again = {"If-Match": '"1"'}
    new = {"profileId": card["profileId"], "handle": handle(), "content": CONTENT}
    for answer in (
        await ada.api("POST", "cards", json=new),
        await ada.api("POST", f"cards/{card['id']}/copies", json={}),
        await ada.api("PUT", f"cards/{card['id']}/handle", json={"handle": handle()}, headers=again),
        await send(
            ada, f"/my/cards/{card['id']}/duplicate", {"csrf": ada.csrf, "profileId": card["profileId"]}
        ),
    ):
        assert answer.status_code == 429, answer.text
    full(IMAGES)
    assert (await ada.api("POST", "images", json={"purpose": "photo"})).status_code == 429


async def test_the_app_counts_changes_by_account(signed_in) -> None:
    ada, bob = await signed_in(), await signed_in()
    profile = await a_profile(ada)
    account = (await ada.api("GET", "account")).json()["id"]
    limiter, now = wiring.accounts.limiter(), datetime.now(UTC)
    start = int(now.timestamp()) // CHANGES.seconds * CHANGES.seconds
    for window in (start, start + CHANGES.seconds):
        key = limiter._key(CHANGES, account, window)
        limiter._begin(key, window + CHANGES.seconds, window).told = CHANGES.most
    new = {"profileId": profile, "handle": handle(), "content": CONTENT}
    assert (await ada.api("POST", "cards", json=new)).status_code == 429
    assert (await a_card(bob)).status_code == 201


async def test_an_account_has_no_more_than_it_may(signed_in, monkeypatch) -> None:
    ada = await signed_in()
    profile = await a_profile(ada)
    for module, name, path, body in (
        (create, "MOST_CARDS", "cards", lambda: {"profileId": profile, "content": CONTENT}),
        (profiles, "MOST_PROFILES", "profiles", lambda: {"name": "One more"}),
        (image, "MOST_WAITING_IMAGES", "images", lambda: {"purpose": "photo"}),
    ):
        monkeypatch.setattr(module, name, 3)
        key = {"Idempotency-Key": secrets.token_hex()}
        first = await ada.api("POST", path, json=body(), headers=key)
        answers = [await ada.api("POST", path, json=body()) for _ in range(4)]
        assert [answer.status_code for answer in answers].count(409) >= 2, path
        assert answers[-1].json()["code"] == "limit_reached"
        assert "3" in answers[-1].json()["detail"]
        assert (await ada.api("POST", path, json=body(), headers=key)).json()["id"] == first.json()["id"]


async def test_a_page_says_what_there_is_too_much_of(signed_in, monkeypatch) -> None:
    ada = await signed_in()
    card = (await a_card(ada)).json()
    monkeypatch.setattr(create, "MOST_CARDS", 1)
    copy = {"csrf": ada.csrf, "profileId": card["profileId"], "key": secrets.token_hex()}
    page = await send(ada, f"/my/cards/{card['id']}/duplicate", copy)
    assert page.status_code == 409
    assert "An account may have 1 cards. Delete one that you do not need." in page.text


def test_the_page_of_limits_says_the_numbers() -> None:
    text = Path("docs/limits.md").read_text("utf-8")
    amounts = re.findall(r"^\| ([a-z ]+?) \| (\d+) \| 409", text, re.MULTILINE)
    assert [int(number) for _, number in amounts] == [
        limits.MOST_CARDS,
        limits.MOST_PROFILES,
        limits.MOST_CONTACTS,
        limits.MOST_ASKED,
        limits.MOST_COMPANIES,
        MOST_LABELS,
        limits.MOST_NOTES,
        MOST_INTERACTIONS,
        limits.MOST_REMINDERS,
        MOST_OF_A_CONTACT,
        limits.MOST_WAITING_IMAGES,
        limits.MOST_PEOPLE,
        limits.MOST_INVITATIONS,
        limits.MOST_DOMAINS,
        limits.MOST_TEAMS,
        limits.MOST_TEMPLATES,
        limits.MOST_PROPOSALS,
        limits.MOST_DIRECTORY_TOKENS,
        limits.MOST_SOURCES,
        limits.MOST_CHANGE_REQUESTS,
    ]
    rates = re.findall(r"^\| `(\w+)` \(.*?\) \| (\d+) \| (\d+) seconds", text, re.MULTILINE)
    assert rates == [(rate.name, str(rate.most), str(rate.seconds)) for rate in RATES]
