"""The demo person's relationships: filled once, also when a run was cut off, and something of each kind."""

from datetime import UTC, datetime

import pytest

import wiring
import wiring.relationships
import wiring.relationships.strength
from domain.relationships.contacts import Filter
from functions.framework.clock import new_id
from local.demo_relationships import _RHYTHMS, fill

pytestmark = pytest.mark.usefixtures("wired")


@pytest.fixture
async def wired(cloud, monkeypatch):
    for name, value in cloud.settings.items():
        monkeypatch.setenv(name, value)
    yield
    await wiring.close()


async def kinds_of(owner: str) -> dict[str, int]:
    items, found = wiring.relationships.contacts()._items, {}
    for each in await items.query("SELECT c.kind FROM c", owner):
        found[each["kind"]] = found.get(each["kind"], 0) + 1
    return found


async def test_a_book_is_filled_once_however_often_it_is_tried() -> None:
    owner, today = new_id("acc"), datetime.now(UTC).date()
    await fill(owner, today, size=60, close=4)
    first = await kinds_of(owner)
    assert (first["contact"], first["note"], first["reminder"]) == (60, 4, 4)
    assert first["interaction"] > 40
    await fill(owner, today, size=60, close=4)
    assert await kinds_of(owner) == first
    named, _ = await wiring.relationships.contacts().by_name(owner, Filter(), 50, None)
    assert any(contact.content.met for contact in named)
    assert any(contact.content.tags for contact in named)


async def test_the_book_has_somebody_in_each_state_before_any_timer_has_run() -> None:
    owner, today = new_id("acc"), datetime.now(UTC).date()
    await fill(owner, today, size=60, close=len(_RHYTHMS))
    store = wiring.relationships.strength.interactions()
    for state in ("cooling", "dormant", "steady"):
        assert (await store.in_state(owner, state, 10))[0], state
    assert await store.due(owner, today, 10) == []


async def test_the_same_book_each_time() -> None:
    from local.demo_book import book  # noqa: PLC0415

    assert [entry.content for entry in book(50)] == [entry.content for entry in book(50)]
