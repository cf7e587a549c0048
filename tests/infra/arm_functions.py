"""The functions of ARM templates that the compiler writes for `infra/`."""

import operator
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from arm_expressions import BadTemplate, Node
from deployment import CALLS, Unknown, unknown

if TYPE_CHECKING:
    from compiled import Local, Template


def _format(pattern: str, *given: Any) -> str:
    def filled(match: re.Match[str]) -> str:
        if match[0] in ("{{", "}}"):
            return match[0][0]
        one = given[int(match[1])]
        if isinstance(one, (dict, list)):
            raise TypeError(f"{one} is no text")
        return "" if one is None else str(one)

    return re.sub(r"\{\{|\}\}|\{(\d+)\}", filled, pattern)


def _object(*given: Any) -> dict[str, Any]:
    return dict(zip(given[::2], given[1::2], strict=True))


def _try_get(whole: Any, *keys: str | int) -> Any:
    for key in keys:
        if isinstance(whole, Unknown):
            whole = unknown(whole, key)
        elif isinstance(whole, list):
            whole = whole[key] if isinstance(key, int) and key < len(whole) else None
        else:
            whole = None if whole is None else whole.get(key)
    return whole


def _resource_id(kind: str, *names: str) -> Unknown:
    if isinstance(kind, Unknown) or kind.count("/") != len(names) or "." not in kind:
        raise ValueError("only ids of resources in the same group are understood")
    return unknown(f"{kind}:{'/'.join(names)}")


def _concat(*given: Any) -> Any:
    if all(isinstance(one, str) for one in given):
        return "".join(given)
    return [item for one in given for item in one]


FUNCTIONS: dict[str, Callable[..., Any]] = {
    **{
        name: CALLS[name]
        for name in (
            "empty", "environment", "filter", "guid", "int", "json", "map", "replace", "string",
            "subscription", "subscriptionResourceId", "tenant", "toLower", "toObject", "union",
            "uniqueString", "utcNow",
        )
    },
    "concat": _concat,
    "contains": lambda whole, one: one in whole,
    "createArray": lambda *items: list(items),
    "createObject": _object,
    "deployment": lambda: unknown("deployment"),
    "equals": operator.eq,
    # An extension is known by its own name: what it is on is in its scope.
    "extensionResourceId": lambda _, kind, *names: _resource_id(kind, *names),
    "false": lambda: False,
    "format": _format,
    "greater": operator.gt,
    "greaterOrEquals": operator.ge,
    "length": len,
    "less": operator.lt,
    "lessOrEquals": operator.le,
    "not": operator.not_,
    "null": lambda: None,
    "range": lambda start, count: list(range(start, start + count)),
    "resourceGroup": lambda: unknown("resourceGroup"),
    "resourceId": _resource_id,
    "shallowMerge": lambda objects: CALLS["union"](*objects),
    "true": lambda: True,
    "tryGet": _try_get,
}  # fmt: skip


def _if(template: "Template", given: tuple[Node, ...], local: "Local") -> Any:
    tested, yes, no = given
    return template.worked_out(yes if template.worked_out(tested, local) else no, local)


def _and(template: "Template", given: tuple[Node, ...], local: "Local") -> bool:
    return all(template.worked_out(one, local) for one in given)


def _or(template: "Template", given: tuple[Node, ...], local: "Local") -> bool:
    return any(template.worked_out(one, local) for one in given)


def _coalesce(template: "Template", given: tuple[Node, ...], local: "Local") -> Any:
    values = (template.worked_out(one, local) for one in given)
    return next((value for value in values if value is not None), None)


def _lambda(template: "Template", given: tuple[Node, ...], local: "Local") -> Callable[[Any], Any]:
    if len(given) != 2:
        raise BadTemplate(f"{template.where}: a lambda with {len(given) - 1} variables")
    (_, name), body = given
    return lambda item: template.worked_out(body, {**local, ("lambda", name): item})


def _local(kind: str) -> Callable[..., Any]:
    def find(template: "Template", given: tuple[Node, ...], local: "Local") -> Any:
        name = template.worked_out(given[0], local) if given else ""
        if (kind, name) not in local or len(given) > 1:
            raise BadTemplate(f"{template.where}: there is no {kind} {name!r} here")
        return local[kind, name]

    return find


def _of_the_template(method: str) -> Callable[..., Any]:
    def call(template: "Template", given: tuple[Node, ...], local: "Local") -> Any:
        return getattr(template, method)(*(template.worked_out(one, local) for one in given))

    return call


def _resource_info(template: "Template", given: tuple[Node, ...], local: "Local") -> dict[str, str]:
    resource = template.at(template.worked_out(given[0], local)).resource
    return {"id": resource.id, "name": resource.body["name"], "type": resource.type}


# Not functions of values: what they do not choose must not be worked out, or they look around themselves.
LAZY: dict[str, Callable[["Template", tuple[Node, ...], "Local"], Any]] = {
    "and": _and,
    "coalesce": _coalesce,
    "copyIndex": _local("loop"),
    "if": _if,
    "lambda": _lambda,
    "lambdaVariables": _local("lambda"),
    "or": _or,
    "parameters": _of_the_template("parameter"),
    "reference": _of_the_template("answer"),
    "resourceInfo": _resource_info,
    "variables": _of_the_template("variable"),
}
