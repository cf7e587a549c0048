"""What cards would say while a template is written: for an example or a person, before anything is saved."""

import html
import re
import secrets

import pytest

from domain.organisations.templates.expressions import completed
from domain.organisations.templates.staff_content import check_template
from functions.framework.texts import _, speaking
from tests.functions.organisations.joined import joined
from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.organisations.test_template_pages import Pages, inputs, made


@pytest.fixture
async def pages(signed_in):
    ada = await signed_in()
    return Pages(ada, await an_organisation(ada))


def said(page: str, field: str) -> str:
    """What the page says that the card would say in a field, and what is wrong with it."""
    [part] = re.findall(rf'<div class="answer" id="said-{field}">(.*?)</div>', page, re.DOTALL)
    return html.unescape(re.sub(r"<datalist.*?</datalist>|<[^>]+>|\s+", " ", part, flags=re.DOTALL)).strip()


async def look(pages: Pages, at: str, form: dict, *, live: bool = False):
    headers = {"HX-Request": "true"} if live else {}
    data = {"csrf": pages.person.csrf, **form, "then": "look"}
    answer = await pages.person.http.post(pages.at + at, data=data, headers=headers)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_each_field_says_what_the_example_would_say(pages) -> None:
    at = await made(pages)
    page = await pages.get(at)
    assert "ada.lovelace@example.com" in said(page, "emails")
    form = inputs(page) | {
        "rules-title-mode": "locked",
        "rules-title-value": "{first|upper} of {organisation}",
    }
    typed = await look(pages, at, form)
    assert f"ADA of {pages.org['name']}" in said(typed, "title")
    assert "Not saved yet" in typed
    assert inputs(typed)["rules-title-value"] == "{first|upper} of {organisation}"
    assert inputs(await pages.get(at))["rules-title-value"] == "{title?}"


async def test_it_is_tried_on_a_person_who_is_found_by_name(pages, signed_in) -> None:
    grace = await signed_in()
    member = await joined(pages.org, grace)
    at = await made(pages)
    form = inputs(await pages.get(at)) | {"rules-title-value": "{last} ({mobile})", "find": grace.name}
    page = await look(pages, at, form)
    assert f'value="{member["id"]}" selected' in page
    assert grace.name in said(page, "title")
    assert "needs what is not known of this person: mobile" in said(page, "title")


async def test_a_fault_is_told_while_one_types_and_the_rest_goes_on(pages) -> None:
    at = await made(pages)
    form = inputs(await pages.get(at)) | {"rules-title-value": "{salary}", "rules-website-value": "{{x"}
    part = await look(pages, at, form, live=True)
    assert "names something else than" in said(part, "title")
    assert 'id="fault-rules-title-value"' not in part
    assert "ada.lovelace@example.com" in said(part, "emails")
    whole = await look(pages, at, form)
    assert 'id="fault-rules-title-value"' in whole
    assert "names something else than" not in said(whole, "title")


async def test_what_may_follow_is_offered(pages) -> None:
    at = await made(pages)
    form = inputs(await pages.get(at)) | {
        "rules-title-value": "Dr {first|u",
        "rules-emails-value": "work: {em",
    }
    page = html.unescape(await look(pages, at, form, live=True))
    [endings] = re.findall(r'<datalist id="endings-title">.*?</datalist>', page, re.DOTALL)
    assert re.findall('value="([^"]*)"', endings) == ["Dr {first|upper}"]
    assert "work: {email}" in said(page, "emails")


@pytest.mark.parametrize(
    ("text", "ends"),
    [("{fi", ["{first}"]), ("{{fi", []), ("{first}", []), ("{first?", []), ("a {name|l", ["a {name|lower}"])],
)
def test_a_text_is_completed_in_an_open_place_only(text, ends) -> None:
    assert completed(text) == ends


async def test_the_card_is_shown_as_it_would_be(pages, signed_in) -> None:
    grace, word = await signed_in(), secrets.token_hex(8)
    member = await joined(pages.org, grace)
    at = await made(pages)
    form = inputs(await pages.get(at)) | {"rules-title-mode": "locked", "rules-title-value": word}
    form |= {"rules-website-value": "nonsense"}
    seen = await pages.post(f"{at}/preview", **form)
    assert seen.status_code == 200
    assert word in seen.text
    assert "Ada Lovelace" in seen.text
    assert "Back to editing" in seen.text
    hers = await pages.post(f"{at}/preview?as={member['id']}", **form)
    assert grace.name in hers.text
    framed = await pages.post(f"{at}/preview?framed=1&as=mem_nobody", **form)
    assert "Back to editing" not in framed.text
    assert word in framed.text


async def test_who_has_a_card_keeps_what_they_wrote_in_the_preview(pages, signed_in) -> None:
    grace, word = await signed_in(), secrets.token_hex(8)
    member = await joined(pages.org, grace)
    at = await made(pages, "relaxed")
    version = inputs(await pages.get(at))["version"]
    assert (await pages.post(f"{at}/release", version=version)).status_code == 303
    org, template_id = pages.org["id"], at.rpartition("/")[2]
    body = {"memberId": member["id"], "templateId": template_id}
    card = await pages.person.api("POST", f"organisations/{org}/staff-cards", json=body)
    content = card.json()["content"] | {"bio": word}
    path, headers = f"organisations/{org}/staff-cards/{card.json()['id']}", {"If-Match": card.headers["etag"]}
    assert (await grace.api("PUT", path, json=content, headers=headers)).status_code == 200
    form = inputs(await pages.get(at)) | {"as": member["id"]}
    assert word in said(await look(pages, at, form), "bio")
    assert word not in said(await look(pages, at, form | {"rules-bio-mode": "off"}), "bio")


async def test_a_template_that_is_newer_is_not_replaced_after_a_look(pages) -> None:
    at = await made(pages)
    form = inputs(await pages.get(at))
    assert (await pages.post(at, **(form | {"name": "Newer"}))).status_code == 303
    again = inputs(await look(pages, at, form | {"name": "Older"}))
    late = await pages.post(at, **again)
    assert late.status_code == 412
    assert (await pages.post(at, **inputs(late.text))).status_code == 303


def test_a_fault_of_an_expression_is_in_the_language_of_the_page() -> None:
    from domain.base.errors import InvalidInput  # noqa: PLC0415 - beside what raises it
    from domain.organisations.templates.rules import TemplateContent  # noqa: PLC0415

    template = {"name": "x", "rules": {"title": {"mode": "locked", "value": "{first"}}}
    with pytest.raises(InvalidInput) as refused:
        check_template(TemplateContent.model_validate(template))
    [fault] = refused.value.faults
    assert fault.detail == "has a { without its } (character 1)"
    with speaking("sv"):
        assert "without its" not in _(fault.detail)
