"""Running a query over documents, page by page: a continuation is a position, never an offset."""

import base64
import functools
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from local.cosmos import ordering
from local.cosmos.aggregate import Fold, FoldingCompiler
from local.cosmos.errors import Refusal, unsupported
from local.cosmos.evaluate import Compiler, Eval, Scope, objects
from local.cosmos.parser import parse, parse_condition
from local.cosmos.syntax import Binary, Literal, Name, Node, Param, Select, SubQuery, aggregates_in, path_of
from local.cosmos.values import UNDEFINED
from local.cosmos.wire import dump_json

MAX_PAGE_BYTES = 4 * 1024 * 1024
DEFAULT_PAGE = 100
MAX_PAGE = 1000

Position = tuple[list[Any], int, int]  # order keys, item, row within the item
Scan = Callable[[int], Iterable[tuple[int, Any]]]  # items after a number, with theirs


class Query:
    """A compiled SELECT: sources, filter and projection over scopes."""

    def __init__(self, select: Select, outer: frozenset[str] = frozenset()) -> None:
        self.select = select
        self.root = _root_alias(select, outer)
        known = outer | ({self.root} if self.root else set())
        self.steps: list[tuple[str, Eval]] = []
        for source in select.sources:
            if source.path is not None:
                self.steps.append((source.alias, Compiler(known, subquery)(source.path)))
            known |= {source.alias}
        compiler = Compiler(known, subquery)
        self.where = compiler(select.where) if select.where else None
        columns = select.columns or ()
        self.folds: list[tuple[str, Eval]] = []
        if any(aggregates_in(node) for _, node in columns):
            compiler = FoldingCompiler(known, subquery, self.folds)
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
        if self.folds:
            folds = [Fold(name) for name, _ in self.folds]
            for scope in scopes:
                for fold, (_, argument) in zip(folds, self.folds, strict=True):
                    fold.add(argument(scope))
            totals = {f"#{number}": fold.result() for number, fold in enumerate(folds)}
            scopes = [{**params, **totals}]
        for scope in scopes:
            value = self.project(scope)
            if value is not UNDEFINED:
                yield value


def _root_alias(select: Select, outer: frozenset[str]) -> str:
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
    return any(True for _ in query.scopes({query.root: doc}))


@dataclass(frozen=True)
class Request:
    """What to run; `policy` (the container's indexing policy) None skips the index rules."""

    text: str
    params: Scope = field(default_factory=dict)
    page_size: int = DEFAULT_PAGE
    continuation: str = ""
    policy: dict[str, Any] | None = None


@dataclass
class Page:
    rows: list[bytes] = field(default_factory=list)
    continuation: str = ""
    scanned: int = 0


def from_body(body: Any) -> tuple[str, Scope]:
    """Return the text and parameters of a query body."""
    text = body.get("query") if isinstance(body, dict) else body
    given = body.get("parameters") or [] if isinstance(body, dict) else []
    if not isinstance(text, str):
        raise Refusal(400, "The query body needs a 'query' text.")
    try:
        return text, {parameter["name"]: parameter.get("value") for parameter in given}
    except (TypeError, KeyError, AttributeError) as exc:
        raise Refusal(400, "Every query parameter needs a 'name' and a 'value'.") from exc


def run(request: Request, scan: Scan) -> Page:
    """Return one page of the answer."""
    query = compiled(request.text)
    select = query.select
    if request.policy is not None:
        ordering.check_indexes(select, request.policy)
    page = Page()
    token = _read_token(request)
    if query.folds:
        scopes = (scope for _, scope in _matches(query, request, scan, 0, page))
        page.rows = [dump_json(value) for value in query.values(scopes, request.params)]
        return page
    left = _count(select.top or select.limit, request.params) if token is None else token[1]
    skip = _count(select.offset, request.params) or 0 if token is None else 0
    after = token[0] if token else None
    seen: set[bytes] = set()
    size = 0
    last: Position | None = None
    for position, value in _stream(query, request, scan, after, page):
        row = dump_json(value)
        if select.distinct:
            key = json.dumps(value, sort_keys=True).encode()
            if key in seen:
                continue
            seen.add(key)
        if after is not None and ordering.compare_positions(position, after, query.order) <= 0:
            continue
        if skip:
            skip -= 1
            continue
        if left == 0:
            break
        if page.rows and (len(page.rows) >= request.page_size or size + len(row) > MAX_PAGE_BYTES):
            page.continuation = _token(request.text, last, left)
            break
        page.rows.append(row)
        size += len(row)
        last = position
        left = None if left is None else left - 1
    return page


