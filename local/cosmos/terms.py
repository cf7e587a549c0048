"""Index terms: values as bytes that sort as ORDER BY sorts the values.

No term begins with another one, so the terms of several properties can be joined, and everything that begins
with a term lies between it and `term + TOP`. An array, an object or a long text is cut short: its term says
where it sorts, not what it is.
"""

import struct
from functools import cache
from typing import Any

UNDEFINED, NULL, FALSE, TRUE, NUMBER, STRING, ARRAY, OBJECT, END = (bytes([n]) for n in range(1, 10))
TOP = b"\xff"
LONGEST = 256  # bytes of a text that are kept
MOST_SPELLINGS = 64
INVERTED = bytes(255 - n for n in range(256))
SIGN, ALL = 1 << 63, (1 << 64) - 1

Range = tuple[bytes, bytes]  # from the first, up to but without the second
DEFINED: Range = (NULL, END)
TYPES: dict[str, Range] = {
    "IS_DEFINED": DEFINED,
    "IS_NULL": (NULL, FALSE),
    "IS_BOOL": (FALSE, NUMBER),
    "IS_NUMBER": (NUMBER, STRING),
    "IS_STRING": (STRING, ARRAY),
    "IS_ARRAY": (ARRAY, OBJECT),
    "IS_OBJECT": (OBJECT, END),
}


def term(value: Any) -> bytes:  # noqa: PLR0911 - one line per type
    """The term of a JSON value; OverflowError for a number beyond all doubles."""
    match value:
        case None:
            return NULL
        case bool():
            return TRUE if value else FALSE
        case int() | float():
            (bits,) = struct.unpack(">Q", struct.pack(">d", value + 0.0))  # -0.0 becomes 0.0
            flipped: int = bits ^ (ALL if bits & SIGN else SIGN)
            return NUMBER + flipped.to_bytes(8)
        case str():
            return _text(value)
        case list():
            return ARRAY
        case dict():
            return OBJECT
    return UNDEFINED


def _text(value: str) -> bytes:
    raw = value.encode("utf-8", "surrogatepass")
    if len(raw) > LONGEST:
        return STRING + _escaped(raw[:LONGEST]) + TOP
    return STRING + _escaped(raw) + b"\0\0"


def _escaped(raw: bytes) -> bytes:
    return raw.replace(b"\0", b"\0\xff") if b"\0" in raw else raw


def is_exact(key: bytes) -> bool:
    """Whether equal terms mean equal values."""
    return key[:1] < ARRAY and not (key[:1] == STRING and key[-1:] == TOP)


def joined(values: list[tuple[Any, bool]]) -> bytes:
    """The term of several values, each with "descending"; its last byte is 0 if it is exact, else 1."""
    found = b""
    for value, descending in values:
        key = term(value)
        found += key.translate(INVERTED) if descending else key
        if not is_exact(key):
            return found + b"\1"
    return found + b"\0"


def type_of(key: bytes) -> Range:
    """Terms of the values that can be compared with this one."""
    kind = key[:1]
    if kind in {FALSE, TRUE}:
        return TYPES["IS_BOOL"]
    return kind, bytes([kind[0] + 1])


def equal_to(value: Any) -> Range:
    key = term(value)
    return key, key + TOP


def compared(sign: str, value: Any) -> Range:
    """Terms of the values for which `value sign given` may be true."""
    key = term(value)
    low, high = type_of(key)
    exact = is_exact(key)
    match sign:
        case "<":
            return low, key if exact else key + TOP
        case "<=":
            return low, key + TOP
        case ">":
            return key + TOP if exact else key, high
    return key, high


def starting_with(prefix: str) -> Range:
    raw = prefix.encode("utf-8", "surrogatepass")[:LONGEST]
    if not raw:
        return TYPES["IS_STRING"]
    key = STRING + _escaped(raw)
    # A text that was cut to just this prefix ends with TOP.
    return key, key + TOP + TOP


def merged(ranges: list[Range]) -> tuple[Range, ...]:
    """The same terms as ranges in order that do not overlap."""
    found: list[Range] = []
    for low, high in sorted(part for part in ranges if part[0] < part[1]):
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return tuple(found)


def common(left: tuple[Range, ...], right: tuple[Range, ...]) -> tuple[Range, ...]:
    """The terms that lie in both lists of ranges."""
    return merged([(max(a, c), min(b, d)) for a, b in left for c, d in right])


@cache
def _lowered_to() -> dict[str, tuple[str, ...]]:
    """By the first character of their lower case: all characters that have another one."""
    found: dict[str, list[str]] = {"ς": ["Σ"]}  # at the end of a word
    for code in range(0x1F000):  # above it there are no cases
        char = chr(code)
        low = char.lower()
        if low != char:
            found.setdefault(low[0], []).append(char)
    return {first: tuple(chars) for first, chars in found.items()}


def spellings(lowered: str) -> set[str]:
    """Beginnings such that every text with this beginning in lower case has one of them."""
    found = [("", lowered)]
    while any(rest for _, rest in found):
        longer = [
            (head + char, rest[len(form) :])
            for head, rest in found
            for char, form in (_spelled(rest) if rest else [("", "")])
        ]
        if len(longer) > MOST_SPELLINGS:
            break
        found = longer
    return {head for head, _ in found}


def _spelled(rest: str) -> list[tuple[str, str]]:
    """Characters that a text may begin with whose lower case begins like `rest`, with that lower case."""
    forms = [(rest[0], rest[0])]
    for char in _lowered_to().get(rest[0], ()):
        form = rest[0] if char == "Σ" else char.lower()
        if rest.startswith(form) or form.startswith(rest):
            forms.append((char, form))
    return forms
