"""Ten readers that are not ours, each field of forty-one cards: nothing that we write is lost.

Where a reader loses something itself, the table says for which texts and why; a loss that does not happen any
more is told as well.
"""

import base64
import os
import re
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any, NamedTuple

import pytest

from domain.cards.content import CardContent
from domain.formats.names import structured_name
from functions.cards.formats import FORMATS
from local.demo_people import CARDS
from tests.card_views import URL, jpeg, view_of
from tests.domain.formats.hostile_cards import HOSTILE
from tests.vcard_readers import NAMES, Reader, fields, readers

FORMS = {"3.0": "vcf", "4.0": "v4.vcf"}
PHOTO = jpeg()
CONTENTS = {
    **{card.handle: CardContent.model_validate(card.content) for card in CARDS},
    **{name: CardContent.model_validate(content) for name, content in HOSTILE.items()},
}
# Half of the cards have a photo.
WITH_PHOTO = frozenset([*CONTENTS][::2])


def file_of(card: str, version: str) -> str:
    photo = PHOTO if card in WITH_PHOTO else None
    return FORMATS[FORMS[version]].write(view_of(CONTENTS[card]), URL, photo).decode()


def expected(card: str, version: str) -> dict[str, Any]:
    """What a card's file says, from its content alone; a text of the note stands for itself."""
    content = CONTENTS[card]
    texts = [content.bio, content.company_text]
    told = {
        "FN": [content.name],
        "N": [tuple(structured_name(content.name, content.name_parts))],
        "ORG": [content.organisation] if content.organisation else [],
        "TITLE": [content.title] if content.title else [],
        "EMAIL": [email.address for email in content.emails],
        "TEL": [phone.number for phone in content.phones],
        "ADR": _address(content),
        "URL": [link.replace(";", "%3B").replace(",", "%2C") for link in _links(content)],
        "X-SOCIALPROFILE": [
            link.url.replace(";", "%3B").replace(",", "%2C") for link in content.social_links
        ],
        "X-ABLABEL": _labels(content),
        "PHOTO": [base64.b64encode(PHOTO).decode()] if card in WITH_PHOTO else [],
        "UID": ["urn:uuid:00000000-0000-5000-8000-000000000000"],
    }
    said = content.name_parts
    for part, sound in (("FIRST", said and said.phonetic_given), ("LAST", said and said.phonetic_family)):
        told[f"X-PHONETIC-{part}-NAME"] = [sound] if sound else []
    if version == "3.0":
        texts += [content.pronouns and f"Pronouns: {content.pronouns}"]
        texts += [content.languages and f"Languages: {', '.join(content.languages)}"]
    else:
        told |= {"LANG": content.languages, "X-PRONOUNS": [content.pronouns] if content.pronouns else []}
    return told | {"NOTE": [text for text in texts if text]}


def _address(content: CardContent) -> list[tuple[str, ...]]:
    if not (at := content.office_address):
        return []
    parts = (at.street, at.city, at.region, at.postal_code, at.country)
    return [("", "", *(part or "" for part in parts))]


def _links(content: CardContent) -> list[str]:
    single = [content.website, content.video_link, content.map_link]
    lists = [each.url for each in [*content.social_links, *content.product_links]]
    return [*(link for link in single if link), *lists, URL]


def _labels(content: CardContent) -> list[str]:
    return [each.label for each in [*content.emails, *content.phones, *content.product_links] if each.label]


def lost(told: dict[str, Any], read: dict[str, list[Any]]) -> set[str]:
    """Fields of which a reader has not every value as it was told. Readers need not keep the order."""

    def of(field: str) -> list[Any]:
        found = read.get(field, [])
        if field == "PHOTO":
            return [re.sub("^data:image/jpeg;base64,", "", str(photo)) for photo in found]
        return [each[0] if field == "ORG" and isinstance(each, tuple) else each for each in found]

    gone = set()
    for field, values in told.items():
        if field == "NOTE":
            kept = all(any(text in note for note in of(field)) for text in values)
        elif field == "X-ABLABEL":
            kept = all(label in of(field) for label in values)
        else:
            kept = sorted(of(field)) == sorted(values)
        if not kept:
            gone.add(field)
    return gone


class Loss(NamedTuple):
    """What a reader itself makes of some properties: of lines with which text in the file, and why."""

    properties: str
    text: str
    reason: str


