"""One report: rows by dimensions, counted by metrics, with what Google leaves out of them.

A test orders that by the account's settings: `threshold` withholds rows with fewer users, `cardinality` puts
all rows but so many into `(other)`, `truncated` names reasons of truncation.
"""

import re
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any, Final

from local.vendors.clock import Clock
from local.vendors.ga4.fields import DIMENSIONS, METRICS, OTHER
from local.vendors.skin import Refused, Reply, objects
from local.vendors.store import Account, Fields

MOST_DIMENSIONS, MOST_METRICS, LARGEST_PAGE, PAGE = 9, 10, 250_000, 10_000
VIEWS: Final = "views"
_MEMBERS: Final = {
    "property", "dimensions", "metrics", "dateRanges", "dimensionFilter", "orderBys", "limit", "offset",
    "keepEmptyRows", "returnPropertyQuota",
}  # fmt: skip
_STATUS: Final = {400: "INVALID_ARGUMENT", 401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND",
                  429: "RESOURCE_EXHAUSTED", 503: "UNAVAILABLE"}  # fmt: skip

type Row = tuple[tuple[str, ...], list[Fields]]


def refusal(code: int, message: str) -> Refused:
    error = {"code": code, "message": message, "status": _STATUS.get(code, "INTERNAL")}
    return Refused(Reply(code, {"error": error}))


def named(asked: dict[str, Any], kind: str, known: Any, most: int) -> list[str]:
    """The dimensions or metrics that are asked for."""
    names = [str(each.get("name")) for each in objects(asked.get(kind) or [])]
    for name in names:
        if name not in known:
            page = "https://developers.google.com/analytics/devguides/reporting/data/v1/api-schema"
            message = f"Field {name} is not a valid {kind[:-1]}. For a list of valid ones, see {page}."
            raise refusal(400, message)
    if len(names) > most:
        raise refusal(400, f"Requests are limited to {most} {kind}. This request has {len(names)}.")
    return names


def run(account: Account, clock: Clock, asked: dict[str, Any]) -> dict[str, Any]:
    """The answer to a request, without its quota."""
    if wrong := asked.keys() - _MEMBERS:
        what = ", ".join(sorted(wrong))
        raise refusal(400, f"The stand-in of Google Analytics does not serve {what} in a report.")
    dimensions = named(asked, "dimensions", DIMENSIONS, MOST_DIMENSIONS)
    metrics = named(asked, "metrics", METRICS, MOST_METRICS)
    if not dimensions and not metrics:
        raise refusal(400, "A report needs at least one dimension or metric.")
    limit, offset = _number(asked, "limit", PAGE), _number(asked, "offset", 0)
    if not 1 <= limit <= LARGEST_PAGE:
        raise refusal(400, f"The limit must be between 1 and {LARGEST_PAGE}.")
    rows, metadata = _rows(account, _views(account, clock, asked), dimensions)
    rows = _ordered(rows, objects(asked.get("orderBys") or []), dimensions, metrics)
    shown = [
        {
            "dimensionValues": [{"value": value} for value in key],
            "metricValues": [{"value": _text(METRICS[name].counted(views))} for name in metrics],
        }
        for key, views in rows[offset : offset + limit]
    ]
    answer: dict[str, Any] = {
        "dimensionHeaders": [{"name": name} for name in dimensions],
        "metricHeaders": [{"name": name, "type": METRICS[name].type} for name in metrics],
        "rows": shown,
        "rowCount": len(rows),
        "metadata": metadata | {"currencyCode": "EUR", "timeZone": "Europe/Stockholm"},
        "kind": "analyticsData#runReport",
    }
    return {name: value for name, value in answer.items() if value != []}


def _number(asked: dict[str, Any], name: str, default: int) -> int:
    text = str(asked.get(name, default))
    if not text.isascii() or not text.isdigit():
        raise refusal(400, f"Invalid value at '{name}' (TYPE_INT64), \"{text}\"")
    return int(text)


def _text(number: float) -> str:
    return f"{number:.6f}".rstrip("0").rstrip(".")


