"""Request charge: a deterministic ESTIMATE, good enough to notice a scan or a fat document, not a bill.

Point reads follow the published figures (1 KB is 1 RU, 100 KB is 10); writes and queries are fitted to
published orders of magnitude.
"""

import math
from typing import Any

from local.cosmos.paths import split_path

KB = 1024


def read(size: int) -> float:
    return round(1 + max(0, math.ceil(size / KB) - 1) / 11, 2)


def write(policy: dict[str, Any], doc: Any, size: int) -> float:
    return round(5 + 0.3 * _indexed_leaves(policy, doc) + 0.45 * max(0, math.ceil(size / KB) - 1), 2)


def query(*, scanned: int, returned: int, scanned_bytes: int, partitions: int = 0) -> float:
    """`partitions` counts the physical ranges of a query that names no partition key."""
    return round(2.8 + 0.05 * returned + 0.02 * scanned + scanned_bytes / KB / 50 + 2.5 * partitions, 2)


def is_indexed(policy: dict[str, Any], path: tuple[str, ...]) -> bool:
    """Whether the indexing policy covers a property path; the most precise rule wins."""
    best, covered = -1, False
    for name, verdict in (("includedPaths", True), ("excludedPaths", False)):
        for rule in policy[name]:
            parts = split_path(rule["path"])
            head, tail = parts[:-1], parts[-1] if parts else "*"
            fits = path[: len(head)] == head and (tail == "*" or len(path) == len(head))
            if fits and 2 * len(head) + (tail == "?") > best:
                best, covered = 2 * len(head) + (tail == "?"), verdict
    return covered


def _indexed_leaves(policy: dict[str, Any], value: Any, path: tuple[str, ...] = ()) -> int:
    if isinstance(value, dict):
        return sum(_indexed_leaves(policy, child, (*path, name)) for name, child in value.items())
    if isinstance(value, list):
        return sum(_indexed_leaves(policy, child, (*path, "[]")) for child in value)
    return int(is_indexed(policy, path))
