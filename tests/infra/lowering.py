"""Stand-in for the Bicep compiler, which writes `infra/` as an ARM template to test the template reader with.

It is used where the compiler is missing, and proves nothing about it. It writes only shapes seen in templates
that were really compiled, and leaves out the parts that the reader ignores: types, descriptions,
dependencies, batches.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

from bicep_syntax import BadBicep, Node
from deployment import INFRA, Sources, parsed

OPERATORS = {
    "&&": "and", "||": "or", "??": "coalesce", "==": "equals",
    ">": "greater", ">=": "greaterOrEquals", "<": "less", "<=": "lessOrEquals",
    "array": "createArray", "not": "not", "choose": "if",
}  # fmt: skip
WRITTEN_APART = {"call", "lambda", "member", "name", "object", "text", "value"}
ONE_TEXT = re.compile("'((?:[^']|'')*)'")
# Replacements of Bicep names: a loop's item, its index, the variable of a lambda.
Local = Mapping[str, str]
NOTHING: Local = {}


def call(name: str, *given: str) -> str:
    return f"{name}({', '.join(given)})"


def quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def filled(pattern: str, *given: str) -> str:
    return call("format", quoted(pattern), *given)


@dataclass(frozen=True)
class Symbol:
    """A declared resource or module, its loop and conditions apart; a nested one is `outer::inner`."""

    key: str
    one: dict[str, Any]
    type: str
    version: str
    loop: Node | None
    conditions: list[Node]
    outer: "Symbol | None"
    entries: dict[str, Node]


class Lowered:
    """One Bicep file as a template."""

    def __init__(self, path: Path, sources: Sources) -> None:
        self._path, self._sources = path, sources
        self._file = parsed(sources.text(path))
        self._kinds = {
            one["name"]: one["kind"] for one in self._file if "name" in one and one["kind"] != "output"
        }
        self._loaded: dict[str, Any] = {}
        self._symbols: dict[str, Symbol] = {}
        for one in self._file:
            if one["kind"] in ("resource", "module"):
                self._declare(one, None)
        # The compiler uses symbols only where a file needs them: for types, or modules without a name.
        self._symbolic = any(
            one["kind"] in ("import", "type", "module") or set("{[?|") & set(one.get("type", ""))
            for one in self._file
        )

    def template(self) -> dict[str, Any]:
        made = {
            one.key: self._module(one) if one.one["kind"] == "module" else self._resource(one)
            for one in self._symbols.values()
            if self._symbolic or not one.one.get("existing")
        }
        variables = {one["name"]: self.json(one["body"]) for one in self._of("var")}
        if "reference(" in json.dumps(variables):
            self._refuse("a variable of what Azure answers, which the compiler would put in place")
        return {
            **({"languageVersion": "2.0"} if self._symbolic else {}),
            "parameters": {one["name"]: self._parameter(one) for one in self._of("param")},
            "variables": self._loaded | variables,
            "resources": made if self._symbolic else [*made.values()],
            "outputs": {
                one["name"]: {"type": "string", "value": self.json(one["body"])} for one in self._of("output")
            },
        }

    def _of(self, kind: str) -> list[dict[str, Any]]:
        return [one for one in self._file if one["kind"] == kind]

    def _refuse(self, what: str) -> NoReturn:
        raise BadBicep(f"{self._path.name}: {what}")

    def _parameter(self, one: dict[str, Any]) -> dict[str, Any]:
        default = {"defaultValue": self.json(one["body"])} if "body" in one else {}
        return {"type": one["type"], **default, **({"nullable": True} if one["type"].endswith("?") else {})}

    def _declare(self, one: dict[str, Any], outer: Symbol | None) -> None:
        body, loop = one["body"], None
        if body[0] == "array":
            loop = body[1][0]
            body = loop[4]
        conditions = list(outer.conditions) if outer else []
        if body[0] == "when":
            _, condition, body = body
            conditions.append(condition)
        kind, _, version = one["of"].partition("@")
        key = one["name"]
        if outer is not None:
            key, kind, version = f"{outer.key}::{key}", f"{outer.type}/{kind}", version or outer.version
        entries = {key[1] if key[0] == "value" else "": value for key, value in body[1]}
        made = Symbol(key, one | {"body": body}, kind, version, loop, conditions, outer, entries)
        for child in body[2]:
            self._declare(child, made)
        self._symbols[key] = made

    def _found(self, node: Node, local: Local) -> tuple[Symbol, str] | None:
        """The resource or module that an expression names, and which turn of its loop."""
        if node[0] == "index":
            found = self._found(node[1], local)
            return found and (found[0], self.text(node[2], local))
        if node[0] == "nested":
            outer = self._found(node[1], local)
            return outer and (self._symbols[f"{outer[0].key}::{node[2]}"], "")
        if node[0] != "name" or node[1] in local or self._kinds.get(node[1]) in ("param", "var"):
            return None
        # Inside its parent, a nested resource is known by its own name.
        return next(((one, "") for one in self._symbols.values() if one.one["name"] == node[1]), None)

    def _target(self, node: Node, local: Local) -> tuple[Symbol, str]:
        return self._found(node, local) or self._refuse("a scope or a parent that is no resource")

    def _turn(self, symbol: Symbol, turn: str = "") -> dict[str, str]:
        """Item and index of its loop, in one turn or, within the loop, in each."""
        if symbol.loop is None:
            return {}
        _, item, index, over, _ = symbol.loop
        turn = turn or "copyIndex()"
        return {item: f"{self.text(over, NOTHING)}[{turn}]", index: turn}

    def _names(self, symbol: Symbol, turn: str = "") -> list[str]:
        """The parts of a resource's whole name."""
        local, above = self._turn(symbol, turn), (symbol.outer, "") if symbol.outer else None
        if "parent" in symbol.entries:
            above = self._target(symbol.entries["parent"], local)
        return [*(self._names(*above) if above else []), self.text(symbol.entries["name"], local)]

    def _id(self, symbol: Symbol, turn: str) -> str:
        return call("resourceId", quoted(symbol.type), *self._names(symbol, turn))

    def _reference(self, symbol: Symbol, turn: str) -> str:
        if not self._symbolic:
            return call("reference", self._id(symbol, turn), quoted(symbol.version))
        return call("reference", filled(f"{symbol.key}[{{0}}]", turn) if turn else quoted(symbol.key))

    def _around(self, symbol: Symbol) -> dict[str, Any]:
        around: dict[str, Any] = {}
        if symbol.loop is not None:
            length = call("length", self.text(symbol.loop[3], NOTHING))
            around["copy"] = {"name": symbol.one["name"], "count": f"[{length}]"}
        if symbol.conditions:
            tested, *more = [self.text(one, self._turn(symbol)) for one in symbol.conditions]
            for one in more:
                tested = call("and", tested, one)
            around["condition"] = f"[{tested}]"
        return around

    def _resource(self, symbol: Symbol) -> dict[str, Any]:
        local, names = self._turn(symbol), self._names(symbol)
        made = self._around(symbol) | {"type": symbol.type, "apiVersion": symbol.version}
        if symbol.one["existing"]:
            made["existing"] = True
        if "scope" in symbol.entries:
            made["scope"] = f"[{self._id(*self._target(symbol.entries['scope'], local))}]"
        pattern = "/".join(f"{{{at}}}" for at in range(len(names)))
        made["name"] = written(filled(pattern, *names) if len(names) > 1 else names[0])
        around = ("name", "parent", "scope", "dependsOn")
        return made | self._object([one for one in symbol.one["body"][1] if one[0][1] not in around], local)

    def _module(self, symbol: Symbol) -> dict[str, Any]:
        if symbol.entries.keys() - {"params", "scope", "dependsOn"}:
            self._refuse(f"{symbol.key} says more than its scope and its parameters")
        local, turn = self._turn(symbol), ["copyIndex()"] if symbol.loop else []
        pattern = "-".join([symbol.key, *(f"{{{at}}}" for at in range(1 + len(turn)))])
        name = filled(pattern, *turn, call("uniqueString", quoted(symbol.key), "deployment().name"))
        made = self._around(symbol) | {"type": "Microsoft.Resources/deployments", "name": f"[{name}]"}
        if "scope" in symbol.entries:
            made["resourceGroup"] = written(self._names(*self._target(symbol.entries["scope"], local))[0])
        made["properties"] = {
            "expressionEvaluationOptions": {"scope": "inner"},
            "mode": "Incremental",
            "parameters": {
                key[1]: self._argument(value, local) for key, value in symbol.entries["params"][1]
            },
            "template": Lowered(self._path.parent / symbol.one["of"], self._sources).template(),
        }
        return made

    def _argument(self, node: Node, local: Local) -> Any:
        return f"[{self._chosen(node, local)}]" if node[0] == "choose" else {"value": self.json(node, local)}

    def _chosen(self, node: Node, local: Local) -> str:
        if node[0] != "choose":
            return call("createObject", "'value'", self.text(node, local))
        return call("if", self.text(node[1], local), *(self._chosen(one, local) for one in node[2:]))

    def json(self, node: Node, local: Local = NOTHING) -> Any:
        """As JSON: objects and lists stay such, everything else is text or an expression in brackets."""
        if node[0] == "value":
            return node[1]
        if node[0] == "object":
            return self._object(node[1], local)
        if node[0] == "array":
            return [self.json(one, local) for one in node[1]]
        return written(self.text(node, local))

    def _object(self, entries: list[tuple[Node, Node]], local: Local) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key, value in entries:
            name = self.json(key, local)
            if value[0] == "array" and value[1] and value[1][0][0] == "for":
                made.setdefault("copy", []).append(self._copied(name, value[1][0], local))
            else:
                made[name] = self.json(value, local)
        return made

    def _copied(self, name: str, loop: Node, local: Local) -> dict[str, Any]:
        _, item, index, over, body = loop
        turn, items = call("copyIndex", quoted(name)), self.text(over, local)
        given = self.json(body, {**local, item: f"{items}[{turn}]", index: turn})
        return {"name": name, "count": f"[{call('length', items)}]", "input": given}

    def text(self, node: Node, local: Local) -> str:
        """As an expression without its brackets."""
        kind, *parts = node
        if kind in WRITTEN_APART:
            return getattr(self, f"_{kind}_text")(node, local)  # type: ignore[no-any-return]
        operands = [one for one in (parts[0] if kind == "array" else parts) if not isinstance(one, str)]
        given = [self.text(one, local) for one in operands]
        if kind == "index":
            return f"{given[0]}[{given[1]}]"
        if kind == "maybe":
            return call("tryGet", *given, quoted(parts[1]))
        if kind == "binary" and parts[0] == "!=":
            return call("not", call("equals", *given))
        return call(OPERATORS[parts[0] if kind == "binary" else kind], *given)

    def _value_text(self, node: Node, _: Local) -> str:
        return str(node[1]) if type(node[1]) is int else f"{json.dumps(node[1])}()"

    def _lambda_text(self, node: Node, local: Local) -> str:
        name = quoted(node[1])
        return call("lambda", name, self.text(node[2], {**local, node[1]: call("lambdaVariables", name)}))

    def _object_text(self, node: Node, local: Local) -> str:
        given: list[str] = []
        for key, value in node[1]:
            given += [quoted(key[1]) if key[0] == "value" else self.text(key, local), self.text(value, local)]
        return call("createObject", *given)

    def _text_text(self, node: Node, local: Local) -> str:
        if len(node[1]) == 1:
            return quoted(node[1][0])
        pattern = ""
        given: list[str] = []
        for part in node[1]:
            if isinstance(part, str):
                pattern += part.replace("{", "{{").replace("}", "}}")
            else:
                pattern += f"{{{len(given)}}}"
                given.append(self.text(part, local))
        return filled(pattern, *given)

    def _name_text(self, node: Node, local: Local) -> str:
        if node[1] in local:
            return local[node[1]]
        return call({"param": "parameters", "var": "variables"}[self._kinds[node[1]]], quoted(node[1]))

    def _member_text(self, node: Node, local: Local) -> str:
        found = self._found(node[1], local)
        if found is None:
            output = ".value" if node[1][0] == "member" and node[1][2] == "outputs" else ""
            return f"{self.text(node[1], local)}.{node[2]}{output}"
        if node[2] == "id":
            return self._id(*found)
        if node[2] == "name":
            return self._names(*found)[-1]
        return self._reference(*found) + (".outputs" if node[2] == "outputs" else "")

    def _call_text(self, node: Node, local: Local) -> str:
        if node[1] not in ("loadJsonContent", "loadTextContent"):
            return call(node[1], *(self.text(one, local) for one in node[2]))
        text = self._sources.text((self._path.parent / node[2][0][1][0]).resolve())
        name = f"$fxv#{len(self._loaded)}"
        self._loaded[name] = json.loads(text) if node[1] == "loadJsonContent" else text
        return call("variables", quoted(name))


def written(text: str) -> str:
    """An expression in its brackets; a text alone has none, and one more where it has some of its own."""
    alone = ONE_TEXT.fullmatch(text)
    if alone is None:
        return f"[{text}]"
    plain = alone[1].replace("''", "'")
    return f"[{plain}" if plain.startswith("[") and plain.endswith("]") else plain


def lowered(sources: Sources | None = None) -> dict[str, Any]:
    """`infra/main.bicep` as a template."""
    return Lowered(INFRA / "main.bicep", sources or Sources()).template()
