"""Ten readers of vCards that are not ours, and what each makes of the fields of a card.

A reader answers its properties as names and values. Where it leaves unescaping to who calls it, that is done
here; everything else is as it read it.
"""

import base64
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from typing import Any, NamedTuple

import icalendar
import vobject
from pythonvCard4.vcard import Contact

from tests.readers import Evolution, NpmReaders, TextVcard

Properties = list[tuple[str, Any]]
_GROUP = re.compile(r"^item\d+\.", re.IGNORECASE)


class Reader(NamedTuple):
    """A reader with the versions that it takes."""

    name: str
    versions: tuple[str, ...]
    read: Callable[[str], Properties]


def readers(stack: ExitStack) -> Iterator[Reader]:
    """Those that this machine has; `stack` ends the programs that some of them are."""
    npm = stack.enter_context(closing(NpmReaders()))
    yield Reader("vobject", ("3.0",), _vobject)
    yield Reader("icalendar", ("3.0", "4.0"), _icalendar)
    yield Reader("pythonvcard4", ("4.0",), _pythonvcard4)
    yield Reader("ical.js", ("3.0", "4.0"), lambda text: npm.read("ical.js", text=text))
    yield Reader("vcf", ("3.0", "4.0"), lambda text: _vcf(npm.read("vcf", text=text)))
    yield Reader("vcard-parser", ("3.0", "4.0"), lambda text: npm.read("vcard-parser", text=text))
    yield Reader("vcard4", ("4.0",), lambda text: npm.read("vcard4", text=text))
    yield Reader("vcard4-ts", ("4.0",), lambda text: npm.read("vcard4-ts", text=text))
    if Evolution.installed():
        evolution = stack.enter_context(closing(Evolution()))
        yield Reader("evolution", ("3.0", "4.0"), lambda text: _evolution(evolution.read(text)))
    if TextVcard.installed():
        perl = stack.enter_context(closing(TextVcard()))
        yield Reader("text-vcard", ("3.0",), lambda text: _text_vcard(perl.read(text)))


NAMES = ("vobject", "icalendar", "pythonvcard4", "ical.js", "vcf", "vcard-parser", "vcard4", "vcard4-ts",
         "evolution", "text-vcard")  # fmt: skip


def fields(properties: Properties) -> dict[str, list[Any]]:
    """Values by the name of their property, in their order, without group; structured ones as tuples."""
    found: dict[str, list[Any]] = {}
    for name, value in properties:
        found.setdefault(_GROUP.sub("", name).upper(), []).append(_plain(value))
    return found


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        value = [*value.values()]
    if isinstance(value, list | tuple):
        return tuple(str(part or "") for part in value)
    return str(value)


def _vobject(text: str) -> Properties:
    return [(line.name, _of_vobject(line.name, line.value)) for line in vobject.readOne(text).lines()]


def _of_vobject(name: str, value: Any) -> Any:
    if name == "N":
        return [value.family, value.given, value.additional, value.prefix, value.suffix]
    if name == "ADR":
        parts = ("box", "extended", "street", "city", "region", "code", "country")
        return [getattr(value, part) for part in parts]
    return base64.b64encode(value).decode() if name == "PHOTO" and isinstance(value, bytes) else value


def _icalendar(text: str) -> Properties:
    """It knows calendars: what stands only in contacts it leaves as it is in the file."""
    card = icalendar.Component.from_ical(text)
    read = []
    for name, value in card.property_items():
        if name in ("BEGIN", "END"):
            continue
        written = value.to_ical().decode()
        bare = _GROUP.sub("", name)
        read.append((name, _split(written) if bare in ("N", "ADR") else _unescape(written)))
    return read


def _pythonvcard4(text: str) -> Properties:
    """Properties with a group are among its custom ones."""
    read = Contact.from_vcard(text)
    custom = [(name, value) for name, values in read.custom.items() for value in values]
    known = [("FN", read.fn), ("N", read.n), ("NOTE", read.note), ("UID", read.uid), ("REV", read.rev)]
    known += [("EMAIL", each["value"]) for each in read.email] + [("TEL", each["value"]) for each in read.tel]
    known += [("ADR", each["value"]) for each in read.adr] + [("URL", each) for each in read.url]
    done = {name for name, value in known if value}
    return [each for each in known if each[1]] + [each for each in custom if each[0] not in done]


def _evolution(properties: list[tuple[str, list[str]]]) -> Properties:
    return [(name, values[0] if len(values) == 1 else values) for name, values in properties]


def _vcf(properties: Properties) -> Properties:
    """It leaves values as they are in the file."""
    names = {"x-ab-label": "X-ABLABEL", "x-socialprofile": "X-SOCIALPROFILE"}
    return [
        (names.get(name, name), _split(value) if name in ("n", "adr") else _unescape(value))
        for name, value in properties
    ]


def _text_vcard(properties: Properties) -> Properties:
    """It leaves line breaks escaped."""

    def broken(value: Any) -> Any:
        return [broken(each) for each in value] if isinstance(value, list) else value.replace("\\n", "\n")

    return [(name, broken(value)) for name, value in properties]


def _unescape(value: str) -> str:
    return re.sub(r"\\(.)", lambda sign: "\n" if sign[1] in "nN" else sign[1], value)


def _split(value: str) -> list[str]:
    return [_unescape(part) for part in re.split(r"(?<!\\);", value)]
