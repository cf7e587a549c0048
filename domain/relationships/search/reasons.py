"""Why a contact was found: the fields that have the words."""

from typing import NamedTuple

from domain.relationships.search.entry import MOST_SHOWN, words_in
from domain.relationships.search.words import Wanted


class Reason(NamedTuple):
    field: str
    text: str


def reasons(name: str, shown: list[tuple[str, str]], asked: list[Wanted]) -> tuple[list[Reason], list[Wanted]]:
    """The first field for each part that the name has not, and the parts that no shown text has."""
    texts = [("name", name), *shown]
    words = [words_in(field, text) for field, text in texts]
    found: dict[Reason, None] = {}
    unexplained = []
    for part in asked:
        places = [place for place, there in enumerate(words) if _has(there, part)]
        cut = [place for place, (_, text) in enumerate(texts) if len(text) >= MOST_SHOWN]
        if not places:
            unexplained.append(part)
            # The word may be in what is not kept of a long text.
            places = cut
        if places and places[0] > 0:
            found[Reason(*texts[places[0]])] = None
    return list(found), unexplained


def _has(words: list[str], part: Wanted) -> bool:
    return any(all(any(word.startswith(each) for word in words) for each in spelled) for spelled in part)
