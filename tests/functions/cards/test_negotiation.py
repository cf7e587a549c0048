"""Content negotiation of a card's format by `Accept` (RFC 9110, section 12.5.1)."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.cards.formats import FORMATS, PAGE, negotiate

CHROME = (
    "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,"
    "application/signed-exchange;v=b3;q=0.7"
)


@pytest.mark.parametrize(
    ("accept", "form"),
    [
        # No preference, or a browser.
        ("", PAGE),
        ("*/*", PAGE),
        ("text/*", PAGE),
        (CHROME, PAGE),
        ("text/html", PAGE),
        # One media type.
        ("text/vcard", "vcf"),
        ("text/x-vcard", "vcf"),
        ("text/directory", "vcf"),
        ("TEXT/VCard; Charset=UTF-8", "vcf"),
        ("text/vcard; version=3.0", "vcf"),
        ("text/vcard; version=4.0", "v4.vcf"),
        ('text/vcard;version="4.0";charset=utf-8', "v4.vcf"),
        ("application/json", "json"),
        ("application/vcard+json", "jcard"),
        ("application/jscontact+json", "jscontact"),
        ("application/*", "json"),
        # The highest quality wins, wherever it stands.
        ("text/vcard;q=0.5, application/json;q=0.8", "json"),
        ("text/html;q=0.2, text/vcard;q=0.9", "vcf"),
        ("text/vcard; version=4.0; q=0.9, text/vcard; version=3.0; q=0.8", "v4.vcf"),
        ("text/vcard;q=0.001, text/html;q=0", "vcf"),
        # The most specific range decides for its offer.
        ("text/*, text/html;q=0.1", "vcf"),
        ("text/vcard;version=4.0;q=0.1, text/vcard", "vcf"),
        ("text/vcard;version=3.0;q=0.1, text/vcard", "v4.vcf"),
        ("*/*, text/html;q=0, text/vcard;q=0", "json"),
        # Equal quality: exact types before wildcards.
        ("application/json, text/plain, */*", "json"),
        ("*/*, text/vcard", "vcf"),
        ("application/json, text/html", PAGE),
        # No match: the page.
        ("image/png", PAGE),
        ("text/vcard;version=2.1", PAGE),
        ("text/vcard;q=0", PAGE),
        # Malformed ranges are ignored.
        ("text/vcard;q=2, application/json;q=0.1", "json"),
        ("text/vcard;q=nan", PAGE),
        ("text/vcard;q=-1", PAGE),
        ("text/vcard;q=1.0000", PAGE),
        ("text/vcard;q=", PAGE),
        (",,;;, ;q=1, text/vcard", "vcf"),
        ("vcard, text/, /vcard, text/vcard/x", PAGE),
        ('text/html;x="a,b", text/vcard', "vcf"),
        ('text/vcard;x="', PAGE),
        ("text/vcard\r\nX: y", PAGE),
    ],
)
def test_the_preferred_form(accept: str, form: str) -> None:
    assert negotiate(accept) == form


@settings(deadline=None)
@given(st.text(st.sampled_from(list('textvcardhml/*;,q=0.15" \t+versionjs')), max_size=1200))
def test_any_header_gets_some_form(accept: str) -> None:
    assert negotiate(accept) in {PAGE, *FORMATS}


@pytest.mark.parametrize("piece", ['"', "; ", ",", "a/b;", 'a/b;c="', "a/b;q=0.5,", "*/*", "\\", " "])
def test_a_huge_header_costs_little(piece: str) -> None:
    start = time.process_time()
    for number in range(10):
        negotiate(f"{number}{piece * 20_000}")
    assert time.process_time() - start < 1


def test_only_the_beginning_of_a_header_is_read() -> None:
    assert negotiate("text/vcard, " + " " * 1000 + "application/json") == "vcf"
