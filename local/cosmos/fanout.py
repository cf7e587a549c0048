"""Limits of queries without a partition key."""

from local.cosmos.errors import Refusal
from local.cosmos.parser import parse
from local.cosmos.query import root_alias
from local.cosmos.syntax import Binary, Literal, Param, aggregates_in, path_of


def refuse(text: str) -> None:
    """Refuse clauses that cannot be answered by streaming one range after another."""
    select = parse(text)
    features = {
        "ORDER BY": bool(select.order_by),
        "TOP": select.top is not None,
        "OFFSET LIMIT": select.limit is not None,
        "GROUP BY": bool(select.group_by),
        "DISTINCT": select.distinct,
        "an aggregate": any(aggregates_in(node) for _, node in select.columns or ()),
    }
    for name, used in features.items():
        if used:
            raise Refusal(
                400,
                f"Cross partition query with {name} cannot be served directly by the gateway, and the local "
                "Cosmos server does not plan queries. Give a partition key, or stream a plain filter.",
            )


def pins_key(text: str, key_paths: tuple[tuple[str, ...], ...]) -> bool:
    """Whether WHERE fixes the partition key to one value, so that no fan-out is needed."""
    select = parse(text)
    root = root_alias(select, frozenset())
    pending = [select.where] if select.where else []
    wanted = {(root, *path) for path in key_paths}
    while pending:
        node = pending.pop()
        if isinstance(node, Binary) and node.sign == "AND":
            pending += [node.left, node.right]
        elif isinstance(node, Binary) and node.sign == "=":
            for side, other in ((node.left, node.right), (node.right, node.left)):
                if isinstance(other, Literal | Param):
                    wanted.discard(path_of(side) or ())
    return not wanted
