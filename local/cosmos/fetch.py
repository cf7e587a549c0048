"""Access paths of a query: by the index where it serves, else by a scan.

Each path gives at least the matching items, which the query's own filter and comparison of positions check
again. The order is that of creation, or that of ORDER BY.
"""

import functools
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, TypeIs

from local.cosmos import limits
from local.cosmos.asked import Asked
from local.cosmos.choices import PARAMETERS, Scope
from local.cosmos.errors import Refusal
from local.cosmos.indexing import ANY, Order, Path, name_of, name_of_composite
from local.cosmos.ordering import Position
from local.cosmos.planner import Condition, Every, Lookup, Some, bounds_of, pinned, usable
from local.cosmos.reader import MOST_COUNTED, Reader, is_point
from local.cosmos.syntax import Function, Literal, Select, path_of
from local.cosmos.terms import DEFINED, TOP, Range, is_exact, joined, merged, term
from local.cosmos.values import UNDEFINED, compare

FEW = 200  # items that are read and sorted rather than looked for in an order
TASTED = 1_000  # items that are read before a long list of numbers is put in order
MUCH = 20  # a look-up that finds so many times more items than another is skipped
EVERYTHING: tuple[Range, ...] = ((b"", TOP),)


@dataclass
class Used:
    """Paths served by the index, and paths that it would serve if they were indexed."""

    paths: set[Path] = field(default_factory=set)
    lacking: set[Path] = field(default_factory=set)
    composite: Order | None = None


class Fetch:
    """The items of one query."""

    def __init__(self, reader: Reader, key_paths: tuple[Path, ...], asked: Asked) -> None:
        self.used = Used()
        self._query = query = asked.query
        self._params = asked.params
        select, params = query.select, asked.params
        if reader.key is None and (key := _pinned_key(select, query.root, params, key_paths)) is not None:
            reader = reader.restricted(key)
        self.reader = reader
        if reader.key is not None:  # the service finds a partition by an index, too, and reports it
            self.used.paths |= set(key_paths)
        self._stores = reader.indexing.stores if reader.indexing.on else lambda _: False
        self._condition = usable(asked.condition, self._stores, self.used.lacking)
        if self._condition:
            self.used.paths |= _paths(self._condition)

    def by_number(self, after: int) -> Iterator[tuple[int, Any]]:
        """Items in the order of their creation, after one of them."""
        found = self._condition
        if found is None:
            yield from self.reader.scan(after)
            return
        if self._size(found) >= MOST_COUNTED and not self._is_one(found):
            # Most pages are full before a long list of numbers would be put in order.
            for seq, doc in self.reader.wanted(after, self._wants, TASTED):
                after = seq
                if doc is not None:
                    yield seq, doc
        yield from self.loaded(self._sequence(found, after))

    def _wants(self, doc: Any) -> bool:
        query = self._query
        scope = {**self._params, PARAMETERS: self._params, query.root: doc}
        return next(query.scopes(scope), None) is not None

    def loaded(self, numbers: Iterable[int]) -> Iterator[tuple[int, Any]]:
        for seq in numbers:
            doc = self.reader.load(seq)
            if doc is not None:
                yield seq, doc

    def _sequence(self, found: Condition, after: int) -> Iterable[int]:
        if self._is_one(found):
            return self.reader.numbers_of_one(found, after)
        return sorted(self._numbers(found, after))

    def _is_one(self, found: Condition) -> TypeIs[Lookup]:
        """Whether a single term is looked up, whose items are in the order of their creation."""
        if not isinstance(found, Lookup) or self.reader.key is None:
            return False
        return len(found.ranges) == 1 and is_point(found.ranges[0])

    def _size(self, found: Condition) -> int:
        match found:
            case Lookup():
                return self.reader.size(found)
            case Some(parts, _):
                return sum(self._size(part) for part in parts)
        return min(self._size(part) for part in found.parts)

    def _numbers(self, found: Condition, after: int = 0, *, all_of: bool = False) -> set[int]:
        """Numbers of the items found; a look-up that would exclude few of them is skipped."""
        match found:
            case Lookup():
                return self.reader.numbers(found, after)
            case Some(parts, _):
                return {seq for part in parts for seq in self._numbers(part, after, all_of=all_of)}
        sized = sorted((self._size(part), place) for place, part in enumerate(found.parts))
        numbers = self._numbers(found.parts[sized[0][1]], after, all_of=all_of)
        for size, place in sized[1:]:
            if all_of or size <= max(FEW, MUCH * len(numbers)):
                numbers &= self._numbers(found.parts[place], after, all_of=all_of)
        return numbers

    def count(self) -> int | None:
        """Number of items that the query finds, if the index alone determines it."""
        if self._query.steps or not _counts_only(self._query.select) or self.reader.any_expired():
            return None
        found = self._condition
        if self._query.where is None:
            return self.reader.items if self._query.root else None
        if found is None or not found.exact:
            return None
        if isinstance(found, Lookup) and ANY not in found.path:
            return self.reader.count(found)
        return len(self._numbers(found, all_of=True))

    def in_order(self, after: Position | None) -> Iterator[tuple[int, Any]] | None:
        """Items in the order of ORDER BY, from a position on; None when sorting serves better."""
        order = tuple(
            ((path_of(node) or ())[1:], descending) for node, descending in self._query.select.order_by
        )
        found = self._condition
        if self.reader.key is None or any(not path or ANY in path for path, _ in order):
            return None
        walk = self._walk(order)
        if walk is None:
            return None
        among: set[int] | None = None
        others = _without(found, walk.group[0][0])  # conditions that the walk itself does not apply
        if others is not None:
            size = self._size(others)
            if size <= FEW:
                return None
            if size * 4 <= self.reader.items:
                among = self._numbers(others)
        return walk.items(self, found, among, after)

    def _walk(self, order: Order) -> "_Walk | None":
        if len(order) == 1:
            if not self._stores(order[0][0]):
                return None
            self.used.paths.add(order[0][0])
            return _Walk(order, order, name_of(order[0][0]), backwards=order[0][1])
        served = self.reader.indexing.composite(order) if self.reader.indexing.on else None
        if served is None:
            return None
        self.used.composite = served[0]
        return _Walk(order, served[0], name_of_composite(served[0]), backwards=served[1])


