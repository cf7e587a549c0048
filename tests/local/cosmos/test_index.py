"""The index only makes queries quicker: every answer is the one that reading all items gives."""

# ruff: noqa: RUF001, S608 - a sigma is meant; queries are made here
import contextlib
import itertools
import json
import tempfile
import unittest.mock
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from local.cosmos import fetch, items, limits, paging, values
from local.cosmos.asked import Asked
from local.cosmos.clock import Clock
from local.cosmos.definitions import container_definition
from local.cosmos.errors import Refusal
from local.cosmos.model import Container
from local.cosmos.store import Store
from local.cosmos.terms import is_exact, joined, spellings, term
from local.cosmos.write import Write

LONG = "ä" * 140  # 280 bytes, more than a term keeps
SOME_TEXTS = [
    "", "a", "A", "ab", "aB", "b", "ß", "İx", "i", "σ", "ΑΣ", "ας", "K", "k", "\0", "a\0", "a\0b", "%_[",
]  # fmt: skip
SOME_LONGS = [LONG, LONG + "a", LONG + "b", LONG[:128], LONG[:128] + "\0", LONG[:127], "\ud800"]
SOME_NUMBERS = [0, -0.0, 1, 1.0, -1, 1.5, -1.5, 2**53, 1e300, -1e300, 5e-324]
EVERY_KIND = [
    *SOME_TEXTS, *SOME_LONGS, *SOME_NUMBERS, None, True, False, [], [1], [2], ["a", 1, 1], {}, {"x": 1},
    {"x": 2},
]  # fmt: skip
TEXTS, LONGS, NUMBERS = (st.sampled_from(some) for some in (SOME_TEXTS, SOME_LONGS, SOME_NUMBERS))
SCALARS = st.none() | st.booleans() | NUMBERS | TEXTS | LONGS
VALUES = SCALARS | st.lists(SCALARS, max_size=3) | st.dictionaries(st.sampled_from("xy"), SCALARS, max_size=2)
POOLS = st.one_of(*(st.lists(kind, min_size=1, max_size=4) for kind in (VALUES, LONGS, TEXTS, SCALARS)))


def docs_of(given: st.SearchStrategy[object]) -> st.SearchStrategy[dict[str, object]]:
    names = dict.fromkeys(("n", "m", "tags", "deep", "h"), given)
    return st.fixed_dictionaries({}, optional={**names, "ttl": st.just(5)})


DOCS = docs_of(VALUES)
COMPOSITES = [
    [{"path": "/n", "order": "ascending"}, {"path": "/m", "order": "descending"}],
    [{"path": "/m", "order": "descending"}, {"path": "/n", "order": "descending"}],
    [{"path": "/n", "order": "ascending"}, {"path": "/id", "order": "ascending"}],
]
POLICIES = st.sampled_from(
    [
        {"includedPaths": [{"path": "/*"}], "excludedPaths": [{"path": "/h/?"}]},
        {"includedPaths": [{"path": "/*"}], "compositeIndexes": COMPOSITES},
        {"includedPaths": [{"path": "/n/?"}, {"path": "/tags/[]/?"}], "excludedPaths": [{"path": "/*"}]},
        {"indexingMode": "none"},
    ]
)
PATHS = st.sampled_from(
    ["c.n", "c.m", "c.deep.x", "c.tags", "c.h", "c.id", "c['n']", "c.tags[0]", "c.missing"]
)
KINDS = st.sampled_from(["IS_DEFINED", "IS_NULL", "IS_NUMBER", "IS_ARRAY", "IS_STRING"])
SIGNS = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
ORDERS = st.sampled_from(
    [
        "",
        "c.n",
        "c.n DESC",
        "c.m",
        "c.id DESC",
        "c.n, c.m DESC",
        "c.n DESC, c.m",
        "c.m, c.n",
        "c.n, c.id",
        "c.deep.x",
    ]
)


