"""A contact's content: what is refused, and what is kept of the values that were there before."""

from datetime import date

import pytest
from pydantic import ValidationError

from domain.base.folding import fold
from domain.relationships.contact import ContactContent, ContactEmail

YESTERDAY, TODAY = date(2026, 11, 25), date(2026, 11, 26)


def _content(**values):
    return ContactContent.model_validate({"name": "Ada Lovelace", **values})


def _faults(**values):
    with pytest.raises(ValidationError) as refused:
        _content(**values)
    return [".".join(map(str, error["loc"])) for error in refused.value.errors()]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Łukasz  Öberg", "lukasz oberg"),
        ("STRASSE", "strasse"),
        ("Straße", "strasse"),
        ("Đặng Ænes", "dang aenes"),
        ("王小明", "王小明"),
        ("I\u0307stanbul", "istanbul"),
    ],
)
def test_names_fold_to_small_letters_without_marks(text, folded):
    assert fold(text) == folded


def test_a_new_value_is_typed_today_and_a_known_one_keeps_its_source_and_date():
    before = _content(emails=[{"address": "ada@example.com", "source": "import"}]).settled(None, YESTERDAY)
    after = _content(emails=[{"address": "ADA@example.com", "kind": "home"}, {"address": "new@example.com"}])
    old, new = after.settled(before, TODAY).emails
    assert (old.source, old.since, old.kind) == ("import", YESTERDAY, "home")
    assert (new.source, new.since) == ("typed", TODAY)


def test_numbers_of_an_address_book_are_kept_as_they_were_written_unless_they_are_complete():
    numbers = ["+46 70 174 06 05", "555 1234", "+1 202-555-0123 ext. 4"]
    phones = _content(phones=[{"number": number} for number in numbers]).phones
    assert [phone.number for phone in phones] == ["+46701740605", *numbers[1:]]
    assert _faults(phones=[{"number": "call me"}]) == ["phones.0.number"]


def test_tags_that_differ_in_capitals_and_accents_are_one():
    content = _content(tags=["Café", "cafe", " press  list ", "VIP"])
    assert content.tags == ["Café", "press list", "VIP"]
    assert content.tagged(["vip", "Nordics"], ["PRESS LIST"]).tags == ["Café", "VIP", "Nordics"]


def test_every_fault_names_its_field():
    assert _faults(importance=6, links=[{"url": "javascript:alert(1)"}], tags=["x"] * 201) == [
        "links.0.url",
        "tags",
        "importance",
    ]
    assert _faults(emails=[{"address": f"a{n}@example.com"} for n in range(51)]) == ["emails"]
    assert _faults(kind="entity", nameParts={"given": "Ada"}, entityId="con_x") == ["nameParts", "entityId"]


def test_what_says_nothing_is_absent():
    content = _content(nameParts={}, met={})
    assert (content.name_parts, content.met) == (None, None)


def test_a_stored_contact_is_read_back_as_it_was():
    content = _content(emails=[{"address": "ada@example.com"}], met={"on": "2026-11-20"}).settled(None, TODAY)
    assert ContactContent.model_validate_json(content.model_dump_json()) == content
    assert isinstance(content.emails[0], ContactEmail)
