"""Validation of a card's content, and the code of each fault."""

import json
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from domain.base.fields import STORED
from domain.cards.content import IMAGE_PURPOSES, CardContent, Purpose


def faults(**content: object) -> set[tuple[str, str]]:
    with pytest.raises(ValidationError) as refused:
        CardContent.model_validate({"name": "Ada", **content})
    return {("/".join(map(str, fault["loc"])), fault["type"]) for fault in refused.value.errors()}


def test_values_are_normalised() -> None:
    content = CardContent.model_validate(
        {
            "name": "  Ada\u0301  ",
            "emails": [{"address": " Ada@EXAMPLE.com "}],
            "phones": [{"number": "+46 (0)70-174 06 05"}],
            "website": "HTTPS://Example.com",
            "companyText": "one\r\ntwo\rthree",
        }
    )
    assert content.name == "Ad\u00e1"
    assert content.emails[0].address == "Ada@example.com"
    assert content.phones[0].number == "+46701740605"
    assert content.website == "https://example.com/"
    assert content.company_text == "one\ntwo\nthree"


def test_all_faults_are_found_at_once() -> None:
    found = faults(
        name="",
        title=7,
        emails=[{"address": "nobody"}],
        phones=[{"number": "070-174"}, {"number": "+46 1"}],
        website="javascript:alert(1)",
        surprise=True,
    )
    assert found == {
        ("name", "too_short"),
        ("title", "string_type"),
        ("emails/0/address", "invalid_email"),
        ("phones/0/number", "invalid_phone"),
        ("phones/1/number", "invalid_phone"),
        ("website", "url_scheme"),
        ("surprise", "extra_forbidden"),
    }


@pytest.mark.parametrize(
    "link",
    ["javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x", "vbscript:x", "file:///etc/passwd",
     "http://example.com", "ftp://example.com", "mailto:a@example.com", "tel:+46701740605"],
)  # fmt: skip
def test_a_website_is_https_only(link: str) -> None:
    assert faults(website=link) == {("website", "url_scheme")}


@pytest.mark.parametrize(
    "link", ["example.com", "https://", "//example.com", "https://a@example.com", "https://a b"]
)
def test_an_incomplete_or_misleading_link_is_refused(link: str) -> None:
    assert faults(website=link) == {("website", "invalid_url")}


@pytest.mark.parametrize(
    "blank", ["\u200b", "\u3164", "\u2800\u00ad", "\u0301", "\U000e0041", "\u115f \u1160"]
)
def test_a_name_shows_something(blank: str) -> None:
    assert faults(name=blank, productLinks=[{"label": blank, "url": "https://example.com"}]) == {
        ("name", "invisible"),
        ("productLinks/0/label", "invisible"),
    }


@pytest.mark.parametrize("name", ["7", "花", "🙂", "!", "a\u200bb", "\u0e01\u0e33"])
def test_any_visible_name_will_do(name: str) -> None:
    assert CardContent.model_validate({"name": name}).name == name


@pytest.mark.parametrize("country", ["XX", "se", "EU", "Sverige", ""])
def test_a_country_is_one_of_the_iso_list(country: str) -> None:
    assert faults(officeAddress={"country": country}) == {("officeAddress/country", "invalid_choice")}


def test_an_address_that_says_nothing_is_none() -> None:
    assert CardContent.model_validate({"name": "Ada", "officeAddress": {}}).office_address is None


@pytest.mark.parametrize("link", ["https://example.com/a;b,c", "mailto:shop@example.com", "tel:+46701740605",
                                  "mailto:shop@example.com?subject=Order&body=Dear%0D%0AShop"])  # fmt: skip
def test_a_product_link_may_also_write_or_call(link: str) -> None:
    content = CardContent.model_validate({"name": "Ada", "productLinks": [{"label": "Shop", "url": link}]})
    assert content.product_links[0].url == link


@pytest.mark.parametrize(
    ("link", "code"),
    [
        ("tel:*%2306%23", "invalid_phone"), ("tel:", "invalid_phone"), ("tel:112", "invalid_phone"),
        ("mailto:", "invalid_email"), ("mailto:shop", "invalid_email"),
        ("mailto:a@b.se%0Acc:c@d.se", "control_characters"), ("mailto:%20a@b.example", "invalid_email"),
        ("mailto://evil.example/a@b.example", "invalid_email"), ("mailto:%ff@b.example", "invalid_email"),
        ("mailto:a@b.example?bcc=c@d.example", "invalid_url"),
        ("mailto:a@b.example?subject=x%0D%0ABcc:c@d.example", "control_characters"),
        ("mailto:a@b.example?subject=x%0ABcc:c@d.example", "control_characters"),
        ("mailto:a@b.example?subject=%E2%80%AEx", "control_characters"),
    ],
)  # fmt: skip
def test_a_product_link_writes_to_an_address_and_calls_a_number(link: str, code: str) -> None:
    assert faults(productLinks=[{"label": "Shop", "url": link}]) == {("productLinks/0/url", code)}


def test_a_number_in_a_link_is_written_as_every_phone_dials_it() -> None:
    shop = {"label": "Shop", "url": "tel:+46 70-174 06 05"}
    assert CardContent.model_validate({"name": "Ada", "productLinks": [shop]}).product_links[0].url == (
        "tel:+46701740605"
    )


@pytest.mark.parametrize(
    "character",
    [chr(code) for code in [*range(0x20), 0x7F, 0x85, 0x9F, 0x2028, 0x2029, 0x202E, 0x2066, 0xFEFF]],
)
@pytest.mark.parametrize("field", ["name", "title", "companyText"])
def test_control_characters_are_refused_or_become_line_breaks(character: str, field: str) -> None:
    value = f"a{character}b"
    if field == "companyText" and character in "\n\r\x0b\x0c\x85\u2028\u2029\t":
        content = CardContent.model_validate({"name": "Ada", field: value})
        assert content.company_text in ("a\nb", "a\tb")
    else:
        assert faults(**{field: value}) == {(field, "control_characters")}


def test_lengths_and_counts_are_bounded() -> None:
    found = faults(name="x" * 121, companyText="x" * 2001, emails=[{"address": "a@example.com"}] * 6)
    assert found == {
        ("name", "string_too_long"),
        ("companyText", "string_too_long"),
        ("emails", "too_long"),
    }


@settings(deadline=None)
@given(st.text(max_size=200), st.text(max_size=200))
def test_any_text_is_taken_or_refused_and_normalising_twice_changes_nothing(name: str, text: str) -> None:
    try:
        once = CardContent.model_validate({"name": name, "companyText": text})
    except ValidationError:
        return
    again = CardContent.model_validate_json(once.model_dump_json(by_alias=True))
    assert again == once


def test_what_was_stored_is_read_without_vetting_it_again() -> None:
    stored = {"name": "Ada", "emails": [{"kind": "work", "address": "was valid once"}]}
    assert CardContent.model_validate(stored, context=STORED).emails[0].address == "was valid once"
    assert json.loads(CardContent.model_validate(stored, context=STORED).model_dump_json())["name"] == "Ada"


def test_every_picture_has_its_purpose() -> None:
    assert tuple(IMAGE_PURPOSES.values()) == get_args(Purpose)
