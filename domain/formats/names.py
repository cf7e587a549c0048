"""Names by parts for address books: as their owner says, or guessed from the full name.

The full name stands beside them as it was written.
"""

import itertools
import re
import unicodedata
from collections.abc import Collection
from typing import NamedTuple

from domain.cards.content import NameParts

_PREFIXES = frozenset([
    "dame", "dipl.-ing", "dr", "frau", "herr", "mag", "mlle", "mme", "mr", "mrs", "ms", "mx", "prof", "rev",
    "sir", "sra", "srta",
])  # fmt: skip
# Without those that are family names as well, such as Ma.
_GENERATIONS = frozenset(["ii", "iii", "iv", "jr", "sr"])
_SUFFIXES = _GENERATIONS | {"bsc", "esq", "mba", "msc", "phd"}
# Small words that belong to the family name behind them, where they are written small.
_PARTICLES = frozenset([
    "'t", "af", "al", "auf", "av", "bin", "bint", "da", "das", "de", "degli", "dei", "del", "della", "den",
    "der", "di", "do", "dos", "du", "el", "het", "ibn", "la", "las", "le", "lo", "los", "op", "ten", "ter",
    "van", "vom", "von", "zu", "zum", "zur",
])  # fmt: skip
# Scripts, by the first word of their letters' names in Unicode, in which the family name comes first.
_FAMILY_FIRST = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL"})
_BLANKS = re.compile("[ \u3000]+")


class StructuredName(NamedTuple):
    """Parts of a name in the order of a vCard's N; any of them may be empty."""

    family: str = ""
    given: str = ""
    additional: str = ""
    prefix: str = ""
    suffix: str = ""


def structured_name(name: str, said: NameParts | None = None) -> StructuredName:
    """The parts of a full name: those that are said, and for the others a guess from the rest of it."""
    given = {part: getattr(said, part) or "" for part in StructuredName._fields} if said else {}
    chosen = {part: text for part, text in given.items() if text}
    if not chosen:
        return _guessed(name)
    rest: str | None = name
    for text in sorted(chosen.values(), key=len, reverse=True):
        rest = rest if rest is None else _without(rest, text)
    # Parts in other letters than the name do not tell which of its words they stand for.
    guess = _guessed(name) if rest is None else _guessed_beside(rest, chosen)
    return guess._replace(**chosen)


def is_generation(suffix: str) -> bool:
    """Whether a word behind a name tells its bearer from a namesake of the family."""
    return _plain(suffix) in _GENERATIONS


def _without(name: str, part: str) -> str | None:
    """The name without this part of it; None if it is no part."""
    for pattern in (rf"(?<!\w){re.escape(part)}(?!\w)", re.escape(part)):
        rest, found = re.subn(pattern, " ", name, count=1)
        if found:
            return rest
    return None


def _guessed_beside(rest: str, chosen: Collection[str]) -> StructuredName:
    """Parts that are not chosen, from the words of a name that no chosen part has."""
    prefix: list[str] = []
    head, tail = (part.strip(" ,") for part in rest.split(",", 1)) if "," in rest else (rest, "")
    words, suffix = (_words(head), _words(tail)) if _words(head) else (_words(tail), [])
    if "prefix" not in chosen:
        prefix = list(itertools.takewhile(lambda word: _plain(word) in _PREFIXES, words))
        words = words[len(prefix) :]
    if "suffix" not in chosen and not suffix:
        suffix = list(itertools.takewhile(lambda word: _plain(word) in _SUFFIXES, reversed(words)))[::-1]
        words = words[: len(words) - len(suffix)]
    open_parts = [part for part in ("given", "family", "additional") if part not in chosen]
    if open_parts[:2] == ["given", "family"]:
        family, given = _family_and_given(words)
        found = {"given": " ".join(given), "family": " ".join(family)}
    else:
        found = {open_parts[0]: " ".join(words)} if open_parts else {}
    return StructuredName(prefix=" ".join(prefix), suffix=" ".join(suffix), **found)


def _guessed(name: str) -> StructuredName:
    """The parts of a full name as most people with such a name mean them. Every word goes to one part."""
    head, comma, tail = (part.strip() for part in name.partition(","))
    words, after = _words(head), _words(tail)
    before = _leading(words, _PREFIXES)
    words = words[len(before) :]
    if _is_turned(words, after):
        return StructuredName(" ".join(words), " ".join(after), prefix=" ".join(before))
    if not comma:
        after = _leading(words[:0:-1], _SUFFIXES)[::-1]
        words = words[: len(words) - len(after)]
    family, given = _family_and_given(words)
    return StructuredName(" ".join(family), " ".join(given), "", " ".join(before), " ".join(after))


def _is_turned(words: list[str], after: list[str]) -> bool:
    """Whether a comma turns the name around: "Lovelace, Ada", but not "Ada Lovelace, FRS" or "Cher, PhD"."""
    in_family = [word for word in words if word not in _PARTICLES]
    return len(in_family) == 1 and any(_plain(word) not in _SUFFIXES for word in after)


def _words(text: str) -> list[str]:
    return [word for word in _BLANKS.split(text) if word] if text else []


def _plain(word: str) -> str:
    """A title as the tables have it: `phd` for "Ph.D.,"."""
    return (word if "-" in word else word.replace(".", "")).rstrip(".,").lower()


def _leading(words: list[str], known: frozenset[str]) -> list[str]:
    """The words at the beginning that are among those known; one word at least is left over."""
    found: list[str] = []
    for word in words[:-1]:
        if _plain(word) not in known:
            break
        found.append(word)
    return found


def _family_and_given(words: list[str]) -> tuple[list[str], list[str]]:
    if len(words) < 2:  # noqa: PLR2004
        return [], words
    if all(_is_family_first(word) for word in words):
        return words[:1], words[1:]
    start = len(words) - 1
    while start > 0 and words[start - 1] in _PARTICLES:
        start -= 1
    return words[start:], words[:start]


def _is_family_first(word: str) -> bool:
    return not word.isascii() and unicodedata.name(word[0], "").partition(" ")[0] in _FAMILY_FIRST
