"""One spelling for words that people write with and without capitals and accents."""

import unicodedata
from typing import Final

# Letters that do not decompose into a plain letter and a mark; the last is the small i without a dot.
_PLAIN: Final = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i"}
)


def unmarked(text: str) -> str:
    """The text in small letters without marks: `Łukasz Öberg` is `lukasz oberg`."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    return "".join(char for char in plain if not unicodedata.combining(char))


def fold(text: str) -> str:
    """The text without marks, and with single blanks."""
    return " ".join(unmarked(text).split())
