"""What a container may be defined as, and the defaults the service fills in."""

import re
from typing import Any

from local.cosmos.errors import Refusal, unsupported

MAX_NAME = 255
ETAG = '/"_etag"/?'
MAX_KEY_LEVELS = 3
MAX_TTL = 2**31 - 1
MAX_UNIQUE_RULES = 10
MAX_UNIQUE_PATHS = 16
KNOWN = {
    "id", "partitionKey", "indexingPolicy", "defaultTtl", "uniqueKeyPolicy", "conflictResolutionPolicy",
    "computedProperties", "changeFeedPolicy", "fullTextPolicy", "vectorEmbeddingPolicy",
    "analyticalStorageTtl", "geospatialConfig",
}  # fmt: skip
PART = re.compile(r"""/(?:"([^"]*)"|'([^']*)'|([^/"'*]+|\*))""")


def split_path(path: str) -> tuple[str, ...]:
    r"""Split `/a/"b-c"/d` into its names."""
    return tuple("".join(parts) for parts in PART.findall(path))


def bad(message: str) -> Refusal:
    return Refusal(400, message)


def resource_name(body: Any) -> str:
    name = body.get("id") if isinstance(body, dict) else None
    if not isinstance(name, str) or not name.strip() or len(name) > MAX_NAME:
        raise bad(f"Ensure to provide a unique non-empty string less than '{MAX_NAME}' characters.")
    if re.search(r"[/\\#?]", name) or name.endswith(" "):
        raise bad("The resource name presented contains invalid character or ends with a space.")
    return name


def container_definition(body: Any) -> dict[str, Any]:
    """Return the definition with the service's defaults; 400 for what the service or this server refuses."""
    try:
        return _container(body)
    except (AttributeError, TypeError, KeyError) as exc:
        raise bad("The container definition is malformed.") from exc


def _container(body: Any) -> dict[str, Any]:
    name = resource_name(body)
    given = {k: v for k, v in body.items() if not k.startswith("_")}
    if strange := sorted(given.keys() - KNOWN):
        raise unsupported(f"the container properties {', '.join(strange)}")
    for what in ("fullTextPolicy", "vectorEmbeddingPolicy", "computedProperties", "analyticalStorageTtl"):
        if given.get(what):
            raise unsupported(f"containers with {what}")
    ttl = given.get("defaultTtl")
    if ttl is not None and (type(ttl) is not int or not (ttl == -1 or 0 < ttl <= MAX_TTL)):
        raise bad(
            f"The value '{ttl}' specified for defaultTtl is invalid. It must be -1 or a positive integer "
            f"up to {MAX_TTL}."
        )
    definition = {
        "id": name,
        "indexingPolicy": _indexing(given.get("indexingPolicy") or {}),
        "partitionKey": _partition_key(given.get("partitionKey")),
        "uniqueKeyPolicy": _unique_keys(given.get("uniqueKeyPolicy") or {}),
        "conflictResolutionPolicy": given.get("conflictResolutionPolicy")
        or {"mode": "LastWriterWins", "conflictResolutionPath": "/_ts", "conflictResolutionProcedure": ""},
        "geospatialConfig": given.get("geospatialConfig") or {"type": "Geography"},
    }
    return definition | ({} if ttl is None else {"defaultTtl": ttl})


def _partition_key(given: Any) -> dict[str, Any]:
    paths = given.get("paths") if isinstance(given, dict) else None
    if not isinstance(paths, list) or not paths or not all(isinstance(p, str) for p in paths):
        raise bad("The partition key definition is missing or has no paths.")
    kind = given.get("kind", "Hash")
    if kind not in {"Hash", "MultiHash"}:
        raise bad(f"The partition key kind '{kind}' is not one of Hash and MultiHash.")
    if len(paths) > (1 if kind == "Hash" else MAX_KEY_LEVELS):
        raise bad(f"Too many partition key paths '{len(paths)}' for the kind {kind}.")
    for path in paths:
        names = split_path(path)
        if not names or PART.sub("", path) or names[-1] in {"*", ""}:
            raise bad(f"The partition key path '{path}' is invalid.")
        if names[0] in {"_rid", "_self", "_etag", "_ts", "_attachments"}:
            raise bad(f"The partition key path '{path}' names a system property.")
    return {"paths": paths, "kind": kind, "version": given.get("version", 1)}


def _unique_keys(given: Any) -> dict[str, Any]:
    rules = given.get("uniqueKeys", [])
    if len(rules) > MAX_UNIQUE_RULES:
        raise bad(f"A unique key policy holds at most {MAX_UNIQUE_RULES} unique keys.")
    for rule in rules:
        paths = rule.get("paths") if isinstance(rule, dict) else None
        if not paths or len(paths) > MAX_UNIQUE_PATHS or not all(split_path(str(p)) for p in paths):
            raise bad(f"A unique key needs 1 to {MAX_UNIQUE_PATHS} paths such as '/name'.")
    return {"uniqueKeys": [{"paths": rule["paths"]} for rule in rules]}


def _indexing(given: dict[str, Any]) -> dict[str, Any]:
    mode = str(given.get("indexingMode", "consistent")).lower()
    if mode not in {"consistent", "none"}:
        raise bad(f"The indexing mode '{mode}' is not one of 'consistent' and 'none'.")
    if mode == "none":
        return {"indexingMode": "none", "automatic": False, "includedPaths": [], "excludedPaths": []}
    included = [_indexed(path) for path in given.get("includedPaths") or []]
    excluded = [_indexed(path) for path in given.get("excludedPaths") or []]
    if not included and {"path": "/*"} not in excluded:
        included = [{"path": "/*"}]
    if {"path": "/*"} not in included + excluded:
        raise bad('The special mandatory indexing path "/" is not provided in any of the path type sets.')
    if {"path": ETAG} not in excluded:
        excluded = [*excluded, {"path": ETAG}]
    policy = {
        "indexingMode": mode,
        "automatic": given.get("automatic", True),
        "includedPaths": included,
        "excludedPaths": excluded,
    }
    for extra in ("compositeIndexes", "spatialIndexes"):
        if given.get(extra):
            policy[extra] = given[extra]
    if "compositeIndexes" in policy:
        policy["compositeIndexes"] = [
            [_ordered(part) for part in group] for group in policy["compositeIndexes"]
        ]
    return policy


def _indexed(given: Any) -> dict[str, str]:
    # "/" is the old spelling of "/*", and the old index kinds are dropped, as the service does.
    path = given.get("path") if isinstance(given, dict) else None
    if not isinstance(path, str) or not path.startswith("/"):
        raise bad(f"The indexing path {given!r} is invalid.")
    return {"path": "/*" if path == "/" else path}


def _ordered(part: dict[str, Any]) -> dict[str, Any]:
    order = part.get("order", "ascending")
    if not split_path(part["path"]) or order not in {"ascending", "descending"}:
        raise bad(f"The composite index {part} is invalid.")
    return {"path": part["path"], "order": order}
