"""Snapshot of all stored documents, to compare before and after."""

import json
from pathlib import Path

import wiring

CONTAINERS = Path(__file__).parent.parent / "adapters" / "cosmos" / "containers.json"


async def places_of(word: str) -> list[tuple[str, str]]:
    """Container and id of each document in which a word can be read, however it is written.

    The cloud is shared with the tests before: a word belongs to one test, such as `secrets.token_hex(8)`.
    """
    return [place for place, text in (await everything()).items() if word.casefold() in text.casefold()]


async def lasting() -> dict[tuple[str, str], str]:
    """All documents but the windows of rates: those of other tests expire by themselves at any moment."""
    return {place: text for place, text in (await everything()).items() if place != ("work", "window")}


async def everything() -> dict[tuple[str, str], str]:
    """All documents of all containers by container and id, each as its text."""
    found = {}
    for definition in json.loads(CONTAINERS.read_text("utf-8")):
        container = await wiring.database().container(definition["name"])
        async for document in container.query_items("SELECT * FROM c"):
            found[definition["name"], document["id"]] = json.dumps(document, sort_keys=True)
    return found
