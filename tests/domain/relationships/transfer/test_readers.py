"""Readers of address books: every form of them, every damage, and time that grows with the file only."""

import json
import random
import time
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.base.letters import likely_readings
from domain.relationships.contact import ContactContent
from domain.relationships.transfer import reading
from domain.relationships.transfer.drafts.draft import Drafted, draft_of
from domain.relationships.transfer.drafts.mapping import Given
from domain.relationships.transfer.file import open_file
from domain.relationships.transfer.readers import vcard
from domain.relationships.transfer.readers.record import FileRefused
from domain.relationships.transfer.report import read_rows, row_of, written

GIVEN = Given(date(2026, 11, 26), "SE", {"sweden": "SE", "sverige": "SE", "united states": "US"})
BEGIN, END = "BEGIN:VCARD\r\n", "END:VCARD\r\n"


def drafts(text: str | bytes, encoding: str | None = None) -> list[Drafted]:
    """The contacts of a file, which is kept in pieces on the way, as long work does."""
    file = open_file(text if isinstance(text, bytes) else text.encode(), encoding)
    pieces = [piece for _, piece in reading._pieces(file.records)]
    drafted = [draft_of(record, GIVEN) for piece in pieces for record in reading._records(piece)]
    rows = read_rows(written(row_of(n, 1, each, None) for n, each in enumerate(drafted, start=1)))
    return [Drafted(row.content, row.notes, row.entity) for row in rows]


def only(text: str | bytes) -> ContactContent:
    [draft] = drafts(text)
    assert draft.content is not None, draft.notes
    return draft.content


def card(*lines: str) -> str:
    return BEGIN + "".join(f"{line}\r\n" for line in lines) + END


def own(content: ContactContent) -> dict[str, str]:
    return {field.label: field.text for field in content.custom_fields}


def test_a_card_of_version_2_1_is_read_with_its_quoted_letters() -> None:
    text = card(
        "VERSION:2.1",
        "N;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:=D6berg;Lars",
        "TEL;HOME;VOICE:08-123 456 78",
        "ADR;WORK:;;Gatan 1;Stockholm;;111 22;Sverige",
        "NOTE;ENCODING=QUOTED-PRINTABLE:one=0D=0A=",
        "two",
    )
    found = only(text)
    assert found.name == "Lars Öberg"
    assert [(each.number, each.kind) for each in found.phones] == [("+46812345678", "home")]
    assert (found.addresses[0].country, found.addresses[0].city) == ("SE", "Stockholm")
    assert own(found) == {"Note": "one\ntwo"}


def test_groups_labels_and_folded_lines_are_joined() -> None:
    text = card(
        "VERSION:3.0",
        "FN:Ada Love",
        " lace",
        "item1.EMAIL;type=INTERNET:ada@example.com",
        "item1.X-ABLabel:_$!<School>!$_",
        'TEL;TYPE="cell,voice":+46701740605',
        "ORG:Analytical\\, Ltd;Engines",
        "CATEGORIES:Friends,Maths\\; more",
        "BDAY:1815-12-10",
        "X-FAVOURITE-COLOUR:green",
        "PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQ",
    )
    [draft] = drafts(text)
    found = draft.content
    assert found.name == "Ada Lovelace"
    assert (found.emails[0].label, found.phones[0].kind) == ("School", "mobile")
    assert (found.organisation, found.tags) == ("Analytical, Ltd", ["Friends", "Maths; more"])
    assert own(found) == {"Department": "Engines", "Birthday": "1815-12-10", "Favourite colour": "green"}
    assert [(note.code, note.what) for note in draft.notes] == [("not_taken", "Photo")]


def test_what_does_not_fit_its_field_is_kept_as_a_field_of_ones_own_and_noted() -> None:
    text = card(
        "VERSION:4.0", "FN:Ada", "EMAIL:nobody", "TEL:x", "URL:javascript:alert(1)",
        "ADR:;;Street;;;;Atlantis",
        f"TITLE:{'t' * 200}", f"NOTE:{'n' * 4_500}",
    )  # fmt: skip
    [draft] = drafts(text)
    fields = own(draft.content)
    assert (fields["E-mail"], fields["Phone"], fields["Link"]) == ("nobody", "x", "javascript:alert(1)")
    assert (fields["Country"], fields["Title"]) == ("Atlantis", "t" * 200)
    assert [len(fields[name]) for name in ("Note", "Note 2", "Note 3")] == [2000, 2000, 500]
    codes = {note.code for note in draft.notes}
    assert codes == {"email_kept", "phone_kept", "link_kept", "country_kept", "text_kept"}


