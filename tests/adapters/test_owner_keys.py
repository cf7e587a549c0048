"""Sealed texts open at their own place only, for their owner, and never again once the key is gone."""

import asyncio
import base64

import pytest

from adapters.owner_keys import KEPT_SECONDS, KeptOwnerKeys
from adapters.sealing import Sealer
from domain.base.errors import Unavailable
from domain.relationships.keys import Place, Unreadable, WrappedKeys

OLD, NEW = (base64.b64encode(letter * 32).decode() for letter in (b"o", b"n"))
PLACE = Place("note", "nte_1", 3)


class Store:
    """Wrapped keys in memory: what is tested here is what is done with them."""

    def __init__(self) -> None:
        self.stored: dict[str, WrappedKeys] = {}

    async def get(self, owner_id: str) -> WrappedKeys | None:
        await asyncio.sleep(0)
        return self.stored.get(owner_id)

    async def create(self, keys: WrappedKeys) -> bool:
        return self.stored.setdefault(keys.owner_id, keys) is keys

    async def save(self, keys: WrappedKeys) -> WrappedKeys:
        self.stored[keys.owner_id] = keys
        return keys

    async def delete(self, owner_id: str) -> None:
        self.stored.pop(owner_id, None)


def ring(store: Store, master: str = OLD, at: float = 0.0) -> KeptOwnerKeys:
    """Keys as a fresh worker has them."""
    return KeptOwnerKeys(store, Sealer(master), lambda: at)


async def test_a_text_opens_in_another_worker_under_either_stage_of_the_master_key() -> None:
    store = Store()
    sealed = (await ring(store).of("a")).seal(b"secret", PLACE)
    for master in (OLD, f"{OLD},{NEW}", f"{NEW},{OLD}"):
        assert (await ring(store, master).of("a")).unseal(sealed, PLACE) == b"secret"


@pytest.mark.parametrize(
    "place", [PLACE._replace(kind="tag"), PLACE._replace(item="nte_2"), PLACE._replace(version=4)]
)
async def test_a_text_that_was_moved_does_not_open(place) -> None:
    key = await ring(Store()).of("a")
    with pytest.raises(Unreadable):
        key.unseal(key.seal(b"secret", PLACE), place)


async def test_a_text_does_not_open_for_another_owner_even_with_the_keys_moved_along() -> None:
    store = Store()
    sealed = (await ring(store).of("a")).seal(b"secret", PLACE)
    with pytest.raises(Unreadable):
        (await ring(store).of("b")).unseal(sealed, PLACE)
    store.stored["c"] = store.stored["a"].model_copy(update={"owner_id": "c"})
    with pytest.raises(Unavailable):
        await ring(store).of("c")


@pytest.mark.parametrize("changed", ["", ".", "1.", "1.AAAA", "9.AAAA", "x.y", "1.!!"])
async def test_what_was_not_sealed_does_not_open(changed) -> None:
    with pytest.raises(Unreadable):
        (await ring(Store()).of("a")).unseal(changed, PLACE)


async def test_two_workers_that_begin_at_once_share_one_key() -> None:
    store = Store()
    one, other = await asyncio.gather(ring(store).of("a"), ring(store).of("a"))
    assert other.unseal(one.seal(b"secret", PLACE), PLACE) == b"secret"
    assert one.digest("tag") == other.digest("tag") != (await ring(store).of("b")).digest("tag")


async def test_a_forgotten_key_opens_nothing_here_at_once_and_elsewhere_within_a_minute() -> None:
    store, now = Store(), [0.0]
    here, elsewhere = (KeptOwnerKeys(store, Sealer(OLD), lambda: now[0]) for _ in range(2))
    sealed = (await here.of("a")).seal(b"secret", PLACE)
    await elsewhere.of("a")
    await here.forget("a")
    with pytest.raises(Unreadable):
        (await here.of("a")).unseal(sealed, PLACE)
    now[0] = KEPT_SECONDS
    with pytest.raises(Unreadable):
        (await elsewhere.of("a")).unseal(sealed, PLACE)


async def test_another_master_key_is_no_reason_to_make_a_new_key() -> None:
    store = Store()
    await ring(store).of("a")
    stored = store.stored["a"]
    with pytest.raises(Unavailable):
        await ring(store, NEW).of("a")
    assert store.stored["a"] == stored
