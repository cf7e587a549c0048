"""Definitions of containers: validation, and the service's defaults."""

import re
from typing import Any

from local.cosmos import vectors
from local.cosmos.errors import bad, unsupported
from local.cosmos.index_policy import indexing_policy
from local.cosmos.paths import PART, split_path
from local.cosmos.shapes import entries, members

MAX_NAME = 255
MAX_KEY_LEVELS = 3
MAX_TTL = 2**31 - 1
MAX_UNIQUE_RULES = 10
MAX_UNIQUE_PATHS = 16
KNOWN = {
    "id", "partitionKey", "indexingPolicy", "defaultTtl", "uniqueKeyPolicy", "conflictResolutionPolicy",
    "computedProperties", "changeFeedPolicy", "fullTextPolicy", "vectorEmbeddingPolicy",
    "analyticalStorageTtl", "geospatialConfig",
}  # fmt: skip
UNSUPPORTED = ("fullTextPolicy", "computedProperties", "analyticalStorageTtl", "changeFeedPolicy")


def resource_name(body: Any) -> str:
    name = body.get("id") if isinstance(body, dict) else None
    if not isinstance(name, str) or not name.strip() or len(name) > MAX_NAME:
        raise bad(f"Ensure to provide a unique non-empty string less than '{MAX_NAME}' characters.")
    if re.search(r"[/\\#?]", name) or name.endswith(" "):
        raise bad("The resource name presented contains invalid character or ends with a space.")
    return name


def container_definition(body: Any) -> dict[str, Any]:
    """Return the definition with the service's defaults; 400 if the service or this server refuses it."""
    try:
        return _container(body)
    except (AttributeError, TypeError, KeyError) as exc:
        raise bad("The container definition is malformed.") from exc


def _container(body: Any) -> dict[str, Any]:
    name = resource_name(body)
    given = {k: v for k, v in body.items() if not k.startswith("_")}
    if strange := sorted(given.keys() - KNOWN):
        raise unsupported(f"the container properties {', '.join(strange)}")
    for what in UNSUPPORTED:
        if given.get(what):
            raise unsupported(f"containers with {what}")
    definition: dict[str, Any] = {
        "id": name,
        "indexingPolicy": indexing_policy(given.get("indexingPolicy") or {}),
        "partitionKey": _partition_key(given.get("partitionKey")),
        "uniqueKeyPolicy": _unique_keys(given.get("uniqueKeyPolicy") or {}),
        "conflictResolutionPolicy": _conflicts(given.get("conflictResolutionPolicy")),
        "geospatialConfig": members(
            given.get("geospatialConfig") or {"type": "Geography"}, {"type"}, "geospatial configuration"
        ),
    }
    embeddings = vectors.embedding_policy(given.get("vectorEmbeddingPolicy") or {})
    vectors.check_indexes(definition["indexingPolicy"].get("vectorIndexes", []), embeddings)
    optional = {
        "vectorEmbeddingPolicy": embeddings or None,
        "defaultTtl": _default_ttl(given.get("defaultTtl")),
    }
    return definition | {name: value for name, value in optional.items() if value is not None}


def _default_ttl(ttl: Any) -> int | None:
    if ttl is None:
        return None
    if type(ttl) is not int or not (ttl == -1 or 0 < ttl <= MAX_TTL):
        raise bad(
            f"The value '{ttl}' specified for defaultTtl is invalid. It must be -1 or a positive integer "
            f"up to {MAX_TTL}."
        )
    return ttl


def _conflicts(given: Any) -> dict[str, Any]:
    # One region has no conflicts, so the policy is stored and never used.
    known = {"mode", "conflictResolutionPath", "conflictResolutionProcedure"}
    policy = members(given or {"mode": "LastWriterWins"}, known, "conflict resolution policy")
    if policy.get("mode") not in {"LastWriterWins", "Custom"}:
        raise bad("The conflict resolution mode is not one of LastWriterWins and Custom.")
    path = "/_ts" if policy["mode"] == "LastWriterWins" else ""
    return {"conflictResolutionPath": path, "conflictResolutionProcedure": "", **policy}


def _partition_key(given: Any) -> dict[str, Any]:
    given = members(given or {}, {"paths", "kind", "version"}, "partition key definition")
    paths = entries(given, "paths", "partition key definition")
    if not paths or not all(isinstance(p, str) for p in paths):
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
    rules = entries(members(given, {"uniqueKeys"}, "unique key policy"), "uniqueKeys", "unique key policy")
    if len(rules) > MAX_UNIQUE_RULES:
        raise bad(f"A unique key policy holds at most {MAX_UNIQUE_RULES} unique keys.")
    for rule in rules:
        paths = entries(members(rule, {"paths"}, "unique key"), "paths", "unique key")
        if not paths or len(paths) > MAX_UNIQUE_PATHS or not all(split_path(str(p)) for p in paths):
            raise bad(f"A unique key needs 1 to {MAX_UNIQUE_PATHS} paths such as '/name'.")
    return {"uniqueKeys": [{"paths": rule["paths"]} for rule in rules]}