@pytest.mark.parametrize(
    ("lines", "name", "kind"),
    [
        (["FN:", "N:;;;;", "ORG:Firm"], "Firm", "entity"),
        (["KIND:org", "FN:Firm"], "Firm", "entity"),
        (["X-ABShowAs:COMPANY", "ORG:Firm", "N:;;;;"], "Firm", "entity"),
        (["NICKNAME:Addie"], "Addie", "person"),
        (["EMAIL:ada@example.com"], "ada@example.com", "person"),
        (["TEL:+46701740605"], "+46701740605", "person"),
    ],
)
def test_a_card_without_a_name_is_called_by_what_there_is(lines: list[str], name: str, kind: str) -> None:
    found = only(card("VERSION:3.0", *lines))
    assert (found.name, found.kind) == (name, kind)


def test_nested_cards_are_skipped_and_broken_ones_are_read_as_far_as_they_go() -> None:
    text = card("FN:Ada", "AGENT:", BEGIN + "FN:Agent\r\n" + END.strip(), "TITLE:Countess", "no colon here")
    cut = BEGIN + "FN:Bob\r\nTEL:+4670"
    first, second = drafts(text + cut)
    assert (first.content.name, first.content.title) == ("Ada", "Countess")
    assert [note.code for note in first.notes] == ["unread_line"]
    assert second.content.name == "Bob"
    assert "no_end" in {note.code for note in second.notes}


def test_a_card_reads_the_same_in_every_encoding() -> None:
    text = card("FN:Zoë Öberg", "NOTE:Łódź")
    for content in (text.encode("utf-8-sig"), text.encode("utf-16"), text.encode("utf-16-le")):
        assert only(content).name == "Zoë Öberg"


def test_letters_that_are_not_utf8_are_told_in_two_readings() -> None:
    for encoding, name in (
        ("cp1252", "windows-1252"),
        ("cp1251", "windows-1251"),
        ("cp1250", "windows-1250"),
    ):
        words = {"cp1252": "Åsa Öberg, Zoë", "cp1251": "Анна Каренина", "cp1250": "Łukasz Žižek, Świętosław"}
        content = card(f"FN:{words[encoding]}").encode(encoding)
        assert open_file(content) is None
        readings = likely_readings(content)
        assert len(readings) == 2
        assert name in [reading.encoding for reading in readings]
        assert words[encoding] in [line.removeprefix("FN:") for reading in readings for line in reading.lines]
    mixed = card("FN:Åsa").encode() + card("FN:Öberg").encode("cp1252")
    assert likely_readings(mixed)[0].encoding == "mixed"
    assert [draft.content.name for draft in drafts(mixed, "mixed")] == ["Åsa", "Öberg"]