@st.composite
def conditions(draw: st.DrawFn, params: dict[str, object], pool: list[object], depth: int = 2) -> str:
    """A WHERE clause; its values, mostly from the pool, are added to `params`."""
    known = st.sampled_from(pool)

    def value(kind: st.SearchStrategy[object] = SCALARS) -> str:
        name = f"@p{len(params)}"
        params[name] = draw(known | known | kind)
        return name

    path = draw(PATHS)
    simple = [
        lambda: f"{path} {draw(SIGNS)} {value()}",
        lambda: f"{value()} {draw(SIGNS)} {path}",
        lambda: f"{path} BETWEEN {value()} AND {value()}",
        lambda: f"{path} IN ({', '.join(value(VALUES) for _ in range(draw(st.integers(1, 4))))})",
        lambda: f"{path} NOT IN ({value()}, {value()})",
        lambda: f"STARTSWITH({path}, {value(TEXTS | LONGS)}, {draw(st.sampled_from(['true', 'false']))})",
        lambda: f"STRINGEQUALS({path}, {value(TEXTS | LONGS)}, {draw(st.sampled_from(['true', 'false']))})",
        lambda: f"ARRAY_CONTAINS({path}, {value(VALUES)})",
        lambda: f"ARRAY_CONTAINS({value(st.lists(VALUES, max_size=3))}, {path})",
        lambda: f"{path} LIKE {value(st.sampled_from(['a%', '%', 'a_', 'ab', '']))}",
        lambda: f"{draw(KINDS)}({path})",
        lambda: f"EXISTS(SELECT VALUE t FROM t IN c.tags WHERE t = {value()} OR t > {value()})",
        lambda: path,
        lambda: "c._ts >= 0",
    ]
    if depth:
        inner = conditions(params, pool, depth - 1)
        simple += [
            lambda: f"({draw(inner)} AND {draw(inner)})",
            lambda: f"({draw(inner)} OR {draw(inner)})",
            lambda: f"NOT ({draw(inner)})",
        ]
    return draw(st.sampled_from(simple))()


class Box:
    """A container with items, and both ways to ask it."""

    def __init__(self, policy: dict[str, object], folder: Path | None = None) -> None:
        self.store = Store(folder, Clock())
        self.container = self.store.add_container(self.store.add_database("d"), definition(policy))

    def restart(self, folder: Path) -> None:
        """Open the folder again, with the clock as it was."""
        clock = self.store.clock
        self.store.close()
        self.store = Store(folder, clock)
        (self.container,) = self.store.containers.values()

    def put(self, number: int, owner: str, doc: dict[str, object]) -> None:
        item = {**doc, "id": f"i{number}", "owner": owner}
        with self.store.write(self.container) as write:
            items.upsert(write, key_of(owner), item)

    def pages(self, text: str, params: dict[str, object], owner: str | None, size: int, *, by_index: bool):
        """The whole answer in pages, or the refusal."""
        found, token = [], ""
        try:
            for _ in range(200):
                reader = self.store.reader(self.container, key_of(owner) if owner else None)
                request = paging.Request(text, params, size, token, self.container.indexing)
                index = (
                    fetch.Fetch(reader, self.container.key_paths, Asked(text, params)) if by_index else None
                )
                page = paging.run(request, reader.scan, index)
                found.append(page.rows)
                token = page.continuation
                if not token:
                    return found
        except Refusal as refusal:
            return refusal.message
        raise AssertionError("the pages do not end")


def definition(policy: dict[str, object], default_ttl: int = -1) -> dict[str, object]:
    key = {"paths": ["/owner"], "version": 2}
    return container_definition(
        {"id": "c", "partitionKey": key, "defaultTtl": default_ttl, "indexingPolicy": policy}
    )


def key_of(owner: str) -> str:
    return limits.key_from_header(json.dumps([owner]), (("owner",),))


def assert_index_is_sound(store: Store, container: Container) -> None:
    """The index holds what the items say, no more and no less."""
    stored = {
        (name, pk, key, seq)
        for name, pk, key, seq in store.sql.execute(
            "SELECT path.name, part.pk, term, seq FROM entry "
            "JOIN path ON path.n = entry.path JOIN part ON part.n = entry.part"
        )
    }
    wanted = {
        (name, pk, key, seq)
        for pk, seq, body in store.sql.execute("SELECT pk, seq, body FROM item")
        for name, key in container.indexing.entries(json.loads(body))
    }
    assert stored == wanted
    tallied = {
        (name, pk, key): items
        for name, pk, key, items in store.sql.execute(
            "SELECT path.name, part.pk, term, items FROM tally "
            "JOIN path ON path.n = tally.path JOIN part ON part.n = tally.part WHERE term != x''"
        )
    }
    ordered = sorted(entry[:3] for entry in wanted)
    assert tallied == {key: len(list(group)) for key, group in itertools.groupby(ordered)}
    assert store.reader(container, None).items == len({entry[3] for entry in wanted})


