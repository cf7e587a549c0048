"""The six patch operations on a parsed document. Source: "Partial document update in Azure Cosmos DB"."""

from typing import Any

from local.cosmos import query
from local.cosmos.errors import STALE, Refusal
from local.cosmos.limits import MAX_PATCH, KeyPaths
from local.cosmos.values import UNDEFINED, as_number

FROZEN = {"id", "_rid", "_self", "_etag", "_ts", "_attachments"}
LEARN = "Learn more: https://aka.ms/cosmosdbpatchdocs"


def apply(doc: dict[str, Any], request: Any, *, key_paths: KeyPaths) -> None:
    """Change `doc` in place. 412 when the condition does not hold; 400 for a bad operation."""
    operations, condition = _parts(request)
    if condition is not None and not query.holds(condition, doc):
        raise Refusal(412, STALE)
    for number, operation in enumerate(operations, 1):
        try:
            _apply_one(doc, operation, key_paths)
        except ValueError as exc:
            raise Refusal(400, f"For Operation({number}): {exc} {LEARN}") from exc


def _parts(request: Any) -> tuple[list[Any], str | None]:
    condition = request.get("condition") if isinstance(request, dict) else None
    operations = request.get("operations") if isinstance(request, dict) else request
    if not isinstance(operations, list) or not operations:
        raise Refusal(400, f"The patch request has no operations. {LEARN}")
    if len(operations) > MAX_PATCH:
        raise Refusal(400, f"The number of patch operations can't exceed '{MAX_PATCH}'. {LEARN}")
    if condition is not None and not isinstance(condition, str):
        raise Refusal(400, f"The patch condition must be text. {LEARN}")
    return operations, condition


def _pointer(operation: dict[str, Any], name: str, key_paths: KeyPaths) -> list[str]:
    text = operation.get(name)
    if not isinstance(text, str) or not text.startswith("/") or text == "/":
        raise ValueError(f"'{name}' must be a JSON pointer such as '/name'.")
    path = [part.replace("~1", "/").replace("~0", "~") for part in text[1:].split("/")]
    if path[0] in FROZEN:
        raise ValueError(f"The system property '/{path[0]}' cannot be patched.")
    if any(tuple(path) == key_path[: len(path)] for key_path in key_paths):
        raise ValueError("The partition key cannot be patched.")
    return path


def _apply_one(doc: dict[str, Any], operation: Any, key_paths: KeyPaths) -> None:
    if not isinstance(operation, dict):
        raise ValueError("An operation must be an object.")  # noqa: TRY004 - becomes a 400 like the rest
    kind = str(operation.get("op"))
    path = _pointer(operation, "path", key_paths)
    if kind in {"add", "set", "replace", "incr"} and "value" not in operation:
        raise ValueError(f"The operation '{kind}' needs a 'value'.")
    match kind:
        case "add" | "set":
            _place(_parent(doc, path, kind), path[-1], operation["value"], insert=kind == "add")
        case "replace":
            _require(doc, path, kind)
            _place(_parent(doc, path, kind), path[-1], operation["value"], insert=False)
        case "remove":
            _take(doc, path, kind)
        case "incr":
            _increment(doc, path, operation["value"])
        case "move":
            source = _pointer(operation, "from", key_paths)
            if path[: len(source)] == source and path != source:
                raise ValueError("Move Operation: 'path' must not be a child of 'from'.")
            value = _take(doc, source, kind)
            _place(_parent(doc, path, kind), path[-1], value, insert=True)
        case _:
            raise ValueError(f"'{kind}' is not one of add, set, replace, remove, incr, move.")


def _parent(doc: Any, path: list[str], kind: str) -> Any:
    node = doc
    for depth, part in enumerate(path[:-1]):
        node = _child(node, part)
        if not isinstance(node, dict | list):
            found = "/".join(path[:depth])
            raise ValueError(  # noqa: TRY004 - becomes a 400 like the rest
                f"{kind.capitalize()} Operation can only create a child object of an existing node(array "
                f"or object) and cannot create path recursively, no path found beyond: '{found}'."
            )
    return node


def _child(node: Any, part: str) -> Any:
    if isinstance(node, dict):
        return node.get(part)
    index = _index(part)
    return node[index] if isinstance(node, list) and index is not None and index < len(node) else None


def _index(part: str) -> int | None:
    return int(part) if part.isascii() and part.isdigit() and str(int(part)) == part else None


def _exists(doc: Any, path: list[str]) -> bool:
    node = doc
    for part in path[:-1]:
        node = _child(node, part)
    if isinstance(node, dict):
        return path[-1] in node
    index = _index(path[-1])
    return isinstance(node, list) and index is not None and index < len(node)


def _require(doc: Any, path: list[str], kind: str) -> None:
    if not _exists(doc, path):
        raise ValueError(
            f"{kind.capitalize()} Operation only supports an existing path: '/{'/'.join(path)}'."
        )


def _place(node: Any, part: str, value: Any, *, insert: bool) -> None:
    if isinstance(node, dict):
        node[part] = value
        return
    index = len(node) if part == "-" else _index(part)
    if index is None or index > len(node):
        raise ValueError(f"The array index '{part}' is out of bounds.")
    if insert or index == len(node):
        node.insert(index, value)
    else:
        node[index] = value


def _take(doc: Any, path: list[str], kind: str) -> Any:
    _require(doc, path, kind)
    node = _parent(doc, path, kind)
    return node.pop(path[-1]) if isinstance(node, dict) else node.pop(int(path[-1]))


def _increment(doc: Any, path: list[str], by: Any) -> None:
    if isinstance(by, bool) or not isinstance(by, int | float):
        raise ValueError("Increment Operation needs a numeric 'value'.")  # noqa: TRY004 - becomes a 400
    node = _parent(doc, path, "increment")
    if not _exists(doc, path):
        _place(node, path[-1], by, insert=True)
        return
    old = _child(node, path[-1])
    if isinstance(old, bool) or not isinstance(old, int | float):
        raise ValueError("Increment Operation only supports a numeric node.")  # noqa: TRY004 - becomes a 400
    total = as_number(old + by)
    if total is UNDEFINED:
        raise ValueError("Increment Operation: the sum is beyond the range of numbers.")
    _place(node, path[-1], total, insert=False)
