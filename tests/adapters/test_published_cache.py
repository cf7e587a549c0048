"""The cache of published cards: nothing taken from the public is shown again, and the most used stay."""

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from adapters import published_cache
from adapters.published_cache import PublishedCache
from domain.base.errors import NotFound, Unavailable
from domain.cards.card import PublishedCard
from domain.cards.content import CardContent

AT = datetime(2026, 11, 26, tzinfo=UTC)


def a_card(handle: str, version: int = 1, *, live: bool = True) -> PublishedCard:
    content = CardContent(name="Ada") if live else None
    return PublishedCard(
        handle=handle, card_id="crd_a", version=version, content=content, published_at=AT if live else None
    )


class Store:
    """Cards by handle. A read waits while it is not `open`, and fails while it is `down`."""

    def __init__(self) -> None:
        self.cards: dict[str, PublishedCard] = {}
        self.open = asyncio.Event()
        self.open.set()
        self.down = False
        self.reads = 0

    async def get(self, handle: str) -> PublishedCard | None:
        self.reads += 1
        await self.open.wait()
        if self.down:
            raise Unavailable
        return self.cards.get(handle)

    async def project(self, card: PublishedCard, *, first: bool) -> None:  # noqa: ARG002 - the port's
        self.cards[card.handle] = card


@dataclass
class Made:
    size: int


@pytest.fixture
async def store() -> Store:
    return Store()


@pytest.fixture
def cache(store, monkeypatch) -> PublishedCache:
    monkeypatch.setattr(published_cache, "FRESH_SECONDS", 0.0)
    return PublishedCache(store)


async def test_a_card_that_goes_while_the_store_goes_away_is_not_shown_from_memory(store, cache) -> None:
    await cache.project(a_card("ada"), first=True)
    await cache.take("ada")
    store.open.clear()
    reading = asyncio.create_task(cache.take("ada"))
    await asyncio.sleep(0)
    await cache.project(a_card("ada", 2, live=False), first=False)
    store.down = True
    store.open.set()
    with pytest.raises(Unavailable):
        await reading


async def test_all_who_read_a_card_at_once_share_what_is_derived_from_it(store, cache) -> None:
    await cache.project(a_card("ada"), first=True)
    store.open.clear()
    reading = asyncio.gather(*(cache.take("ada") for _ in range(3)))
    await asyncio.sleep(0)
    # As from the store: equal, and each an object of its own.
    store.cards["ada"] = a_card("ada")
    store.open.set()
    first, *others = await reading
    assert store.reads == 3
    assert all(other is first for other in others)


async def test_a_card_that_is_read_while_it_goes_is_not_kept(store, cache) -> None:
    await cache.project(a_card("ada"), first=True)
    store.open.clear()
    reading = asyncio.create_task(cache.take("ada"))
    await asyncio.sleep(0)
    before = store.cards["ada"]
    await cache.project(a_card("ada", 2, live=False), first=False)
    store.cards["ada"] = before  # as the read found it
    store.open.set()
    assert (await reading).card == before
    store.down = True
    with pytest.raises(Unavailable):
        await cache.take("ada")


async def test_a_card_that_is_read_again_stays_before_those_that_are_not(store, cache, monkeypatch) -> None:
    monkeypatch.setattr(published_cache, "MOST_CARDS", 2)
    for handle in ("ada", "bob", "eve"):
        store.cards[handle] = a_card(handle)
    await cache.take("ada")
    await cache.take("bob")
    await cache.take("ada")  # unchanged
    store.cards["bob"] = a_card("bob", 2)
    await cache.take("bob")  # changed
    await cache.take("ada")
    await cache.take("eve")
    store.down = True
    await cache.take("ada")
    with pytest.raises(Unavailable):
        await cache.take("bob")


async def test_a_name_that_stands_for_nothing_takes_no_room(store, cache, monkeypatch) -> None:
    monkeypatch.setattr(published_cache, "MOST_CARDS", 1)
    await cache.project(a_card("ada"), first=True)
    await cache.take("ada")
    with pytest.raises(NotFound):
        await cache.take("nobody")
    store.down = True
    await cache.take("ada")


async def test_the_least_recently_used_cards_lose_their_derived_data_over_the_limit(
    store, cache, monkeypatch
) -> None:
    monkeypatch.setattr(published_cache, "MOST_DERIVED_BYTES", 100)

    async def derive(handle: str, size: int) -> None:
        (await cache.take(handle)).derived = Made(size)
        cache.add_derived(size)

    for handle, size in {"ada": 20, "bob": 30, "eve": 30}.items():
        store.cards[handle] = a_card(handle)
        await derive(handle, size)
    await cache.take("ada")
    await derive("eve", 55)
    assert {handle for handle, cached in cache._cards.items() if cached.derived} == {"ada", "eve"}
    store.down = True
    assert (await cache.take("bob")).card == store.cards["bob"]


async def test_derived_data_of_cards_that_left_the_cache_does_not_count(store, cache, monkeypatch) -> None:
    monkeypatch.setattr(published_cache, "MOST_DERIVED_BYTES", 100)
    for version in range(1, 11):
        await cache.project(a_card("ada", version), first=version == 1)
        (await cache.take("ada")).derived = Made(60)
        cache.add_derived(60)
        assert (await cache.take("ada")).derived == Made(60)
