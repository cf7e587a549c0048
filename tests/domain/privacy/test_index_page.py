"""The page that a copy is read from: everything a person wrote is text on it, and nothing is left out."""

import json
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest

from domain.privacy.copy_of_accounts import AccountSection, ProfilesSection
from domain.privacy.index_page import (
    Copied,
    Entry,
    read_entries,
    write_entries,
    write_index,
    write_manifest,
)
from domain.privacy.sections import WITHHELD

AT = datetime(2026, 11, 26, 12, 0, tzinfo=UTC)
COPIED = Copied("acc_a", AT, 1)
SECTIONS = [AccountSection(None), ProfilesSection(None)]
HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "'><svg/onload=alert(1)>",
    "</dd></dl></body><iframe src=https://evil.example>",
    "javascript:alert(1)",
    "&lt;script&gt;",
]


class Tags(HTMLParser):
    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag, attrs) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data) -> None:
        self.text += data


@pytest.mark.parametrize("text", HOSTILE)
def test_what_a_person_wrote_is_text(text: str) -> None:
    entry = Entry("profiles", text, [("Name", text)], ["profiles/prf_a.json"])
    page = Tags(write_index(COPIED, SECTIONS, [entry]).decode())
    plain = Tags(write_index(COPIED, SECTIONS, [entry._replace(title="x", facts=[("Name", "x")])]).decode())
    assert page.tags == plain.tags
    assert page.text.count(text) == 2


def test_it_needs_no_network_and_no_script() -> None:
    entry = Entry("profiles", "Work", [("Site", "https://example.com")], ["profiles/a b.jpg"])
    page = Tags(write_index(COPIED, SECTIONS, [entry]).decode())
    assert not {"script", "iframe", "link", "object"} & {tag for tag, _ in page.tags}
    led_to = [value for _, given in page.tags for name, value in given.items() if name in ("href", "src")]
    assert "profiles/a%20b.jpg" in led_to
    assert all(":" not in place and not place.startswith("/") for place in led_to)


def test_a_section_with_nothing_in_it_says_so() -> None:
    page = Tags(write_index(COPIED, SECTIONS, []).decode())
    assert page.text.count("There are none.") == 2
    told = json.loads(write_manifest(COPIED, SECTIONS, []))
    assert [(section["name"], section["count"]) for section in told["sections"]] == [
        ("account", 0),
        ("profiles", 0),
    ]
    assert {held["what"] for held in told["withheld"]} == {held.what for held in WITHHELD}
    assert all(held.what in page.text for held in WITHHELD)


def test_entries_are_read_as_they_were_written() -> None:
    entries = [Entry("cards", "Ada ☃", [("Title", "")], ["a", "b"]), Entry("cards", "", [], [])]
    assert read_entries(write_entries(entries)) == entries
