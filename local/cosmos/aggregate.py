"""COUNT, COUNTIF, SUM, MIN, MAX and AVG over the rows of one partition, all together or by group."""

from collections.abc import Iterable, Iterator
from typing import Any

from local.cosmos.errors import Refusal, bad, unsupported
from local.cosmos.evaluate import Compiler, Eval, Scope, SubQueries
from local.cosmos.syntax import (
    AGGREGATES,
    ArrayOf,
    Function,
    Name,
    Node,
    ObjectOf,
    Select,
    SubQuery,
    aggregates_in,
    children,
    parts_of,
)
from local.cosmos.values import UNDEFINED, as_number, canonical, compare, is_number, rank

ARRAY_RANK = 5
MAX_GROUPED_AGGREGATES = 21


class Fold:
    """Running aggregate. Undefined values are skipped; a value of a wrong type makes the result undefined."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._count = 0
        self._total: Any = 0
        self._best: Any = UNDEFINED
        self._spoiled = False

    def add(self, value: Any) -> None:
        if value is UNDEFINED or (self._name == "COUNTIF" and value is not True):
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
        if self._name in {"COUNT", "COUNTIF"}:
            return self._count
        if self._spoiled:
            return UNDEFINED
        if self._name == "SUM":
            return as_number(self._total)
        if self._name == "AVG":
            return as_number(self._total / self._count) if self._count else UNDEFINED
        return self._best


class FoldingCompiler(Compiler):
    """Compiles a select list with aggregates: each becomes a reference to its folded value.

    An expression of GROUP BY becomes a reference to the group's value; nothing else may name the item.
    """

    def __init__(self, aliases: frozenset[str], subquery: SubQueries, group_by: tuple[Node, ...]) -> None:
        super().__init__(aliases, subquery)
        self._rows = Compiler(aliases, subquery)
        self._grouped = {repr(node): f"#by{number}" for number, node in enumerate(group_by)}
        self.keys = [self._rows(node) for node in group_by]
        self.folds: list[tuple[str, Eval]] = []

    def __call__(self, node: Node) -> Eval:
        if name := self._grouped.get(repr(node)):
            return lambda scope: scope[name]
        if isinstance(node, SubQuery):
            raise unsupported("a sub-query in the select list together with an aggregate or GROUP BY")
        return super().__call__(node)

    def _function(self, name: str, args: tuple[Node, ...]) -> Eval:
        if name not in AGGREGATES:
            return super()._function(name, args)
        if len(args) != 1:
            raise Refusal(400, f"The aggregate {name} takes one argument.")
        key = f"#{len(self.folds)}"
        self.folds.append((name, self._rows(args[0])))
        return lambda scope: scope[key]

    def _alias(self, name: str) -> Eval:
        raise Refusal(
            400,
            f"Property reference '{name}' is invalid in the select list because it is not contained in "
            "either an aggregate function or the GROUP BY clause.",
        )

    def rows(self, scopes: Iterable[Scope], params: Scope) -> Iterator[tuple[list[Any], Scope]]:
        """Each group's values and the scope of its row; without GROUP BY one group, even of no rows."""
        groups: dict[str, tuple[list[Any], list[Fold]]] = {}
        if not self.keys:
            groups[""] = ([], self._new_folds())
        for scope in scopes:
            values = [key(scope) for key in self.keys]
            name = (
                "" if not values else canonical([[] if value is UNDEFINED else [value] for value in values])
            )
            if name not in groups:
                groups[name] = (values, self._new_folds())
            for fold, (_, argument) in zip(groups[name][1], self.folds, strict=True):
                fold.add(argument(scope))
        for values, folds in groups.values():
            row = {f"#by{number}": value for number, value in enumerate(values)}
            row |= {f"#{number}": fold.result() for number, fold in enumerate(folds)}
            yield values, params | row

    def _new_folds(self) -> list[Fold]:
        return [Fold(name) for name, _ in self.folds]


def check(select: Select) -> None:
    """Refuse with 400 a clause that is not allowed with aggregates or GROUP BY."""
    if select.group_by:
        _check_groups(select)
    elif select.order_by or select.distinct or select.limit:
        raise unsupported("ORDER BY, DISTINCT or OFFSET LIMIT together with an aggregate")


def _check_groups(select: Select) -> None:
    if select.columns is None:
        raise bad("'SELECT *' cannot be used with GROUP BY; name the grouped properties and aggregates.")
    if select.order_by:
        raise bad("'ORDER BY' is not supported in presence of GROUP BY.")
    if select.distinct:
        raise unsupported("DISTINCT together with GROUP BY")
    for node in select.group_by:
        found = list(parts_of(node))
        if aggregates_in(node) or any(isinstance(part, SubQuery) for part in found):
            raise bad("GROUP BY takes neither an aggregate nor a sub-query.")
        if not any(isinstance(part, Name) for part in found):
            raise bad("Each expression of GROUP BY needs a property, such as c.city.")
    for _, node in select.columns:
        _check_column(node, {repr(group) for group in select.group_by})
    if sum(len(aggregates_in(node)) for _, node in select.columns) > MAX_GROUPED_AGGREGATES:
        raise bad(f"A query with GROUP BY holds at most {MAX_GROUPED_AGGREGATES} aggregates.")


def _check_column(node: Node, groups: set[str], *, inside: bool = False) -> None:
    """Refuse an expression of a grouped property: the service's behaviour is not documented."""
    if repr(node) in groups:
        if inside:
            raise unsupported("an expression over a grouped property; group by the whole expression")
        return
    if isinstance(node, Function) and node.name in AGGREGATES:
        return
    for child in children(node):
        _check_column(child, groups, inside=inside or not isinstance(node, ObjectOf | ArrayOf))
