"""Files of people that are sent: their letters, their delimiters, and those that are refused."""

import io
import zipfile

import pytest

from tests.functions.organisations.imported import HEADER, Imports, a_word, book, sheet, staff, table
from tests.functions.organisations.test_organisations import an_organisation

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@pytest.fixture
async def firm(host, signed_in) -> Imports:
    ada = await signed_in()
    return Imports(host, ada, await an_organisation(ada))


async def refused(firm: Imports, content: bytes, media: str = "text/csv") -> tuple[str, str, str]:
    answer = await firm.post(content, media)
    assert answer.status_code == 422, answer.text
    [fault] = answer.json()["errors"]
    assert (await firm.person.api("GET", firm.at)).json()["data"] == []
    return fault["field"], fault["code"], fault["detail"]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
async def test_the_delimiter_is_found_in_the_header(firm, delimiter: str) -> None:
    word = a_word()
    rows = [["Name", "E-mail"], [f"Grace {word}", f"{word}@example.com"]]
    content = "\n".join(f'"{a}"{delimiter}{b}' for a, b in rows)
    made = await firm.checked(content.encode("utf-16" if delimiter == "\t" else "utf-8-sig"))
    assert [row["name"] for row in await firm.rows(made)] == [f"Grace {word}"]


async def test_an_excel_line_that_names_the_delimiter_is_no_row(firm) -> None:
    made = await firm.checked(b"sep=;\r\nName;E-mail\r\nGrace;grace@example.com\r\n")
    assert [(row["row"], row["effect"]) for row in await firm.rows(made)] == [(3, "new")]


async def test_letters_that_are_not_utf_8_are_asked(firm) -> None:
    content = "Namn;E-post\nÅsa Öberg;asa@example.com\n".encode("cp1252")
    made = await firm.send(content)
    assert made["stage"] == "asking"
    readings = (await firm.person.api("GET", f"{firm.at}/{made['id']}/readings")).json()["data"]
    assert readings[0]["encoding"] == "windows-1252"
    assert "Åsa Öberg" in readings[0]["lines"][0]
    chosen = (await firm.put(made, "encoding", {"encoding": "windows-1252"})).json()
    assert (chosen["stage"], chosen["fields"]) == ("columns", ["name", "email"])
    made = await firm.step(chosen, "columns", {"fields": chosen["fields"]})
    assert [row["name"] for row in await firm.rows(made)] == ["Åsa Öberg"]


async def test_a_reading_that_does_not_fit_is_refused_and_another_one_is_chosen(firm) -> None:
    made = await firm.send("Namn;E-post\nÅsa Öberg;asa@example.com\n".encode("cp1252"))
    for wrong in ("utf-8", "windows-1252 ", ""):
        answer = await firm.put(made, "encoding", {"encoding": wrong})
        assert answer.status_code == 422, answer.text
        assert [fault["field"] for fault in answer.json()["errors"]] == ["/encoding"]
    assert (await firm.get(made))["stage"] == "asking"
    chosen = await firm.put(made, "encoding", {"encoding": "windows-1252"})
    assert chosen.json()["stage"] == "columns"


async def test_a_spreadsheet_is_read_by_its_first_sheet(firm) -> None:
    word = a_word()
    content = sheet(
        ["Name", "E-mail", "Staff number"],
        [f"Grace {word}", f"{word}@example.com", 4711],
        ["=1+1", f"b{word}@example.com", 2],
    )
    answer = await firm.post(content, XLSX)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    assert (made["form"], made["fields"]) == ("xlsx", ["name", "email", "number"])
    made = await firm.step(made, "columns", {"fields": made["fields"]})
    assert [(row["row"], row["effect"]) for row in await firm.rows(made)] == [(2, "new"), (3, "faulty")]
    await firm.step(made, "writing", {})
    grace = (await firm.people())[f"Grace {word}"]
    known = await firm.person.api("GET", f"organisations/{firm.org['id']}/members/{grace['id']}/details")
    assert known.json()["details"]["number"] == "4711"


