"""A parsed query made runnable: its sources, its filter and its projection, as closures."""

import functools
from collections.abc import Iterable, Iterator
from typing import Any

from local.cosmos import aggregate, ordering
from local.cosmos.aggregate import FoldingCompiler
from local.cosmos.choices import PARAMETERS
from local.cosmos.errors import Refusal, unsupported
from local.cosmos.evaluate import Compiler, Eval, Scope, objects
from local.cosmos.parser import parse, parse_condition
from local.cosmos.syntax import Name, Node, Select, SubQuery, aggregates_in
from local.cosmos.values import UNDEFINED


class Query:
    """A compiled SELECT: sources, filter and projection over scopes."""

    def __init__(self, select: Select, outer: frozenset[str] = frozenset()) -> None:
        self.select = select
        self.root = root_alias(select, outer)
        known = outer | ({self.root} if self.root else set())
        self.steps: list[tuple[str, Eval]] = []
        for number, source in enumerate(select.sources):
            if source.path is not None:
                self.steps.append((source.alias, Compiler(known, subquery)(source.path)))
            known = frozenset({source.alias}) | (known if number else outer)  # `FROM t IN c.tags` hides c
        compiler = Compiler(known, subquery)
        self.where = compiler(select.where) if select.where else None
        columns = select.columns or ()
        self.folding: FoldingCompiler | None = None
        if select.group_by or any(aggregates_in(node) for _, node in columns):
            aggregate.check(select)
            compiler = self.folding = FoldingCompiler(known, subquery, select.group_by)
        if select.columns is None:
            alias = select.sources[0].alias if select.sources else ""
            self.project: Eval = lambda scope: scope[alias]
        elif select.is_value:
            self.project = compiler(columns[0][1])
        else:
            self.project = objects([(name, compiler(node)) for name, node in columns])
        self.order = [
            (ordering.evaluator(node, self.root, Compiler(known, subquery)), desc)
            for node, desc in select.order_by
        ]
        if self.folding:  # groups come in the order of their values, so that pages can go on from one
            self.order = [(key, False) for key in self.folding.keys]

    def scopes(self, scope: Scope) -> Iterator[Scope]:
        """Every combination of the joined arrays for which WHERE is true."""
        for joined in self._join(scope, 0):
            if self.where is None or self.where(joined) is True:
                yield joined

    def _join(self, scope: Scope, depth: int) -> Iterator[Scope]:
        if depth == len(self.steps):
            yield scope
            return
        alias, array = self.steps[depth]
        elements = array(scope)
        for element in elements if isinstance(elements, list) else ():
            yield from self._join({**scope, alias: element}, depth + 1)

    def values(self, scopes: Iterable[Scope], params: Scope) -> Iterator[Any]:
        """Project each scope, or fold them all into one row."""
        if self.folding:
            scopes = [scope for _, scope in self.folding.rows(scopes, params)]
        for scope in scopes:
            value = self.project(scope)
            if value is not UNDEFINED:
                yield value

    def counted(self, items: int, params: Scope) -> Iterator[Any]:
        """The row of a select list whose aggregates all count so many items."""
        folds = self.folding.folds if self.folding else ()
        totals = {f"#{number}": items for number in range(len(folds))}
        yield self.project(params | totals)


def root_alias(select: Select, outer: frozenset[str]) -> str:
    """The name that stands for the whole item; empty when the query or sub-query does not use one."""
    if not select.sources:
        return ""
    first = select.sources[0]
    if first.path is None:
        if outer:
            raise unsupported("a sub-query over the whole container")
        return first.alias
    node: Node = first.path
    while not isinstance(node, Name):
        node = node.target  # type: ignore[union-attr]  # the parser builds only members of a name here
    return "" if node.name in outer else node.name


def subquery(node: SubQuery, outer: frozenset[str]) -> Eval:
    query = Query(node.query, outer)

    def rows(scope: Scope) -> Iterator[Any]:
        return query.values(query.scopes(scope), scope)

    if node.kind == "EXISTS":
        return lambda scope: next(rows(scope), UNDEFINED) is not UNDEFINED
    if node.kind == "ARRAY":
        return lambda scope: list(rows(scope))
    return lambda scope: next(rows(scope), UNDEFINED)


@functools.lru_cache(maxsize=512)
def compiled(text: str) -> Query:
    try:
        return Query(parse(text))
    except RecursionError as exc:
        raise Refusal(400, "The query is nested too deeply.") from exc


@functools.lru_cache(maxsize=512)
def _compiled_condition(text: str) -> Query:
    return Query(parse_condition(text))


def holds(condition: str, doc: Any) -> bool:
    """Whether a patch condition (`FROM c WHERE ...`) is true for the document."""
    query = _compiled_condition(condition)
    return any(True for _ in query.scopes({PARAMETERS: {}, query.root: doc}))
