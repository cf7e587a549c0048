"""The report of an import: what each row would become, kept in pages of a hundred rows."""

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from domain.base.fields import STORED
from domain.relationships.contact import ContactContent
from domain.relationships.transfer.drafts.draft import Drafted
from domain.relationships.transfer.imports import BAD, NEW, PERHAPS, SAME
from domain.relationships.transfer.matching import Twin
from domain.relationships.transfer.readers.record import Note


class Row(NamedTuple):
    """One row: its number and line, the contact it would become, what is noted, and who is the same."""

    number: int
    line: int
    content: ContactContent | None
    notes: list[Note]
    twin: Twin | None = None
    entity: str | None = None

    @property
    def state(self) -> str:
        if self.content is None:
            return BAD
        if self.twin is None:
            return NEW
        return SAME if self.twin.tier == "sure" else PERHAPS


def row_of(number: int, line: int, drafted: Drafted, twin: Twin | None) -> Row:
    return Row(number, line, drafted.content, drafted.notes, twin, drafted.entity)


def written(rows: Iterable[Row]) -> bytes:
    return json.dumps([_told(row) for row in rows], ensure_ascii=False, separators=(",", ":")).encode()


def _told(row: Row) -> dict[str, Any]:
    return {
        "number": row.number,
        "line": row.line,
        "content": row.content and row.content.model_dump(mode="json"),
        "notes": row.notes,
        "twin": row.twin,
        "entity": row.entity,
    }


def read_rows(content: bytes) -> list[Row]:
    return [
        Row(
            told["number"],
            told["line"],
            told["content"] and ContactContent.model_validate(told["content"], context=STORED),
            [Note(*note) for note in told["notes"]],
            told["twin"] and Twin(*told["twin"]),
            told["entity"],
        )
        for told in json.loads(content)
    ]