def _matches(
    query: Query, request: Request, scan: Scan, after: int, page: Page
) -> Iterator[tuple[tuple[int, int], Scope]]:
    if not query.select.sources:
        yield (0, 0), dict(request.params)
        return
    for number, doc in scan(after):
        page.scanned += 1
        for row, scope in enumerate(query.scopes({**request.params, query.root: doc})):
            yield (number, row), scope


def _stream(
    query: Query, request: Request, scan: Scan, after: Position | None, page: Page
) -> Iterator[tuple[Position, Any]]:
    """Rows in the order of the answer, each with its place in it."""
    ordered = bool(query.order)
    start = after[1] - 1 if after and not ordered and not query.select.distinct else 0
    found = (
        (([key(scope) for key, _ in query.order], number, row), value)
        for (number, row), scope in _matches(query, request, scan, start, page)
        if (value := query.project(scope)) is not UNDEFINED
    )
    if not ordered:
        return found

    def compare(left: tuple[Position, Any], right: tuple[Position, Any]) -> int:
        return ordering.compare_positions(left[0], right[0], query.order)

    return iter(sorted(found, key=functools.cmp_to_key(compare)))


def _count(node: Node | None, params: Scope) -> int | None:
    if node is None:
        return None
    value = (
        node.value
        if isinstance(node, Literal)
        else params.get(node.name)
        if isinstance(node, Param)
        else None
    )
    if type(value) is not int or value < 0:
        raise Refusal(400, "TOP, OFFSET and LIMIT take a whole number that is not negative.")
    return value


def _token(text: str, last: Position | None, left: int | None) -> str:
    keys, number, row = last or ([], 0, 0)
    wrapped = [[] if key is UNDEFINED else [key] for key in keys]
    body = {"q": zlib.crc32(text.encode()), "keys": wrapped, "item": number, "row": row, "left": left}
    return base64.b64encode(dump_json(body)).decode()


def _read_token(request: Request) -> tuple[Position, int | None] | None:
    if not request.continuation:
        return None
    try:
        body = json.loads(base64.b64decode(request.continuation, validate=True))
        keys = [key[0] if key else UNDEFINED for key in body["keys"]]
        position = (keys, int(body["item"]), int(body["row"]))
        if body["q"] != zlib.crc32(request.text.encode()):
            raise ValueError("another query's token")  # noqa: TRY301 - one answer for all faults
        return position, body["left"]
    except (ValueError, KeyError, TypeError, IndexError) as exc:
        raise Refusal(400, f"Invalid Continuation Token: {request.continuation[:100]}") from exc


def refuse_fan_out(text: str) -> None:
    """Refuse, without a partition key, what streaming one range after another cannot answer."""
    select = parse(text)
    features = {
        "ORDER BY": bool(select.order_by),
        "TOP": select.top is not None,
        "OFFSET LIMIT": select.limit is not None,
        "DISTINCT": select.distinct,
        "an aggregate": any(aggregates_in(node) for _, node in select.columns or ()),
    }
    for name, used in features.items():
        if used:
            raise Refusal(
                400,
                f"Cross partition query with {name} cannot be served directly by the gateway, and the local "
                "Cosmos server does not plan queries. Give a partition key, or stream a plain filter.",
            )


def pins_key(text: str, key_paths: tuple[tuple[str, ...], ...]) -> bool:
    """Whether WHERE demands one value of the partition key, so that no fan-out is needed."""
    select = parse(text)
    root = _root_alias(select, frozenset())
    pending = [select.where] if select.where else []
    wanted = {(root, *path) for path in key_paths}
    while pending:
        node = pending.pop()
        if isinstance(node, Binary) and node.sign == "AND":
            pending += [node.left, node.right]
        elif isinstance(node, Binary) and node.sign == "=":
            for side, other in ((node.left, node.right), (node.right, node.left)):
                if isinstance(other, Literal | Param):
                    wanted.discard(path_of(side) or ())
    return not wanted
