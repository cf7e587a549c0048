"""The vCard, read back by an independent parser."""

from datetime import UTC, datetime

import pytest
import vobject
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.cards.content import CardContent
from domain.formats.vcard3 import write_vcard
from domain.visibility.view import CardView

URL = "https://izwop.test/c/ada"
FULL = {
    "name": "Ada Lovelace",
    "title": "Analyst, first of her kind",
    "organisation": "Analytical; Engines, Ltd",
    "emails": [{"kind": "work", "address": "ada@example.com"}, {"kind": "home", "address": "al@example.org"}],
    "phones": [{"kind": "mobile", "number": "+46701740605"}, {"kind": "work", "number": "+4686114000"}],
    "website": "https://example.com/a;b,c",
    "socialLinks": [{"url": "https://www.linkedin.com/in/ada"}],
    "companyText": "Line one\nTEL:+1\\n, and; more",
    "officeAddress": {
        "street": "Storgatan 1\nPlan 2",
        "city": "Umeå",
        "postalCode": "903 26",
        "country": "SE",
    },
    "productLinks": [{"label": "Shop; here", "url": "https://shop.example.com/"}],
}


def vcard(**changes: object) -> bytes:
    content = CardContent.model_validate({**FULL, **changes})
    view = CardView(
        handle="ada",
        uid="urn:uuid:00000000-0000-5000-8000-000000000000",
        version=3,
        published_at=datetime(2026, 11, 1, 9, 30, tzinfo=UTC),
        content=content,
        code="",
        images={},
    )
    return write_vcard(view, URL)


def read(data: bytes) -> vobject.base.Component:
    return vobject.readOne(data.decode())


def test_every_field_is_read_back() -> None:
    card = read(vcard())
    assert card.version.value == "3.0"
    assert card.fn.value == "Ada Lovelace"
    assert (card.n.value.given, card.n.value.family) == ("Ada", "Lovelace")
    assert card.title.value == FULL["title"]
    assert card.org.value == [FULL["organisation"]]
    assert [(mail.type_param, mail.value) for mail in card.email_list] == [
        ("WORK", "ada@example.com"),
        ("HOME", "al@example.org"),
    ]
    assert [tel.value for tel in card.tel_list] == ["+46701740605", "+4686114000"]
    assert card.note.value == FULL["companyText"]
    assert card.adr.value.street == "Storgatan 1\nPlan 2"
    assert (card.adr.value.city, card.adr.value.code, card.adr.value.country) == ("Umeå", "903 26", "SE")
    assert card.rev.value == "2026-11-01T09:30:00Z"
    urls = [url.value for url in card.url_list]
    assert urls == [
        "https://example.com/a%3Bb%2Cc",
        "https://www.linkedin.com/in/ada",
        "https://shop.example.com/",
        URL,
    ]
    assert "Shop; here" in [label.value for label in card.x_ablabel_list]


def test_the_file_keeps_to_what_importers_take() -> None:
    data = vcard(companyText="åäö " * 300)
    assert not data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\n") == data.count(b"\r\n")
    assert max(map(len, data.split(b"\r\n"))) <= 75
    for line in data.split(b"\r\n"):
        line.decode()
    assert b"TYPE=INTERNET" not in data
    assert b"tel:" not in data


def test_a_line_tells_its_encoding_where_that_matters() -> None:
    data = vcard(name="Åsa Lövén", title="Ingenjör", productLinks=[{"label": "Köp", "url": URL}])
    lines = data.decode().replace("\r\n ", "").split("\r\n")
    assert [line for line in lines if not line.isascii()] == [
        line for line in lines if ";CHARSET=UTF-8:" in line
    ]
    for line in ("N;CHARSET=UTF-8:Lövén;Åsa;;;", "TITLE;CHARSET=UTF-8:Ingenjör"):
        assert line in lines
    card = read(data)
    assert (card.n.value.given, card.n.value.family, card.title.value) == ("Åsa", "Lövén", "Ingenjör")
    assert "Köp" in [label.value for label in card.x_ablabel_list]
    assert b"CHARSET" not in vcard(officeAddress=None)


def test_after_structured_lines_comes_a_short_one() -> None:
    lines = vcard(name="x" * 120, organisation="y" * 120).replace(b"\r\n ", b"").split(b"\r\n")
    for number, line in enumerate(lines):
        if line.split(b":")[0].split(b".")[-1].split(b";")[0] in (b"N", b"ORG", b"ADR"):
            assert len(lines[number + 1]) <= 75, line


def test_a_card_with_only_a_name_is_whole() -> None:
    view = CardView(
        handle="li",
        uid="urn:uuid:00000000-0000-5000-8000-000000000000",
        version=1,
        code="",
        images={},
        published_at=datetime.now(UTC),
        content=CardContent.model_validate({"name": "李"}),
    )
    card = read(write_vcard(view, "https://izwop.test/c/li"))
    assert (card.fn.value, card.n.value.given, card.n.value.family) == ("李", "李", "")


def test_the_identity_of_a_card_is_stable() -> None:
    assert read(vcard()).uid.value == read(vcard(name="Countess of Lovelace")).uid.value


@settings(max_examples=200, deadline=None)
@given(st.text(min_size=1, max_size=60), st.text(max_size=200), st.text(max_size=60))
def test_no_text_injects_a_line(name: str, note: str, title: str) -> None:
    try:
        data = vcard(name=name, companyText=note or None, title=title or None)
    except ValidationError:
        return
    card = read(data)
    kinds = sorted(line.split(b":")[0].split(b";")[0] for line in data.replace(b"\r\n ", b"").split(b"\r\n"))
    expected = vcard(companyText="x" if note.strip() else None, title="x" if title.strip() else None)
    assert kinds == sorted(
        line.split(b":")[0].split(b";")[0] for line in expected.replace(b"\r\n ", b"").split(b"\r\n")
    )
    assert card.fn.value.strip() == CardContent.model_validate({"name": name}).name.strip()


@pytest.mark.parametrize("planted", ["EMAIL;TYPE=WORK:evil@example.com", "END:VCARD"])
def test_an_injected_line_would_be_seen(planted: str) -> None:
    clean, broken = vcard(), vcard().replace(b"END:VCARD", f"{planted}\r\nEND:VCARD".encode())
    assert clean.count(b"\r\n") != broken.count(b"\r\n")