WHOLE = "FILE"
_SOUNDS = "X-PHONETIC-FIRST-NAME X-PHONETIC-LAST-NAME"
_TEXTS = f"FN ORG TITLE NOTE X-ABLABEL {_SOUNDS}"
_BREAK_AFTER_BACKSLASH = r"(?<!\\)(\\\\)+n"
KNOWN: dict[str, list[Loss]] = {
    "icalendar": [
        # It knows no groups, and leaves what has one as it is.
        Loss("N ADR", r"^[NA].*\\;", "refuses the file: takes an escaped semicolon for one that parts"),
        Loss("ORG", r"\\\\", "unescapes a backslash twice"),
    ],
    "pythonvcard4": [
        Loss(
            f"{_TEXTS} X-PRONOUNS ADR", _BREAK_AFTER_BACKSLASH, "takes a backslash and an n for a line break"
        ),
        Loss("N ADR", r"\\;", "takes an escaped semicolon for one that parts"),
    ],
    "ical.js": [
        Loss("FN TITLE NOTE", r"\\;", "leaves an escaped semicolon of a single value"),
        Loss(f"X-ABLABEL X-PRONOUNS {_SOUNDS}", r"\\", "leaves properties that it does not know as they are"),
    ],
    "vcf": [Loss("NOTE", "BEGIN:VCARD", "refuses the file: takes this for the next card wherever it stands")],
    "vcard-parser": [
        Loss(f"{_TEXTS} X-PRONOUNS ADR N", r"\\\\", "leaves escaped backslashes"),
        Loss(
            f"{_TEXTS} X-PRONOUNS ADR N",
            r"\r\n [ \t]|\r\n [^\r]*[ \t]\r\n",
            "removes blanks where a line is folded",
        ),
        Loss("PHOTO", "data:", "takes a semicolon of a link for one that parts"),
    ],
    "vcard4": [
        Loss(
            f"{_TEXTS} X-PRONOUNS ADR", _BREAK_AFTER_BACKSLASH, "takes a backslash and an n for a line break"
        ),
        Loss("TITLE", r"\\;$", "takes an escaped semicolon at the end for one that parts"),
    ],
    "vcard4-ts": [
        Loss(f"X-ABLABEL X-PRONOUNS {_SOUNDS}", r"\\", "leaves properties that it does not know as they are")
    ],
    "text-vcard": [
        Loss(_TEXTS, _BREAK_AFTER_BACKSLASH, "leaves line breaks escaped, but not backslashes"),
    ],
}


def excused(reader: str, file: str) -> set[str]:
    """Properties of a file that this reader is known to lose; all of it where it refuses the file."""
    found = _losses_in(file, KNOWN.get(reader, []))
    return {WHOLE} if WHOLE in found else found


def _losses_in(file: str, losses: list[Loss]) -> set[str]:
    found = set()
    for line in re.split("\r\n(?! )", file):
        name = re.match(r"(?:item\d+\.)?([A-Za-z-]*)", line)[1].upper()
        for loss in losses:
            texts = (line, line.replace("\r\n ", ""))
            if name in loss.properties.split() and any(re.search(loss.text, text) for text in texts):
                found.add(WHOLE if loss.reason.startswith("refuses") else name)
    return found


@pytest.fixture(scope="module")
def installed() -> Iterator[dict[str, Reader]]:
    with ExitStack() as stack:
        yield {reader.name: reader for reader in readers(stack)}


@pytest.mark.parametrize("name", NAMES)
def test_a_reader_loses_nothing_that_we_wrote(installed: dict[str, Reader], name: str) -> None:
    if name not in installed and os.environ.get("CI") != "true":
        pytest.skip(f"no {name}: .ci/chromium names its package")
    reader = installed[name]
    surprises = {}
    for version in reader.versions:
        for card in CONTENTS:
            text = file_of(card, version)
            told = expected(card, version)
            try:
                gone = lost(told, fields(reader.read(text)))
            except (AssertionError, ValueError):
                gone = {WHOLE}
            if different := gone ^ excused(name, text):
                surprises[version, card] = different
    assert surprises == {}


@pytest.mark.parametrize("reader", KNOWN)
def test_every_known_loss_happens(reader: str) -> None:
    """`test_a_reader_loses_nothing_that_we_wrote` sees to it that it does where the table says so."""
    files = [file_of(card, version) for version in FORMS for card in CONTENTS]
    for loss in KNOWN[reader]:
        assert any(_losses_in(file, [loss]) for file in files), loss


def test_what_we_would_lose_is_told(installed: dict[str, Reader]) -> None:
    read = installed["vobject"].read
    file, told = file_of("ada-lovelace", "3.0"), expected("ada-lovelace", "3.0")
    assert lost(told, fields(read(file))) == set()
    for name in ("TITLE", "NOTE", "X-SOCIALPROFILE", "PHOTO"):
        without = re.sub(rf"\r\n{name}[;:].*?(?=\r\n(?! ))", "", file, count=1, flags=re.DOTALL)
        assert lost(told, fields(read(without))) == {name}
    assert lost(told, fields(read(file.replace("Analyst and", "Analyst\\, and")))) == {"TITLE"}
