"""Vector embedding policies and vector indexes: definitions only, no vector function is served.

Source: "Vector search in Azure Cosmos DB for NoSQL".
"""

from typing import Any

from local.cosmos.errors import bad, unsupported
from local.cosmos.paths import bare_path
from local.cosmos.shapes import entries, members

MAX_DIMENSIONS = 4096
MAX_FLAT_DIMENSIONS = 505
MAX_QUANTIZED_BYTES = 512
SEARCH_LIST = (25, 500)
DATA_TYPES = {"float32", "float16", "int8", "uint8"}
DISTANCES = {"cosine", "dotproduct", "euclidean"}
INDEX_TYPES = {"flat", "quantizedFlat", "diskANN"}
INDEX_MEMBERS = {
    "path", "type", "quantizerType", "quantizationByteSize", "indexingSearchListSize", "vectorIndexShardKey",
}  # fmt: skip


def embedding_policy(given: Any) -> dict[str, Any]:
    """Return the policy unchanged; 400 names the fault of a vector."""
    policy = members(given, {"vectorEmbeddings"}, "vector embedding policy")
    for entry in entries(policy, "vectorEmbeddings", "vector embedding policy"):
        _embedding(entry)
    return policy


def _embedding(entry: Any) -> None:
    known = {"path", "dataType", "dimensions", "distanceFunction", "embeddingSource"}
    entry = members(entry, known, "vector embedding")
    if "embeddingSource" in entry:
        raise unsupported("vector embeddings with an embeddingSource")
    bare_path(entry.get("path"), "vector embedding")
    kind, distance, dimensions = entry.get("dataType"), entry.get("distanceFunction"), entry.get("dimensions")
    if kind not in DATA_TYPES:
        raise bad(
            f"The Vector Embedding Policy has an invalid DataType:{kind}, not one of {sorted(DATA_TYPES)}."
        )
    if distance not in DISTANCES:
        raise bad(
            f"The Vector Embedding Policy has an invalid DistanceFunction:{distance}, not one of "
            f"{sorted(DISTANCES)}."
        )
    if type(dimensions) is not int or dimensions < 1:
        raise bad(f"The Vector Embedding Policy has Dimensions:{dimensions}, which is not a positive number.")
    if dimensions > MAX_DIMENSIONS:
        raise bad(
            f"The Vector Embedding Policy has Dimensions:{dimensions} which is more than the maximum "
            f"supported value {MAX_DIMENSIONS}."
        )


def check_indexes(indexes: list[Any], policy: dict[str, Any]) -> None:
    """Refuse a vector index without a vector of its path, or with parameters out of range."""
    dimensions = {entry["path"]: entry["dimensions"] for entry in policy.get("vectorEmbeddings") or []}
    for index in indexes:
        path = bare_path(members(index, INDEX_MEMBERS, "vector index").get("path"), "vector index")
        if path not in dimensions:
            raise bad(f"The Vector Indexing Policy's path::{path} not matching in Embedding's path.")
        _index(index, dimensions[path])


def _index(index: dict[str, Any], dimensions: int) -> None:
    kind = index.get("type")
    if kind not in INDEX_TYPES:
        raise bad(
            f"The Vector Indexing Policy's Index Type::{kind} is invalid, not one of {sorted(INDEX_TYPES)}."
        )
    if kind == "flat" and dimensions > MAX_FLAT_DIMENSIONS:
        raise bad(f"A flat vector index takes at most {MAX_FLAT_DIMENSIONS} dimensions, not {dimensions}.")
    if index.get("quantizerType", "product") not in {"product", "spherical"}:
        raise bad(f"The vector index's quantizerType '{index['quantizerType']}' is not product or spherical.")
    _in_range(index, "quantizationByteSize", 1, min(dimensions, MAX_QUANTIZED_BYTES))
    _in_range(index, "indexingSearchListSize", *SEARCH_LIST)
    _shard_key(index.get("vectorIndexShardKey", []))


def _in_range(index: dict[str, Any], name: str, least: int, most: int) -> None:
    value = index.get(name, least)
    if type(value) is not int or not least <= value <= most:
        raise bad(
            f"The Vector Indexing Policy parameter {name[0].upper() + name[1:]} value :: {value} is out of "
            f"range. The allowed range is between {least} and {most}."
        )


def _shard_key(paths: Any) -> None:
    if not isinstance(paths, list):
        raise bad("One of the specified inputs is invalid: vectorIndexShardKey must be a list of one path.")
    if len(paths) > 1:
        raise bad(
            f"The number of shard paths defined in the Vector Indexing Policy: {len(paths)} exceeds the "
            "maximum: 1."
        )
    for path in paths:
        if not isinstance(path, str) or not path.startswith("/"):
            raise bad(f"The Vector Indexing Policy has an invalid Shard Path: {path}.")


def check_unchanged(old: dict[str, Any], new: dict[str, Any]) -> None:
    """Refuse to replace a container with other vectors or vector indexes."""
    if old["indexingPolicy"].get("vectorIndexes") != new["indexingPolicy"].get("vectorIndexes"):
        raise bad("Paths in existing vector indexing policy cannot be modified in Collection Replace.")
    if old.get("vectorEmbeddingPolicy") != new.get("vectorEmbeddingPolicy"):
        raise bad("Paths in existing embedding policy cannot be modified in Collection Replace.")
