"""The imports in a copy: when a file of contacts came, of which form, and what became of its rows."""

from datetime import datetime
from typing import Any, Final, Protocol

from domain.privacy.sections import Counts, Facts, Item, Page, json_file, moment
from domain.relationships.transfer.imports import Import

_EACH: Final = 50


class Imports(Protocol):
    async def list(
        self, owner_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Import], str | None]: ...


class ImportsSection:
    name, title = "imports", "Your imports of contacts"
    note = (
        "The files themselves are deleted when an import is over; what came of them is among your contacts."
    )
    kinds: tuple[str, ...] = ("import",)

    def __init__(self, imports: Imports, counts: Counts) -> None:
        self._imports, self._counts = imports, counts

    async def count(self, account_id: str) -> int:
        return await self._counts.count(account_id, "import")

    async def page(self, account_id: str, cursor: str | None, at: datetime) -> Page:  # noqa: ARG002
        found, following = await self._imports.list(account_id, _EACH, cursor)
        return Page([_item(each) for each in found], following)


def _item(found: Import) -> Item:
    facts: Facts = [
        ("Sent", moment(found.created_at)),
        ("Rows", str(found.rows)),
        ("Imported", str(found.written)),
    ]
    return Item("Import", facts, [json_file(f"imports/import-{found.id}.json", _told(found))])


def _told(found: Import) -> dict[str, Any]:
    return {
        "id": found.id,
        "stage": found.stage,
        "form": found.form,
        "rows": found.rows,
        "written": found.written,
        "skipped": found.skipped,
        "removed": found.removed,
        "createdAt": found.created_at.isoformat(),
        "writtenAt": found.written_at and found.written_at.isoformat(),
    }
