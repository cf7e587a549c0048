"""Coverage of a container's indexing policy, and the terms of an item under it."""

import json
from typing import Any

from local.cosmos.paths import split_path
from local.cosmos.terms import joined, term

Path = tuple[str, ...]
Order = tuple[tuple[Path, bool], ...]  # paths, each with "descending"
ANY = "[]"  # a step to the elements of an array, as in the paths of a policy
ALWAYS: frozenset[Path] = frozenset({("id",), ("_ts",)})
SYSTEM = frozenset({"_rid", "_self", "_etag", "_attachments", "_lsn"})


class Indexing:
    """Indexing policy, with a cache by path."""

    def __init__(self, policy: dict[str, Any]) -> None:
        self.policy = policy
        self.on = policy["indexingMode"] != "none"
        self.composites: tuple[Order, ...] = tuple(
            tuple((split_path(part["path"]), part.get("order") == "descending") for part in group)
            for group in policy.get("compositeIndexes", ())
        )
        self._known: dict[Path, bool] = {}
        self._stored: dict[Path, bool] = {}

    def covers(self, path: Path) -> bool:
        """Whether the policy indexes a property path."""
        known = self._known.get(path)
        if known is None:
            known = self._known[path] = self.on and (path in ALWAYS or is_included(self.policy, path))
        return known

    def stores(self, path: Path) -> bool:
        """Whether items are found by this path; those of the system are never asked for."""
        known = self._stored.get(path)
        if known is None:
            known = path[0] not in SYSTEM and (path in ALWAYS or self.covers(path))
            self._stored[path] = known
        return known

    def composite(self, order: Order) -> tuple[Order, bool] | None:
        """The composite index that serves an order, and whether it is read backwards."""
        for group in self.composites:
            if order == group:
                return group, False
            if order == tuple((path, not descending) for path, descending in group):
                return group, True
        return None

    def entries(self, doc: dict[str, Any]) -> set[tuple[str, bytes]]:
        """The names of the indexes that an item is found in, each with a term."""
        found: set[tuple[Path, bytes]] = set()
        for name, value in doc.items():
            if name != ANY:
                self._add(value, (name,), found)
        entries = {(name_of(path), key) for path, key in found}
        for group in self.composites:
            values = [(_value_at(doc, path), descending) for path, descending in group]
            entries.add((name_of_composite(group), joined(values)))
        return entries

    def _add(self, value: Any, path: Path, found: set[tuple[Path, bytes]]) -> None:
        if self.stores(path):
            found.add((path, term(value)))
        if isinstance(value, dict):
            for name, child in value.items():
                if name != ANY:  # it would look like an element
                    self._add(child, (*path, name), found)
        elif isinstance(value, list):
            inside = (*path, ANY)
            for child in value:
                self._add(child, inside, found)

    def leaves(self, value: Any, path: Path = ()) -> int:
        """Number of an item's values that the policy indexes."""
        if isinstance(value, dict):
            return sum(self.leaves(child, (*path, name)) for name, child in value.items())
        if isinstance(value, list):
            return sum(self.leaves(child, (*path, ANY)) for child in value)
        return int(self.covers(path))


def is_included(policy: dict[str, Any], path: Path) -> bool:
    """Whether the policy's paths cover this one; the most precise rule wins."""
    best, covered = -1, False
    for name, verdict in (("includedPaths", True), ("excludedPaths", False)):
        for rule in policy[name]:
            parts = split_path(rule["path"])
            head, tail = parts[:-1], parts[-1] if parts else "*"
            fits = path[: len(head)] == head and (tail == "*" or len(path) == len(head))
            if fits and 2 * len(head) + (tail == "?") > best:
                best, covered = 2 * len(head) + (tail == "?"), verdict
    return covered


def _value_at(doc: Any, path: Path) -> Any:
    for name in path:
        if not isinstance(doc, dict) or name not in doc:
            return ...  # sorts as undefined
        doc = doc[name]
    return doc


_names: dict[Path, str] = {}


def name_of(path: Path) -> str:
    """The text that stands for a path in the store."""
    name = _names.get(path)
    if name is None:
        name = json.dumps(path)
        if len(_names) < 10_000:  # noqa: PLR2004 - property names may be data
            _names[path] = name
    return name


def name_of_composite(group: Order) -> str:
    return f"order {json.dumps(group)}"


def spec_of(path: Path) -> str:
    """The path as index metrics show it."""
    return (
        "".join(f"/{name if name == ANY or name.isidentifier() else json.dumps(name)}" for name in path)
        + "/?"
    )
