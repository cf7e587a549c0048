"""Expressions to closures: each takes the row's scope (aliases and @parameters) and returns a value."""

import re
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from local.cosmos import choices, functions
from local.cosmos.dates import CURRENT
from local.cosmos.errors import Refusal, unsupported
from local.cosmos.syntax import (
    AGGREGATES,
    ArrayOf,
    Between,
    Binary,
    Conditional,
    Function,
    In,
    Like,
    Literal,
    Member,
    Name,
    Node,
    ObjectOf,
    Param,
    SubQuery,
    Unary,
)
from local.cosmos.values import (
    UNDEFINED,
    as_number,
    both,
    either,
    equals,
    is_number,
    less,
    negated,
)

NOW = "#now"  # the scope's entry for the time of the query; without it, the machine's
Scope = choices.Scope
Eval = choices.Eval
SubQueries = Callable[[SubQuery, frozenset[str]], Eval]


class Compiler:
    """Compiles expressions over the given aliases; `subquery` compiles a nested SELECT."""

    def __init__(self, aliases: frozenset[str], subquery: SubQueries) -> None:
        self._aliases = aliases
        self._subquery = subquery

    def __call__(self, node: Node) -> Eval:  # noqa: C901, PLR0911, PLR0912 - one line per shape
        match node:
            case Literal(value):
                return lambda _: value
            case Param(name):
                return self._param(name)
            case Name(name):
                return self._alias(name)
            case Member(target, key):
                return self._member(self(target), key)
            case Unary(sign, operand):
                return _unary(sign, self(operand))
            case Binary("OR"):
                return self._or(node)
            case Binary(sign, left, right):
                return _binary(sign, self(left), self(right))
            case Conditional(test, yes, no):
                t, y, n = self(test), self(yes), self(no)
                return lambda scope: y(scope) if t(scope) is True else n(scope)
            case In(operand, parts) if all(choices.is_constant(part) for part in parts):
                return choices.one_of(self(operand), [self(part) for part in parts])
            case In(operand, parts):
                return _in(self(operand), [self(part) for part in parts])
            case Between(operand, low, high):
                return _between(self(operand), self(low), self(high))
            case Like(operand, pattern, escape):
                return _like(self(operand), self(pattern), self(escape) if escape else None)
            case ArrayOf(parts):
                return _array([self(part) for part in parts])
            case ObjectOf(pairs):
                return objects([(name, self(part)) for name, part in pairs])
            case SubQuery():
                return self._subquery(node, self._aliases)
            case Function(name, args):
                return self._function(name, args)

    def _function(self, name: str, args: tuple[Node, ...]) -> Eval:
        if name in AGGREGATES:
            raise Refusal(400, f"The aggregate {name} is not allowed here.")
        if name in CURRENT and not args:
            current = CURRENT[name]
            return lambda scope: current(scope.get(NOW) or time.time())
        if name not in functions.FUNCTIONS:
            raise unsupported(f"the function {name}")
        least, most, run = functions.FUNCTIONS[name]
        if not least <= len(args) <= most:
            raise Refusal(400, f"The {name} function takes {least} to {most} arguments, not {len(args)}.")
        compiled = [self(arg) for arg in args]
        if name == "ARRAY_CONTAINS" and len(args) == 2 and choices.is_constant(args[0]):  # noqa: PLR2004
            return choices.listed(compiled[0], compiled[1])
        return lambda scope: run(*[arg(scope) for arg in compiled])

    def _or(self, node: Node) -> Eval:
        """Any of some conditions; many of the same equalities are looked up instead of tried in turn."""
        parts = choices.alternatives(node)
        compiled = [self(part) for part in parts]

        def run(scope: Scope) -> Any:
            found: Any = False
            for part in compiled:
                found = either(found, part(scope))
                if found is True:
                    break
            return found

        equalities = [choices.equalities_of(part) for part in parts]
        paths = sorted(equalities[0], key=repr)
        if (
            len(parts) < choices.MANY
            or not paths
            or any(one.keys() != equalities[0].keys() for one in equalities)
        ):
            return run
        rows = [[self(one[path]) for path in paths] for one in equalities]
        return choices.any_row([self(path) for path in paths], rows, run)

    def _alias(self, name: str) -> Eval:
        if name not in self._aliases:
            raise Refusal(400, f"Identifier '{name}' could not be resolved.")
        return lambda scope: scope[name]

    @staticmethod
    def _param(name: str) -> Eval:
        def get(scope: Scope) -> Any:
            if name not in scope:
                raise Refusal(400, f"The query parameter '{name}' was not given a value.")
            return scope[name]

        return get

    def _member(self, target: Eval, key: Node) -> Eval:
        if isinstance(key, Literal) and isinstance(key.value, str):
            field = key.value

            def get_field(scope: Scope) -> Any:
                value = target(scope)
                return value.get(field, UNDEFINED) if type(value) is dict else UNDEFINED

            return get_field
        index = self(key)

        def get(scope: Scope) -> Any:
            value, at = target(scope), index(scope)
            if isinstance(value, dict) and isinstance(at, str):
                return value.get(at, UNDEFINED)
            if isinstance(value, list) and is_number(at) and at == int(at) and 0 <= at < len(value):
                return value[int(at)]
            return UNDEFINED

        return get