@pytest.mark.parametrize(
    ("content", "code", "said"),
    [
        (b"", "empty", ""),
        (b"\n \n", "empty", "no rows"),
        (HEADER.encode(), "empty", "no people"),
        (b"Name,E-mail,name\nA,a@example.com,B", "duplicate_column", "Columns 1 and 3 have"),
        (b"Name,,E-mail\nA,x,a@example.com", "unnamed_column", "Column 2"),
        (b'Name,E-mail\nA,a@example.com\n"B,b@example.com\n', "broken_row", "row 3"),
        (b"Name,E-mail\n" + b"A,a@example.com\n" * 10_001, "too_many_rows", "row 10002"),
        (b"Name,E-mail\nA," + b"x" * 5_000_000, "too_large", "5 MB"),
        (b"Name,E-mail\nA," + b"x" * 5_000, "too_long_row", "Row 2"),
        (",".join(f"c{n}" for n in range(101)).encode() + b"\nA", "too_many_columns", "100"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500, "old_format", ".xlsx"),
        (b"PK\x03\x04" + b"\0" * 500, "broken", "damaged"),
        (sheet(["Name", "E-mail"], ["A", "a@example.com"])[:-40], "broken", "damaged"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)  # fmt: skip
async def test_what_is_no_table_of_people_is_refused(firm, content: bytes, code: str, said: str) -> None:
    field, found, detail = await refused(firm, content)
    assert (field, found) == ("/file", code)
    assert said in detail


def packed_zeros() -> bytes:
    """Unpacked it has 200 MB, as it says itself."""
    written = io.BytesIO()
    with (
        zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as packed,
        packed.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as part,
    ):
        for _ in range(200):
            part.write(b"\0" * 1_000_000)
    return written.getvalue()


def lying() -> bytes:
    """A sheet of 80 MB that says of itself that it has 1,000 bytes."""
    content = bytearray(packed_zeros())
    true = (200_000_000).to_bytes(4, "little")
    assert true in content
    return bytes(content.replace(true, (1000).to_bytes(4, "little")))


def far_out() -> bytes:
    return book('<sheetData><row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>')


def doctype() -> bytes:
    content = sheet(["Name", "E-mail"], ["A", "a@example.com"])
    written = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(written, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            new.writestr(name, b'<!DOCTYPE a [<!ENTITY b "c">]>' + text if "sheet1" in name else text)
    return written.getvalue()


@pytest.mark.parametrize(
    ("make", "code"),
    [(packed_zeros, "too_large_unpacked"), (lying, "broken"), (far_out, "too_large_unpacked"),
     (doctype, "broken")],
)  # fmt: skip
async def test_a_spreadsheet_that_would_fill_the_memory_is_refused(firm, make, code: str) -> None:
    content = make()
    assert len(content) < 5_000_000
    assert (await refused(firm, content, XLSX))[:2] == ("/file", code)


async def test_a_file_that_is_sent_twice_under_one_key_is_one_import(firm) -> None:
    content, key = table(staff(a_word(), 1)), a_word()
    first = await firm.post(content, **{"Idempotency-Key": key})
    again = await firm.post(content, **{"Idempotency-Key": key})
    assert (again.status_code, again.json()["id"]) == (201, first.json()["id"])
    other = await firm.post(table(staff(a_word(), 1)), **{"Idempotency-Key": key})
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")


async def test_the_meaning_of_columns_is_guessed_and_then_remembered(firm) -> None:
    content = b"Vorname,Nachname,Work email,Rufname,Payroll\nGrace,Hopper,grace@example.com,G,7"
    made = await firm.send(content)
    assert made["fields"] == ["given", "family", "email", None, None]
    chosen = ["given", "family", "email", None, "externalId"]
    made = await firm.step(made, "columns", {"fields": chosen})
    assert [row["name"] for row in await firm.rows(made)] == ["Grace Hopper"]
    again = await firm.send(content.replace(b"Grace", b"Ada"))
    assert again["fields"] == chosen
    fields = [None, "family", "email", None, "externalId"]
    changed = await firm.step(made, "columns", {"fields": fields})
    assert [row["name"] for row in await firm.rows(changed)] == ["Hopper"]


async def test_columns_by_which_nobody_is_found_are_refused(firm) -> None:
    made = await firm.send(b"Name,E-mail,Other\nA,a@example.com,x")
    for fields, wrong in (
        (["name", None, None], {("/fields", "no_key")}),
        (["email", "email", None], {("/fields/1", "field_twice")}),
        (["name", "email", "given"], {("/fields", "two_names")}),
        (["name", "email"], {("/fields", "wrong_number")}),
    ):
        answer = await firm.put(made, "columns", {"fields": fields})
        assert answer.status_code == 422, answer.text
        assert {(each["field"], each["code"]) for each in answer.json()["errors"]} == wrong
    unknown = await firm.put(made, "columns", {"fields": ["salary", "email", None]})
    assert unknown.json()["errors"][0]["field"] == "/fields/0"
