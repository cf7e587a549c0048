"""The built-in scalar functions. A wrong argument type gives undefined, never an error."""

import json
import math
from collections.abc import Callable
from typing import Any

from local.cosmos.dates import DATES
from local.cosmos.values import UNDEFINED, as_number, equals, is_number, rank
from local.cosmos.wire import dump_json

Function = Callable[..., Any]
MANY = 10_000
ARRAY_RANK = 5


def _strings(run: Function, count: int) -> Function:
    """Call only when the first `count` arguments are text."""

    def checked(*args: Any) -> Any:
        return run(*args) if all(isinstance(arg, str) for arg in args[:count]) else UNDEFINED

    return checked


def _numbers(run: Function) -> Function:
    def checked(*args: Any) -> Any:
        if not all(is_number(arg) for arg in args):
            return UNDEFINED
        try:
            return as_number(run(*args))
        except (ArithmeticError, ValueError):
            return UNDEFINED

    return checked


def _search(run: Callable[[str, str], bool]) -> Function:
    """Two texts and an optional "ignore case"."""

    def checked(text: Any, part: Any, ignore_case: Any = False) -> Any:  # noqa: FBT002 - the query's argument
        if not (isinstance(text, str) and isinstance(part, str) and isinstance(ignore_case, bool)):
            return UNDEFINED
        return run(text.lower(), part.lower()) if ignore_case else run(text, part)

    return checked


def _whole(*values: Any) -> bool:
    return all(is_number(value) and value == int(value) for value in values)


def _substring(text: str, start: Any, length: Any) -> Any:
    if not _whole(start, length):
        return UNDEFINED
    begin = max(0, int(start))
    return text[begin : begin + max(0, int(length))]


def _index_of(text: str, part: str, start: Any = 0) -> Any:
    return text.find(part, max(0, int(start))) if _whole(start) else UNDEFINED


def _left(text: str, count: Any) -> Any:
    return text[: max(0, int(count))] if _whole(count) else UNDEFINED


def _right(text: str, count: Any) -> Any:
    return text[max(0, len(text) - max(0, int(count))) :] if _whole(count) else UNDEFINED


def _replicate(text: str, count: Any) -> Any:
    return text * int(count) if _whole(count) and 0 <= count * len(text) <= MANY else UNDEFINED


def _to_string(value: Any) -> Any:
    if value is UNDEFINED or isinstance(value, str):
        return value
    return dump_json(value).decode()


def _parsed(wanted: Callable[[Any], bool]) -> Function:
    def run(text: str) -> Any:
        try:
            value = json.loads(text.strip())
        except ValueError:
            return UNDEFINED
        return value if wanted(value) else UNDEFINED

    return _strings(run, 1)


def _array_contains(array: Any, wanted: Any, partial: Any = False) -> Any:  # noqa: FBT002 - the query's argument
    if not isinstance(array, list) or wanted is UNDEFINED:
        return UNDEFINED
    same = _covers if partial is True else lambda element, value: equals(element, value) is True
    return any(same(element, wanted) for element in array)


def _covers(element: Any, wanted: Any) -> bool:
    """Whether an object has at least what is wanted."""
    if isinstance(element, dict) and isinstance(wanted, dict):
        return all(name in element and _covers(element[name], value) for name, value in wanted.items())
    return equals(element, wanted) is True


def _array_concat(*arrays: Any) -> Any:
    if not all(isinstance(array, list) for array in arrays):
        return UNDEFINED
    return [element for array in arrays for element in array]


def _array_slice(array: Any, start: Any, length: Any = MANY * MANY) -> Any:
    if not isinstance(array, list) or not _whole(start, length):
        return UNDEFINED
    begin = max(0, int(start) + (len(array) if start < 0 else 0))
    return array[begin : begin + max(0, int(length))]


def _any_or_all(judge: Callable[..., bool]) -> Function:
    def run(array: Any, *wanted: Any) -> Any:
        if not isinstance(array, list):
            return UNDEFINED
        return judge(_array_contains(array, value) is True for value in wanted)

    return run


def _is(test: Callable[[Any], bool]) -> tuple[int, int, Function]:
    return (1, 1, test)


def _round(value: float) -> float:
    return math.copysign(math.floor(abs(value) + 0.5), value)