GOOGLE = (
    "First Name,Middle Name,Last Name,Organization Name,Organization Title,Labels,E-mail 1 - Label,"
    "E-mail 1 - Value,Phone 1 - Label,Phone 1 - Value,Address 1 - Label,Address 1 - Formatted,Notes,"
    "Relation 1 - Label,Relation 1 - Value\r\nAda,King,Lovelace,Engines,Analyst,* myContacts ::: Maths,"
    "* Home,"
    'a@example.com ::: b@example.com,Mobile,070-174 06 05,Home,"Street 1\nTown","one\ntwo",Mother,Anne\r\n'
)
GOOGLE_OLD = (
    "Name,Given Name,Additional Name,Family Name,Group Membership,E-mail 1 - Type,E-mail 1 - Value\r\n"
    "Ada Lovelace,Ada,,Lovelace,* myContacts ::: Maths,* Work,a@example.com\r\n"
)
OUTLOOK_COM = (
    "First Name,Middle Name,Last Name,Title,Suffix,Nickname,Given Yomi,E-mail Address,E-mail 2 Address,"
    "Home Phone,Mobile Phone,Company,Job Title,Home Street,Home City,Home Country/Region,Birthday\r\n"
    "Ada,,Lovelace,Dr,,Addie,,a@example.com,b@example.com,,070-174 06 05,Engines,Analyst,Street,Town,"
    "Sweden,1815\r\n"
)
OUTLOOK = (
    '"Title","First Name","Last Name","Suffix","Company","Job Title","Business Street","Business Phone",'
    '"E-mail Address","Categories","Priority"\r\n"Dr","Ada","Lovelace","","Engines","Analyst","Street",'
    '"+46 8 123 456 78","a@example.com","Maths;Friends","Normal"\r\n'
)
LINKEDIN = (
    'Notes:\r\n"When exporting your connection data, you may notice that some addresses are missing."\r\n\r\n'
    "First Name,Last Name,URL,Email Address,Company,Position,Connected On\r\n"
    "Ada,Lovelace,https://www.linkedin.com/in/ada,,Engines,Analyst,28 Sep 2026\r\n"
)
SWEDISH = (
    "Förnamn;Efternamn;Företag;Befattning;E-postadress;Mobiltelefon\r\n"
    "Ada;Lovelace;Engines;Analyst;a@example.com;070-174 06 05\r\n"
)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        (GOOGLE, "google"), (GOOGLE_OLD, "google-old"), (OUTLOOK_COM, "outlook.com"), (OUTLOOK, "outlook"),
        (LINKEDIN, "linkedin"), (SWEDISH, "outlook"),
    ],
)  # fmt: skip
def test_each_table_is_known_by_its_header(text: str, form: str) -> None:
    for content in (text.encode(), text.encode("utf-8-sig"), text.replace("\r\n", "\n").encode()):
        assert open_file(content).form == form
    found = only(text)
    assert "Ada" in found.name
    assert "Lovelace" in found.name
    assert (found.name_parts.given, found.name_parts.family) == ("Ada", "Lovelace")
    if form != "google-old":
        assert (found.organisation, found.title) == ("Engines", "Analyst")


def test_the_tables_keep_all_that_they_say() -> None:
    google = only(GOOGLE)
    assert [(each.address, each.kind) for each in google.emails] == [
        ("a@example.com", "home"),
        ("b@example.com", "home"),
    ]
    assert (google.tags, google.phones[0].number) == (["Maths"], "+46701740605")
    assert google.addresses[0].street == "Street 1\nTown"
    assert own(google) == {"Note": "one\ntwo", "Mother": "Anne"}
    outlook = only(OUTLOOK_COM)
    assert (outlook.name_parts.prefix, outlook.nickname) == ("Dr", "Addie")
    assert (outlook.addresses[0].country, own(outlook)) == ("SE", {"Birthday": "1815"})
    assert only(OUTLOOK).tags == ["Maths", "Friends"]
    linkedin = only(LINKEDIN)
    assert linkedin.links[0].url == "https://www.linkedin.com/in/ada"
    assert own(linkedin) == {"Connected On": "28 Sep 2026"}


def test_a_formula_is_text() -> None:
    found = only("Name,E-mail,Company\n=cmd|' /C calc'!A0,a@example.com,@SUM(1)\n")
    assert (found.name, found.organisation) == ("=cmd|' /C calc'!A0", "@SUM(1)")


def test_json_of_others_is_read() -> None:
    jcard = ["vcard", [["version", {}, "text", "4.0"], ["fn", {}, "text", "Ada"],
                       ["email", {"type": ["home"]}, "text", "a@example.com"],
                       ["adr", {}, "text", ["", "", ["One", "Two"], "Town", "", "", "SE"]],
                       ["photo", {}, "uri", "data:x"], "odd"]]  # fmt: skip
    [draft] = drafts(json.dumps(jcard))
    assert (draft.content.name, draft.content.emails[0].kind) == ("Ada", "home")
    assert draft.content.addresses[0].street == "One, Two"
    assert {note.code for note in draft.notes} == {"not_taken", "unread_line"}
    jscontact = {"@type": "Card", "version": "1.0", "uid": "x", "name": {"full": "Ada"},
                 "emails": {"e": {"address": "a@example.com", "contexts": {"private": True}}},
                 "phones": {"p": {"number": "tel:+46701740605", "features": {"mobile": True},
                                  "label": "Own"}},
                 "organizations": {"o": {"name": "Engines"}}, "keywords": {"Maths": True},
                 "anniversaries": {"b": {"kind": "birth", "date": {"year": 1815, "month": 12, "day": 10}}},
                 "cryptoKeys": {}}  # fmt: skip
    [draft] = drafts(json.dumps([jscontact]))
    assert draft.content.phones[0].label == "Own"
    assert (draft.content.organisation, draft.content.tags) == ("Engines", ["Maths"])
    assert own(draft.content) == {"birth": "1815-12-10"}
    assert [note.what for note in draft.notes] == ["cryptoKeys"]


