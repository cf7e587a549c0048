"""The sweep that writes today's form of documents that nobody has written since it changed."""

from typing import Any

from adapters.cosmos.database import Database, Document, Items
from adapters.cosmos.upgrades import SCHEMA_VERSION, sweepable
from domain.errors import StaleVersion
from domain.migration import Swept

_OLD = "SELECT * FROM c WHERE c.schemaVersion < @version"
_OLD_OF_KIND = "SELECT * FROM c WHERE c.schemaVersion < @version AND c.kind = @kind"


class CosmosMigration:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def sweep(self, *, most: int) -> Swept:
        """Bring at most `most` documents up to date. What is done is not found again, so any run goes on
        where the last one ended, and a document that somebody writes meanwhile is theirs.
        """
        result = Swept()
        for container, kind in sweepable():
            items = Items(self._database, container)
            values: dict[str, Any] = {"version": SCHEMA_VERSION}
            if kind is not None:
                values["kind"] = kind
            async for document in items.sweep(_OLD_OF_KIND if kind else _OLD, **values):
                if result.done + result.taken >= most:
                    return result
                try:
                    await items.replace(_own(document), document["_etag"])
                    result.done += 1
                except StaleVersion:
                    result.taken += 1
        result.complete = True
        return result


def _own(document: Document) -> Document:
    return {name: value for name, value in document.items() if not name.startswith("_")}
