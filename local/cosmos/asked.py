"""Parsed query bodies, cached from page to page because the client sends the same body for each."""

import functools
from dataclasses import dataclass
from typing import Any

from local.cosmos.errors import Refusal
from local.cosmos.evaluate import Scope
from local.cosmos.planner import Condition, condition
from local.cosmos.query import Query, compiled
from local.cosmos.wire import parse_json


@dataclass(frozen=True)
class Asked:
    """Immutable text and parameters of a query."""

    text: str
    params: Scope

    @functools.cached_property
    def query(self) -> Query:
        return compiled(self.text)

    @functools.cached_property
    def condition(self) -> Condition | None:
        """Condition of WHERE on properties that may be indexed."""
        return condition(self.query.select, self.query.root, self.params)


EVERYTHING = Asked("SELECT * FROM c", {})


@functools.lru_cache(maxsize=32)
def asked(body: bytes) -> Asked:
    """Read a query body; refuse a malformed one with 400."""
    return from_json(parse_json(body))


def from_json(body: Any) -> Asked:
    text = body.get("query") if isinstance(body, dict) else body
    given = body.get("parameters") or [] if isinstance(body, dict) else []
    if not isinstance(text, str):
        raise Refusal(400, "The query body needs a 'query' text.")
    try:
        return Asked(text, {parameter["name"]: parameter.get("value") for parameter in given})
    except (TypeError, KeyError, AttributeError) as exc:
        raise Refusal(400, "Every query parameter needs a 'name' and a 'value'.") from exc
