"""Search of HubSpot: filters, order, pages up to 10,000 results, and an index that may lag behind."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from local.vendors.hubspot import shapes
from local.vendors.hubspot.definitions import Property
from local.vendors.hubspot.values import definitions
from local.vendors.skin import Reply, Request, World
from local.vendors.store import Account, Record

PAGE, LARGEST_PAGE, LAST = 10, 200, 10_000
GROUPS, FILTERS, ALL_FILTERS = 5, 6, 18
_MEMBERS = {"filterGroups", "sorts", "query", "properties", "limit", "after"}
_SEARCHED = ("email", "firstname", "lastname", "phone", "company", "name", "domain")

type Known = dict[str, Property]
type Test = Callable[[Any, Any], Any]

_ORDER: dict[str, Test] = {
    "EQ": lambda held, given: held == given,
    "LT": lambda held, given: held < given,
    "LTE": lambda held, given: held <= given,
    "GT": lambda held, given: held > given,
    "GTE": lambda held, given: held >= given,
}


class Search:
    """Keeps the last result, so that its pages cost little."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._last: tuple[Any, list[Record]] = (None, [])

    def answer(self, account: Account, kind: str, request: Request) -> Reply:
        asked = _body(request)
        most, after = _page(asked)
        records = self._found(account, kind, asked)
        names = asked.get("properties") or ()
        body: dict[str, Any] = {
            "total": len(records),
            "results": [shapes.as_json(each, names) for each in records[after : after + most]],
        }
        if after + most < len(records):
            body["paging"] = {"next": {"after": str(after + most)}}
        return Reply(200, body)

    def _found(self, account: Account, kind: str, asked: dict[str, Any]) -> list[Record]:
        question = json.dumps([asked.get(name) for name in ("filterGroups", "query", "sorts")])
        lags = self._world.faults.mode("search_lag", "hubspot", account.name) is not None
        key = None if lags else (account.name, account.revision, kind, question)
        if key is None or key != self._last[0]:
            self._last = key, self._sought(account, kind, asked)
        return self._last[1]

    def _sought(self, account: Account, kind: str, asked: dict[str, Any]) -> list[Record]:
        known = definitions(account, kind)
        records = [record for record in account.after(kind) if _visible(self._world, account, record)]
        if groups := _groups(asked, known):
            records = [
                record
                for record in records
                if any(all(_fits(record, each, known) for each in group) for group in groups)
            ]
        if asked.get("query"):
            records = [record for record in records if _mentions(record, str(asked["query"]))]
        _sort(records, asked.get("sorts") or [], known)
        return records


def _body(request: Request) -> dict[str, Any]:
    asked = request.json()
    if not isinstance(asked, dict):
        raise shapes.invalid("Invalid input JSON: an object is needed.")
    if not isinstance(asked.get("properties") or [], list):
        raise shapes.invalid("Invalid input JSON: 'properties' is a list.")
    if wrong := asked.keys() - _MEMBERS:
        raise shapes.invalid(f"Invalid input JSON: unknown members {', '.join(sorted(wrong))}")
    return asked


def _page(asked: dict[str, Any]) -> tuple[int, int]:
    try:
        most, after = int(asked.get("limit", PAGE)), int(asked.get("after") or 0)
    except (TypeError, ValueError):
        raise shapes.invalid("'limit' and 'after' must be numbers.") from None
    if not 1 <= most <= LARGEST_PAGE or after < 0:
        raise shapes.invalid(f"The 'limit' must be between 1 and {LARGEST_PAGE}.")
    if after + most > LAST:
        raise shapes.invalid(f"Paging is limited to the first {LAST} results of a search.")
    return most, after


def _visible(world: World, account: Account, record: Record) -> bool:
    """Whether the index has the record as it is now."""
    lag = world.faults.mode("search_lag", "hubspot", account.name)
    return lag is None or record.modified <= world.clock.now() - timedelta(seconds=lag.seconds)


