"""What a connected person's card says, as it was last seen, and what it said before.

The card itself is always shown live. This is kept so that an older number stays with who knew it: it is the
history of the one who looks, and belongs to a contact of theirs. The values that are live go when the
connection ends; those that had gone before stay.
"""

from datetime import date
from typing import Final

from pydantic import Field

from domain.base.model import Model
from domain.cards.content import Address, CardContent
from domain.cards.described import Described, described

Texts = dict[str, list[str]]

# Long texts and pictures have no history.
_LEFT_OUT: Final = frozenset({"bio", "company_text", "languages", "name_parts", "pronouns"})
_KEPT: Final = {
    name: field
    for name, field in described(CardContent).items()
    if name not in _LEFT_OUT and field.kind != "picture"
}
_ROW: Final = ("number", "address", "url")
# Beyond it the oldest are forgotten.
MOST_FORMER: Final = 200


class Former(Model):
    """A value that a card had until a day."""

    field: str
    text: str
    until: date


class Linked(Model):
    """What an owner has seen of a connection, kept with one of their contacts. `etag` is the store's."""

    link_id: str
    owner_id: str
    contact_id: str = Field(exclude=True)
    seen: Texts = Field(default={})
    former: list[Former] = Field(default=[], max_length=MOST_FORMER)
    etag: str | None = Field(default=None, exclude=True)

    def looked(self, texts: Texts, on: date) -> "Linked":
        """After another look at the card: what is not there any more becomes former, the newest first."""
        gone = [
            Former(field=field, text=text, until=on)
            for field, said in self.seen.items()
            for text in said
            if text not in texts.get(field, [])
        ]
        if texts == self.seen:
            return self
        return self.model_copy(update={"seen": texts, "former": [*gone, *self.former][:MOST_FORMER]})

    def cut(self) -> "Linked":
        """After the end of the connection."""
        return self.model_copy(update={"seen": {}})


def label_of(field: str) -> str:
    """What people call a field of the history."""
    return _KEPT[field].label if field in _KEPT else field


def texts_of(content: CardContent) -> Texts:
    """The values of a card that have a history, as text, by field."""
    found = {name: _texts(getattr(content, name), field) for name, field in _KEPT.items()}
    return {name: texts for name, texts in found.items() if texts}


def _texts(value: object, field: Described) -> list[str]:
    if value is None:
        return []
    if field.kind == "rows" and isinstance(value, list):
        return list(dict.fromkeys(_row(row) for row in value))
    if isinstance(value, Address):
        parts = (value.street, value.postal_code, value.city, value.region, value.country)
        return [", ".join(part for part in parts if part)]
    return [str(value)]


def _row(row: object) -> str:
    return next(str(getattr(row, part)) for part in _ROW if hasattr(row, part))
