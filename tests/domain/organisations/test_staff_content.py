"""What a staff card says by its template, and what its person may change."""

import pytest
from pydantic import ValidationError

from domain.base.errors import InvalidInput
from domain.cards.content import FIELDS, CardContent
from domain.organisations.templates.rules import PRESETS, FieldRule, TemplateContent, preset
from domain.organisations.templates.staff_content import (
    SPECIMEN,
    changed_fields,
    check_edit,
    check_template,
    own_after,
    staff_content,
)

GRACE = {
    "first": "Grace", "last": "Hopper", "name": "Grace Hopper", "email": "grace@navy.example",
    "organisation": "Navy", "mobile": "+447400123456",
}  # fmt: skip
OWN = CardContent.model_validate(
    {
        "name": "Amazing Grace",
        "title": "Rear admiral",
        "bio": "I like clocks.",
        "phones": [{"number": "+442079460999", "audience": "public"}],
        "audiences": {"title": "public", "bio": "signed_in"},
    }
)


def template(**rules: dict) -> TemplateContent:
    return TemplateContent.model_validate({"name": "Staff", "rules": rules})


def said(made: TemplateContent, own: CardContent = OWN, **data: str) -> CardContent:
    content, problems = staff_content(made, GRACE | data, own)
    assert problems == ()
    return content


def problems(made: TemplateContent, own: CardContent = OWN, **data: str) -> list[tuple[str, str]]:
    return [(each.field, each.code) for each in staff_content(made, GRACE | data, own).problems]


def faults(made: TemplateContent) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as refused:
        check_template(made)
    return [(fault.field, fault.code) for fault in refused.value.faults]


def test_by_a_relaxed_template_a_card_says_what_its_person_wrote() -> None:
    assert said(template()) == OWN


def test_a_locked_field_says_what_the_organisation_knows() -> None:
    made = template(
        name={"mode": "locked", "value": "{name}"},
        emails={"mode": "locked", "value": [{"address": "{first|ascii}.{last|ascii}@navy.example"}]},
        officeAddress={"mode": "locked", "value": {"city": "Arlington", "street": "{location?}"}},
        languages={"mode": "locked", "value": ["en", "sv"]},
        bio={"mode": "locked", "value": "{organisation}"},
    )
    content = said(made)
    assert (content.name, content.bio) == ("Grace Hopper", "Navy")
    assert [(each.address, each.audience) for each in content.emails] == [
        ("grace.hopper@navy.example", "public")
    ]
    assert content.office_address
    assert (content.office_address.city, content.office_address.street) == ("Arlington", None)
    assert content.languages == ["en", "sv"]
    assert content.audiences.bio == "public"


def test_rows_with_a_text_that_may_be_absent_are_left_out() -> None:
    numbers = [{"kind": "work", "number": "{phone?}"}, {"kind": "mobile", "number": "{mobile?}"}]
    content = said(template(phones={"mode": "locked", "value": numbers}))
    assert [(each.kind, each.number) for each in content.phones] == [("mobile", "+447400123456")]


def test_a_value_stands_in_until_the_person_writes_something() -> None:
    made = template(
        title={"value": "{organisation} staff", "audience": "connections"},
        website={"value": "https://navy.example"},
    )
    content = said(made)
    assert (content.title, content.audiences.title) == ("Rear admiral", "public")
    assert content.website == "https://navy.example/"
    assert content.audiences.website == "public"
    blank = OWN.model_copy(update={"title": None})
    assert (said(made, blank).title, said(made, blank).audiences.title) == ("Navy staff", "connections")


def test_a_field_that_is_off_is_on_no_card_and_comes_back_as_it_was() -> None:
    off = said(template(bio={"mode": "off"}, phones={"mode": "off"}))
    assert (off.bio, off.audiences.bio, off.phones) == (None, "private", [])
    assert said(template()) == OWN


def test_nothing_is_shown_to_more_people_than_the_template_lets() -> None:
    content = said(
        template(
            title={"widest": "connections", "audience": "private"},
            bio={"widest": "public"},
            phones={"widest": "signed_in", "audience": "private"},
        )
    )
    assert (content.audiences.title, content.audiences.bio) == ("connections", "signed_in")
    assert [each.audience for each in content.phones] == ["signed_in"]


def test_what_cannot_be_said_is_a_problem_and_not_half_said() -> None:
    made = template(
        title={"mode": "locked", "value": "{title}"},
        emails={"mode": "locked", "value": [{"address": "{number?no address}"}]},
        website={"mode": "required"},
        companyText={"mode": "locked", "value": "Since {number}"},
    )
    wanted = [
        ("title", "lacking"),
        ("emails", "invalid_email"),
        ("website", "required"),
        ("company_text", "lacking"),
    ]
    assert sorted(problems(made)) == sorted(wanted)
    content = staff_content(made, GRACE, OWN).content
    assert (content.title, content.emails, content.company_text) == (None, [], None)


