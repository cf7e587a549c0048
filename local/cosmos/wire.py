"""One request and one answer, free of the web framework, so that handlers are plain functions."""

import json
import math
import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote, unquote

from local.cosmos.errors import Refusal
from local.cosmos.values import EXACT

# A batch that begins with a read, as the SDK writes it. It reads only, as far as we use it.
_READS = re.compile(rb'\[\{"operationType": ?"Read"')
RID_OF_DATABASE = 8  # characters of base64 for four bytes, "==" included


@dataclass(frozen=True)
class Call:
    """A request: path segments are unquoted names or rids; header names are lower-case."""

    method: str
    segments: tuple[str, ...]
    headers: dict[str, str]
    body: bytes
    origin: str  # scheme://host as the client sees it

    def header(self, name: str) -> str:
        return self.headers.get(name, "")

    def flag(self, name: str) -> bool:
        """Whether a header is true; the SDK writes Python's True."""
        return self.header(name).lower() == "true"

    @property
    def location(self) -> str:
        """The resource's address, as the client may use it."""
        return f"{self.origin}/{'/'.join(quote(part, safe='') for part in self.segments)}"

    @property
    def about_items(self) -> bool:
        """Whether the path leads into a container's items."""
        return self.segments[:5:2] == ("dbs", "colls", "docs")

    @property
    def by_rid(self) -> bool:
        """Whether the path holds rids; the database segment decides, as in the SDK."""
        return (
            len(self.segments) > 1
            and self.segments[0] in {"dbs", "offers"}
            and (
                self.segments[0] == "offers"
                or (len(self.segments[1]) == RID_OF_DATABASE and self.segments[1].endswith("=="))
            )
        )

    @property
    def operation(self) -> str:
        """Name of the operation in faults, call records and charges."""
        if self.flag("x-ms-cosmos-is-query-plan-request"):
            return "query_plan"
        if self.flag("x-ms-cosmos-is-batch-request"):
            return "read_batch" if _READS.match(self.body) else "batch"
        if self.flag("x-ms-documentdb-isquery") or self.header("content-type").startswith(
            "application/query+json"
        ):
            return "query"
        if self.method == "POST":
            return "upsert" if self.flag("x-ms-documentdb-is-upsert") else "create"
        if self.method == "GET":
            return "read" if len(self.segments) % 2 == 0 else "list"
        return {"PUT": "replace", "PATCH": "patch", "DELETE": "delete"}.get(self.method, self.method.lower())

    def json(self) -> Any:
        return parse_json(self.body)


@dataclass
class Reply:
    """An answer; `headers` holds only the differences from the usual ones."""

    status: int
    body: bytes = b""
    charge: float = 1.0
    headers: dict[str, str] = field(default_factory=dict)


def segments_of(raw_path: str) -> tuple[str, ...]:
    return tuple(unquote(part) for part in raw_path.partition("?")[0].split("/") if part)


def _no_constant(text: str) -> float:
    raise ValueError(text)


def _integer(text: str) -> int | float:
    value = int(text)
    return value if abs(value) <= EXACT else float(value)


def _fraction(text: str) -> float:
    value = float(text)
    return value if math.isfinite(value) else _no_constant(text)


def parse_json(raw: bytes) -> Any:
    """Strict JSON in UTF-8: no NaN, no Infinity; every number is a double, as in the service."""
    try:
        return json.loads(
            raw.decode("utf-8"), parse_constant=_no_constant, parse_int=_integer, parse_float=_fraction
        )
    except (ValueError, OverflowError, RecursionError) as exc:
        raise Refusal(
            400, "The request payload is invalid. Ensure to provide a valid request payload."
        ) from exc


def dump_json(value: Any) -> bytes:
    text = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        return text.encode("utf-8")
    except UnicodeEncodeError:  # a lone surrogate is legal JSON only when escaped
        return json.dumps(value, separators=(",", ":")).encode("ascii")
