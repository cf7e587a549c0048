"""What is looked for, and among which contacts: those of a kind, with a tag, in a group."""

from typing import NamedTuple

from domain.base.folding import fold
from domain.relationships.contact import Kind
from domain.relationships.search.words import words_of


class Looked(NamedTuple):
    """`after` is the id of the last one of the page before; `tag` and `group` are labels."""

    text: str
    kind: Kind | None = None
    archived: bool = False
    limit: int = 20
    after: str | None = None
    tag: str | None = None
    group: str | None = None

    @property
    def labels(self) -> set[tuple[str, str]]:
        """The labels that a contact must have, each with the name of its field."""
        wanted = (("tags", self.tag), ("groups", self.group))
        return {(field, fold(label)) for field, label in wanted if label is not None}

    @property
    def label_words(self) -> list[list[str]]:
        """The words of each label; who has them may have the label."""
        return [words for label in (self.tag, self.group) if label and (words := words_of(label))]
