"""Resources of a deployment: every resource of `infra/` with the parameters of one environment.

Values that only Azure has are text between ⟦ and ⟧, so that a rule can still see their origin.
"""

import json
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from bicep_syntax import Node, Parser

COMPARE = {
    "==": operator.eq, "!=": operator.ne,
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
INFRA = Path(__file__).parents[2] / "infra"


class Unknown(str):
    """Known to Azure alone: `⟦what.it.is⟧`."""

    __slots__ = ()


def unknown(*parts: object) -> Unknown:
    return Unknown(f"⟦{'.'.join(str(part).strip('⟦⟧') for part in parts)}⟧")


@dataclass(frozen=True)
class Resource:
    type: str
    name: str
    file: str
    body: dict[str, Any]

    @property
    def properties(self) -> dict[str, Any]:
        return self.body.get("properties", {})

    @property
    def id(self) -> Unknown:
        return unknown(f"{self.type}:{self.name}")


@dataclass
class Sources:
    """The files, with some of them replaced: how a fault is planted without touching any."""

    replaced: Mapping[str, str] = field(default_factory=dict)

    def text(self, path: Path) -> str:
        name = path.relative_to(INFRA.parent).as_posix()
        return self.replaced[name] if name in self.replaced else path.read_text("utf-8")


@dataclass
class Placed:
    """A declared resource as expressions see it, with what is nested in it."""

    resource: Resource
    nested: dict[str, Any]


@cache
def parsed(text: str) -> list[dict[str, Any]]:
    return Parser(text).file()


class File:
    """One Bicep file with given parameters. Names are worked out when somebody asks for them."""

    def __init__(self, path: Path, given: Mapping[str, Any], sources: Sources) -> None:
        self.path, self.sources, self.given = path, sources, given
        self.declared = parsed(sources.text(path))
        self.resources: list[Resource] = []
        self._by_name = {
            one["name"]: one for one in self.declared if "name" in one and one["kind"] != "output"
        }
        self._known: dict[str, Any] = {}
        for name in self._by_name:
            self._name(name, {})
        self.outputs = {
            one["name"]: self.value(one["body"], {}) for one in self.declared if one["kind"] == "output"
        }

    def _name(self, name: str, local: Mapping[str, Any]) -> Any:
        if name in local:
            return local[name]
        if name not in self._known:
            self._known[name] = self._declare(self._by_name[name])
        return self._known[name]

    def _declare(self, one: dict[str, Any]) -> Any:
        if one["kind"] == "param":
            if one["name"] in self.given:
                return self.given[one["name"]]
            if "body" not in one and one["type"].endswith("?"):
                return None
            if "body" not in one:
                raise KeyError(f"{self.path.name} needs {one['name']}")
        make = {"resource": self._resource, "module": self._module}.get(one["kind"])
        return self.value(one["body"], {}) if make is None else self._each(one["body"], {}, make, one)

    def _each(self, body: Node, local: Mapping[str, Any], make: Callable[..., Any], one: Any) -> Any:
        """The resource or module of a declaration; a list where it is declared in a loop."""
        if body[0] == "array":
            _, name, index, over, inner = body[1][0]
            items = self.value(over, local)
            return [
                self._each(inner, {**local, name: item, index: at}, make, one)
                for at, item in enumerate(items)
            ]
        if body[0] == "when":
            there = bool(self.value(body[1], local))
            return make(one, body[2], local, there=there)
        return make(one, body, local, there=True)

    def _module(self, one: Any, body: Node, local: Mapping[str, Any], *, there: bool) -> Any:
        if not there:
            return None
        given = self.value(body, local).get("params", {})
        inner = File(self.path.parent / one["of"], given, self.sources)
        self.resources += inner.resources
        return {"outputs": inner.outputs}

    def _resource(
        self, one: Any, body: Node, local: Mapping[str, Any], *, there: bool, within: Resource | None = None
    ) -> Placed:
        filled = self.value(body, local)
        parent = filled["parent"].resource if "parent" in filled else within
        kind = one["of"].partition("@")[0]
        kind = f"{within.type}/{kind}" if within else kind
        name = f"{parent.name}/{filled['name']}" if parent else filled["name"]
        made = Resource(kind, name, self.path.name, filled)
        placed = Placed(made, {})
        if there and not one["existing"]:
            self.resources.append(made)
        # Its own children may speak of it.
        known = self._known
        known[one["name"]] = placed
        for child in body[2]:
            placed.nested[child["name"]] = self._each(
                child["body"],
                {**local, **placed.nested},
                # What is nested is made only where the outer one is.
                lambda c, b, lo, *, there, outer=there: self._resource(
                    c, b, lo, there=there and outer, within=made
                ),
                child,
            )
        return placed

    def value(self, node: Node, local: Mapping[str, Any]) -> Any:
        kind, *parts = node
        return getattr(self, f"_{kind}_of")(parts, local)

    def _value_of(self, parts: list[Any], _: Any) -> Any:
        return parts[0]

    def _text_of(self, parts: list[Any], local: Any) -> str:
        written = [part if isinstance(part, str) else self.value(part, local) for part in parts[0]]
        return "".join(str(part) for part in written)

    def _object_of(self, parts: list[Any], local: Any) -> dict[str, Any]:
        return {
            self.value(key, local): self.value(value, local)
            for key, value in parts[0]
            if key[1] != "dependsOn"
        }

    def _array_of(self, parts: list[Any], local: Any) -> list[Any]:
        items: list[Any] = []
        for part in parts[0]:
            if part[0] == "for":
                _, name, index, over, body = part
                items += [
                    self.value(body, {**local, name: item, index: at})
                    for at, item in enumerate(self.value(over, local))
                ]
            else:
                items.append(self.value(part, local))
        return items

    def _name_of(self, parts: list[Any], local: Any) -> Any:
        return self._name(parts[0], local)

    def _member_of(self, parts: list[Any], local: Any) -> Any:
        return member(self.value(parts[0], local), parts[1])

    def _maybe_of(self, parts: list[Any], local: Any) -> Any:
        whole = self.value(parts[0], local)
        absent = whole is None or (isinstance(whole, dict) and parts[1] not in whole)
        return None if absent else member(whole, parts[1])

    def _nested_of(self, parts: list[Any], local: Any) -> Any:
        return self.value(parts[0], local).nested[parts[1]]

    def _index_of(self, parts: list[Any], local: Any) -> Any:
        return self.value(parts[0], local)[self.value(parts[1], local)]

    def _not_of(self, parts: list[Any], local: Any) -> bool:
        return not self.value(parts[0], local)

    def _choose_of(self, parts: list[Any], local: Any) -> Any:
        return self.value(parts[1] if self.value(parts[0], local) else parts[2], local)

    def _binary_of(self, parts: list[Any], local: Any) -> Any:
        mark, left = parts[0], self.value(parts[1], local)
        if mark == "??":
            return self.value(parts[2], local) if left is None else left
        if mark in ("&&", "||"):
            return (
                left and self.value(parts[2], local) if mark == "&&" else left or self.value(parts[2], local)
            )
        return COMPARE[mark](left, self.value(parts[2], local))

    def _lambda_of(self, parts: list[Any], local: Any) -> Callable[[Any], Any]:
        return lambda item: self.value(parts[1], {**local, parts[0]: item})

    def _call_of(self, parts: list[Any], local: Any) -> Any:
        name, given = parts[0], [self.value(part, local) for part in parts[1]]
        if name in ("loadJsonContent", "loadTextContent"):
            text = self.sources.text((self.path.parent / given[0]).resolve())
            return json.loads(text) if name == "loadJsonContent" else text
        return CALLS[name](*given)


def member(whole: Any, name: str) -> Any:
    if isinstance(whole, Placed):
        made = whole.resource
        if name in ("id", "name"):
            return made.id if name == "id" else made.body["name"]
        return made.body.get(name, {}) if name != "properties" else Answered(made)
    if isinstance(whole, Answered):
        return whole.resource.properties.get(name, unknown(whole.resource.name, name))
    if isinstance(whole, Unknown):
        return unknown(whole, name)
    return whole[name]


@dataclass(frozen=True)
class Answered:
    """The properties of a resource once it is there: those given, and those that Azure adds."""

    resource: Resource


def _union(*given: dict[str, Any]) -> dict[str, Any]:
    return {key: value for one in given for key, value in one.items()}


CALLS: dict[str, Callable[..., Any]] = {
    "concat": lambda *lists: [item for one in lists for item in one],
    "empty": lambda value: not value,
    "environment": lambda: {"suffixes": {"storage": "core.windows.net", "keyvaultDns": ".vault.azure.net"}},
    "filter": lambda items, keep: [item for item in items if keep(item)],
    "guid": lambda *parts: "guid:" + "|".join(parts),
    "int": int,
    "json": json.loads,
    "map": lambda items, change: [change(item) for item in items],
    "readEnvironmentVariable": lambda name, other=None: f"⟦{name}⟧" if other is None else other,
    "replace": lambda text, old, new: text.replace(old, new),
    "string": str,
    "subscription": lambda: unknown("subscription"),
    "subscriptionResourceId": lambda kind, name: f"{kind}/{name}",
    "tenant": lambda: unknown("tenant"),
    "toLower": lambda text: text.lower(),
    "toObject": lambda items, key, value: {key(item): value(item) for item in items},
    "union": _union,
    "uniqueString": lambda *_: "abcdefghijklm",
    "utcNow": lambda _: "2026-12",
}


def parameters(environment: str, sources: Sources) -> dict[str, Any]:
    return dict(File(INFRA / "parameters" / f"{environment}.bicepparam", {}, sources)._known)


def deployment(environment: str, sources: Sources | None = None, **changed: Any) -> list[Resource]:
    """The resources of `dev`, `staging` or `prod`, with some parameters changed."""
    sources = sources or Sources()
    return File(INFRA / "main.bicep", parameters(environment, sources) | changed, sources).resources
