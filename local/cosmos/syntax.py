"""The shape of a parsed query."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Literal:
    value: Any


@dataclass(frozen=True)
class Param:
    name: str


@dataclass(frozen=True)
class Name:
    """An alias of FROM or JOIN."""

    name: str


@dataclass(frozen=True)
class Member:
    """`target.key` or `target[key]`."""

    target: "Node"
    key: "Node"


@dataclass(frozen=True)
class Unary:
    sign: str
    operand: "Node"


@dataclass(frozen=True)
class Binary:
    sign: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True)
class Conditional:
    test: "Node"
    yes: "Node"
    no: "Node"


@dataclass(frozen=True)
class In:
    operand: "Node"
    choices: tuple["Node", ...]


@dataclass(frozen=True)
class Between:
    operand: "Node"
    low: "Node"
    high: "Node"


@dataclass(frozen=True)
class Like:
    operand: "Node"
    pattern: "Node"
    escape: "Node | None"


@dataclass(frozen=True)
class ArrayOf:
    parts: tuple["Node", ...]


@dataclass(frozen=True)
class ObjectOf:
    parts: tuple[tuple[str, "Node"], ...]


@dataclass(frozen=True)
class Function:
    """A call; `name` is upper-case."""

    name: str
    args: tuple["Node", ...]


@dataclass(frozen=True)
class SubQuery:
    """`kind` is EXISTS, ARRAY or SCALAR."""

    kind: str
    query: "Select"


Node = (
    Literal | Param | Name | Member | Unary | Binary | Conditional | In | Between | Like | ArrayOf | ObjectOf
    | Function | SubQuery
)  # fmt: skip


@dataclass(frozen=True)
class Source:
    """`alias IN path` iterates an array; `path` None is the container itself."""

    alias: str
    path: Node | None
    iterates: bool


@dataclass(frozen=True)
class Select:
    """`columns` None is `*`; `is_value` is SELECT VALUE (one unnamed column)."""

    columns: tuple[tuple[str, Node], ...] | None
    is_value: bool
    distinct: bool
    top: Node | None
    sources: tuple[Source, ...]
    where: Node | None
    group_by: tuple[Node, ...]
    order_by: tuple[tuple[Node, bool], ...]  # True is descending
    offset: Node | None
    limit: Node | None


AGGREGATES = frozenset({"COUNT", "COUNTIF", "SUM", "MIN", "MAX", "AVG"})


def path_of(node: Node) -> tuple[str, ...] | None:
    """Return `("c", "a", "b")` for `c.a.b` or `c["a"].b`; None for anything else."""
    match node:
        case Name(name):
            return (name,)
        case Member(target, Literal(str(key))):
            head = path_of(target)
            return None if head is None else (*head, key)
    return None


def children(node: Node) -> tuple[Node, ...]:  # noqa: PLR0911 - one line per shape
    """Parts evaluated in the same scope; a sub-query is a scope of its own."""
    match node:
        case Member(a, b) | Binary(_, a, b):
            return (a, b)
        case Unary(_, a):
            return (a,)
        case Conditional(a, b, c) | Between(a, b, c):
            return (a, b, c)
        case In(a, parts):
            return (a, *parts)
        case Like(a, b, escape):
            return (a, b) if escape is None else (a, b, escape)
        case ArrayOf(parts) | Function(_, parts):
            return parts
        case ObjectOf(pairs):
            return tuple(part for _, part in pairs)
    return ()


def parts_of(node: Node) -> Iterator[Node]:
    """The node and everything evaluated in its scope."""
    yield node
    for child in children(node):
        yield from parts_of(child)


def aggregates_in(node: Node) -> list[Function]:
    return [part for part in parts_of(node) if isinstance(part, Function) and part.name in AGGREGATES]