def _views(account: Account, clock: Clock, asked: dict[str, Any]) -> list[Fields]:
    ranges = objects(asked.get("dateRanges") or [])
    if len(ranges) != 1:
        raise refusal(400, "The stand-in of Google Analytics needs exactly one of dateRanges.")
    today = clock.now().date()
    first, last = (_day(str(ranges[0].get(name)), today) for name in ("startDate", "endDate"))
    if first > last:
        raise refusal(400, "The start date must not be after the end date.")
    fits = _filter(asked.get("dimensionFilter"))
    views = (record.fields for record in account.after(VIEWS))
    return [
        view for view in views if first <= datetime.fromisoformat(view["at"]).date() <= last and fits(view)
    ]


def _day(text: str, today: date) -> date:
    if text in {"today", "yesterday"}:
        return today - timedelta(days=text == "yesterday")
    if found := re.fullmatch(r"(\d{1,5})daysAgo", text):
        return today - timedelta(days=int(found[1]))
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise refusal(400, f"Invalid date: {text}. Use YYYY-MM-DD, yesterday, today, or NdaysAgo.") from None


def _filter(given: Any) -> Callable[[Fields], bool]:
    match given:
        case None:
            return lambda _: True
        case {"andGroup": {"expressions": [*parts]}}:
            every = [_filter(part) for part in parts]
            return lambda view: all(fits(view) for fits in every)
        case {"orGroup": {"expressions": [*parts]}}:
            some = [_filter(part) for part in parts]
            return lambda view: any(fits(view) for fits in some)
        case {"notExpression": part}:
            fits = _filter(part)
            return lambda view: not fits(view)
        case {"filter": {"fieldName": name, "inListFilter": {"values": [*values]}}} if name in DIMENSIONS:
            return lambda view: DIMENSIONS[name].read(view) in values
        case {"filter": {"fieldName": name, "stringFilter": {"value": value, **how}}} if name in DIMENSIONS:
            return _compared(name, value, str(how.get("matchType", "EXACT")))
    raise refusal(400, f"The stand-in of Google Analytics does not serve the filter {given}.")


def _compared(name: str, value: str, how: str) -> Callable[[Fields], bool]:
    kinds: dict[str, Callable[[str], bool]] = {
        "EXACT": lambda held: held == value,
        "BEGINS_WITH": lambda held: held.startswith(value),
        "ENDS_WITH": lambda held: held.endswith(value),
        "CONTAINS": lambda held: value in held,
    }
    if how not in kinds:
        raise refusal(400, f"The stand-in of Google Analytics does not serve the matchType {how}.")
    return lambda view: kinds[how](DIMENSIONS[name].read(view))


def _rows(account: Account, views: list[Fields], dimensions: list[str]) -> tuple[list[Row], dict[str, Any]]:
    """Rows, the most views first, and what was left out of them."""
    settings, metadata = account.kept("settings", {}), {}
    by: dict[tuple[str, ...], list[Fields]] = defaultdict(list)
    for view in views:
        by[tuple(DIMENSIONS[name].read(view) for name in dimensions)].append(view)
    rows = sorted(by.items(), key=lambda row: (-len(row[1]), row[0]))
    most = settings.get("cardinality")
    if most is not None and len(rows) > most:
        other = [view for _, views in rows[most:] for view in views]
        rows = [*rows[:most], (tuple(OTHER for _ in dimensions), other)]
        metadata["dataLossFromOtherRow"] = True
    if (least := settings.get("threshold")) is not None:
        rows = [row for row in rows if METRICS["activeUsers"].counted(row[1]) >= least]
        metadata["subjectToThresholding"] = True
    if reasons := settings.get("truncated"):
        metadata["dataTruncationReasons"] = reasons
    return rows, metadata


def _ordered(rows: list[Row], orders: list[Any], dimensions: list[str], metrics: list[str]) -> list[Row]:
    for order in reversed(orders):
        match order:
            case {"dimension": {"dimensionName": name}} if name in dimensions:
                place = dimensions.index(name)
                rows = sorted(rows, key=lambda row: row[0][place], reverse=bool(order.get("desc")))
            case {"metric": {"metricName": name}} if name in metrics:
                count = METRICS[name].counted
                rows = sorted(rows, key=lambda row: count(row[1]), reverse=bool(order.get("desc")))
            case _:
                raise refusal(400, f"The order {order} is not by a field of this report.")
    return rows
