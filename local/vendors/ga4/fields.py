"""Dimensions and metrics of reports, and how they come from the pages that visitors opened.

A view is a record with `at`, `page`, `title`, `session`, `user`, `first` (date of the user's first visit) and
what is known of the session. A value that is unknown is `(not set)`.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final, NamedTuple

from local.vendors.store import Fields

NOT_SET: Final = "(not set)"
OTHER: Final = "(other)"


class Dimension(NamedTuple):
    label: str
    category: str
    read: Callable[[Fields], str]


class Metric(NamedTuple):
    label: str
    type: str
    counted: Callable[[list[Fields]], float]


def _value(name: str) -> Callable[[Fields], str]:
    return lambda view: str(view.get(name) or NOT_SET)


def _time(pattern: str) -> Callable[[Fields], str]:
    return lambda view: datetime.fromisoformat(view["at"]).strftime(pattern)


def _is_new(view: Fields) -> str:
    return "new" if view["first"] == _time("%Y%m%d")(view) else "returning"


def _distinct(name: str) -> Callable[[list[Fields]], float]:
    return lambda views: len({view[name] for view in views})


def _seconds(views: list[Fields]) -> float:
    return float(sum(view.get("seconds") or 0 for view in views))


def _new_users(views: list[Fields]) -> float:
    return len({view["user"] for view in views if _is_new(view) == "new"})


DIMENSIONS: Final = {
    "date": Dimension("Date", "Time", _time("%Y%m%d")),
    "dateHour": Dimension("Date + hour", "Time", _time("%Y%m%d%H")),
    "dateHourMinute": Dimension("Date hour and minute", "Time", _time("%Y%m%d%H%M")),
    "pagePath": Dimension("Page path", "Page / screen", _value("page")),
    "pageTitle": Dimension("Page title", "Page / screen", _value("title")),
    "pageReferrer": Dimension("Page referrer", "Page / screen", lambda view: str(view.get("referrer") or "")),
    "landingPage": Dimension("Landing page", "Page / screen", _value("landing")),
    "hostName": Dimension("Hostname", "Page / screen", _value("host")),
    "sessionSource": Dimension("Session source", "Traffic source", _value("source")),
    "sessionMedium": Dimension("Session medium", "Traffic source", _value("medium")),
    "browser": Dimension("Browser", "Platform / device", _value("browser")),
    "operatingSystem": Dimension("Operating system", "Platform / device", _value("system")),
    "deviceCategory": Dimension("Device category", "Platform / device", _value("device")),
    "newVsReturning": Dimension("New / returning", "User", _is_new),
    "firstSessionDate": Dimension("First session date", "User lifetime", lambda view: str(view["first"])),
    "country": Dimension("Country", "Geography", _value("country")),
}
METRICS: Final = {
    "screenPageViews": Metric("Views", "TYPE_INTEGER", len),
    "sessions": Metric("Sessions", "TYPE_INTEGER", _distinct("session")),
    "activeUsers": Metric("Active users", "TYPE_INTEGER", _distinct("user")),
    "totalUsers": Metric("Total users", "TYPE_INTEGER", _distinct("user")),
    "newUsers": Metric("New users", "TYPE_INTEGER", _new_users),
    "userEngagementDuration": Metric("User engagement", "TYPE_SECONDS", _seconds),
    "averageSessionDuration": Metric(
        "Average session duration",
        "TYPE_SECONDS",
        lambda views: _seconds(views) / (_distinct("session")(views) or 1),
    ),
}


def show_dimension(name: str) -> dict[str, Any]:
    known = DIMENSIONS[name]
    return {"apiName": name, "uiName": known.label, "description": known.label, "category": known.category}


def show_metric(name: str) -> dict[str, Any]:
    known = METRICS[name]
    about = {"apiName": name, "uiName": known.label, "description": known.label, "type": known.type}
    return about | {"category": "User"}
