"""Query planner: from WHERE to ranges of index terms that contain every matching item.

Conditions that the index cannot serve are left out, so that the items found are never too few; the filter
checks them again. Only an `exact` condition finds no others.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from local.cosmos.indexing import ANY, Path
from local.cosmos.syntax import (
    ArrayOf,
    Between,
    Binary,
    Function,
    In,
    Like,
    Literal,
    Node,
    Param,
    Select,
    SubQuery,
    Unary,
    path_of,
)
from local.cosmos.terms import (
    TYPES,
    Range,
    common,
    compared,
    equal_to,
    is_exact,
    merged,
    spellings,
    starting_with,
)
from local.cosmos.values import UNDEFINED, is_number

FLIPPED = {"=": "=", "<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True)
class Lookup:
    """Items with a term of these ranges at this path."""

    path: Path
    ranges: tuple[Range, ...]
    exact: bool


@dataclass(frozen=True)
class Every:
    parts: "tuple[Condition, ...]"
    exact: bool


@dataclass(frozen=True)
class Some:
    parts: "tuple[Condition, ...]"
    exact: bool


Condition = Lookup | Every | Some


def condition(select: Select, root: str, params: dict[str, Any]) -> Condition | None:
    """The condition in a query's WHERE; None when it says nothing about indexed properties."""
    aliases = _aliases(select, {root: ()} if root else {})
    found = _Where(params, aliases).read(select.where) if select.where else None
    return found if found is None or len(select.sources) == 1 else _inexact(found)


def _aliases(select: Select, outer: dict[str, Path]) -> dict[str, Path]:
    """Paths of the names of FROM and JOIN in the item."""
    known = dict(outer)
    for source in select.sources:
        steps = path_of(source.path) if source.path else None
        if steps and steps[0] in known and ANY not in steps:
            known[source.alias] = (*known[steps[0]], *steps[1:], ANY)
        elif source.path is not None:
            known.pop(source.alias, None)
    return known


def _inexact(found: Condition) -> Condition:
    match found:
        case Lookup(path, ranges, _):
            return Lookup(path, ranges, exact=False)
        case Every(parts, _):
            return Every(parts, exact=False)
    return Some(found.parts, exact=False)


class _Where:
    def __init__(self, params: dict[str, Any], aliases: dict[str, Path]) -> None:
        self._params = params
        self._aliases = aliases

    def read(self, node: Node) -> Condition | None:  # noqa: PLR0911 - one line per shape
        match node:
            case Binary("AND", left, right):
                return _every(self.read(left), self.read(right))
            case Binary("OR"):
                return self._some(node)
            case Binary(sign, left, right) if sign in FLIPPED:
                return self._comparison(sign, left, right) or self._comparison(FLIPPED[sign], right, left)
            case Between(operand, low, high):
                return _every(self._comparison(">=", operand, low), self._comparison("<=", operand, high))
            case In(operand, choices):
                return self._one_of(operand, [self.constant(choice) for choice in choices])
            case Like(operand, pattern, None):
                return self._like(operand, self.constant(pattern))
            case Function(name, args):
                return self._function(name, args)
            case SubQuery("EXISTS", query) if query.where and query.sources:
                inner = _Where(self._params, _aliases(query, self._aliases)).read(query.where)
                return _inexact(inner) if inner else None
        path = self.path(node)
        return Lookup(path, (equal_to(value=True),), exact=True) if path else None

    def path(self, node: Node) -> Path | None:
        steps = path_of(node)
        if steps is None or steps[0] not in self._aliases or ANY in steps:
            return None
        return (*self._aliases[steps[0]], *steps[1:]) or None

    def constant(self, node: Node) -> Any:
        """The value of a literal or a parameter; undefined for all else."""
        match node:
            case Literal(value):
                return value
            case Param(name):
                return self._params.get(name, UNDEFINED)
            case Unary("-", operand) if is_number(value := self.constant(operand)):
                return -value
            case ArrayOf(parts):
                values = [self.constant(part) for part in parts]
                return UNDEFINED if any(value is UNDEFINED for value in values) else values
        return UNDEFINED

    def _comparison(self, sign: str, operand: Node, other: Node) -> Lookup | None:
        path, value = self.path(operand), self.constant(other)
        if path is None or not _is_scalar(value):
            return None
        found = equal_to(value) if sign == "=" else compared(sign, value)
        return Lookup(path, merged([found]), is_exact(equal_to(value)[0]))

    def _one_of(self, operand: Node, values: list[Any]) -> Lookup | None:
        path = self.path(operand)
        if path is None or not all(_is_scalar(value) for value in values):
            return None
        found = [equal_to(value) for value in values]
        return Lookup(path, merged(found), all(is_exact(low) for low, _ in found))

    def _like(self, operand: Node, pattern: Any) -> Lookup | None:
        path = self.path(operand)
        start = re.match(r"[^%_\[]*", pattern) if isinstance(pattern, str) else None
        if path is None or not start or not start[0]:
            return None
        return Lookup(path, (starting_with(start[0]),), exact=False)

    def _function(self, name: str, args: tuple[Node, ...]) -> Condition | None:
        if name in TYPES and len(args) == 1:
            path = self.path(args[0])
            return Lookup(path, (TYPES[name],), exact=True) if path else None
        if name in {"STARTSWITH", "STRINGEQUALS"} and len(args) in {2, 3}:
            return self._text(name, args)
        if name == "ARRAY_CONTAINS" and len(args) == 2:  # noqa: PLR2004 - not for a part of an object
            return self._contains(args[0], args[1])
        return None

    def _text(self, name: str, args: tuple[Node, ...]) -> Lookup | None:
        path, text = self.path(args[0]), self.constant(args[1])
        ignore_case = self.constant(args[2]) if len(args) > 2 else False  # noqa: PLR2004
        if path is None or not isinstance(text, str) or not isinstance(ignore_case, bool):
            return None
        if ignore_case:
            found = [starting_with(head) for head in spellings(text.lower())]
            return Lookup(path, merged(found), exact=False)
        exact = is_exact(equal_to(text)[0])
        found = [starting_with(text) if name == "STARTSWITH" else equal_to(text)]
        return Lookup(path, tuple(found), exact)

    def _contains(self, array: Node, wanted: Node) -> Lookup | None:
        listed = self.constant(array)
        if isinstance(listed, list):
            return self._one_of(wanted, listed)
        path, value = self.path(array), self.constant(wanted)
        if path is None or not _is_scalar(value):
            return None
        found = equal_to(value)
        return Lookup((*path, ANY), (found,), is_exact(found[0]))

    def _some(self, node: Node) -> Condition | None:
        parts: list[Condition] = []
        pending = [node]
        while pending:
            one = pending.pop()
            if isinstance(one, Binary) and one.sign == "OR":
                pending += [one.left, one.right]
                continue
            found = self.read(one)
            if found is None:
                return None
            parts.append(found)
        return _some(tuple(parts))