FUNCTIONS: dict[str, tuple[int, int, Function]] = {
    "IS_DEFINED": _is(lambda v: v is not UNDEFINED),
    "IS_NULL": _is(lambda v: v is None),
    "IS_BOOL": _is(lambda v: isinstance(v, bool)),
    "IS_NUMBER": _is(is_number),
    "IS_FINITE_NUMBER": _is(is_number),
    "IS_INTEGER": _is(_whole),
    "IS_STRING": _is(lambda v: isinstance(v, str)),
    "IS_ARRAY": _is(lambda v: isinstance(v, list)),
    "IS_OBJECT": _is(lambda v: isinstance(v, dict)),
    "IS_PRIMITIVE": _is(lambda v: 0 < rank(v) < ARRAY_RANK),
    "IIF": (3, 3, lambda test, yes, no: yes if test is True else no),
    "CONCAT": (2, MANY, lambda *p: "".join(p) if all(isinstance(x, str) for x in p) else UNDEFINED),
    "CONTAINS": (2, 3, _search(lambda text, part: part in text)),
    "STARTSWITH": (2, 3, _search(str.startswith)),
    "ENDSWITH": (2, 3, _search(str.endswith)),
    "STRINGEQUALS": (2, 3, _search(str.__eq__)),
    "LOWER": (1, 1, _strings(str.lower, 1)),
    "UPPER": (1, 1, _strings(str.upper, 1)),
    "LENGTH": (1, 1, _strings(len, 1)),
    "TRIM": (1, 1, _strings(str.strip, 1)),
    "LTRIM": (1, 1, _strings(str.lstrip, 1)),
    "RTRIM": (1, 1, _strings(str.rstrip, 1)),
    "REVERSE": (1, 1, _strings(lambda text: text[::-1], 1)),
    "REPLACE": (3, 3, _strings(lambda text, old, new: text.replace(old, new) if old else text, 3)),
    "SUBSTRING": (3, 3, _strings(_substring, 1)),
    "INDEX_OF": (2, 3, _strings(_index_of, 2)),
    "LEFT": (2, 2, _strings(_left, 1)),
    "RIGHT": (2, 2, _strings(_right, 1)),
    "REPLICATE": (2, 2, _strings(_replicate, 1)),
    "TOSTRING": (1, 1, _to_string),
    "STRINGTONUMBER": (1, 1, _parsed(is_number)),
    "STRINGTOBOOLEAN": (1, 1, _parsed(lambda v: isinstance(v, bool))),
    "STRINGTONULL": (1, 1, _parsed(lambda v: v is None)),
    "STRINGTOARRAY": (1, 1, _parsed(lambda v: isinstance(v, list))),
    "STRINGTOOBJECT": (1, 1, _parsed(lambda v: isinstance(v, dict))),
    "ARRAY_CONTAINS": (2, 3, _array_contains),
    "ARRAY_CONTAINS_ANY": (2, MANY, _any_or_all(any)),
    "ARRAY_CONTAINS_ALL": (2, MANY, _any_or_all(all)),
    "ARRAY_LENGTH": (1, 1, lambda v: len(v) if isinstance(v, list) else UNDEFINED),
    "ARRAY_CONCAT": (2, MANY, _array_concat),
    "ARRAY_SLICE": (2, 3, _array_slice),
    "ABS": (1, 1, _numbers(abs)),
    "CEILING": (1, 1, _numbers(math.ceil)),
    "FLOOR": (1, 1, _numbers(math.floor)),
    "ROUND": (1, 1, _numbers(_round)),
    "TRUNC": (1, 1, _numbers(math.trunc)),
    "SIGN": (1, 1, _numbers(lambda v: (v > 0) - (v < 0))),
    "SQRT": (1, 1, _numbers(math.sqrt)),
    "SQUARE": (1, 1, _numbers(lambda v: v * v)),
    "POWER": (2, 2, _numbers(math.pow)),
    "EXP": (1, 1, _numbers(math.exp)),
    "LOG": (1, 2, _numbers(math.log)),
    "LOG10": (1, 1, _numbers(math.log10)),
    "PI": (0, 0, lambda: math.pi),
    **DATES,
}
