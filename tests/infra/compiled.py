"""Resources of a deployment, read from the ARM template that Bicep was compiled into.

They are the same as those of `deployment`, which reads the source: the two are compared, and every rule runs
over both. Only the constructs that the compiler writes for `infra/` are supported. The pure functions and the
placeholders for values of Azure are those of `deployment`; everything else is read independently.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from arm_expressions import BadTemplate, Node, expression
from arm_functions import FUNCTIONS, LAZY
from deployment import Answered, Placed, Resource, Sources, Unknown, member, parameters, unknown

MODULE = "Microsoft.Resources/deployments"
OF_A_TEMPLATE = {
    "$schema", "contentVersion", "definitions", "languageVersion", "metadata", "outputs", "parameters",
    "resources", "variables",
}  # fmt: skip
OF_A_MODULE = {
    "apiVersion", "condition", "copy", "dependsOn", "metadata", "name", "properties", "resourceGroup", "type",
}  # fmt: skip
# Keys that control the deployment of a resource; the others describe the resource.
AROUND_A_RESOURCE = {
    "apiVersion",
    "condition",
    "copy",
    "dependsOn",
    "existing",
    "metadata",
    "name",
    "scope",
    "type",
}
NOT_WRITTEN = {"@options", "asserts", "extension", "import", "resources"}

# Local names at one place: the indices of the loops around it, and the variables of lambdas.
Local = Mapping[tuple[str, str], Any]


@dataclass(frozen=True)
class Made:
    """One resource, or one module with what is in it. `there`: it is made, and did not exist before."""

    resource: Resource
    there: bool
    inner: "Template | None" = None


class Template:
    """A template with given parameters. Values are worked out when somebody asks for them."""

    def __init__(self, written: dict[str, Any], given: Mapping[str, Any], where: str) -> None:
        self.where, self._written, self._given = where, written, given
        self._refuse(written, OF_A_TEMPLATE, "a template")
        if written.get("languageVersion", "2.0") != "2.0":
            raise BadTemplate(f"{where}: languageVersion {written['languageVersion']}")
        if strange := given.keys() - written.get("parameters", {}).keys():
            raise BadTemplate(f"{where} has no parameter {', '.join(sorted(strange))}")
        listed = written["resources"]
        self._resources: dict[str, Any] = (
            listed if isinstance(listed, dict) else {str(at): one for at, one in enumerate(listed)}
        )
        self._known: dict[tuple[str, str], Any] = {}
        for name in written.get("parameters", {}):
            self.parameter(name)
        self.resources = [
            one for symbol in self._resources for made in self.made(symbol) for one in _kept(made)
        ]
        self.outputs = {
            name: {"value": self._output(one)} for name, one in written.get("outputs", {}).items()
        }

    def _refuse(self, written: Mapping[str, Any], known: set[str], what: str) -> None:
        if strange := written.keys() - known:
            raise BadTemplate(f"{self.where}: {what} with {', '.join(sorted(strange))}")

    def parameter(self, name: str) -> Any:
        return self._once("parameter", name, self._parameter)

    def variable(self, name: str) -> Any:
        return self._once("variable", name, self._variable)

    def made(self, symbol: str) -> list[Made]:
        """Instances of a resource of the template: one, or one for each turn of its loop."""
        return self._once("resource", symbol, self._declared)  # type: ignore[no-any-return]

    def _once(self, kind: str, name: str, work: Any) -> Any:
        if (kind, name) not in self._known:
            self._known[kind, name] = work(name)
        return self._known[kind, name]

    def _parameter(self, name: str) -> Any:
        declared = self._written.get("parameters", {}).get(name)
        if declared is None:
            raise BadTemplate(f"{self.where} declares no parameter {name}")
        if name in self._given:
            return self._given[name]
        if "defaultValue" in declared:
            return self.value(declared["defaultValue"], {})
        if declared.get("nullable") is not True:
            raise BadTemplate(f"{self.where} needs {name}")
        return None

    def _variable(self, name: str) -> Any:
        written = self._written.get("variables", {})
        for loop in written.get("copy", []):
            if loop["name"] == name:
                return self._turns(loop, {})
        if name not in written:
            raise BadTemplate(f"{self.where} has no variable {name}")
        return self.value(written[name], {})

    def _output(self, written: dict[str, Any]) -> Any:
        if "copy" in written:
            return self._turns({"name": "", **written["copy"]}, {})
        return self.value(written["value"], {})

    def _declared(self, symbol: str) -> list[Made]:
        written = self._resources[symbol]
        make = self._module if written["type"] == MODULE else self._resource
        return [make(symbol, written, local) for local in self._repeated(written)]

    def _repeated(self, written: dict[str, Any]) -> list[Local]:
        """Variables in each turn of a resource's loop."""
        if "copy" not in written:
            return [{}]
        loop = written["copy"]
        turns = range(self._count(loop, {}))
        return [{("loop", ""): turn, ("loop", loop["name"]): turn} for turn in turns]

    def _count(self, loop: dict[str, Any], local: Local) -> int:
        self._refuse(loop, {"name", "count", "input", "mode", "batchSize"}, "a loop")
        count = self.value(loop["count"], local)
        if not isinstance(count, int):
            raise BadTemplate(f"{self.where}: {loop['name']} is made {count} times")
        return count

    def _turns(self, loop: dict[str, Any], local: Local) -> list[Any]:
        return [
            self.value(loop["input"], {("loop", ""): turn, **local, ("loop", loop["name"]): turn})
            for turn in range(self._count(loop, local))
        ]

    def _there(self, written: dict[str, Any], local: Local) -> bool:
        there = self.value(written.get("condition", True), local)
        if not isinstance(there, bool):
            raise BadTemplate(f"{self.where}: the condition {written['condition']} is {there!r}")
        return there

    def _resource(self, symbol: str, written: dict[str, Any], local: Local) -> Made:
        if strange := written.keys() & NOT_WRITTEN:
            raise BadTemplate(f"{self.where}: {symbol} with {', '.join(sorted(strange))}")
        kind, name = written["type"], self.value(written["name"], local)
        above = kind.count("/") - 1
        body = {key: one for key, one in written.items() if key not in AROUND_A_RESOURCE}
        # The stand-in for a guid says what it is made of, ids among them.
        if name.partition("guid:")[0].count("/") != above:
            raise BadTemplate(f"{self.where}: {name} is no name of a {kind}")
        filled = {"name": name.split("/", above)[-1], **self.value(body, local)}
        if "scope" in written:
            filled["scope"] = extended(self.value(written["scope"], local))
        there = self._there(written, local) and written.get("existing") is not True
        return Made(Resource(kind, name, self.where, filled), there)

    def _module(self, symbol: str, written: dict[str, Any], local: Local) -> Made:
        self._refuse(written, OF_A_MODULE, f"the module {symbol}")
        said = dict(written["properties"])
        template, given = said.pop("template", None), said.pop("parameters", {})
        if (
            said != {"expressionEvaluationOptions": {"scope": "inner"}, "mode": "Incremental"}
            or template is None
        ):
            raise BadTemplate(f"{self.where}: the module {symbol} is deployed as {said}")
        self.value(written.get("resourceGroup"), local)
        resource = Resource(MODULE, self.value(written["name"], local), self.where, {})
        if not self._there(written, local):
            return Made(resource, there=False)
        filled = {name: self._argument(name, one, local) for name, one in given.items()}
        return Made(resource, there=True, inner=Template(template, filled, f"{self.where}/{symbol}"))

    def _argument(self, name: str, written: Any, local: Local) -> Any:
        filled = self.value(written, local)
        if not isinstance(filled, dict) or filled.keys() != {"value"}:
            raise BadTemplate(f"{self.where}: {name} is given as {filled}")
        return filled["value"]

    def value(self, written: Any, local: Local) -> Any:
        if isinstance(written, str):
            node = expression(written)
            return node if isinstance(node, str) else self.worked_out(node, local)
        if isinstance(written, list):
            return [self.value(one, local) for one in written]
        if isinstance(written, dict):
            return self._object(written, local)
        return written

    def _object(self, written: dict[str, Any], local: Local) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for key, one in written.items():
            if key == "copy" and isinstance(one, list):
                made |= {loop["name"]: self._turns(loop, local) for loop in one}
            else:
                made[self.value(key, local)] = self.value(one, local)
        return made

    def worked_out(self, node: Node, local: Local) -> Any:
        if node[0] == "value":
            return node[1]
        if node[0] == "index":
            return chosen(self.worked_out(node[1], local), self.worked_out(node[2], local))
        _, name, given = node
        if name in LAZY:
            return LAZY[name](self, given, local)
        if name not in FUNCTIONS:
            raise BadTemplate(f"{self.where}: the function {name} is not known here")
        values = [self.worked_out(one, local) for one in given]
        try:
            return FUNCTIONS[name](*values)
        except (AttributeError, IndexError, KeyError, TypeError, ValueError) as error:
            raise BadTemplate(f"{self.where}: {name} of {values}: {error!r}") from error

    def at(self, place: str) -> Made:
        """The resource or module of a symbol or of `symbol[2]`; in a template without symbols, of an id."""
        if isinstance(place, Unknown):
            return self._of_id(place)
        symbol, _, turn = place.removesuffix("]").partition("[")
        if symbol not in self._resources:
            raise BadTemplate(f"{self.where}: nothing here is {place}")
        return self.made(symbol)[int(turn or 0)]

    def _of_id(self, place: Unknown) -> Made:
        for symbol, written in self._resources.items():
            for turn, local in enumerate(self._repeated(written)):
                # Its body may speak of the one that asks.
                if unknown(f"{written['type']}:{self.value(written['name'], local)}") == place:
                    return self.made(symbol)[turn]
        # Without symbols, what exists already is not written down.
        return Made(extended(place).resource, there=False)

    def answer(self, place: str, *full: str) -> Any:
        """Properties that Azure returns for a resource, or outputs of a module."""
        made = self.at(place)
        if made.inner is not None:
            return {"outputs": made.inner.outputs}
        if made.resource.type == MODULE:
            raise BadTemplate(f"{self.where}: {place} is asked for and not made")
        return Placed(made.resource, {}) if "full" in full else Answered(made.resource)