def _is_scalar(value: Any) -> bool:
    if is_number(value):
        try:
            return bool(float(value) == value)
        except OverflowError:
            return False
    return value is None or isinstance(value, bool | str)


def _every(left: Condition | None, right: Condition | None) -> Condition | None:
    if left is None or right is None:
        found = left or right
        return _inexact(found) if found else None
    parts = tuple(
        part
        for side in (left, right)
        for part in (side.parts if isinstance(side, Every) else (side,))
    )  # fmt: skip
    return Every(parts, left.exact and right.exact)


def _some(parts: tuple[Condition, ...]) -> Condition:
    """Join alternatives on one path to a single look-up: `read_items` writes a thousand."""
    paths = {path for part in parts[:1] for path in _paths(part)}
    together = [Lookup(path, found, exact=False) for path in sorted(paths) if (found := _union(parts, path))]
    if all(isinstance(part, Lookup) for part in parts) and together:
        (only,) = together
        return Lookup(only.path, only.ranges, all(part.exact for part in parts))
    if together:
        return together[0] if len(together) == 1 else Every(tuple(together), exact=False)
    return Some(parts, all(part.exact for part in parts))


def _paths(found: Condition) -> set[Path]:
    if isinstance(found, Lookup):
        return {found.path}
    return {path for part in found.parts for path in _paths(part)}


def _union(parts: tuple[Condition, ...], path: Path) -> tuple[Range, ...] | None:
    found: list[Range] = []
    for part in parts:
        bounds = bounds_of(part, path)
        if bounds is None:
            return None
        found += bounds
    return merged(found)


def bounds_of(found: Condition, path: Path) -> tuple[Range, ...] | None:
    """Ranges of one path under the condition; None for no restriction."""
    match found:
        case Lookup(at, ranges, _):
            # An item has one value at a path, but many at a path through an array.
            return ranges if at == path else None
        case Some(parts, _):
            return _union(parts, path)
    left: tuple[Range, ...] | None = None
    for part in found.parts:
        bounds = bounds_of(part, path)
        if bounds is not None:
            left = bounds if left is None or ANY in path else common(left, bounds)
    return left


def usable(found: Condition | None, stores: Callable[[Path], bool], lacking: set[Path]) -> Condition | None:
    """Condition without the paths that are not stored, which are added to `lacking`."""
    if found is None:
        return None
    if isinstance(found, Lookup):
        if stores(found.path):
            return found
        lacking.add(found.path)
        return None
    parts = [usable(part, stores, lacking) for part in found.parts]
    kept = tuple(part for part in parts if part is not None)
    whole = len(kept) == len(parts)
    if isinstance(found, Some):
        return Some(kept, found.exact) if whole else None
    return Every(kept, found.exact and whole) if kept else None


def pinned(select: Select, root: str, params: dict[str, Any], paths: tuple[Path, ...]) -> list[Any] | None:
    """Partition key that WHERE fixes, level by level."""
    where = _Where(params, {root: ()})
    wanted: dict[Path, Any] = {}
    pending = [select.where] if select.where else []
    while pending:
        match pending.pop():
            case Binary("AND", left, right):
                pending += [left, right]
            case Binary("=", left, right):
                for side, other in ((left, right), (right, left)):
                    path, value = where.path(side), where.constant(other)
                    if path and _is_scalar(value):
                        wanted[path] = value
    return [wanted[path] for path in paths] if all(path in wanted for path in paths) else None