def _array(parts: list[Eval]) -> Eval:
    return lambda scope: [value for part in parts if (value := part(scope)) is not UNDEFINED]


def objects(parts: list[tuple[str, Eval]]) -> Eval:
    """Compile an object; undefined members are left out."""
    return lambda scope: {name: value for name, part in parts if (value := part(scope)) is not UNDEFINED}


def _unary(sign: str, operand: Eval) -> Eval:
    if sign == "NOT":
        return lambda scope: negated(operand(scope))

    def run(scope: Scope) -> Any:
        value = operand(scope)
        if not is_number(value):
            return UNDEFINED
        if sign == "~":
            return ~_int32(value)
        return -value if sign == "-" else value

    return run


def _int32(value: float) -> int:
    return (int(value) + 2**31) % 2**32 - 2**31


def _modulo(a: float, b: float) -> float:
    return abs(a) % abs(b) * (-1 if a < 0 else 1)  # the sign of the dividend, as in the service


ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "%": _modulo,
    "&": lambda a, b: _int32(a) & _int32(b),
    "|": lambda a, b: _int32(a) | _int32(b),
    "^": lambda a, b: _int32(a) ^ _int32(b),
    "<<": lambda a, b: _int32(_int32(a) << (int(b) & 31)),
    ">>": lambda a, b: _int32(a) >> (int(b) & 31),
    ">>>": lambda a, b: (_int32(a) % 2**32) >> (int(b) & 31),
}
COMPARISONS: dict[str, Callable[[Any, Any], Any]] = {
    "=": equals,
    "!=": lambda a, b: negated(equals(a, b)),
    "<": less,
    ">": lambda a, b: less(b, a),
    "<=": lambda a, b: negated(less(b, a)),
    ">=": lambda a, b: negated(less(a, b)),
    "||": lambda a, b: a + b if isinstance(a, str) and isinstance(b, str) else UNDEFINED,
}


def _binary(sign: str, left: Eval, right: Eval) -> Eval:
    if sign == "AND":
        return lambda scope: False if (a := left(scope)) is False else both(a, right(scope))
    if sign == "??":
        return lambda scope: right(scope) if (a := left(scope)) is UNDEFINED else a
    if sign in COMPARISONS:
        compare = COMPARISONS[sign]
        return lambda scope: compare(left(scope), right(scope))
    calculate = ARITHMETIC[sign]

    def run(scope: Scope) -> Any:
        a, b = left(scope), right(scope)
        if not is_number(a) or not is_number(b):
            return UNDEFINED
        try:
            return as_number(calculate(a, b))
        except (ArithmeticError, ValueError):
            return UNDEFINED

    return run


def _in(operand: Eval, choices: list[Eval]) -> Eval:
    def run(scope: Scope) -> Any:
        value, found = operand(scope), False
        for choice in choices:
            same = equals(value, choice(scope))
            if same is True:
                return True
            found = either(found, same)  # type: ignore[assignment]
        return found

    return run


def _between(operand: Eval, low: Eval, high: Eval) -> Eval:
    def run(scope: Scope) -> Any:
        value = operand(scope)
        return both(negated(less(value, low(scope))), negated(less(high(scope), value)))

    return run


def _like(operand: Eval, pattern: Eval, escape: Eval | None) -> Eval:
    def run(scope: Scope) -> Any:
        value, wanted = operand(scope), pattern(scope)
        mark = escape(scope) if escape else ""
        if not (isinstance(value, str) and isinstance(wanted, str) and isinstance(mark, str)):
            return UNDEFINED
        return like_pattern(wanted, mark).fullmatch(value) is not None

    return run


@lru_cache(maxsize=512)
def like_pattern(text: str, escape: str) -> re.Pattern[str]:
    """`%` any text, `_` one character, `[a-f]`, `[^a-f]` one of a set; `escape` makes the next one plain."""
    found, at = "", 0
    while at < len(text):
        char = text[at]
        if char == escape and at + 1 < len(text):
            at += 1
            found += re.escape(text[at])
        elif char == "[" and (end := text.find("]", at + 1)) > 0:
            body = text[at + 1 : end]
            negative = body.startswith("^")
            inner = body[negative:].replace("\\", "\\\\").replace("[", "\\[").replace("^", "\\^")
            found += f"[{'^' if negative else ''}{inner}]" if inner else re.escape(text[at : end + 1])
            at = end
        else:
            found += {"%": ".*", "_": "."}.get(char, re.escape(char))
        at += 1
    try:
        return re.compile(found, re.DOTALL)
    except re.error as exc:
        raise Refusal(400, f"The LIKE pattern '{text}' is invalid.") from exc
