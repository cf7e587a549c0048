"""ORDER BY: sort expressions, required indexes, and comparison of rows."""

from typing import Any

from local.cosmos.errors import Refusal
from local.cosmos.evaluate import Compiler, Eval
from local.cosmos.indexing import Indexing
from local.cosmos.syntax import Node, Select, path_of
from local.cosmos.values import compare

Position = tuple[list[Any], int, int]  # order keys, item, row within the item


def evaluator(node: Node, root: str, compiler: Compiler) -> Eval:
    path = path_of(node)
    if path is None or len(path) == 1 or path[0] != root:
        raise Refusal(
            400,
            "Unsupported ORDER BY clause. ORDER BY item expression could not be mapped to a document path.",
        )
    return compiler(node)


def check_indexes(select: Select, indexing: Indexing) -> None:
    """Refuse with 400 an order that the indexing policy cannot serve."""
    wanted = tuple(((path_of(node) or ())[1:], descending) for node, descending in select.order_by)
    if len(wanted) == 1 and not indexing.covers(wanted[0][0]):
        raise Refusal(400, "The order-by item is excluded from the index path.")
    if len(wanted) > 1 and indexing.composite(wanted) is None:
        raise Refusal(
            400,
            "The order by query does not have a corresponding composite index that it can be served from.",
        )


def compare_positions(left: Position, right: Position, order: list[tuple[Eval, bool]]) -> int:
    for a, b, (_, descending) in zip(left[0], right[0], order, strict=True):
        if result := compare(a, b):
            return -result if descending else result
    return (left[1:] > right[1:]) - (left[1:] < right[1:])
