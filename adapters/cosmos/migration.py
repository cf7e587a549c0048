"""Sweep that upgrades stored documents of older versions."""

import logging
from typing import Any

from adapters.cosmos.database import Database, Document, Items
from adapters.cosmos.upgrades import SCHEMA_VERSION, sweepable, upgraded
from domain.base.errors import StaleVersion
from domain.operations.migration import Swept
from domain.operations.slices import Slice

log = logging.getLogger("izwop.cosmos")

_OLD = "SELECT * FROM c WHERE c.schemaVersion < @version"
_OLD_OF_KIND = "SELECT * FROM c WHERE c.schemaVersion < @version AND c.kind = @kind"


class CosmosMigration:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def sweep(self, bound: Slice) -> Swept:
        """Bring documents up to date until the bound is over. What is done is not found again, so any run
        goes on where the last one ended, and a document that somebody writes meanwhile is theirs. One that is
        not what its version says is left for people to look at, and keeps no other from being brought up.
        """
        result = Swept()
        for container, kind in sweepable():
            items = Items(self._database, container)
            values: dict[str, Any] = {"version": SCHEMA_VERSION}
            if kind is not None:
                values["kind"] = kind
            async for document in items.stored(_OLD_OF_KIND if kind else _OLD, **values):
                if bound.is_over:
                    result.cut_off = True
                    return result
                new = _today(container, document)
                if new is None:
                    result.broken.append(document["_rid"])
                    continue
                bound.spend()
                try:
                    await items.replace(new, document["_etag"])
                    result.done += 1
                except StaleVersion:
                    result.taken += 1
        return result


def _today(container: str, document: Document) -> Document | None:
    """The document at today's version; None for a document that does not match its version."""
    try:
        return upgraded(container, _own(document))
    except Exception as exc:  # noqa: BLE001 - whatever is stored there
        # The id may be a handle, which names somebody.
        log.error(  # noqa: TRY400 - a traceback would repeat what is stored
            "document_broken container=%s _rid=%s error=%s", container, document["_rid"], type(exc).__name__
        )
        return None


def _own(document: Document) -> Document:
    return {name: value for name, value in document.items() if not name.startswith("_")}
