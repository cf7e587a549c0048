"""Expressions: texts of a template with places for what the organisation knows about a person.

`{first|ascii}.{last|ascii}@analytical.example` is `ada.lovelace@analytical.example` for Ada Lovelace.

    text      = { character | "{{" | "}}" | place }
    place     = "{" name { "|" filter } [ "?" instead ] "}"

A place has the text of its name, through its filters from left to right. Where a person has no such text, it
has what follows the question mark, which may be nothing. Without a question mark the whole expression is then
absent. An expression can name nothing but what is in `NAMES`, so that it always ends and tells nothing else.
"""

import re
from collections.abc import Callable, Mapping
from typing import Final, Literal, NamedTuple, get_args

from domain.base.folding import unmarked
from domain.base.texts import N_, within

# What a person has in an organisation. The last one is the same for all its people.
DataName = Literal[
    "first", "last", "name", "email", "local", "title", "department", "phone", "mobile", "location", "number",
    "organisation",
]  # fmt: skip
NAMES: Final[tuple[DataName, ...]] = get_args(DataName)
_MOST_PLACES: Final = 20
_NOT_ASCII: Final = re.compile(r"[^a-z0-9.-]+")


def _initial(text: str) -> str:
    return text[:1]


def _ascii(text: str) -> str:
    """Small letters, digits, dots and hyphens, as addresses have them."""
    return _NOT_ASCII.sub("", unmarked(text))


FILTERS: Final[dict[str, Callable[[str], str]]] = {
    "lower": str.lower,
    "upper": str.upper,
    "initial": _initial,
    "ascii": _ascii,
}


class Place(NamedTuple):
    """`instead` is what stands there for a person without such a text; None makes the whole text absent."""

    name: str
    filters: tuple[str, ...] = ()
    instead: str | None = None


class Misspelt(Exception):
    """An expression that does not parse. `column` counts characters from one."""

    def __init__(self, code: str, detail: str, column: int) -> None:
        super().__init__(detail)
        self.code, self.detail, self.column = code, within(detail), column


Parts = tuple[str | Place, ...]


def parse(text: str) -> Parts:
    """The parts of an expression; `Misspelt` says what is wrong first, and where."""
    parts: list[str | Place] = []
    at, plain = 0, ""
    while at < len(text):
        char = text[at]
        if char in "{}" and text[at : at + 2] == char * 2:
            plain, at = plain + char, at + 2
        elif char == "{":
            end = text.find("}", at)
            if end < 0:
                raise Misspelt("unclosed_place", N_("has a { without its }"), at + 1)
            if plain:
                parts.append(plain)
            parts.append(_place(text[at + 1 : end], at + 2))
            plain, at = "", end + 1
        elif char == "}":
            raise Misspelt("stray_brace", N_("has a } without its {; write }} for the character"), at + 1)
        else:
            plain, at = plain + char, at + 1
    if plain:
        parts.append(plain)
    if sum(isinstance(part, Place) for part in parts) > _MOST_PLACES:
        raise Misspelt("too_many_places", N_("has more than %(most)s places", most=_MOST_PLACES), 1)
    return tuple(parts)


def _place(inside: str, column: int) -> Place:
    said, asked, instead = inside.partition("?")
    name, *filters = (word.strip() for word in said.split("|"))
    if "{" in inside:
        raise Misspelt("nested_place", N_("has a { inside of another one"), column + inside.index("{"))
    if name not in NAMES:
        known = ", ".join(NAMES)
        raise Misspelt("unknown_name", N_("names something else than: %(known)s", known=known), column)
    for each in filters:
        if each not in FILTERS:
            known = ", ".join(FILTERS)
            detail = N_("has another filter than: %(known)s", known=known)
            raise Misspelt("unknown_filter", detail, column + said.index("|") + 1)
    return Place(name, tuple(filters), instead if asked else None)


def evaluate(parts: Parts, data: Mapping[str, str]) -> str | None:
    """The text of an expression for one person; None if something is absent that it needs."""
    texts: list[str] = []
    for part in parts:
        if isinstance(part, str):
            texts.append(part)
            continue
        text = data.get(part.name, "").strip()
        for each in part.filters:
            text = FILTERS[each](text)
        if not text and part.instead is None:
            return None
        texts.append(text or part.instead or "")
    return "".join(texts).strip() or None


def lacking(parts: Parts, data: Mapping[str, str]) -> list[str]:
    """Names of what a person lacks for an expression."""
    places = [part for part in parts if isinstance(part, Place) and part.instead is None]
    return sorted({place.name for place in places if evaluate((place,), data) is None})


def completions(text: str) -> list[str]:
    """What may follow the text before a cursor: names in an open place, or filters behind a `|`."""
    begun, choices = _begun(text)
    return [choice for choice in choices if choice.startswith(begun)]


def completed(text: str) -> list[str]:
    """What the text may become: with each completion in place of what was begun, and the place closed."""
    begun, _choices = _begun(text)
    return [f"{text[: len(text) - len(begun)]}{choice}}}" for choice in completions(text)]


def _begun(text: str) -> tuple[str, tuple[str, ...]]:
    """The word that is typed at the end of a text, and what there is to choose: nothing outside a place."""
    start = text.replace("{{", "  ").rfind("{")
    inside = text[start + 1 :]
    if start < 0 or "}" in inside or "?" in inside:
        return "", ()
    return inside.rpartition("|")[2].strip(), tuple(FILTERS) if "|" in inside else NAMES
