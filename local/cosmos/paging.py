"""Running a query over documents, page by page: a continuation is a position, never an offset."""

import base64
import functools
import itertools
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from local.cosmos import ordering
from local.cosmos.choices import PARAMETERS, Scope
from local.cosmos.errors import Refusal
from local.cosmos.evaluate import NOW
from local.cosmos.indexing import Indexing
from local.cosmos.ordering import Position
from local.cosmos.query import Query, compiled
from local.cosmos.syntax import Literal, Node, Param
from local.cosmos.values import UNDEFINED, canonical
from local.cosmos.wire import dump_json

MAX_PAGE_BYTES = 4 * 1024 * 1024
DEFAULT_PAGE = 100
MAX_PAGE = 1000

Items = Iterable[tuple[int, Any]]  # with their numbers
Scan = Callable[[int], Items]  # items after a number


class Index(Protocol):
    """Access path to the items of a query, which may leave out items that WHERE excludes."""

    def by_number(self, after: int) -> Items: ...

    def in_order(self, after: Position | None) -> Items | None: ...

    def count(self) -> int | None: ...


@dataclass(frozen=True)
class Request:
    """Query to run; `indexing` None skips the rules about indexes."""

    text: str
    params: Scope = field(default_factory=dict)
    page_size: int = DEFAULT_PAGE
    continuation: str = ""
    indexing: Indexing | None = None
    now: float | None = None

    @property
    def scope(self) -> Scope:
        """Values that every expression may refer to."""
        return {**self.params, NOW: self.now, PARAMETERS: self.params}


@dataclass
class Page:
    rows: list[bytes] = field(default_factory=list)
    continuation: str = ""


def run(request: Request, scan: Scan, index: Index | None = None) -> Page:
    """Return one page of the answer, which is the same with and without an index."""
    query = compiled(request.text)
    select = query.select
    if request.indexing is not None:
        ordering.check_indexes(select, request.indexing)
    page = Page()
    if index and query.folding and not select.group_by and (counted := index.count()) is not None:
        page.rows = [dump_json(value) for value in query.counted(counted, request.scope)]
        return page
    token = _read_token(request)
    if token is None:
        after, left = None, _count(select.top or select.limit, request.params)
        skip = _count(select.offset, request.params) or 0
    else:
        (after, left), skip = token, 0
    rows = _stream(query, request, scan, after, index)
    if select.distinct:
        rows = _once_each(rows)
    if after is not None:
        rows = (row for row in rows if ordering.compare_positions(row[0], after, query.order) > 0)
    _fill(page, request, itertools.islice(rows, skip, None), left)
    return page


def _fill(page: Page, request: Request, rows: Iterator[tuple[Position, Any]], left: int | None) -> None:
    """Take rows until the page is full or `left` are taken; leave a continuation if there is more."""
    size = 0
    last: Position | None = None
    if left == 0:
        return
    for position, value in rows:
        row = dump_json(value)
        if last and (len(page.rows) >= request.page_size or size + len(row) > MAX_PAGE_BYTES):
            page.continuation = _token(request.text, last, left)
            return
        page.rows.append(row)
        size += len(row)
        last = position
        if left is not None:
            left -= 1
            if left == 0:
                return


def _once_each(rows: Iterator[tuple[Position, Any]]) -> Iterator[tuple[Position, Any]]:
    """Drop repeated values; a later page reads from the start again to find those of earlier pages."""
    seen: set[str] = set()
    for position, value in rows:
        key = canonical(value)
        if key not in seen:
            seen.add(key)
            yield position, value


def _matches(query: Query, request: Request, items: Items) -> Iterator[tuple[tuple[int, int], Scope]]:
    outer = request.scope
    if not query.select.sources:
        yield (0, 0), outer
        return
    for number, doc in items:
        for row, scope in enumerate(query.scopes({**outer, query.root: doc})):
            yield (number, row), scope


def _stream(
    query: Query, request: Request, scan: Scan, after: Position | None, index: Index | None
) -> Iterator[tuple[Position, Any]]:
    """Rows in the order of the answer, each with its place in it."""
    ordered = bool(query.order)
    since = None if query.select.distinct or query.folding else after
    start = since[1] - 1 if since and not ordered else 0
    items = index.in_order(since) if index and query.select.order_by else None
    sort = ordered and items is None
    if items is None:
        items = index.by_number(start) if index else scan(start)
    matches = _matches(query, request, items)
    if query.folding:
        groups = query.folding.rows((scope for _, scope in matches), request.scope)
        found = (((values, 0, 0), query.project(scope)) for values, scope in groups)
    else:
        found = (
            (([key(scope) for key, _ in query.order], number, row), query.project(scope))
            for (number, row), scope in matches
        )
    found = (row for row in found if row[1] is not UNDEFINED)
    if not sort:
        return found

    def compare(left: tuple[Position, Any], right: tuple[Position, Any]) -> int:
        return ordering.compare_positions(left[0], right[0], query.order)

    return iter(sorted(found, key=functools.cmp_to_key(compare)))


def _count(node: Node | None, params: Scope) -> int | None:
    match node:
        case None:
            return None
        case Literal(int(value)) if value is not True and value is not False:
            return value
        case Param(name) if type(params.get(name)) is int and params[name] >= 0:
            return int(params[name])
    raise Refusal(400, "TOP, OFFSET and LIMIT take a whole number that is not negative.")


def _token(text: str, last: Position, left: int | None) -> str:
    keys, number, row = last
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
        return position, None if body["left"] is None else int(body["left"])
    except (ValueError, KeyError, TypeError, IndexError) as exc:
        raise Refusal(400, f"Invalid Continuation Token: {request.continuation[:100]}") from exc
