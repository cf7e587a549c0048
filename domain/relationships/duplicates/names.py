"""Names as they are compared: folded, in one order, with short forms written out."""

import re
from typing import Final

from domain.base.folding import fold

_WORD: Final = re.compile(r"\w+")
_SHORT_FORMS: Final = {
    "alexander": "alex sascha sasha",
    "alexandra": "sandra lexi",
    "andrew": "andy drew",
    "anthony": "tony",
    "benjamin": "ben benny",
    "caroline": "carrie carro",
    "charles": "charlie chuck",
    "christina": "tina chrissy stina",
    "christopher": "chris kit",
    "daniel": "dan danny",
    "david": "dave",
    "edward": "ed eddie ted",
    "elizabeth": "liz beth betty lisbeth",
    "francisco": "paco pancho",
    "frederick": "fred freddie",
    "gustav": "gusten gurra",
    "james": "jim jimmy",
    "jennifer": "jen jenny",
    "johannes": "hannes",
    "jose": "pepe",
    "joseph": "joe",
    "katherine": "kate kathy katie",
    "magdalena": "magda lena",
    "margaret": "maggie meg peggy greta",
    "matthew": "matt",
    "michael": "mike mick micke",
    "nicholas": "nick nicky",
    "patricia": "pat patty",
    "peter": "pete pelle",
    "richard": "rick dick rich",
    "robert": "bob bobby rob robbie",
    "samuel": "sam",
    "sebastian": "seb basti",
    "stephen": "steve",
    "steven": "stevie",
    "susan": "sue susie",
    "theodore": "theo teddy",
    "thomas": "tom tommy tomas",
    "timothy": "tim",
    "ulrika": "ulla",
    "victoria": "vicky tori",
    "william": "bill will billy wille",
}
_WHOLE: Final = {short: name for name, shorts in _SHORT_FORMS.items() for short in shorts.split()}
# Words that say what a company is, not which.
_LEGAL: Final = frozenset(
    str.split(
        "ab aktiebolag hb ltd limited llc llp plc inc incorporated corp corporation co company gmbh ag kg"
        " ohg ug se sa sas sarl spa srl bv nv oy oyj as asa aps sp zoo sro kft the und and og och et"
    )
)


# Likeness of names, from 0 to 100: where only initials differ, and of single words that are spelt alike.
_SAME_BUT_INITIALS: Final = 90.0
_ALIKE_WORDS: Final = 70


def words_of(name: str, *, entity: bool) -> tuple[str, ...]:
    """Words of a name in alphabetical order; without the legal form for a company."""
    words = _WORD.findall(fold(name))
    if entity:
        return tuple(sorted([word for word in words if word not in _LEGAL] or words))
    return tuple(sorted(_WHOLE.get(word, word) for word in words))


def likeness(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    """From 0 to 100; an initial stands for every name that begins with it."""
    from rapidfuzz import fuzz  # noqa: PLC0415

    if not one or not other:
        return 0.0
    found: float = fuzz.ratio(" ".join(one), " ".join(other))
    if found < _SAME_BUT_INITIALS and _same_but_initials(one, other):
        return _SAME_BUT_INITIALS
    return found


def every_word_is_alike(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether each word of the shorter name is in the other one: two of a family share only some."""
    shorter, longer = sorted((one, other), key=len)
    return all(any(_alike(word, each) for each in longer) for word in shorter)


def _alike(one: str, other: str) -> bool:
    from rapidfuzz import fuzz  # noqa: PLC0415

    if len(one) == 1 or len(other) == 1:
        return one[0] == other[0]
    return bool(fuzz.ratio(one, other) >= _ALIKE_WORDS)


def _same_but_initials(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    short = {word for word in (*one, *other) if len(word) == 1}
    whole = {word for word in one if len(word) > 1} & {word for word in other if len(word) > 1}
    return bool(short and whole) and {word[0] for word in one} == {word[0] for word in other}
