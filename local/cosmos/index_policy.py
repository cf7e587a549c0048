"""Indexing policies: validation, and the service's defaults.

Sources: "Indexing policies in Azure Cosmos DB", "Azure Cosmos DB service quotas".
"""

from typing import Any

from local.cosmos.errors import bad, unsupported
from local.cosmos.paths import bare_path, indexed_path
from local.cosmos.shapes import entries, members

ETAG = '/"_etag"/?'
LEAST_COMPOSITE, MOST_COMPOSITE = 2, 8
MOST_COMPOSITES = 100
KNOWN = {
    "indexingMode", "automatic", "includedPaths", "excludedPaths", "compositeIndexes", "spatialIndexes",
    "vectorIndexes", "fullTextIndexes",
}  # fmt: skip
SPATIAL = {"Point", "LineString", "Polygon", "MultiPolygon"}


def indexing_policy(given: Any) -> dict[str, Any]:
    """Return the policy in full; `vectorIndexes` are checked beside the vector embedding policy."""
    given = members(given, KNOWN, "indexing policy")
    if given.get("fullTextIndexes"):
        raise unsupported("fullTextIndexes in an indexing policy")
    mode = str(given.get("indexingMode", "consistent")).lower()
    if mode not in {"consistent", "none"}:
        raise bad(f"The indexing mode '{mode}' is not one of 'consistent' and 'none'.")
    automatic = given.get("automatic", mode != "none")
    if not isinstance(automatic, bool):
        raise bad("The indexing policy's 'automatic' must be true or false.")
    if mode == "none":
        return {"indexingMode": "none", "automatic": False, "includedPaths": [], "excludedPaths": []}
    included, excluded = _roots(given)
    policy = {
        "indexingMode": mode,
        "automatic": automatic,
        "includedPaths": included,
        "excludedPaths": excluded,
        "compositeIndexes": _composites(given),
        "spatialIndexes": [_spatial(index) for index in entries(given, "spatialIndexes", "indexing policy")],
        "vectorIndexes": entries(given, "vectorIndexes", "indexing policy"),
    }
    return {name: value for name, value in policy.items() if value != [] or name.endswith("Paths")}


def _roots(given: dict[str, Any]) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    included = [_path(entry) for entry in entries(given, "includedPaths", "indexing policy")]
    excluded = [_path(entry) for entry in entries(given, "excludedPaths", "indexing policy")]
    if not included and {"path": "/*"} not in excluded:
        included = [{"path": "/*"}]
    if {"path": "/*"} not in included + excluded:
        raise bad('The special mandatory indexing path "/" is not provided in any of the path type sets.')
    if {"path": ETAG} not in excluded:
        excluded = [*excluded, {"path": ETAG}]
    return included, excluded


def _path(entry: Any) -> dict[str, str]:
    # The old kinds of index are dropped, as the service does.
    entry = members(entry, {"path", "indexes"}, "indexing policy's path")
    return {"path": indexed_path(entry.get("path"))}


def _composites(given: dict[str, Any]) -> list[list[dict[str, str]]]:
    groups = entries(given, "compositeIndexes", "indexing policy")
    if len(groups) > MOST_COMPOSITES:
        raise bad(f"An indexing policy holds at most {MOST_COMPOSITES} composite indexes.")
    return [_composite(group) for group in groups]


def _composite(group: Any) -> list[dict[str, str]]:
    if not isinstance(group, list) or not LEAST_COMPOSITE <= len(group) <= MOST_COMPOSITE:
        raise bad(f"A composite index is a list of {LEAST_COMPOSITE} to {MOST_COMPOSITE} paths.")
    found = []
    for part in group:
        part = members(part, {"path", "order"}, "composite index")  # noqa: PLW2901 - the same part, checked
        order = part.get("order", "ascending")
        if order not in {"ascending", "descending"}:
            raise bad(f"The composite index order {order!r} is not one of 'ascending' and 'descending'.")
        found.append({"path": bare_path(part.get("path"), "composite index"), "order": order})
    paths = [part["path"] for part in found]
    if len(set(paths)) != len(paths):
        raise bad(f"The composite index names a path twice: {', '.join(paths)}.")
    return found


def _spatial(index: Any) -> dict[str, Any]:
    index = members(index, {"path", "types", "boundingBox"}, "spatial index")
    types = entries(index, "types", "spatial index")
    if strange := [kind for kind in types if kind not in SPATIAL]:
        raise bad(f"The spatial index types {strange} are not among {sorted(SPATIAL)}.")
    return {**index, "path": indexed_path(index.get("path"))}