def _kept(made: Made) -> Iterator[Resource]:
    if made.inner is not None:
        yield from made.inner.resources
    elif made.there:
        yield made.resource


def chosen(whole: Any, key: Any) -> Any:
    """`whole.key` or `whole[key]`, which must be there."""
    if isinstance(whole, (Answered, Placed, Unknown)):
        return member(whole, key)
    if not isinstance(whole, (dict, list)) or (
        key not in whole if isinstance(whole, dict) else key >= len(whole)
    ):
        raise BadTemplate(f"there is no {key!r} in {whole!r}")
    return whole[key]


def extended(scope: str) -> Placed:
    """Scope of an extension resource, from its id or from `Microsoft.Web/sites/name/config/other`."""
    if isinstance(scope, Unknown):
        kind, _, name = scope.strip("⟦⟧").partition(":")
    else:
        provider, *parts = scope.split("/")
        kind, name = "/".join([provider, *parts[::2]]), "/".join(parts[1::2])
    if "." not in kind or not name or kind.count("/") != name.count("/") + 1:
        raise BadTemplate(f"{scope!r} is no scope of one resource")
    return Placed(Resource(kind, name, "", {}), {})


def compiled(
    environment: str, template: dict[str, Any], sources: Sources | None = None, **changed: Any
) -> list[Resource]:
    """The resources that a compiled `main.bicep` makes in an environment, with some parameters changed."""
    return Template(template, parameters(environment, sources or Sources()) | changed, "main").resources