def _groups(asked: dict[str, Any], known: Known) -> list[list[dict[str, Any]]]:
    try:
        groups = [list(group["filters"]) for group in asked.get("filterGroups") or []]
        filters = [each for group in groups for each in group]
        for each in filters:
            _check(each, known)
    except (KeyError, TypeError, AttributeError) as exc:
        raise shapes.invalid(f"Invalid input JSON: the filters are not understood ({exc}).") from None
    if len(groups) > GROUPS or len(filters) > ALL_FILTERS or any(len(group) > FILTERS for group in groups):
        raise shapes.invalid(
            f"At most {GROUPS} filterGroups with {FILTERS} filters each, {ALL_FILTERS} in all."
        )
    return groups


def _check(each: dict[str, Any], known: Known) -> None:
    name, operator = each["propertyName"], each["operator"]
    if name not in known:
        raise shapes.invalid(f"There was a problem with the request: property {name} does not exist.")
    match operator:
        case "EQ" | "NEQ" | "LT" | "LTE" | "GT" | "GTE":
            _comparable(known[name], each["value"])
        case "BETWEEN":
            _comparable(known[name], each["value"])
            _comparable(known[name], each["highValue"])
        case "IN" | "NOT_IN":
            list(each["values"])
        case "CONTAINS_TOKEN":
            str(each["value"])
        case "HAS_PROPERTY" | "NOT_HAS_PROPERTY":
            pass
        case _:
            raise shapes.invalid(f"The stand-in of HubSpot does not know the operator {operator}.")


def _comparable(known: Property, text: Any) -> Any:
    """A value by which records can be compared and ordered."""
    text = str(text)
    try:
        match known.type:
            case "number":
                return float(text)
            case "datetime" | "date" if text.isdigit():
                return datetime.fromtimestamp(int(text) / 1000, UTC)
            case "datetime" | "date":
                at = datetime.fromisoformat(text)
                return at.replace(tzinfo=at.tzinfo or UTC)
    except (ValueError, OverflowError, OSError):
        raise shapes.invalid(f"{text} is not a {known.type}, which {known.name} is.") from None
    return text.lower()


def _fits(record: Record, each: dict[str, Any], known: Known) -> bool:
    name, operator, given = each["propertyName"], each["operator"], each.get("value")
    held = shapes.value(record, name)
    fits: bool
    match operator:
        case "HAS_PROPERTY" | "NOT_HAS_PROPERTY":
            fits = (held is not None) == (operator == "HAS_PROPERTY")
        case "NEQ":
            fits = held is None or _comparable(known[name], held) != _comparable(known[name], given)
        case "IN" | "NOT_IN":
            fits = ((held or "").lower() in {str(one).lower() for one in each["values"]}) == (
                operator == "IN"
            )
        case _:
            fits = held is not None and _compares(held, operator, each, known[name])
    return fits


def _compares(held: str, operator: str, each: dict[str, Any], known: Property) -> bool:
    if operator == "CONTAINS_TOKEN":
        wanted = str(each["value"]).lower()
        places = [held.lower()] if "*" in wanted else []
        return any(wanted.strip("*") in place for place in places) or wanted in held.lower().split()
    value, given = _comparable(known, held), _comparable(known, each["value"])
    if operator == "BETWEEN":
        return bool(given <= value <= _comparable(known, each["highValue"]))
    return bool(_ORDER[operator](value, given))


def _mentions(record: Record, words: str) -> bool:
    text = " ".join(str(record.fields.get(name) or "") for name in _SEARCHED).lower()
    return all(word in text for word in words.lower().split())


def _sort(records: list[Record], sorts: list[Any], known: Known) -> None:
    """Order by one property, then as records were created."""
    for sort in sorts[:1]:
        named = sort if isinstance(sort, dict) else {"propertyName": str(sort).removeprefix("-")}
        falling = named.get("direction") == "DESCENDING" or (isinstance(sort, str) and sort.startswith("-"))
        name = named.get("propertyName")
        if name not in known:
            raise shapes.invalid(f"The sort by {name} is not possible: no such property.")
        having = [record for record in records if shapes.value(record, name) is not None]
        lacking = [record for record in records if shapes.value(record, name) is None]
        having.sort(key=lambda record: _comparable(known[name], shapes.value(record, name)), reverse=falling)
        records[:] = [*lacking, *having]
