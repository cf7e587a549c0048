"""Comparisons with lists of constants, by one look-up in a set."""

from collections.abc import Callable
from typing import Any

from local.cosmos.syntax import ArrayOf, Binary, Literal, Node, Param, path_of
from local.cosmos.values import UNDEFINED, Undefined, equals, rank

Scope = dict[str, Any]
Eval = Callable[[Scope], Any]
PARAMETERS = (
    "@"  # the key of a scope under which all parameters are, to see whether they are the same as before
)
MANY = 16  # alternatives


class Choices:
    """Set of constants to compare a value with."""

    def __init__(self, values: list[Any]) -> None:
        self._kinds = {rank(value) for value in values}
        self._scalars = {(rank(value), value) for value in values if not isinstance(value, list | dict)}
        self._others = [value for value in values if isinstance(value, list | dict)]

    def has(self, value: Any) -> bool:
        if isinstance(value, list | dict):
            return any(equals(value, other) is True for other in self._others)
        return value is not UNDEFINED and (rank(value), value) in self._scalars

    def one_of(self, value: Any) -> bool | Undefined:
        """`IN`: undefined when it is none of them and some are of another type."""
        if self.has(value):
            return True
        return (
            False
            if not self._kinds or (value is not UNDEFINED and self._kinds == {rank(value)})
            else UNDEFINED
        )


def _once[T](make: Callable[[Scope], T]) -> Callable[[Scope], T]:
    """Cache a value that depends on parameters alone, until they change."""
    kept: tuple[Any, Any] = (None, None)

    def get(scope: Scope) -> T:
        nonlocal kept
        now = kept  # another thread may replace it
        if now[0] is not scope[PARAMETERS]:
            now = kept = (scope[PARAMETERS], make(scope))
        return now[1]  # type: ignore[no-any-return]

    return get


def one_of(operand: Eval, choices: list[Eval]) -> Eval:
    get = _once(lambda scope: Choices([choice(scope) for choice in choices]))
    return lambda scope: get(scope).one_of(operand(scope))


def listed(array: Eval, wanted: Eval) -> Eval:
    """ARRAY_CONTAINS of an array that is the same for every item."""

    def make(scope: Scope) -> Choices | None:
        values = array(scope)
        return Choices(values) if isinstance(values, list) else None

    get = _once(make)

    def run(scope: Scope) -> Any:
        choices, value = get(scope), wanted(scope)
        return UNDEFINED if choices is None or value is UNDEFINED else choices.has(value)

    return run


def any_row(operands: list[Eval], rows: list[list[Eval]], otherwise: Eval) -> Eval:
    """Compare the operands with rows of values; without a match `otherwise` decides."""

    def make(scope: Scope) -> set[tuple[Any, ...]]:
        found = ([value(scope) for value in row] for row in rows)
        return {_keys(row) for row in found if all(_is_scalar(value) for value in row)}

    get = _once(make)

    def run(scope: Scope) -> Any:
        values = [operand(scope) for operand in operands]
        if all(_is_scalar(value) for value in values) and _keys(values) in get(scope):
            return True
        return otherwise(scope)

    return run


def _is_scalar(value: Any) -> bool:
    return 1 <= rank(value) <= 4  # noqa: PLR2004 - null to string


def _keys(values: list[Any]) -> tuple[Any, ...]:
    return tuple((rank(value), value) for value in values)


def is_constant(node: Node) -> bool:
    """Whether an expression has one value for all items."""
    return isinstance(node, Literal | Param) or (
        isinstance(node, ArrayOf) and all(is_constant(part) for part in node.parts)
    )


def alternatives(node: Node) -> list[Node]:
    """The conditions that OR joins, in their order."""
    found: list[Node] = []
    pending = [node]
    while pending:
        one = pending.pop()
        if isinstance(one, Binary) and one.sign == "OR":
            pending += [one.right, one.left]
        else:
            found.append(one)
    return found


def equalities_of(node: Node) -> dict[Node, Node]:
    """`path = constant` and more of them joined by AND; empty for anything else."""
    match node:
        case Binary("AND", left, right):
            one, other = equalities_of(left), equalities_of(right)
            return one | other if one and other and not one.keys() & other.keys() else {}
        case Binary("=", left, right) if path_of(left) and is_constant(right):
            return {left: right}
    return {}
