"""Request charge: a deterministic ESTIMATE, good enough to notice a scan or a fat document, not a bill.

Fitted to what Microsoft publishes. Point reads ("Request Units in Azure Cosmos DB"): 1 KB is 1 RU, 100 KB is
10. Writes (same page): 1 KB is 5 RU before indexing. Queries ("Troubleshoot query issues"): an equality
filter costs 2.98 RU by the index and 409.51 without, on the same 8,618 items of about 6.5 KB; another costs
4,059.95 RU and reads 60,951 such items. What a look-up costs follows "How indexes are used": a seek costs the
same however many items there are, and the items found are paid for as they are loaded.
"""

import math
from typing import Any

from local.cosmos.indexing import Indexing
from local.cosmos.reader import Work

KB = 1024
QUERY = 2.8
RANGE = 2.5  # asking a physical range without a partition key
LOOKUP = 0.01  # each value that is looked up after the first
ITEM, ITEM_KB = 0.05, 0.02  # an item that the index found
SCANNED, SCANNED_KB = 0.036, 0.002  # an item that was read only to be filtered


def read(size: int) -> float:
    return round(1 + max(0, math.ceil(size / KB) - 1) / 11, 2)


def write(indexing: Indexing, doc: Any, size: int) -> float:
    return round(5 + 0.3 * indexing.leaves(doc) + 0.45 * max(0, math.ceil(size / KB) - 1), 2)


def query(work: Work, *, returned: int, partitions: int = 0) -> float:
    """`partitions` counts the physical ranges of a query that names no partition key."""
    cost = QUERY + RANGE * partitions + LOOKUP * max(0, work.lookups - 1)
    cost += ITEM * work.loaded + ITEM_KB * work.loaded_bytes / KB
    if work.scanned:
        cost += SCANNED * work.scanned + SCANNED_KB * work.scanned_bytes / KB
        cost += ITEM * min(returned, work.scanned)
    return round(cost, 2)
