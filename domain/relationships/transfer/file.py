"""A file of contacts: which form it has, and its records."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from domain.base.letters import UnknownEncoding, decoded
from domain.base.texts import N_
from domain.relationships.transfer.readers.json_cards import form_of, opened, read_json
from domain.relationships.transfer.readers.own_table import read_own_table
from domain.relationships.transfer.readers.record import MOST_BYTES, FileRefused, Record
from domain.relationships.transfer.readers.tables import open_table, read_table
from domain.relationships.transfer.readers.vcard import read_vcards

# Names of the forms, for people.
FORMS: Final = {
    "vcard": N_("vCard"),
    "google": N_("Google Contacts (CSV)"),
    "google-old": N_("Google Contacts, older form (CSV)"),
    "outlook.com": N_("Outlook.com (CSV)"),
    "outlook": N_("Outlook (CSV)"),
    "linkedin": N_("LinkedIn connections (CSV)"),
    "table": N_("a table (CSV)"),
    "jcard": N_("jCard (JSON)"),
    "jscontact": N_("JSContact (JSON)"),
    "izwop-json": N_("iZwop (JSON)"),
    "izwop-csv": N_("iZwop (CSV)"),
}


_CARD: Final = "BEGIN:VCARD"


class Opened(NamedTuple):
    """A file whose form is known, and its records in their order."""

    form: str
    records: Iterator[Record]


def open_file(content: bytes, encoding: str | None = None) -> Opened | None:
    """Recognise a file by what is in it; None if it has to be asked how its letters are written."""
    if len(content) > MOST_BYTES:
        raise FileRefused("too_large")
    text = _text(content, encoding)
    if text is None:
        return None
    text = text.removeprefix("\ufeff")
    begins = text[:4_000].lstrip()
    if not begins:
        raise FileRefused("empty")
    if begins[0] in "[{":
        found = opened(text)
        form = form_of(found)
        if form is None:
            raise FileRefused("unknown_format")
        return Opened(form, read_json(found, form))
    if begins[:11].upper() == _CARD:
        return Opened("vcard", read_vcards(text))
    table = open_table(text)
    if table is None:
        # Below something else, as mails and some programs have it.
        if f"\n{_CARD}" in text[:1_000_000].upper():
            return Opened("vcard", read_vcards(text))
        raise FileRefused("unknown_format")
    if table.form == "izwop-csv":
        return Opened(table.form, read_own_table(table))
    return Opened(table.form, read_table(table))


def _text(content: bytes, encoding: str | None) -> str | None:
    try:
        return decoded(content, encoding)
    except UnknownEncoding:
        raise FileRefused("wrong_encoding") from None
