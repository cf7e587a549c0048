"""Lists of people page by page: each page after the first one goes on where the one before ended."""

import pytest

import wiring.organisations.directory
from domain.base.errors import Unavailable
from tests.functions.scim.directories import Sender, connected


@pytest.fixture
async def directory(signed_in, client) -> Sender:
    directory = await connected(await signed_in(), client)
    for number in range(7):
        await directory.made(userName=f"user-{number}")
    return directory


@pytest.fixture
def queries(monkeypatch) -> list[str]:
    """SQL of the queries and counts of the directories' store."""
    items, seen = wiring.organisations.directory.store()._items, list[str]()
    for name in ("query", "count"):
        original = getattr(items, name)

        async def remember(sql, *given, _original=original, **more):
            seen.append(sql)
            return await _original(sql, *given, **more)

        monkeypatch.setattr(items, name, remember)
    return seen


async def page(directory: Sender, first: int, count: int = 2) -> tuple[int, list[str]]:
    read = await directory.read(f"Users?startIndex={first}&count={count}")
    assert read["itemsPerPage"] == len(read["Resources"])
    return read["totalResults"], [each["userName"][-1] for each in read["Resources"]]


async def test_pages_in_their_order_count_and_skip_nothing(directory, queries) -> None:
    assert await page(directory, 1) == (7, ["0", "1"])
    assert "COUNT" in queries[0]
    queries.clear()
    assert [await page(directory, first) for first in (3, 5, 7)] == [
        (7, ["2", "3"]),
        (7, ["4", "5"]),
        (7, ["6"]),
    ]
    assert len(queries) == 3
    assert not any("COUNT" in sql or "OFFSET" in sql for sql in queries)


async def test_pages_in_another_order_are_right_as_well(directory) -> None:
    assert [await page(directory, first) for first in (5, 1, 6, 3, 3, 8)] == [
        (7, ["4", "5"]),
        (7, ["0", "1"]),
        (7, ["5", "6"]),
        (7, ["2", "3"]),
        (7, ["2", "3"]),
        (7, []),
    ]


async def test_nobody_is_left_out_or_told_twice_while_people_come_and_go(directory) -> None:
    assert (await page(directory, 1))[1] == ["0", "1"]
    await directory.made(userName="user-0a")
    gone = await directory.read('Users?filter=userName eq "user-1"')
    await directory.send("DELETE", f"Users/{gone['Resources'][0]['id']}")
    assert (await page(directory, 3))[1] == ["2", "3"]


async def test_a_page_is_told_also_if_its_end_could_not_be_kept(directory, monkeypatch) -> None:
    async def fail(*_: object) -> None:
        raise Unavailable

    monkeypatch.setattr(wiring.organisations.directory.store()._items, "batch", fail)
    assert [await page(directory, first) for first in (1, 3)] == [(7, ["0", "1"]), (7, ["2", "3"])]