HOSTILE = {
    "equals": BEGIN + "TEL;a" + "=" * 1_000_000,
    "semicolons": BEGIN + ";" * 1_000_000 + ":",
    "quotes": BEGIN + 'TEL;"' * 200_000 + ":",
    "nested": BEGIN * 80_000,
    "escapes": BEGIN + "N:" + "\\," * 500_000 + "\r\n" + END,
    "lines": BEGIN + "A:\n" * 300_000,
    "folds": BEGIN + "NOTE:a" + "\n x" * 300_000,
    "soft breaks": BEGIN + "NOTE;ENCODING=QUOTED-PRINTABLE:" + "=\n" * 400_000,
    "long heads": (BEGIN + ("TEL;a" + "=" * 19_990 + "\n") * 50),
    "labels": card(*[f"item{n}.EMAIL:a{n}@example.com\r\nitem{n}.X-ABLabel:x" for n in range(20_000)]),
    "categories": card("FN:a", "CATEGORIES:" + ",".join(f"t{n}" for n in range(1_200))),
    "tags of commas": card(
        "FN:a", *["CATEGORIES:" + "".join(f"{n}\\,{m}," for m in range(1_000)) for n in range(40)]
    ),
    "values": card("FN:a", *[f"EMAIL:x{n}" for n in range(1_990)]),
    "columns": "Name,E-mail" + ",c" * 10_001 + "\n",
    "quoted cells": "Name,E-mail\n" + '"' * 100_001,
    "cells": "Name,E-mail\n" + "a," * 400_000,
    "brackets": "[" * 500_000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_take_time_that_grows_with_their_length_only(name: str) -> None:
    """A millisecond and a microsecond a byte; three times that where the machine does other things, too."""
    content = HOSTILE[name].encode()
    began = time.process_time()
    with suppress(FileRefused):
        drafts(content)
    assert time.process_time() - began < 3 * (0.001 + 1e-6 * len(content)) + 0.05


HALF = "\ud800"
INVISIBLE = "\u200b" * 130
ODD = {
    "half a letter in a link": json.dumps(
        {"izwop": "contacts", "contacts": [{"name": "A", "entity": HALF}, {"name": "Ada"}]}
    ),
    "half a letter in a name of a property": json.dumps(
        [{"@type": "Card", "name": {"full": "Ada"}, f"x{HALF}": 1, "keywords": {f"a{HALF}": True}}]
    ),
    "half a letter in jCard": json.dumps(["vcard", [["fn", {}, "text", "Ada"], ["note", {}, "text", HALF]]]),
    "half a letter, quoted": card("FN:Ada", "NOTE;ENCODING=QUOTED-PRINTABLE;CHARSET=utf-7:+2AA-x"),
    "an invisible beginning": card(
        "FN:Ada", f"TITLE:{INVISIBLE}t", f"ORG:{INVISIBLE}o", f"NICKNAME:{INVISIBLE}n"
    ),
    "an invisible name": card(f"FN:{INVISIBLE}a", "NICKNAME:Ada"),
    "a part of a name in two lines": card("PRODID:-//iZwop//", "FN:Ada", "X-IZWOP-PARTS:a\\nb;;;;"),
    "a long name of a property": json.dumps([{"@type": "Card", "name": {"full": "Ada"}, "k" * 9_000: 1}]),
}


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_what_no_contact_may_have_does_not_keep_others_from_being_read(text: str) -> None:
    found = drafts(text)
    assert found[-1].content.name == "Ada"
    assert all(len(note.what) <= 60 for draft in found for note in draft.notes)


@pytest.mark.parametrize("folded", ["\n x", "=\nx"])
def test_a_folded_line_that_never_ends_is_kept_up_to_a_bound(folded: str) -> None:
    """No more of it stays in memory than a line may have, and the next card is read."""
    quoted = ";ENCODING=QUOTED-PRINTABLE" if folded[0] == "=" else ""
    endless = f"NOTE{quoted}:a" + folded * 1_000_000
    lines = list(vcard._lines(endless))
    assert [line.cut for line in lines] == [True]
    assert len(lines[0].text) <= vcard._MOST_LINE
    end = "\nEND:VCARD\n"
    found = list(vcard.read_vcards(f"{BEGIN}FN:A\n{endless}{end}{BEGIN}FN:B{end}"))
    assert [tuple(note) for record in found for note in record.notes] == [("too_long", "NOTE")]
    assert [each.values for record in found for each in record.properties] == [["A"], ["B"]]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "empty"),
        ("hello", "unknown_format"),
        ("{", "broken"),
        ("[1]", "unknown_format"),
        ("Name,E-mail" + ",c" * 10_001, "too_many_columns"),
        ('Name,E-mail\n"' + "x" * 140_000, "too_long_cell"),
        ("Name,E-mail,Story\nAda,a@b.example," + "x" * 100_001, "too_long_cell"),
        ((BEGIN + END) * 20_001, "too_many"),
        ("[" + "[]," * 2_000_001 + "[]]", "too_many_values"),
    ],
)
def test_what_is_no_address_book_is_refused_by_name(text: str, problem: str) -> None:
    with pytest.raises(FileRefused) as refused:
        drafts(text)
    assert refused.value.problem == problem


