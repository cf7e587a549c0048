"""Words as the index and a question spell them: folded, and split where their script has no blanks."""

import re
import unicodedata
from collections.abc import Iterator
from itertools import groupby
from typing import Final

from domain.base.fields import phone_text
from domain.base.folding import unmarked

# Letters with a stroke that names in lists are not folded for.
_PLAIN: Final = str.maketrans({"ħ": "h", "ŧ": "t", "ŋ": "n"})
_WORD: Final = re.compile(r"[^\W_]+")
_DIGITS: Final = re.compile(r"\d+")
# Scripts without blanks between words: Chinese, Japanese, Thai, Lao, Burmese, Khmer. Each letter is a word.
_APART: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
    "\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"
)
# Shorter ends of a number are no use to find it by.
_FEWEST_DIGITS: Final = 4
# What a question has at most; more words narrow nothing any more.
MOST_WORDS: Final = 12


def words_of(text: str) -> list[str]:
    folded = unmarked(text).translate(_PLAIN)
    if not folded.isascii():
        folded = "".join(map(_digit, folded))
        folded = _APART.sub(r" \g<0> ", folded)
    return _WORD.findall(folded)


def phone_words(number: str) -> Iterator[str]:
    """The number from each of its groups to its end, so that it is found without its country or area."""
    groups = ["".join(map(_digit, group)) for group in _DIGITS.findall(phone_text(number))]
    for start in range(len(groups)):
        digits = "".join(groups[start:])
        if len(digits) >= _FEWEST_DIGITS:
            yield digits
    if not number.startswith("+"):
        yield from words_of(number)


def _digit(char: str) -> str:
    """The digit in Latin numerals; other letters as they are."""
    return str(unicodedata.decimal(char, char))


# Alternatives, of each of which all words must begin a word of a text.
Wanted = list[list[str]]


def question(text: str) -> list[Wanted]:
    """What is looked for: all parts, each of them in one of its spellings.

    Numbers that follow each other may be one phone number, which people group as they like and begin with a
    nought or the two of an international call.
    """
    asked: list[Wanted] = []
    for numeric, run in groupby(words_of(text)[:MOST_WORDS], key=str.isdecimal):
        words = list(run)
        if numeric:
            asked.append(_spellings(words))
        else:
            asked += [[[word]] for word in words]
    return asked


def _spellings(numbers: list[str]) -> Wanted:
    digits = "".join(numbers)
    found = [numbers, [digits], [digits.removeprefix("00")], [digits.removeprefix("0")]]
    if len(numbers) > 1 and len(numbers[0]) <= 3:  # noqa: PLR2004 - as long as country codes get
        # +46 (0)70: the nought that is not dialled from abroad.
        found.append([numbers[0].removeprefix("00") + "".join(numbers[1:]).removeprefix("0")])
    return [each for place, each in enumerate(found) if all(each) and each not in found[:place]]
