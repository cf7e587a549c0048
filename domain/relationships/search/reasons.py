"""Why a contact was found: the fields that have the words."""

import re
from typing import Final, NamedTuple

from domain.relationships.search.entry import MOST_SHOWN, words_in
from domain.relationships.search.words import Wanted, question, words_of

_WORDS_BEFORE: Final = 6


class Reason(NamedTuple):
    field: str
    text: str


def reasons(
    name: str, shown: list[tuple[str, str]], asked: list[Wanted]
) -> tuple[list[Reason], list[Wanted]]:
    """The first field for each part that the name has not, and the parts that no shown text has."""
    texts = [("name", name), *shown]
    words: list[list[str]] = []

    def place_of(part: Wanted) -> int | None:
        # Mostly the first places have it: numbers, whose words take the longest, come after them.
        for place, (field, text) in enumerate(texts):
            if place == len(words):
                words.append(words_in(field, text))
            if _has(words[place], part):
                return place
        return None

    found: dict[Reason, None] = {}
    unexplained = []
    for part in asked:
        place = place_of(part)
        if place is None:
            unexplained.append(part)
        elif place > 0:
            found[Reason(*texts[place])] = None
    return list(found), unexplained


def cut_texts(shown: list[tuple[str, str]]) -> list[Reason]:
    """The first text that is kept in part only: what no other place explains is in the rest of it."""
    return [Reason(field, text) for field, text in shown if len(text) >= MOST_SHOWN][:1]


def _has(words: list[str], part: Wanted) -> bool:
    return any(all(any(word.startswith(each) for word in words) for each in spelled) for spelled in part)


def snippet(text: str, looked: str) -> str:
    """The part of a text around the first of the words that are looked for, in one line."""
    words = re.split(r"(?<=\s)(?=\S)", " ".join(text.split()))
    asked = [word for part in question(looked) for spelled in part for word in spelled]
    at = next((place for place, word in enumerate(words) if _begins(word, asked)), 0)
    start = max(0, at - _WORDS_BEFORE)
    part = "".join(words[start:])
    cut = part[:MOST_SHOWN].rstrip()
    return ("… " if start else "") + cut + (" …" if len(part) > len(cut) else "")


def _begins(word: str, asked: list[str]) -> bool:
    return any(each.startswith(tuple(asked)) for each in words_of(word))