def test_a_card_has_a_name_in_any_case() -> None:
    made = template(name={"mode": "locked", "value": "{number}"})
    content, found = staff_content(made, GRACE, OWN)
    assert content.name == "Amazing Grace"
    assert [(each.field, each.names) for each in found] == [("name", ("number",))]


@pytest.mark.parametrize(
    ("rules", "where"),
    [
        ({"title": {"value": "{salary}"}}, [("/rules/title/value", "unknown_name")]),
        ({"title": {"value": "{first"}}, [("/rules/title/value", "unclosed_place")]),
        (
            {"emails": {"mode": "locked", "value": [{"address": "a@b.example"}, {"address": "{x}"}]}},
            [("/rules/emails/value/1/address", "unknown_name")],
        ),
        ({"emails": {"value": [{"address": "not an address"}]}}, [("/rules/emails/value", "invalid_email")]),
        ({"emails": {"value": "{email}"}}, [("/rules/emails/value", "list_type")]),
        ({"emails": {"value": [{"adress": "a@b.example"}]}}, [("/rules/emails/value", "missing")]),
        ({"website": {"value": "javascript:alert(1)"}}, [("/rules/website/value", "url_scheme")]),
        ({"logo": {"value": "{name}"}}, [("/rules/logo/value", "string_pattern_mismatch")]),
        (
            {"title": {"value": "}"}, "bio": {"value": "{x}"}},
            [("/rules/title/value", "stray_brace"), ("/rules/bio/value", "unknown_name")],
        ),
    ],
)
def test_a_template_whose_values_no_card_could_say_is_refused(rules, where) -> None:
    assert faults(template(**rules)) == where


@pytest.mark.parametrize(
    ("rules", "at", "code"),
    [
        ({"salary": {"mode": "locked", "value": "1"}}, ("rules", "salary"), "extra_forbidden"),
        ({"title": {"mode": "locked"}}, ("rules", "title"), "locked_without_value"),
        ({"title": {"mode": "off", "value": "x"}}, ("rules", "title"), "off_with_value"),
        ({"title": {"widest": "private"}}, ("rules", "title"), "wider_than_widest"),
        ({"title": {"mode": "sometimes"}}, ("rules", "title", "mode"), "literal_error"),
        ({"name": {"mode": "off"}}, ("rules",), "name_not_required"),
    ],
)
def test_a_rule_that_contradicts_itself_is_refused(rules, at, code) -> None:
    with pytest.raises(ValidationError) as refused:
        template(**rules)
    [error] = refused.value.errors()
    assert (error["loc"], error["type"]) == (at, code)


@pytest.mark.parametrize("name", PRESETS)
def test_presets_fit_everybody_of_whom_enough_is_known(name) -> None:
    made = TemplateContent(name="Staff", rules=preset(name))
    check_template(made)
    assert staff_content(made, SPECIMEN, OWN).problems == ()
    assert problems(made) == []
    modes = {getattr(made.rules, field).mode for field in FIELDS}
    assert modes == {"relaxed": {"optional", "required"}, "standard": {"locked", "optional"},
                     "strict": {"locked", "optional", "off"}}[name]  # fmt: skip


def test_a_person_changes_what_is_theirs() -> None:
    made = template(title={"mode": "locked", "value": "Captain"}, bio={"mode": "off"})
    shown = said(made)
    wanted = shown.model_copy(update={"website": "https://grace.example"})
    check_edit(made, shown, wanted)
    own = own_after(made, OWN, wanted)
    assert (own.title, own.bio, own.website) == ("Rear admiral", "I like clocks.", "https://grace.example")
    assert (own.audiences.title, own.audiences.bio) == ("public", "signed_in")
    assert said(made, own) == wanted
    assert said(template(), own).bio == "I like clocks."


def test_a_person_does_not_change_what_is_not_theirs() -> None:
    made = template(
        title={"mode": "locked", "value": "Captain"},
        bio={"mode": "off"},
        website={"mode": "required"},
        companyText={"audience": "private", "widest": "connections"},
        phones={"audience": "private", "widest": "signed_in"},
    )
    shown = staff_content(made, GRACE, OWN).content
    wanted = OWN.model_copy(
        update={
            "company_text": "We",
            "audiences": OWN.audiences.model_copy(update={"company_text": "public"}),
        }
    )
    with pytest.raises(InvalidInput) as refused:
        check_edit(made, shown, wanted)
    assert [(fault.field, fault.code) for fault in refused.value.faults] == [
        ("/title", "locked"),
        ("/bio", "switched_off"),
        ("/phones/0/audience", "too_wide"),
        ("/website", "required"),
        ("/audiences/companyText", "too_wide"),
    ]


def test_a_template_that_is_changed_back_leaves_every_card_as_it_was() -> None:
    one, two = template(title={"mode": "locked", "value": "{first}"}), template(bio={"mode": "off"})
    before = said(one)
    after = said(two)
    assert changed_fields(before, after) == ["title", "bio"]
    assert changed_fields(before, said(one)) == []


def test_rules_name_every_field_of_a_card() -> None:
    assert set(type(template().rules).model_fields) == set(FIELDS)
    assert FieldRule().mode == "optional"