@dataclass(frozen=True)
class _Walk:
    """Reading an index in the order asked for; `group` is how it is stored, single paths ascending."""

    order: Order
    group: Order
    name: str
    backwards: bool

    @property
    def single(self) -> bool:
        return len(self.group) == 1

    def items(
        self, fetch: Fetch, found: Condition | None, among: set[int] | None, after: Position | None
    ) -> Iterator[tuple[int, Any]]:
        bounds = self._bounds(found)
        if self.single and not self.backwards:
            yield from self._lacking(fetch, bounds, among, after)
        for part, number in self._segments(bounds, after):
            yield from self._segment(fetch, part, number, among)
        if self.single and self.backwards:
            yield from self._lacking(fetch, bounds, among, after)

    def _lacking(
        self, fetch: Fetch, bounds: tuple[Range, ...] | None, among: set[int] | None, after: Position | None
    ) -> Iterator[tuple[int, Any]]:
        """Items without the property, which sort before all others."""
        begun = after is not None and after[0][0] is UNDEFINED
        past = after is not None and not begun and not self.backwards
        path = self.group[0][0]
        if bounds is not None or past or fetch.reader.having(path) == fetch.reader.items:
            return
        first = after[1] if after and begun else 0
        wanted = (n for n in fetch.reader.lacking(path) if n >= first and (among is None or n in among))
        yield from fetch.loaded(wanted)

    def _bounds(self, found: Condition | None) -> tuple[Range, ...] | None:
        """Ranges of the first property under the filter."""
        path, descending = self.group[0]
        bounds = bounds_of(found, path) if found else None
        return None if bounds is None or (descending and not self.single) else bounds

    def _segments(
        self, bounds: tuple[Range, ...] | None, after: Position | None
    ) -> Iterator[tuple[Range, int]]:
        """Ranges to read in turn, each with the item number after which it begins."""
        parts = list(bounds if bounds is not None else (DEFINED,) if self.single else EVERYTHING)
        if after is None:
            yield from ((part, 0) for part in (reversed(parts) if self.backwards else parts))
            return
        here = self._term(after[0])
        exact = is_exact(here) if self.single else here.endswith(b"\0")
        at: Range = (here, here + TOP)
        rest: Range = (b"", here) if self.backwards else (here + TOP, TOP)
        yield at, after[1] - 1 if exact else 0
        left = [(max(low, rest[0]), min(high, rest[1])) for low, high in parts]
        left = list(merged(left))
        yield from ((part, 0) for part in (reversed(left) if self.backwards else left))

    def _term(self, keys: list[Any]) -> bytes:
        if self.single:
            return term(keys[0])
        return joined([(key, descending) for key, (_, descending) in zip(keys, self.group, strict=True)])

    def _segment(
        self, fetch: Fetch, part: Range, number: int, among: set[int] | None
    ) -> Iterator[tuple[int, Any]]:
        """Items in order; those whose terms are equal but not exact are compared themselves."""
        unsure: list[tuple[int, Any]] = []
        last = b""
        for key, seq in fetch.reader.in_order(self.name, part, descending=self.backwards, after=number):
            if unsure and key != last:
                yield from self._sorted(unsure)
                unsure = []
            last = key
            if among is not None and seq not in among:
                continue
            exact = is_exact(key) if self.single else key.endswith(b"\0")
            if exact:
                yield from fetch.loaded([seq])
            else:
                unsure += fetch.loaded([seq])
        yield from self._sorted(unsure)

    def _sorted(self, items: list[tuple[int, Any]]) -> list[tuple[int, Any]]:
        def by_order(left: tuple[int, Any], right: tuple[int, Any]) -> int:
            for path, descending in self.order:
                if result := compare(_at(left[1], path), _at(right[1], path)):
                    return -result if descending else result
            return left[0] - right[0]

        return sorted(items, key=functools.cmp_to_key(by_order))


def _at(doc: Any, path: Path) -> Any:
    for name in path:
        if not isinstance(doc, dict) or name not in doc:
            return UNDEFINED
        doc = doc[name]
    return doc


def _without(found: Condition | None, path: Path) -> Condition | None:
    """Condition without its part on one path."""
    match found:
        case Lookup(at, _, _):
            return None if at == path else found
        case Every(parts, exact):
            left = tuple(part for part in parts if _without(part, path) is not None)
            return Every(left, exact) if left else None
    return found


def _paths(found: Condition) -> set[Path]:
    return (
        {found.path} if isinstance(found, Lookup) else {path for part in found.parts for path in _paths(part)}
    )


def _counts_only(select: Select) -> bool:
    """Whether the select list is made of COUNT of a constant."""
    for _, node in select.columns or ():
        match node:
            case Function("COUNT", (Literal(value),)) if value is not UNDEFINED:
                continue
        return False
    return bool(select.columns)


def _pinned_key(select: Select, root: str, params: Scope, paths: tuple[Path, ...]) -> str | None:
    values = pinned(select, root, params, paths)
    try:
        return None if values is None else limits.key_from_header(json.dumps(values), paths)
    except Refusal:
        return None
