"""Expressions of templates: texts with places for what an organisation knows about a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.organisations.templates.expressions import (
    FILTERS,
    NAMES,
    Misspelt,
    completions,
    evaluate,
    lacking,
    parse,
)

ADA = {"first": "Ada", "last": "Lovelace", "title": "Analyst", "organisation": "Åsa & Co"}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("{first}.{last}@analytical.example", "Ada.Lovelace@analytical.example"),
        ("{first|ascii}.{last|ascii}@analytical.example", "ada.lovelace@analytical.example"),
        ("{first|initial}. {last|upper}", "A. LOVELACE"),
        ("{ organisation | ascii }", "asaco"),
        ("Sales", "Sales"),
        ("{title}, {mobile?no phone}", "Analyst, no phone"),
        ("{mobile?}", None),
        ("{first} {mobile?}", "Ada"),
        ("{mobile}", None),
        ("{first} {mobile}", None),
        ("{{first}} is {first}", "{first} is Ada"),
        ("", None),
    ],
)
def test_places_have_the_texts_of_a_person(text, said) -> None:
    assert evaluate(parse(text), ADA) == said


@pytest.mark.parametrize(
    ("text", "code", "column"),
    [
        ("{first", "unclosed_place", 1),
        ("Hello {", "unclosed_place", 7),
        ("first}", "stray_brace", 6),
        ("{salary}", "unknown_name", 2),
        ("{}", "unknown_name", 2),
        ("{emails}", "unknown_name", 2),
        ("{__class__}", "unknown_name", 2),
        ("{first.__class__}", "unknown_name", 2),
        ("{first|shout}", "unknown_filter", 8),
        ("{first|}", "unknown_filter", 8),
        ("{first{last}}", "nested_place", 7),
        ("{first}" * 21, "too_many_places", 1),
    ],
)
def test_what_does_not_parse_is_refused_with_its_place(text, code, column) -> None:
    with pytest.raises(Misspelt) as refused:
        parse(text)
    assert (refused.value.code, refused.value.column) == (code, column)


def test_what_a_person_lacks_is_named() -> None:
    parts = parse("{title} {mobile} {phone?} {department|upper} {mobile}")
    assert lacking(parts, ADA) == ["department", "mobile"]


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("{", list(NAMES)),
        ("Hello {la", ["last"]),
        ("{first|", list(FILTERS)),
        ("{first|lower|in", ["initial"]),
        ("{first} ", []),
        ("{{", []),
        ("{mobile?+4", []),
        ("plain", []),
    ],
)
def test_names_and_filters_are_completed(text, choices) -> None:
    assert completions(text) == choices


@given(st.text(alphabet="{}|?abfirstl .@", max_size=60))
def test_every_text_parses_or_is_refused(text: str) -> None:
    try:
        parts = parse(text)
    except Misspelt:
        return
    said = evaluate(parts, dict.fromkeys(NAMES, "x"))
    assert said is None or len(said) <= len(text) + 1


@given(st.text(max_size=40))
def test_a_text_with_doubled_braces_says_itself(text: str) -> None:
    assert evaluate(parse(text.replace("{", "{{").replace("}", "}}")), {}) == (text.strip() or None)
