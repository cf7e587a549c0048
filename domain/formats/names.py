"""Names by parts for vCards: guessed from the full name, which stands beside them as it was written."""

import re
import unicodedata
from typing import NamedTuple

_PREFIXES = frozenset([
    "dame", "dipl.-ing", "dr", "frau", "herr", "mag", "mlle", "mme", "mr", "mrs", "ms", "mx", "prof", "rev",
    "sir", "sra", "srta",
])  # fmt: skip
# Without those that are family names as well, such as Ma.
_SUFFIXES = frozenset(["bsc", "esq", "ii", "iii", "iv", "jr", "mba", "msc", "phd", "sr"])
# Small words that belong to the family name behind them, where they are written small.
_PARTICLES = frozenset([
    "'t", "af", "al", "auf", "av", "bin", "bint", "da", "das", "de", "degli", "dei", "del", "della", "den",
    "der", "di", "do", "dos", "du", "el", "het", "ibn", "la", "las", "le", "lo", "los", "op", "ten", "ter",
    "van", "vom", "von", "zu", "zum", "zur",
])  # fmt: skip
# Scripts, by the first word of their letters' names in Unicode, in which the family name comes first.
_FAMILY_FIRST = frozenset({"CJK", "HIRAGANA", "KATAKANA", "HANGUL"})
_BLANKS = re.compile("[ \u3000]+")


class NameParts(NamedTuple):
    """Parts of a name in the order of a vCard's N; any of them may be empty."""

    family: str = ""
    given: str = ""
    additional: str = ""
    prefix: str = ""
    suffix: str = ""


def name_parts(name: str) -> NameParts:
    """The parts of a full name as most people with such a name mean them. Every word goes to one part."""
    head, comma, tail = (part.strip() for part in name.partition(","))
    words, after = _words(head), _words(tail)
    before = _leading(words, _PREFIXES)
    words = words[len(before) :]
    if _is_turned(words, after):
        return NameParts(" ".join(words), " ".join(after), prefix=" ".join(before))
    if not comma:
        after = _leading(words[:0:-1], _SUFFIXES)[::-1]
        words = words[: len(words) - len(after)]
    family, given = _family_and_given(words)
    return NameParts(" ".join(family), " ".join(given), "", " ".join(before), " ".join(after))


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
