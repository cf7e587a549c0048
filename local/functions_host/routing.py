"""The routes of an app, in the order in which the Functions host tries them.

The host tries functions in the order of their names, ignoring case, and the first template that
matches path, constraints and method wins; a literal segment has no precedence over a parameter.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import islice, product
from urllib.parse import unquote

from local.functions_host.templates import Parameter, Segment, parse, path_pattern
from local.functions_host.worker import Function

ALL_METHODS = frozenset(
    {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "QUERY"}
)
_SAMPLE_VALUES = (
    *("a", "1", "42", "abc", "a-b", "abc123", "x.y", "abcdefgh", "crd_abcdefghijklmnopqrstuv", "20260102"),
    "0f8fad5b-d9cb-469f-a165-70867728950e",
)


@dataclass(frozen=True)
class Route:
    """A function's template, compiled. `methods` is upper case."""

    function: Function
    template: str
    methods: frozenset[str]
    auth_level: str
    segments: tuple[Segment, ...]
    pattern: re.Pattern[str]
    parameters: tuple[Parameter, ...]

    def match(self, path: str) -> dict[str, str] | None:
        """The route parameters of a decoded path (without leading slash), or None."""
        found = self.pattern.fullmatch(path)
        if found is None:
            return None
        values = {}
        for parameter, value in zip(self.parameters, found.groups(), strict=True):
            if value:
                if not parameter.accepts(value):
                    return None
                values[parameter.name] = value
        return values

    @cached_property
    def first_literal(self) -> str | None:
        """The text of the first segment in lower case; None where it has parameters."""
        parts = self.segments[0].parts if self.segments else ()
        return parts[0].lower() if len(parts) == 1 and isinstance(parts[0], str) else None

    @property
    def specificity(self) -> tuple[tuple[int, int], ...]:
        """Smaller is more specific, compared segment by segment as ASP.NET does elsewhere."""
        return tuple(segment.specificity for segment in self.segments)


def route_of(function: Function, prefix: str) -> Route:
    """Compile an HTTP function's route below the prefix of host.json; raises `BadTemplate`."""
    trigger = function.trigger
    template = trigger.get("route") or function.name
    segments = parse(f"{prefix}/{template}" if prefix else template)
    methods = trigger.get("methods")
    return Route(
        function=function,
        template=template,
        methods=frozenset(m.upper() for m in methods) if methods else ALL_METHODS,
        auth_level=str(trigger.get("authLevel", "function")).lower(),
        segments=segments,
        pattern=path_pattern(segments),
        parameters=tuple(p for segment in segments for p in segment.parameters),
    )


class Router:
    """All routes of an app in the order the host tries them."""

    def __init__(self, routes: Iterable[Route]) -> None:
        self.routes = sorted(routes, key=lambda route: route.function.name.upper())
        firsts = {route.first_literal for route in self.routes}
        self._by_start = {
            (method, first): [
                route
                for route in self.routes
                if method in route.methods and route.first_literal in (first, None)
            ]
            for method in ALL_METHODS
            for first in firsts | {None}
        }

    def find(self, path: str, method: str) -> tuple[Route, Mapping[str, str]] | None:
        """The first route for a decoded path (with leading slash) and an upper-case method."""
        rest = path[1:]
        start = (method, rest.partition("/")[0].lower())
        for route in self._by_start.get(start) or self._by_start.get((method, None), []):
            if (values := route.match(rest)) is not None:
                return route, values
        return None

    def shadowed(self) -> list[tuple[Route, Route]]:
        """Pairs (winner, loser) where the winner takes paths of the loser's narrower or equal template.

        Found by trying sample paths of the loser on the winner, so a `regex` constraint that none of
        the sample values meets goes unnoticed.
        """
        return [
            (first, second)
            for index, first in enumerate(self.routes)
            for second in self.routes[index + 1 :]
            if first.methods & second.methods
            and first.specificity >= second.specificity
            and any(first.match(path) is not None for path in _samples(second, first))
        ]


def _samples(route: Route, other: Route) -> Iterable[str]:
    """Paths that `route` matches, with values that could also suit `other`."""
    literals = [part for segment in other.segments for part in segment.parts if isinstance(part, str)]
    choices = [segment.fill([*_SAMPLE_VALUES, *literals]) for segment in route.segments]
    for parts in islice(product(*choices), 5000):
        path = "/".join(part for part in parts if part is not None)
        if route.match(path) is not None:
            yield path


def decoded_path(raw_path: bytes) -> str:
    """A request's path as the host sees it: percent-decoded except `%2F`, dot segments resolved."""
    path = raw_path.decode("latin-1")
    if "%" in path:
        path = unquote(re.sub("%2f", "%252F", path, flags=re.IGNORECASE))
    if "/." in path:
        kept: list[str] = []
        for part in path.split("/"):
            if part == "..":
                del kept[max(1, len(kept) - 1) :]
            elif part != ".":
                kept.append(part)
        path = "/".join(kept) or "/"
    return path
