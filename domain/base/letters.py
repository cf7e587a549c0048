"""The text of a file's bytes: by its mark, as UTF-8, or in an older encoding, which people choose.

Nothing is guessed in silence: a file that is not UTF-8 is shown in its two likely readings.
"""

import codecs
import unicodedata
from typing import Final, Literal, NamedTuple

from domain.base.texts import N_

Encoding = Literal[
    "windows-1252", "mixed", "windows-1250", "windows-1251", "macintosh", "shift-jis", "gb18030"
]
# For people.
ENCODING_NAMES: Final[dict[str, str]] = {
    "windows-1252": N_("Western Europe"),
    "mixed": N_("Partly UTF-8, partly Western Europe"),
    "windows-1250": N_("Central Europe"),
    "windows-1251": N_("Cyrillic"),
    "macintosh": N_("Older Macintosh"),
    "shift-jis": N_("Japanese"),
    "gb18030": N_("Chinese"),
}

# As the API and the form name them; the first ones are more likely where nothing else tells.
ENCODINGS: Final = {
    "windows-1252": "cp1252",
    "mixed": "",
    "windows-1250": "cp1250",
    "windows-1251": "cp1251",
    "macintosh": "mac_roman",
    "shift-jis": "shift_jis",
    "gb18030": "gb18030",
}
_SAMPLES: Final = 200
_SHOWN: Final = 8
_MOST_SHOWN: Final = 120
# Places looked at for the zeros between the letters of UTF-16 without a mark.
_BEGINNING: Final = 400
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class UnknownEncoding(Exception):
    """No such encoding is offered."""


class Reading(NamedTuple):
    """One likely reading: the encoding, and some lines as they would be."""

    encoding: str
    lines: list[str]


def decoded(content: bytes, encoding: str | None = None) -> str | None:
    """The text; None if it has to be asked in which encoding it is."""
    for mark, marked in _MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(marked, "replace")
    if wide := _without_mark(content[:_BEGINNING]):
        return content.decode(wide, "replace")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError:
        return None if encoding is None else _chosen(content, encoding)


def whole(text: str) -> str:
    """The text without halves of letters, which escapes can write and nothing can store."""
    return text.encode("utf-8", "replace").decode()


def _without_mark(beginning: bytes) -> str | None:
    """UTF-16 without its mark has a zero beside each plain letter."""
    odd, even = beginning[1::2].count(0), beginning[::2].count(0)
    if max(odd, even) * 3 <= len(beginning) // 2:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _chosen(content: bytes, encoding: str) -> str:
    if encoding not in ENCODINGS:
        raise UnknownEncoding
    if encoding != "mixed":
        return content.decode(ENCODINGS[encoding], "replace")
    return "\n".join(_line(line) for line in content.split(b"\n"))


def _line(line: bytes) -> str:
    """A line of a file that several programs wrote: as UTF-8 where it is."""
    try:
        return line.decode("utf-8")
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")


def likely_readings(content: bytes) -> list[Reading]:
    """The two most likely readings of a file that is not UTF-8, with lines that differ."""
    lines = [line[:_MOST_SHOWN] for line in content.split(b"\n") if not line.isascii()][:_SAMPLES]
    ranked = sorted(ENCODINGS, key=lambda encoding: -_score(lines, encoding))
    best = [ranked[0]]
    best += [each for each in ranked[1:] if _shown(lines, each) != _shown(lines, best[0])][:1]
    return [Reading(encoding, _shown(lines, encoding)) for encoding in best]


def _shown(lines: list[bytes], encoding: str) -> list[str]:
    return ["".join(filter(str.isprintable, _chosen(line, encoding))) for line in lines[:_SHOWN]]


def _score(lines: list[bytes], encoding: str) -> float:
    """How much the letters look like words: marked Latin ones stand alone, others together."""
    good = bad = 0
    for text in (_chosen(line, encoding) for line in lines):
        for before, sign in zip(" " + text, text, strict=False):
            if sign.isascii():
                continue
            fits = _fits(before, sign)
            good, bad = good + fits, bad + (not fits) * (1 if sign.isalpha() else 3)
    # Where nothing tells them apart, the order of the table does.
    likelihood = 1 - list(ENCODINGS).index(encoding) / 20
    # Two valid bytes of UTF-8 in a row hardly come about by accident.
    mixed = encoding == "mixed" and any(_is_utf8(line) for line in lines)
    return (good - bad) / max(1, good + bad) + likelihood + mixed


def _fits(before: str, sign: str) -> bool:
    """Whether a letter beyond ASCII fits behind the one before it."""
    if not sign.isalpha():
        return False
    if not before.isalpha():
        return True
    if unicodedata.name(sign, "").startswith("LATIN"):
        return before.isascii() and not (before.islower() and sign.isupper())
    return (not before.isascii() and before.islower() == sign.islower()) or before.isupper()


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True
