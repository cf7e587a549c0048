"""The index is made small and is built anew, whoever dies meanwhile; what was written is always found."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

import pytest

import wiring.operations
import wiring.relationships
import wiring.relationships.search
from tests.functions.privacy.test_copy import account_of
from tests.functions.relationships.search.test_search import found
from tests.functions.relationships.test_contacts import a_contact, change, delete
from tests.stored import everything

AT = datetime(2026, 11, 26, 12, tzinfo=UTC)


@pytest.fixture
def search(host):
    """The modules that the host loaded."""
    from domain.relationships.search import building, head, upkeep  # noqa: PLC0415

    return {"building": building, "head": head, "upkeep": upkeep}


async def head_of(owner: str):
    return await wiring.relationships.search.heads().get(owner)


async def snapshots_of(owner: str) -> list[str]:
    return await wiring.relationships.search.stores().snapshots.names(owner)


def forget_opened() -> None:
    """As in a new worker."""
    wiring.relationships.search.shelf.cache_clear()


async def compact(search, owner: str, ports=None, at: datetime = AT) -> None:
    await search["upkeep"].compact(owner, at, ports=ports or wiring.relationships.search.ports())


async def test_fifty_changes_become_one_snapshot(host, signed_in) -> None:
    ada = await signed_in()
    owner = await account_of(ada)
    contact = await a_contact(ada, "Ann 0")
    assert await found(ada, "ann") == ["Ann 0"]
    for number in range(1, 50):
        contact = (await change(ada, contact, name=f"Ann {number}")).json()
    assert len((await head_of(owner)).deltas) == 50
    await host.drain_queue("orders")
    head = await head_of(owner)
    assert (head.deltas, head.base, head.sequence, head.snapshot is not None) == ([], 50, 50, True)
    assert await snapshots_of(owner) == [head.snapshot]
    for _ in range(2):
        assert await found(ada, "ann") == ["Ann 49"]
        assert await found(ada, "48") == []
        forget_opened()
    assert not [name for name in await everything() if "order-search" in name[1] and owner in name[1]]


async def test_contacts_from_before_the_search_are_found_at_once(search, signed_in) -> None:
    ada = await signed_in()
    owner = await account_of(ada)
    for name in ("Ann", "Bob"):
        await a_contact(ada, name)
    await wiring.relationships.contacts()._items.delete("search-head", owner)
    forget_opened()
    assert await found(ada, "bob") == ["Bob"]
    await a_contact(ada, "Bobby")
    assert await found(ada, "bob") == ["Bob", "Bobby"]


async def test_a_lost_or_foreign_snapshot_is_built_anew(search, signed_in) -> None:
    ada = await signed_in()
    owner, stores = await account_of(ada), wiring.relationships.search.stores()
    for name in ("Ann", "Bob"):
        await a_contact(ada, name)
    await compact(search, owner)
    first = await head_of(owner)
    old = await stores.snapshots.get(owner, first.snapshot)
    await a_contact(ada, "Bobby")
    await compact(search, owner)
    second = await head_of(owner)
    for content in (
        None,
        b"",
        b"nonsense" * 100,
        old,
        (await stores.snapshots.get(owner, second.snapshot))[:-1],
    ):
        head = await head_of(owner)
        await stores.snapshots.delete(owner, head.snapshot)
        if content is not None:
            await stores.snapshots.put(owner, head.snapshot, content)
        forget_opened()
        assert await found(ada, "bob") == ["Bob", "Bobby"], content and content[:20]
        assert (await head_of(owner)).epoch != head.epoch


async def test_a_large_index_is_built_as_long_work_and_the_search_says_so(
    host, search, signed_in, monkeypatch
) -> None:
    monkeypatch.setattr(search["upkeep"], "_MOST_AT_ONCE", 2)
    monkeypatch.setattr(search["building"], "_PAGE", 2)
    ada = await signed_in()
    owner = await account_of(ada)
    made = [await a_contact(ada, f"Ann {number}", archived=number == 4) for number in range(5)]
    await wiring.relationships.contacts()._items.delete("search-head", owner)
    forget_opened()
    for _ in range(3):
        answer = await ada.api("POST", "contact-searches", json={"text": "ann"})
        assert (answer.status_code, answer.json()["code"]) == (503, "search_not_ready")
        assert answer.headers["retry-after"] == "5"
    page = await ada.http.post("/my/contact-search", data={"csrf": ada.csrf, "q": "ann"})
    assert "Your contacts are being prepared for the search." in page.text
    works = await wiring.operations.works().of_kind(owner, search["building"].BUILD)
    assert len(works) == 1
    await change(ada, made[0], name="Anna")
    await host.drain_queue("work")
    assert await found(ada, "ann") == ["Ann 1", "Ann 2", "Ann 3", "Anna"]
    assert await found(ada, "ann", archived=True) == ["Ann 4"]
    assert len(await snapshots_of(owner)) == 1
    [work] = await wiring.operations.works().of_kind(owner, search["building"].BUILD)
    assert (work.state, work.done) == ("done", 5)


async def test_words_of_erased_contacts_leave_the_index(host, search, signed_in, monkeypatch) -> None:
    from domain.relationships import contacts  # noqa: PLC0415 - the module that the host loaded

    monkeypatch.setattr(contacts, "UNDO_TIME", timedelta(0))
    ada = await signed_in()
    owner, stores = await account_of(ada), wiring.relationships.search.stores()
    await a_contact(ada, "Bob")
    gone = await a_contact(ada, "Zebulon")
    await delete(ada, gone)
    await host.run_timer("operations_tidy_up")
    await host.drain_queue("orders")
    head = await head_of(owner)
    key = await stores.keys.of(owner)
    sealed = await stores.snapshots.get(owner, head.snapshot)
    index = search["head"].opened_snapshot(sealed, key, head.snapshot, head.base)
    assert b"zebulon" not in index.dump()
    assert b"bob" in index.dump()
    assert head.deltas == []


async def test_nothing_of_a_contact_or_a_search_is_in_logs_queues_or_readable_stores(
    host, search, signed_in, caplog
) -> None:
    ada = await signed_in()
    owner, stores = await account_of(ada), wiring.relationships.search.stores()
    with caplog.at_level(logging.DEBUG, logger="izwop"):
        await a_contact(ada, "Somebody", tags=["Quetzalcoatl"])
        written = await everything()
        assert await found(ada, "quetzal") == ["Somebody"]
        await ada.http.post("/my/contact-search", data={"csrf": ada.csrf, "q": "quetzal"})
        await compact(search, owner)
    assert "quetzal" not in caplog.text.lower()
    for stored in (written, await everything()):
        assert not [name for name, text in stored.items() if "quetzal" in text.lower()]
    for name in await snapshots_of(owner):
        assert b"quetzal" not in await stores.snapshots.get(owner, name)


class Died(BaseException):
    """The worker is killed: nothing of it runs any more."""


class Deadly:
    """A store of which one call, by its number, kills the worker before or after it."""

    def __init__(self, store, calls: list[str], at: int, *, after: bool) -> None:
        self._store, self._calls, self._at, self._after = store, calls, at, after

    def __getattr__(self, name: str):
        method = getattr(self._store, name)

        async def call(*given, **named):
            self._calls.append(name)
            last = len(self._calls) == self._at
            if last and not self._after:
                raise Died
            answer = await method(*given, **named)
            if last:
                raise Died
            return answer

        return call


def deadly(ports, at: int, *, after: bool):
    calls: list[str] = []
    stores = ports.stores._replace(
        heads=Deadly(ports.stores.heads, calls, at, after=after),
        snapshots=Deadly(ports.stores.snapshots, calls, at, after=after),
        contacts=Deadly(ports.stores.contacts, calls, at, after=after),
    )
    return ports._replace(stores=stores), calls


@pytest.mark.parametrize("after", [False, True])
async def test_compaction_survives_death_at_every_step(search, signed_in, after) -> None:
    """The next question finds everything, and the next run ends; nobody repairs anything."""
    ada = await signed_in()
    owner, ports = await account_of(ada), wiring.relationships.search.ports()
    expected, epochs = [], set()
    for at in range(1, 30):
        expected.append(f"Ann {at:02}")
        await a_contact(ada, expected[-1])
        dying, calls = deadly(ports, at, after=after)
        try:
            await compact(search, owner, dying)
        except Died:
            forget_opened()
            assert await found(ada, "ann", limit=100) == expected
            await compact(search, owner)
        forget_opened()
        assert await found(ada, "ann", limit=100) == expected
        head = await head_of(owner)
        assert head.snapshot in await snapshots_of(owner)
        epochs.add(head.epoch)
        assert len(epochs) == 1
        if len(calls) < at:
            assert {"get", "put", "replace", "delete"} <= set(calls)
            return
    raise AssertionError("compaction never ended")


@pytest.mark.parametrize("after", [False, True])
async def test_building_survives_death_at_every_step_while_others_write(
    search, signed_in, monkeypatch, after
) -> None:
    monkeypatch.setattr(search["building"], "_PAGE", 2)
    from domain.operations.slices import Slice  # noqa: PLC0415
    from domain.operations.work import new_work  # noqa: PLC0415

    ada = await signed_in()
    owner, ports = await account_of(ada), wiring.relationships.search.ports()
    expected = [f"Ann {number:02}" for number in range(5)]
    for name in expected:
        await a_contact(ada, name)
    for at in range(1, 80):
        work = new_work(search["building"].BUILD, owner, f"job_{at}-{after}", AT)
        dying, calls = deadly(ports, at, after=after)
        job, written = search["building"].BuildJob(dying.stores), False
        for number in range(30):
            try:
                progress = await job.slice(work, Slice(lambda: 0.0, items=1))
            except Died:
                # The slice counts for nothing; the next one begins where this did.
                job = search["building"].BuildJob(ports.stores)
                continue
            work = work.advanced(progress, AT)
            if not written and number > 1 and at % 9 == 1:
                written = True
                expected.append(f"Ann {len(expected):02}")
                await a_contact(ada, expected[-1])
            if work.is_over:
                break
        assert work.is_over
        head = await head_of(owner)
        assert (head.epoch, head.building, head.ready) == (work.id, None, True)
        assert await snapshots_of(owner) == [head.snapshot]
        forget_opened()
        assert await found(ada, "ann", limit=100) == expected
        # By this index: none had to be built again because it was lost.
        assert (await head_of(owner)).epoch == work.id
        if len(calls) < at:
            return
    raise AssertionError("building never ended")


async def test_two_builds_and_a_compaction_at_once_lose_nothing(search, signed_in) -> None:
    from domain.operations.slices import Slice  # noqa: PLC0415

    ada = await signed_in()
    owner, ports = await account_of(ada), wiring.relationships.search.ports()
    for name in ("Ann", "Bob"):
        await a_contact(ada, name)
    bound = [Slice(lambda: 0.0) for _ in range(2)]
    await asyncio.gather(
        *(search["building"].build_now(owner, AT, each, stores=ports.stores) for each in bound),
        compact(search, owner),
        a_contact(ada, "Anna"),
        return_exceptions=False,
    )
    forget_opened()
    assert await found(ada, "ann") == ["Ann", "Anna"]
    await compact(search, owner)
    forget_opened()
    assert await found(ada, "ann") == ["Ann", "Anna"]


async def test_of_two_small_builds_at_once_the_later_one_goes_on_alone(search, signed_in) -> None:
    ada = await signed_in()
    owner = await account_of(ada)
    await a_contact(ada, "Ann")
    heads = wiring.relationships.search.heads()
    await heads.replace((await head_of(owner)).model_copy(update={"ready": False}))
    await asyncio.gather(compact(search, owner), compact(search, owner))
    assert await wiring.operations.works().of_kind(owner, search["building"].BUILD) == []
    head = await head_of(owner)
    assert (head.ready, head.building, await snapshots_of(owner)) == (True, None, [head.snapshot])
    forget_opened()
    assert await found(ada, "ann") == ["Ann"]


async def test_a_head_that_nobody_makes_smaller_does_not_keep_its_owner_from_writing(
    search, signed_in, monkeypatch
) -> None:
    from adapters.cosmos.relationships import search as adapter  # noqa: PLC0415

    monkeypatch.setattr(adapter, "MOST_BYTES", 2_000)
    ada = await signed_in()
    owner = await account_of(ada)
    for number in range(10):
        await a_contact(ada, f"Ann {number}")
    assert len((await head_of(owner)).deltas) < 10
    forget_opened()
    assert await found(ada, "ann", limit=100) == [f"Ann {number}" for number in range(10)]


async def test_writers_who_give_a_head_up_at_once_have_all_written(search, signed_in, monkeypatch) -> None:
    from adapters.cosmos.relationships import search as adapter  # noqa: PLC0415

    monkeypatch.setattr(adapter, "MOST_BYTES", 100)
    ada = await signed_in()
    await a_contact(ada, "Ann")
    replace = adapter.CosmosSearchHeads.replace

    async def late(heads, head):
        """Another writer was first."""
        stored = await heads.get(head.owner_id)
        await replace(heads, stored)
        return await replace(heads, head)

    monkeypatch.setattr(adapter.CosmosSearchHeads, "replace", late)
    await a_contact(ada, "Anna")
    monkeypatch.setattr(adapter.CosmosSearchHeads, "replace", replace)
    assert await found(ada, "ann") == ["Ann", "Anna"]


async def test_many_changes_at_once_are_looked_up(search, signed_in, monkeypatch) -> None:
    monkeypatch.setattr(search["head"], "_MOST_TOLD", 10)
    ada = await signed_in()
    made = [await a_contact(ada, name) for name in ("Ann", "Bob")]
    done = await ada.api(
        "POST", "contact-taggings", json={"ids": [each["id"] for each in made], "add": ["Fair"]}
    )
    assert done.status_code == 200
    await delete(ada, made[0])
    assert await found(ada, "fair") == ["Bob"]


async def test_the_shelf_closes_what_was_asked_longest_ago(search, signed_in) -> None:
    from adapters.search_shelf import Shelf  # noqa: PLC0415
    from domain.relationships.search.looked import Looked  # noqa: PLC0415

    people = [await signed_in() for _ in range(3)]
    shelf, stores = Shelf(most=1), wiring.relationships.search.stores()
    owners = []
    for number, person in enumerate(people):
        await a_contact(person, f"Ann {number}")
        owners.append(await account_of(person))
    for number in (0, 1, 2, 0, 2, 1):
        index = await shelf.index(owners[number], stores=stores)
        assert [hit.name for hit in index.find(Looked("ann"))[0]] == [f"Ann {number}"]
        assert len(shelf._open) == 1
    await shelf.close()


async def test_the_shelf_closes_no_index_that_is_being_brought_up_to_date(
    search, signed_in, monkeypatch
) -> None:
    from adapters import search_shelf  # noqa: PLC0415
    from domain.relationships.search.index import Looked  # noqa: PLC0415

    people = [await signed_in() for _ in range(2)]
    first, second = [await account_of(person) for person in people]
    shelf, stores, news = search_shelf.Shelf(most=1), wiring.relationships.search.stores(), search_shelf.news
    for number, person in enumerate(people):
        await a_contact(person, f"Ann {number}")

    async def slow(owner, *given, **named):
        if owner == first:
            monkeypatch.setattr(search_shelf, "news", news)
            await shelf.index(second, stores=stores)
        return await news(owner, *given, **named)

    monkeypatch.setattr(search_shelf, "news", slow)
    index = await shelf.index(first, stores=stores)
    assert [hit.name for hit in index.find(Looked("ann"))[0]] == ["Ann 0"]
    assert list(shelf._open) == [first]
    await shelf.close()


async def test_what_was_written_in_bulk_is_found_after_the_index_was_built_anew(
    host, search, signed_in
) -> None:
    ada, bob = await signed_in(), await signed_in()
    owner = await account_of(ada)
    await a_contact(ada, "Ann")
    assert await found(ada, "ann") == ["Ann"]
    theirs = await a_contact(bob, "Anna")
    [stored] = await wiring.relationships.contacts().find(await account_of(bob), [theirs["id"]])
    from adapters.cosmos.relationships.contact_documents import contact_document  # noqa: PLC0415

    stored = stored.model_copy(update={"owner_id": owner})
    await wiring.relationships.contacts()._items.create(contact_document(stored, None))
    assert await found(ada, "ann") == ["Ann"]
    for _ in range(2):
        await wiring.relationships.search.after_bulk(owner)
    await host.drain_queue("work")
    assert await found(ada, "ann") == ["Ann", "Anna"]


async def test_a_note_that_a_merge_moved_is_looked_up(host, signed_in, search) -> None:
    from domain.relationships.search.entry import moved_note, note_change  # noqa: PLC0415
    from domain.relationships.search.head import NoteText  # noqa: PLC0415
    from domain.relationships.search.opening import news  # noqa: PLC0415

    class Notes:
        async def notes_of(self, _owner, ids):
            return [NoteText("nte_1", "con_b", 7, "text")] if ids == ["nte_1"] else []

    owner = await account_of(await signed_in())
    stores = wiring.relationships.search.stores()._replace(notes=Notes())
    key = await stores.keys.of(owner)
    delta = search["head"].told([moved_note("con_b", "nte_1")], key, "d1")
    assert await news(owner, [delta], key, stores=stores) == [note_change("con_b", "nte_1", 7, "text")]
