"""The rows of iZwop's own table, exactly as they were written."""

import re
from collections.abc import Iterator
from typing import Any, Final

from domain.relationships.transfer.own_columns import (
    ARCHIVED,
    FIRST,
    IMPORTANCE,
    LABELS,
    LISTS,
    PARTS,
    TEXTS,
    text_of,
)
from domain.relationships.transfer.readers.record import MOST_RECORDS, FileRefused, Note, Record
from domain.relationships.transfer.readers.tables import Table

_LIST_OF: Final = {
    title: (name, {told: part for part, told in parts.items()}) for name, (title, parts) in LISTS.items()
}
_NUMBERED: Final = re.compile(f"({'|'.join(_LIST_OF)}) ([0-9]{{1,2}}) (.+)")
_TEXT_OF: Final = {title: name for name, title in TEXTS.items()}
_PART_OF: Final = {
    f"{title} {told}": (name, part) for name, (title, parts) in PARTS.items() for part, told in parts.items()
}
_LABELS_OF: Final = {title: name for name, title in LABELS.items()}


def read_own_table(table: Table) -> Iterator[Record]:
    count = 0
    for line, cells in table.rows:
        if not any(cells):
            continue
        count += 1
        if count > MOST_RECORDS:
            raise FileRefused("too_many")
        named = {column: text_of(cell) for column, cell in zip(table.columns, cells, strict=False) if cell}
        unknown = [column for column in named if not _is_known(column)]
        notes = [Note("not_taken", column[:60]) for column in unknown[:10]]
        yield Record(line, [], notes, exact=_told(named))


def _is_known(column: str) -> bool:
    single = (FIRST, IMPORTANCE, ARCHIVED)
    return column in (*single, *_TEXT_OF, *_PART_OF, *_LABELS_OF) or bool(_NUMBERED.fullmatch(column))


def _told(named: dict[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = {}
    lists: dict[str, dict[int, dict[str, str]]] = {}
    for column, text in named.items():
        if column == FIRST:
            told["kind"] = text
        elif column in _TEXT_OF:
            told[_TEXT_OF[column]] = text
        elif column in _PART_OF:
            name, part = _PART_OF[column]
            told.setdefault(name, {})[part] = text
        elif column in _LABELS_OF:
            told[_LABELS_OF[column]] = text.split("\n")
        elif column == IMPORTANCE:
            told["importance"] = int(text) if text.isascii() and text.isdigit() and len(text) < 4 else text  # noqa: PLR2004
        elif column == ARCHIVED:
            told["archived"] = text == "yes"
        elif match := _NUMBERED.fullmatch(column):
            name, parts = _LIST_OF[match[1]]
            if match[3] in parts:
                lists.setdefault(name, {}).setdefault(int(match[2]), {})[parts[match[3]]] = text
    told.update({name: [rows[number] for number in sorted(rows)] for name, rows in lists.items()})
    return told
