"""JSON values as the query language sees them: `undefined` is a value of its own, and types do not mix."""

import json
import math
from typing import Any, Final

EXACT = 2**53  # beyond it a double no longer holds every whole number


class Undefined:
    """The absence of a value; neither null nor false."""

    def __repr__(self) -> str:
        return "undefined"

    def __bool__(self) -> bool:
        return False


UNDEFINED: Final = Undefined()


def rank(value: Any) -> int:  # noqa: PLR0911 - one line per type
    """Position of the value's type in the sort order."""
    match value:
        case None:
            return 1
        case bool():
            return 2
        case int() | float():
            return 3
        case str():
            return 4
        case list():
            return 5
        case dict():
            return 6
    return 0


def compare(left: Any, right: Any) -> int:
    """Total order over all values, for ORDER BY, MIN and MAX: negative, zero or positive."""
    kind = rank(left)
    if kind != rank(right):
        return kind - rank(right)
    if kind == 5:  # noqa: PLR2004 - array
        for a, b in zip(left, right, strict=False):
            if order := compare(a, b):
                return order
        return len(left) - len(right)
    if kind == 6:  # noqa: PLR2004 - object
        return _compare_objects(left, right)
    if kind <= 1:
        return 0
    return 0 if left == right else 1 if left > right else -1


def _compare_objects(left: dict[str, Any], right: dict[str, Any]) -> int:
    a, b = sorted(left), sorted(right)
    if a != b:
        return -1 if a < b else 1
    for name in a:
        if order := compare(left[name], right[name]):
            return order
    return 0


def equals(left: Any, right: Any) -> bool | Undefined:
    """Undefined for values of different types, as for all comparisons."""
    kind = rank(left)
    if kind == 0 or kind != rank(right):
        return UNDEFINED
    return compare(left, right) == 0


def less(left: Any, right: Any) -> bool | Undefined:
    """`<`, which is defined for null, booleans, numbers and strings only."""
    kind = rank(left)
    if kind != rank(right) or not 1 <= kind <= 4:  # noqa: PLR2004 - null to string
        return UNDEFINED
    return compare(left, right) < 0


def negated(truth: Any) -> bool | Undefined:
    return (not truth) if isinstance(truth, bool) else UNDEFINED


def both(left: Any, right: Any) -> bool | Undefined:
    if left is False or right is False:
        return False
    return True if left is True and right is True else UNDEFINED


def either(left: Any, right: Any) -> bool | Undefined:
    if left is True or right is True:
        return True
    return False if left is False and right is False else UNDEFINED


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def as_number(value: float) -> Any:
    """Return a double as JSON shows it: whole numbers without a fraction, undefined for infinity.

    A whole number that no double holds exactly raises OverflowError only beyond the range of doubles.
    """
    if isinstance(value, int) and abs(value) > EXACT:
        value = float(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            return UNDEFINED
        if value.is_integer() and abs(value) <= EXACT:
            return int(value)
    return value


def canonical(value: Any) -> str:
    """Return one text for equal values: names in order, whole numbers without a fraction."""
    return json.dumps(_plain(value), sort_keys=True)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _plain(child) for name, child in value.items()}
    if isinstance(value, list):
        return [_plain(child) for child in value]
    return as_number(value) if isinstance(value, float) else value
