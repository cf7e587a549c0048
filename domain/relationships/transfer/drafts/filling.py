"""A contact while a record fills it: what fits goes to its field, the rest to a field of the owner's own.

Whatever is left out or kept in another place is noted.
"""

import unicodedata
from datetime import date
from typing import Any, Final, NamedTuple

from pydantic import BaseModel, ValidationError

from domain.base.fields import FORBIDDEN, is_visible
from domain.base.folding import fold
from domain.relationships.contact import MOST_VALUES, VALUE_LISTS, ContactContent, CustomField
from domain.relationships.transfer.readers.record import Note

LINE: Final = 120
_TEXT: Final = 2_000
_TAG: Final = 60
_MOST_NOTES: Final = 30
_SHOWN: Final = 60
# Of what a note is about; a file may have a thousand long ones.
_LOOKED_AT: Final = 1_000


class Kept(NamedTuple):
    """What a value becomes where it does not fit: the label and text of a field, and the code of the note."""

    label: str
    text: str
    code: str = ""


class Filling:
    """`values` are fields of the content, `lists` its lists of values; `exact` keeps what is there twice."""

    def __init__(self, notes: list[Note], *, exact: bool) -> None:
        self._exact = exact
        self.values: dict[str, Any] = {}
        self.lists: dict[str, list[Any]] = {name: [] for name in VALUE_LISTS}
        self.notes: list[Note] = []
        self._own: list[CustomField] = []
        self._folded: dict[str, set[str]] = {}
        for note in notes:
            self.note(*note)

    def content(self) -> ContactContent:
        return ContactContent.model_validate({**self.values, **self.lists, "custom_fields": self._own})

    def add(self, name: str, model: type[BaseModel], values: dict[str, Any], otherwise: Kept) -> None:
        """Add a value to a list; the same value a second time says nothing more."""
        if not otherwise.text:
            return
        try:
            value: Any = model.model_validate(values)
        except ValidationError:
            self.keep(otherwise)
            return
        present = self.lists[name]
        if value in present and not self._exact:
            return
        if len(present) < MOST_VALUES:
            present.append(value)
        else:
            self.note("too_many", otherwise.label)

    def set(self, field: str, text: str, label: str) -> None:
        """Fill a field of one line; a second text, or one that is too long, becomes a field of one's own."""
        if not text or self.values.get(field) == text:
            return
        if not is_visible(text):
            self.note("text_kept", label)
        elif len(text) > LINE:
            self.keep(Kept(label, text, "text_kept"))
            if is_visible(text[:LINE]):
                self.values.setdefault(field, text[:LINE].strip())
        elif field in self.values:
            self.keep(Kept(label, text))
        else:
            self.values[field] = text

    def label(self, name: str, most: int, label: str) -> None:
        """Add a tag or a group."""
        if not label:
            return
        labels, folded = self.values.setdefault(name, []), self._folded.setdefault(name, set())
        if len(label) > _TAG or "," in label or not is_visible(label):
            self.keep(Kept("Tag", label, "label_kept"))
        elif fold(label) in folded:
            return
        elif len(labels) >= most:
            self.note("too_many", name)
        else:
            folded.add(fold(label))
            labels.append(label)

    def keep(self, kept: Kept) -> None:
        """Keep a text as a field of the owner's own, in pieces if it is long."""
        if not kept.text:
            return
        if kept.code:
            self.note(kept.code, kept.text)
        label = self.line(kept.label)[:LINE].strip()
        if not label or not is_visible(label):
            label = "Field"
        pieces = [kept.text[at : at + _TEXT] for at in range(0, len(kept.text), _TEXT)]
        for number, piece in enumerate(pieces, start=1):
            if len(self._own) >= MOST_VALUES:
                self.note("too_many", "fields of your own")
                return
            numbered = label if number == 1 else f"{label[: LINE - 6]} {number}"
            if piece.strip():
                self._own.append(CustomField(label=numbered, text=piece))

    def note(self, code: str, what: str = "") -> None:
        """Note it once, and no more notes than anybody reads."""
        note = Note(code, one_line(what[:_LOOKED_AT])[:_SHOWN])
        if len(self.notes) < _MOST_NOTES and note not in self.notes:
            self.notes.append(note)

    def clean(self, text: str) -> str:
        """The text without control characters, which are noted."""
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        if FORBIDDEN.search(text):
            self.note("cleaned")
            text = FORBIDDEN.sub("", text)
        return unicodedata.normalize("NFC", text).strip()

    def line(self, text: str) -> str:
        return one_line(self.clean(text))


def one_line(text: str) -> str:
    """The text in one line; blanks within it stay as they are."""
    return " ".join(part for line in text.splitlines() if (part := line.replace("\t", " ").strip()))


def is_date(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True
