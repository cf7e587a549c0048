"""COUNT, SUM, MIN, MAX and AVG over the rows of one partition."""

from typing import Any

from local.cosmos.errors import Refusal
from local.cosmos.evaluate import Compiler, Eval, SubQueries
from local.cosmos.syntax import AGGREGATES, Node
from local.cosmos.values import UNDEFINED, as_number, compare, is_number, rank

ARRAY_RANK = 5


class Fold:
    """Undefined values are skipped; a value the aggregate cannot take makes the whole result undefined."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._count = 0
        self._total: Any = 0
        self._best: Any = UNDEFINED
        self._spoiled = False

    def add(self, value: Any) -> None:
        if value is UNDEFINED:
            return
        self._count += 1
        if self._name in {"SUM", "AVG"}:
            if is_number(value):
                self._total += value
            else:
                self._spoiled = True
        elif self._name in {"MIN", "MAX"}:
            self._spoiled |= rank(value) >= ARRAY_RANK
            order = compare(value, self._best)
            if self._best is UNDEFINED or (order < 0 if self._name == "MIN" else order > 0):
                self._best = value

    def result(self) -> Any:
        if self._name == "COUNT":
            return self._count
        if self._spoiled:
            return UNDEFINED
        if self._name == "SUM":
            return as_number(self._total)
        if self._name == "AVG":
            return as_number(self._total / self._count) if self._count else UNDEFINED
        return self._best


class FoldingCompiler(Compiler):
    """Compiles a select list with aggregates: each becomes a reference to its folded value."""

    def __init__(self, aliases: frozenset[str], subquery: SubQueries, folds: list[tuple[str, Eval]]) -> None:
        super().__init__(aliases, subquery)
        self._folds = folds
        self._rows = Compiler(aliases, subquery)

    def _function(self, name: str, args: tuple[Node, ...]) -> Eval:
        if name not in AGGREGATES:
            return super()._function(name, args)
        if len(args) != 1:
            raise Refusal(400, f"The aggregate {name} takes one argument.")
        key = f"#{len(self._folds)}"
        self._folds.append((name, self._rows(args[0])))
        return lambda scope: scope[key]

    def _alias(self, name: str) -> Eval:
        raise Refusal(
            400,
            f"Property reference '{name}' is invalid in the select list because it is not contained in "
            "either an aggregate function or the GROUP BY clause.",
        )