@pytest.fixture(scope="module")
def every_kind() -> Iterator[Box]:
    """An item for each value, alone and in an array, made in no order of values, and some without."""
    hidden = [{"path": "/hidden/?"}]
    box = Box({"includedPaths": [{"path": "/*"}], "excludedPaths": hidden, "compositeIndexes": COMPOSITES})
    for number, value in enumerate(reversed(EVERY_KIND)):
        box.put(
            number,
            "a",
            {"n": value, "m": EVERY_KIND[number * 7 % 5], "tags": [1, 2, value], "hidden": number % 2},
        )
        box.put(number + 100, "b", {"m": value})
    box.put(200, "a", {"tags": [1, 2]})
    box.put(201, "a", {"m": 1})
    yield box
    box.store.close()


@pytest.mark.parametrize(
    "where",
    [
        "c.n = @v", "c.n < @v", "c.n <= @v", "c.n > @v", "c.n >= @v", "@v < c.n", "c.n != @v",
        "NOT (c.n > @v)",
        "STARTSWITH(c.n, @v)", "STARTSWITH(c.n, @v, true)", "STRINGEQUALS(c.n, @v)",
        "STRINGEQUALS(c.n, @v, true)", "ARRAY_CONTAINS(c.tags, @v)", "ARRAY_CONTAINS([@v, 'b'], c.n)",
        "c.n IN (@v, 'b', 1)", "c.n NOT IN (@v, 'b')", "c.n BETWEEN 'a' AND @v", "c.n BETWEEN @v AND 1",
        "c.n LIKE 'a%' OR c.n = @v", "c.n = @v AND c.m = 'a'", "c.n > @v AND c.n < 'b' AND c.m >= ''",
        "EXISTS(SELECT VALUE t FROM t IN c.tags WHERE t >= @v)", "IS_ARRAY(c.n) OR c.n > @v",
        "c.n = @v AND c.hidden = 1",
    ],
)  # fmt: skip
@pytest.mark.parametrize("what", ["c.id", "COUNT(1)"])
def test_every_kind_of_value_is_found_by_the_index(every_kind, where, what):
    text = f"SELECT VALUE {what} FROM c WHERE {where}"
    for value, owner in itertools.product(EVERY_KIND, ("a", "b", None)):
        params = {"@v": value}
        expected = every_kind.pages(text, params, owner, 30, by_index=False)
        for few, much in ((fetch.FEW, fetch.MUCH), (0, 1)):
            with unittest.mock.patch.multiple(fetch, FEW=few, MUCH=much):
                assert every_kind.pages(text, params, owner, 30, by_index=True) == expected, (owner, value)


@pytest.mark.parametrize("size", [1, 9])
@pytest.mark.parametrize("where", ["", "WHERE c.n >= 'a'", "WHERE c.m = 'a'", "WHERE c.n > 0 OR c.n = 'ab'"])
@pytest.mark.parametrize(
    "order",
    ["c.n", "c.n DESC", "c.missing", "c.n, c.m DESC", "c.n DESC, c.m", "c.m DESC, c.n DESC", "c.m, c.n"],
)
@pytest.mark.parametrize("what", ["c.id FROM c", "{'i': c.id, 't': t} FROM c JOIN t IN c.tags"])
def test_every_kind_of_value_is_walked_in_order(every_kind, what, order, where, size):
    text = f"SELECT VALUE {what} {where} ORDER BY {order}"
    for owner in "ab":
        expected = every_kind.pages(text, {}, owner, size, by_index=False)
        for few in (0, fetch.FEW):
            with unittest.mock.patch.object(fetch, "FEW", few):
                assert every_kind.pages(text, {}, owner, size, by_index=True) == expected


