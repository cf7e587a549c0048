"""Snapshot of all stored documents, to compare before and after."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import wiring
from adapters.cosmos.database import Database

CONTAINERS = Path(__file__).parent.parent / "adapters" / "cosmos" / "containers.json"


async def places_of(word: str) -> list[tuple[str, str]]:
    """Container and id of each document in which a word can be read, however it is written.

    The cloud is shared with the tests before: a word belongs to one test, such as `secrets.token_hex(8)`.
    """
    return [
        (container, document["id"])
        async for container, document in each_of(wiring.database())
        if word.casefold() in json.dumps(document).casefold()
    ]


async def lasting() -> dict[tuple[str, str], str]:
    """All documents but the windows of rates: those of other tests expire by themselves at any moment."""
    return {place: text for place, text in (await everything()).items() if place != ("work", "window")}


async def everything() -> dict[tuple[str, str], str]:
    """All documents of all containers by container and id, each as its text.

    Of those that have the same id in the partitions of several owners, such as `memberships`, it has one.
    """
    return {
        (container, document["id"]): json.dumps(document, sort_keys=True)
        async for container, document in each_of(wiring.database())
    }


async def each_of(store: Database) -> AsyncIterator[tuple[str, dict]]:
    """Each document of a database with its container."""
    for definition in json.loads(CONTAINERS.read_text("utf-8")):
        container = await store.container(definition["name"])
        async for document in container.query_items("SELECT * FROM c"):
            yield definition["name"], dict(document)
