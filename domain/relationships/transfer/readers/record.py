"""What every reader gives: records of a file with properties as in a vCard, and what could not be read.

A record is not a contact yet: `draft.py` makes one of it.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from domain.base.texts import N_

MOST_BYTES: Final = 20_000_000
MOST_RECORDS: Final = 20_000
MOST_PROPERTIES: Final = 2_000
# Of one value; photos are not read, whatever their length.
MOST_TEXT: Final = 10_000

# Why a whole file cannot be read; the codes are stable.
PROBLEMS: Final = {
    "empty": N_("The file has no contacts in it"),
    "unknown_format": N_("The file is none of the forms that can be read"),
    "broken": N_("The file is cut off or damaged, and cannot be read from its beginning"),
    "too_large": N_("The file is larger than 20 MB; export fewer contacts at a time"),
    "too_many": N_("The file has more than 20,000 contacts; export fewer at a time"),
    "too_many_values": N_("The file has more values than 20,000 contacts have; export fewer at a time"),
    "too_many_columns": N_("The table has more than 1,000 columns"),
    "too_long_cell": N_("A cell of the table has more than 100,000 characters"),
    "expired": N_("The file is no longer kept, because it waited for too long; send it again"),
    "wrong_encoding": N_("The file cannot be read with these letters"),
}


class FileRefused(Exception):
    """The whole file cannot be read; `problem` is one of `PROBLEMS`."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class Note(NamedTuple):
    """What became of something that did not fit: a code of `NOTES`, and what it is about."""

    code: str
    what: str = ""


class Property(NamedTuple):
    """One property with its unescaped values: the parts of a name or an address, or words of a list.

    It is kept as JSON between two slices of the work.
    """

    name: str
    values: list[str]
    parameters: Mapping[str, list[str]] = {}
    group: str = ""

    @property
    def value(self) -> str:
        return self.values[0] if self.values else ""

    def types(self) -> list[str]:
        return [each.strip().lower() for each in self.parameters.get("TYPE", [])]


class Record(NamedTuple):
    """One contact of a file, and the line where it begins. `exact` is a contact as iZwop itself wrote it."""

    line: int
    properties: list[Property]
    notes: list[Note]
    exact: dict[str, Any] | None = None