@settings(max_examples=100, deadline=None)
@given(data=st.data(), policy=POLICIES, pool=POOLS)
def test_a_query_has_the_same_answer_with_and_without_the_index(data, policy, pool):
    box = Box(policy)
    docs = data.draw(st.lists(docs_of(st.sampled_from(pool)), max_size=12))
    for number, doc in enumerate(docs):
        box.put(data.draw(st.integers(0, 8)), data.draw(st.sampled_from("ab")), doc)
        if number == len(docs) // 2 and data.draw(st.booleans()):
            box.store.clock.advance(10)
            box.store.sweep() if data.draw(st.booleans()) else None
    assert_index_is_sound(box.store, box.container)
    for _ in range(8):
        params: dict[str, object] = {}
        where = data.draw(st.just("") | conditions(params, pool).map(lambda found: f" WHERE {found}"))
        what = data.draw(
            st.sampled_from(["VALUE c.id", "*", "DISTINCT VALUE c.n", "TOP 2 VALUE c.id", "VALUE COUNT(1)"])
        )
        joined_with = "" if what == "*" else data.draw(st.sampled_from(["", "", " JOIN t IN c.tags"]))
        order = data.draw(ORDERS) if what != "VALUE COUNT(1)" else ""
        tail = f" ORDER BY {order}" if order else ""
        if what in {"VALUE c.id", "*"} and data.draw(st.booleans()):
            tail += " OFFSET 1 LIMIT 3"
        text = f"SELECT {what} FROM c{joined_with}{where}{tail}"
        owner = data.draw(st.sampled_from(["a", "b", "none", None]))
        size = data.draw(st.sampled_from([1, 2, 100]))
        by_scan = box.pages(text, params, owner, size, by_index=False)
        for few in (0, fetch.FEW):  # a filter that finds more than so many items is only part of a walk
            with unittest.mock.patch.object(fetch, "FEW", few):
                assert box.pages(text, params, owner, size, by_index=True) == by_scan, (text, params)
    box.store.close()


OPERATIONS = st.lists(
    st.tuples(
        st.sampled_from(["Upsert", "Create", "Replace", "Rename", "Delete", "Patch"]), st.integers(0, 4), DOCS
    ),
    min_size=1,
    max_size=4,
)


@settings(max_examples=60, deadline=None)
@given(
    steps=st.lists(st.tuples(OPERATIONS, st.booleans(), st.integers(0, 8)), max_size=8),
    policies=st.lists(POLICIES, min_size=2, max_size=3),
)
def test_writes_batches_undone_expiry_and_changed_policies_keep_the_index_sound(steps, policies):
    with tempfile.TemporaryDirectory() as folder:
        box = Box(policies[0], Path(folder))
        for number, (operations, undo, seconds) in enumerate(steps):
            box.store.clock.advance(seconds)
            with contextlib.suppress(Refusal, Undo), box.store.write(box.container) as write:
                for operation in operations:
                    apply(write, *operation)
                if undo:
                    raise Undo
            if number % 3 == 2:
                box.store.sweep()
                box.store.change_container(
                    box.container, definition(policies[number % len(policies)], default_ttl=7 if undo else -1)
                )
            if number % 4 == 3:
                box.restart(Path(folder))
            assert_index_is_sound(box.store, box.container)
        box.store.close()


class Undo(Exception):
    pass


def apply(write: Write, kind: str, number: int, doc: dict[str, object]) -> None:
    key, item_id = key_of("a"), f"i{number}"
    item = {**doc, "id": item_id, "owner": "a"}
    match kind:
        case "Upsert":
            items.upsert(write, key, item)
        case "Create":
            items.create(write, key, item)
        case "Replace":
            items.replace(write, key, item_id, item)
        case "Rename":
            items.replace(write, key, item_id, {**item, "id": f"i{(number + 1) % 5}"})
        case "Delete":
            items.delete(write, key, item_id)
        case "Patch":
            operations = [
                {"op": "set", "path": "/n", "value": doc.get("n")},
                {"op": "incr", "path": "/count", "value": 1},
            ]
            items.patched(write, key, item_id, {"operations": operations})


@settings(deadline=None)
@given(left=VALUES, right=VALUES)
def test_terms_sort_as_values_do(left, right):
    a, b, order = term(left), term(right), values.compare(left, right)
    assert (a < b) <= (order < 0)
    assert (a == b) <= (order == 0 or not (is_exact(a) and is_exact(b)))
    assert (order == 0) <= (a == b)


@settings(deadline=None)
@given(left=st.lists(VALUES, min_size=2, max_size=2), right=st.lists(VALUES, min_size=2, max_size=2))
def test_joined_terms_sort_as_rows_do(left, right):
    for ways in itertools.product([False, True], repeat=2):
        a, b = (joined(list(zip(row, ways, strict=True))) for row in (left, right))
        orders = (
            values.compare(x, y) * (-1 if down else 1) for x, y, down in zip(left, right, ways, strict=True)
        )
        order = next((each for each in orders if each), 0)
        assert (a < b) <= (order < 0)
        assert (order == 0) <= (a == b)
        assert (a == b) <= (order == 0 or a.endswith(b"\1"))


def test_every_character_is_found_by_its_lower_case():
    for char in (chr(code) for code in range(0x110000) if chr(code).lower() != chr(code)):
        for text in (char, "a" + char):  # a sigma at the end of a word is written in another way
            assert any(text.startswith(head) for head in spellings(text.lower())), ascii(char)
