"""What validators and importers that the tests cannot run ask of a vCard 3.0, rule by rule, for every card.

ez-vcard's validator, Android's importer (old and new) and Outlook's specification (MS-OXVCARD).
"""

import base64
import re
from collections.abc import Callable
from itertools import pairwise
from typing import NamedTuple

import pytest

from tests.domain.formats.test_readers import CONTENTS, file_of

_KNOWN_IN_3 = frozenset(
    "BEGIN VERSION N FN UID ORG REV TITLE EMAIL TEL ADR PRODID NOTE SORT-STRING URL PHOTO END".split()  # noqa: SIM905
)
_TYPES = {
    # WORK and HOME are registered for EMAIL in 4.0 only, but every importer takes the label from them.
    "EMAIL": {"INTERNET", "X400", "PREF", "WORK", "HOME"},
    "TEL": {"HOME", "WORK", "PREF", "VOICE", "FAX", "MSG", "CELL", "PAGER", "CAR"},
    "ADR": {"DOM", "INTL", "POSTAL", "PARCEL", "HOME", "WORK", "PREF"},
    "URL": {"HOME", "WORK"},
    "PHOTO": {"JPEG", "PNG", "GIF", "BMP"},
}
_MAX_OCTETS = 75
_MAX_PHOTO = 200 * 1024


class Line(NamedTuple):
    """A line of a file, unfolded, and whether it was folded."""

    group: str
    name: str
    parameters: dict[str, str]
    value: str
    folded: bool


def lines_of(file: str) -> list[Line]:
    found = []
    for raw in re.split("\r\n(?![ \t])", file)[:-1]:
        before, _, value = raw.replace("\r\n ", "").partition(":")
        start, *parameters = before.split(";")
        group, _, name = start.rpartition(".")
        pairs = dict(each.split("=", 1) for each in parameters)
        found.append(Line(group, name.upper(), pairs, value, "\r\n" in raw))
    return found


def named(file: str, name: str) -> list[Line]:
    return [line for line in lines_of(file) if line.name == name]


def _is_one_card(file: str) -> bool:
    names = [line.name for line in lines_of(file)]
    return names[:2] == ["BEGIN", "VERSION"] and names.count("BEGIN") == names.count("END") == 1 == len(
        re.findall("\r\nEND:VCARD\r\n$", file)
    )


def _has_names(file: str) -> bool:
    [*full], [*parts] = named(file, "FN"), named(file, "N")
    return len(full) == len(parts) == 1 and len(re.split(r"(?<!\\)(?:\\\\)*;", parts[0].value)) == 5


def _has_known_names(file: str) -> bool:
    return all(line.name in _KNOWN_IN_3 or line.name.startswith("X-") for line in lines_of(file))


def _has_known_types(file: str) -> bool:
    return all(
        set(line.parameters["TYPE"].split(",")) <= _TYPES[line.name]
        for line in lines_of(file)
        if line.name in _TYPES and "TYPE" in line.parameters
    )


def _is_dialled(file: str) -> bool:
    return all(re.fullmatch(r"\+\d{6,15}", line.value) for line in named(file, "TEL"))


def _has_small_jpeg(file: str) -> bool:
    photos = named(file, "PHOTO")
    data = [base64.b64decode(photo.value, validate=True) for photo in photos]
    return (
        len(photos) <= 1
        and all(photo.parameters == {"ENCODING": "b", "TYPE": "JPEG"} for photo in photos)
        and all(each.startswith(b"\xff\xd8") and len(each) <= _MAX_PHOTO for each in data)
    )


def _is_swallowed_nowhere(file: str) -> bool:
    found = lines_of(file)
    return not any(after.folded for line, after in pairwise(found) if line.name in ("N", "ORG", "ADR"))


def _is_folded_well(file: str) -> bool:
    data = file.encode().split(b"\r\n")
    return (
        all(len(line) <= _MAX_OCTETS for line in data)
        and not any(b"\n" in line or b"\r" in line for line in data)
        and all(line.decode(errors="replace").find("\ufffd") < 0 for line in data)
    )


def _has_pairs(file: str) -> bool:
    grouped = [line for line in lines_of(file) if line.group]
    return all(
        [line.name for line in grouped if line.group == group][1:] in (["X-ABLABEL"], ["X-ABADR"], [])
        for group in {line.group for line in grouped}
    )


class Rule(NamedTuple):
    asks: str
    by: str
    holds: Callable[[str], bool]
    # A pattern in the file of a full card, and what breaks the rule in its place.
    broken: tuple[str, str]


RULES = [
    Rule("one card from BEGIN to END, VERSION first", "ez-vcard", _is_one_card,
         ("UID:", "BEGIN:VCARD\r\nUID:")),
    Rule("FN once, and N once with five parts", "ez-vcard", _has_names, (r"(?m)^FN", "NICKNAME")),
    Rule("five parts", "ez-vcard", _has_names, (r"(?m)^N:.*", "N:Lovelace;Ada")),
    Rule("only properties of this version", "ez-vcard", _has_known_names,
         ("UID:", "KIND:individual\r\nUID:")),
    Rule("no LOGO, which would be a second photo", "Android", _has_known_names, ("UID:", "LOGO:x\r\nUID:")),
    Rule("types that are registered", "ez-vcard", _has_known_types, ("TYPE=CELL", "TYPE=MOBILE")),
    Rule("no empty value", "ez-vcard", lambda file: all(line.value for line in lines_of(file)),
         ("UID:", "TITLE:\r\nUID:")),
    Rule("a time in REV", "ez-vcard", lambda file: bool(
        re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", named(file, "REV")[0].value)), ("REV:", "REV:on ")),
    Rule("numbers of a plus and digits", "Android", _is_dialled,
         (r"\+4686114000", "+46-8-611 40 00;ext=1")),
    Rule("one JPEG in base64, small enough", "Outlook", _has_small_jpeg, ("ENCODING=b", "VALUE=uri")),
    Rule("a short line after N, ORG and ADR", "Android before 8", _is_swallowed_nowhere,
         (r"(?m)^REV", f"X-LONG:{'x' * 60}\r\n {'x' * 60}\r\nREV")),
    Rule("CRLF, 75 octets, whole characters", "ez-vcard", _is_folded_well,
         ("UID:", f"X-A:{'x' * 90}\r\nUID:")),
    Rule("links without signs that part values", "Outlook", lambda file: not any(
        set(line.value) & set(";,\\") for line in named(file, "URL")), ("%3B", ";")),
    Rule("a label stands with one property", "Apple", _has_pairs, (r"item1\.X-ABLabel", "item1.TEL")),
    Rule("no control characters", "ez-vcard", lambda file: not re.search(
        "[\0-\x08\x0b\x0c\x0e-\x1f\x7f]", file), ("UID:", "X-A:\x0b\r\nUID:")),
]  # fmt: skip


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.by}: {rule.asks}")
def test_every_card_keeps_a_rule(rule: Rule) -> None:
    assert [card for card in CONTENTS if not rule.holds(file_of(card, "3.0"))] == []


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: f"{rule.by}: {rule.asks}")
def test_a_broken_rule_is_told(rule: Rule) -> None:
    # A card with everything that the rules are about.
    file = file_of("semicolons", "3.0")
    pattern, instead = rule.broken
    broken = re.sub(pattern, lambda _: instead, file, count=1)
    assert broken != file
    assert rule.holds(file)
    assert not rule.holds(broken)