_NAMES = ["FN", "N", "TEL", "EMAIL", "ADR", "URL", "NOTE", "ORG", "CATEGORIES", "item1.EMAIL", "X-ABLabel",
          "KIND", "BEGIN", "END", "VERSION", "PHOTO", "X-IZWOP-MET", "X-IZWOP-FIELD", "PRODID",
          "AGENT"]  # fmt: skip
_PARAMETERS = [
    "",
    ";TYPE=home",
    ";ENCODING=QUOTED-PRINTABLE",
    ";ENCODING=b",
    ';X="a:b',
    ";CHARSET=utf-7",
    ";=;;",
]
_LINES = st.builds(
    "{}{}:{}".format, st.sampled_from(_NAMES), st.sampled_from(_PARAMETERS), st.text(max_size=40)
)


@pytest.mark.fuzzing
@settings(max_examples=400, deadline=None)
@given(st.lists(_LINES, max_size=12))
def test_any_card_becomes_a_contact_or_a_note(lines: list[str]) -> None:
    for draft in drafts(card("FN:Ada", *lines)):
        if draft.content is None:
            assert draft.notes
        else:
            ContactContent.model_validate(draft.content.model_dump())


@pytest.mark.fuzzing
@settings(max_examples=400, deadline=None)
@given(
    st.binary(max_size=300),
    st.sampled_from([BEGIN.encode(), GOOGLE.encode(), b"[", b'{"izwop":"contacts",', b""]),
)
def test_any_bytes_are_read_or_refused_by_name(content: bytes, head: bytes) -> None:
    for encoding in (None, "windows-1252", "mixed", "shift-jis"):
        with suppress(FileRefused):
            file = open_file(head + content, encoding)
            for record in file.records if file else ():
                draft_of(record, GIVEN)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(
        st.sampled_from(["@type", "name", "full", "emails", "phones", "addresses", "components", "kind"]),
        inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@pytest.mark.fuzzing
@settings(max_examples=300, deadline=None)
@given(_JSON, st.sampled_from(["jcard", "jscontact", "izwop"]))
def test_any_json_is_read_or_noted(inner: object, form: str) -> None:
    whole = {
        "jcard": ["vcard", [["fn", {}, "text", "Ada"], inner]],
        "jscontact": [{"@type": "Card", "emails": inner, "name": inner, "addresses": {"a": inner}}],
        "izwop": {"izwop": "contacts", "contacts": [inner, {"name": "Ada", "emails": inner}]},
    }[form]
    for draft in drafts(json.dumps(whole)):
        assert draft.content is not None or draft.notes


def test_cut_off_files_are_read_as_far_as_they_go() -> None:
    whole = (card("FN:Ada", "NOTE;ENCODING=QUOTED-PRINTABLE:a=3D=\r\nb") * 3).encode()
    for at in random.Random(1).sample(range(20, len(whole)), 60):
        drafts(whole[:at])
