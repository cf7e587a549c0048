"""Running a query over documents, page by page: a continuation is a position, never an offset."""

import base64
import functools
import itertools
import json
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from local.cosmos import ordering
from local.cosmos.errors import Refusal
from local.cosmos.evaluate import Scope
from local.cosmos.ordering import Position
from local.cosmos.query import Query, compiled
from local.cosmos.syntax import Literal, Node, Param
from local.cosmos.values import UNDEFINED, canonical
from local.cosmos.wire import dump_json

MAX_PAGE_BYTES = 4 * 1024 * 1024
DEFAULT_PAGE = 100
MAX_PAGE = 1000

Scan = Callable[[int], Iterable[tuple[int, Any]]]  # items after a number, with theirs


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
    if token is None:
        after, left = None, _count(select.top or select.limit, request.params)
        skip = _count(select.offset, request.params) or 0
    else:
        (after, left), skip = token, 0
    rows = _stream(query, request, scan, after, page)
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
    """Drop values seen before; a later page begins from the start, so that it knows them too."""
    seen: set[str] = set()
    for position, value in rows:
        key = canonical(value)
        if key not in seen:
            seen.add(key)
            yield position, value


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
    matches = _matches(query, request, scan, start, page)
    if query.folding:
        groups = query.folding.rows((scope for _, scope in matches), request.params)
        found = (((values, 0, 0), query.project(scope)) for values, scope in groups)
    else:
        found = (
            (([key(scope) for key, _ in query.order], number, row), query.project(scope))
            for (number, row), scope in matches
        )
    found = (row for row in found if row[1] is not UNDEFINED)
    if not ordered:
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
