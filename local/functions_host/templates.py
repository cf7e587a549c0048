"""Route templates as ASP.NET reads them.

Known: literals, `{x}`, `{x?}`, `{*x}`, `{**x}`, segments that mix text and parameters
(`{handle}.vcf`), and the inline constraints int, long, bool, alpha, guid, required, length,
minlength, maxlength, min, max, range and regex. Defaults (`{x=1}`) are refused: nothing here needs them.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

Constraint = Callable[[str], bool]

_PARAMETER = re.compile(r"\{(?P<star>\*{0,2})(?P<name>[A-Za-z_]\w*)(?P<rest>(?:\{\{|\}\}|[^{}])*)\}")
_CONSTRAINT = re.compile(r":(?P<name>[a-z]+)(?:\((?P<arguments>.*?)\)(?=:|$))?")


class BadTemplate(ValueError):
    """The template is one ASP.NET would refuse, or uses a form this host does not know."""


@dataclass(frozen=True)
class Parameter:
    name: str
    constraints: tuple[Constraint, ...] = ()
    optional: bool = False
    catch_all: bool = False

    def accepts(self, value: str) -> bool:
        return all(constraint(value) for constraint in self.constraints)


@dataclass(frozen=True)
class Segment:
    """One `/`-separated part of a template: texts and parameters in turn."""

    parts: tuple[str | Parameter, ...]

    @property
    def parameters(self) -> list[Parameter]:
        return [part for part in self.parts if isinstance(part, Parameter)]

    @property
    def ends_the_path(self) -> bool:
        """Whether the segment may be absent or may span several, so that only the last can be it."""
        return any(p.optional or p.catch_all for p in self.parameters)

    @property
    def specificity(self) -> tuple[int, int]:
        """Literal before mixed or constrained, before parameter, before catch-all; more text first."""
        text = sum(len(part) for part in self.parts if isinstance(part, str))
        if not self.parameters:
            return (1, 0)
        if len(self.parts) > 1:
            return (2, -text)
        (parameter,) = self.parameters
        return ((5 if parameter.catch_all else 3) - bool(parameter.constraints), 0)

    def fill(self, values: Sequence[str]) -> list[str | None]:
        """The segment with each value in its parameters; None where it may be absent."""
        if not self.parameters:
            return ["".join(map(str, self.parts))]
        filled: list[str | None] = [
            "".join(part if isinstance(part, str) else value for part in self.parts) for value in values
        ]
        return [None, *filled] if self.ends_the_path else filled


def parse(template: str) -> tuple[Segment, ...]:
    """Split a template into segments; raises `BadTemplate` with the reason."""
    segments = tuple(_segment(part, template) for part in template.split("/"))
    if any(segment.ends_the_path for segment in segments[:-1]):
        raise BadTemplate(f"an optional or catch-all parameter must come last in {template!r}")
    names = [p.name.lower() for segment in segments for p in segment.parameters]
    if len(set(names)) < len(names):
        raise BadTemplate(f"a parameter appears twice in {template!r}")
    return segments


def path_pattern(segments: Iterable[Segment]) -> re.Pattern[str]:
    """One group for each parameter in order; literals ignore case, one trailing slash is ignored."""
    pattern = ""
    end = "/?"
    for segment in segments:
        slash = "/" if pattern else ""
        if not segment.ends_the_path:
            pattern += slash + "".join(
                re.escape(part) if isinstance(part, str) else "([^/]+)" for part in segment.parts
            )
        elif segment.parameters[0].catch_all:
            pattern += f"(?:{slash}(.*))?"
            end = ""
        else:
            pattern += f"(?:{slash}([^/]+))?"
    return re.compile(pattern + end, re.IGNORECASE | re.DOTALL)


def _segment(part: str, template: str) -> Segment:
    if part == "":
        raise BadTemplate(f"{template!r} has an empty segment")
    parts: list[str | Parameter] = []
    position = 0
    while position < len(part):
        if part[position] == "{":
            match = _PARAMETER.match(part, position)
            if match is None:
                raise BadTemplate(f"{part!r} in {template!r} is not a parameter such as {{name}}")
            parts.append(_parameter(match, template))
            position = match.end()
        else:
            text = re.split(r"[{]", part[position:], maxsplit=1)[0]
            if set(text) & set("}?*"):
                raise BadTemplate(f"{text!r} in {template!r} may not contain }}, ? or *")
            parts.append(text)
            position += len(text)
    segment = Segment(tuple(parts))
    if len(parts) > 1 and segment.ends_the_path:
        raise BadTemplate(f"{part!r} in {template!r}: only a whole segment may be optional or catch-all")
    if any(isinstance(a, Parameter) and isinstance(b, Parameter) for a, b in pairwise(parts)):
        raise BadTemplate(f"{part!r} in {template!r}: two parameters need text between them")
    return segment


def _parameter(match: re.Match[str], template: str) -> Parameter:
    rest = match["rest"]
    optional = rest.endswith("?")
    if optional and match["star"]:
        raise BadTemplate(f"a catch-all parameter may not be optional in {template!r}")
    return Parameter(
        name=match["name"],
        constraints=tuple(_constraints(rest.removesuffix("?"), template)),
        optional=optional,
        catch_all=bool(match["star"]),
    )


def _constraints(text: str, template: str) -> Iterable[Constraint]:
    position = 0
    while position < len(text):
        match = _CONSTRAINT.match(text, position)
        if match is None:
            raise BadTemplate(f"{text!r} in {template!r} is not a constraint")
        position = match.end()
        constraint = _constraint(match["name"], match["arguments"])
        if constraint is None:
            raise BadTemplate(f"unknown route constraint {match.group()[1:]!r} in {template!r}")
        yield constraint


def _constraint(name: str, arguments: str | None) -> Constraint | None:
    if arguments is None:
        return _PLAIN.get(name)
    if name == "regex":
        return _regex(arguments)
    try:
        numbers = [int(number) for number in arguments.split(",")]
    except ValueError:
        return None
    make = _NUMBERED.get((name, len(numbers)))
    return make(*numbers) if make else None


def _regex(expression: str) -> Constraint:
    try:
        pattern = re.compile(expression.replace("{{", "{").replace("}}", "}"), re.IGNORECASE)
    except re.error as exc:
        raise BadTemplate(f"bad regex {expression!r} in a route: {exc}") from exc
    return lambda value: pattern.search(value) is not None


def _in_range(value: str, low: int, high: int) -> bool:
    return re.fullmatch(r"\s*[+-]?[0-9]{1,19}\s*", value) is not None and low <= int(value) <= high


def _shaped(pattern: str) -> Constraint:
    compiled = re.compile(pattern, re.IGNORECASE)
    return lambda value: compiled.fullmatch(value) is not None


_PLAIN: dict[str, Constraint] = {
    "int": lambda value: _in_range(value, -(2**31), 2**31 - 1),
    "long": lambda value: _in_range(value, -(2**63), 2**63 - 1),
    "bool": _shaped("true|false"),
    "alpha": _shaped("[a-z]*"),
    "required": lambda value: value != "",
    "guid": _shaped("[0-9a-f]{32}|(?P<b>[{(])?[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?(b)[)}])"),
}
_NUMBERED: dict[tuple[str, int], Callable[..., Constraint]] = {
    ("minlength", 1): lambda low: lambda value: len(value) >= low,
    ("maxlength", 1): lambda high: lambda value: len(value) <= high,
    ("length", 1): lambda size: lambda value: len(value) == size,
    ("length", 2): lambda low, high: lambda value: low <= len(value) <= high,
    ("min", 1): lambda low: lambda value: _in_range(value, low, 2**63 - 1),
    ("max", 1): lambda high: lambda value: _in_range(value, -(2**63), high),
    ("range", 2): lambda low, high: lambda value: _in_range(value, low, high),
}
