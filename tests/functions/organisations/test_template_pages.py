"""Pages of templates: made from a preset, edited, their effect looked at, released and taken up again."""

import re

import pytest

from domain.organisations.templates.rules import PRESETS, TemplateContent, preset
from functions.organisations.templates.form import form_of, values_in
from tests.functions.organisations.joined import joined
from tests.functions.organisations.test_brand import brand, picture
from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.organisations.test_staff_cards import Office


class Pages:
    def __init__(self, person, org: dict) -> None:
        self.person, self.org, self.at = person, org, f"/org/{org['id']}"

    async def get(self, path: str) -> str:
        answer = await self.person.http.get(self.at + path)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def post(self, path: str, **fields: str):
        return await self.person.http.post(self.at + path, data={"csrf": self.person.csrf, **fields})


@pytest.fixture
async def pages(signed_in):
    ada = await signed_in()
    return Pages(ada, await an_organisation(ada))


def inputs(page: str) -> dict[str, str]:
    """The values of the form of a template, as a browser would send them."""
    [form] = re.findall(r'<form class="stack".*?</form>', page, re.DOTALL)
    found = dict(re.findall(r'<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"', form))
    for name, inside in re.findall(r'<select[^>]* name="([^"]+)".*?>(.*?)</select>', form, re.DOTALL):
        found[name] = (re.findall(r'value="([^"]*)" selected', inside) or [""])[0]
    texts = r'<textarea[^>]* name="([^"]+)"[^>]*>\n?(.*?)</textarea>'
    return found | dict(re.findall(texts, form, re.DOTALL))


async def made(pages: Pages, kind: str = "standard") -> str:
    answer = await pages.post("/new-template", name="Staff", preset=kind, key="k" * 22)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"].partition("?")[0].removeprefix(pages.at)


async def test_a_template_is_made_from_a_preset_and_edited(pages) -> None:
    assert "No templates yet" in await pages.get("/templates")
    at = await made(pages)
    form = inputs(await pages.get(at))
    assert form["rules-title-mode"] == "locked"
    assert form["rules-emails-value"] == "work: {email}"
    form |= {"rules-bio-mode": "off", "rules-website-value": "https://navy.example", "name": "Officers"}
    form["rules-officeAddress-value-city"] = "Arlington"
    saved = await pages.post(at, **form)
    assert saved.status_code == 303, saved.text
    template_id = at.rpartition("/")[2]
    read = await pages.person.api("GET", f"organisations/{pages.org['id']}/templates/{template_id}")
    draft = read.json()["draft"]
    assert (draft["name"], draft["rules"]["bio"]["mode"]) == ("Officers", "off")
    assert draft["rules"]["website"]["value"] == "https://navy.example"
    assert draft["rules"]["officeAddress"]["value"] == {"city": "Arlington"}
    assert draft["rules"]["emails"]["value"] == [{"kind": "work", "address": "{email}"}]
    assert "Officers" in await pages.get("/templates")


async def test_a_fault_is_told_at_its_field_and_what_was_typed_stays(pages) -> None:
    at = await made(pages)
    form = inputs(await pages.get(at)) | {"rules-title-value": "{salary}", "rules-website-value": "nonsense"}
    refused = await pages.post(at, **form)
    assert refused.status_code == 422
    assert "{salary}" in refused.text
    assert "names something else than" in refused.text
    assert 'id="fault-rules-title-value"' in refused.text
    stale = await pages.post(at, **(inputs(await pages.get(at)) | {"version": "999"}))
    assert stale.status_code == 412


async def test_the_effect_is_seen_before_the_release(host, pages, signed_in) -> None:
    at = await made(pages)
    page = await pages.get(at)
    version = inputs(page)["version"]
    assert (await pages.post(f"{at}/release", version=version)).status_code == 303
    member = await joined(pages.org, await signed_in())
    template_id = at.rpartition("/")[2]
    card = await pages.person.api(
        "POST",
        f"organisations/{pages.org['id']}/staff-cards",
        json={"memberId": member["id"], "templateId": template_id},
    )
    assert card.status_code == 201, card.text
    form = inputs(await pages.get(at)) | {"rules-title-mode": "locked", "rules-title-value": "Captain"}
    assert (await pages.post(at, **form)).status_code == 303
    version = inputs(await pages.get(at))["version"]
    counted = await pages.post(f"{at}/effect", version=version)
    assert counted.headers["location"] == f"{pages.at}{at}/effect"
    assert "0 cards are counted so far" in await pages.get(f"{at}/effect")
    await host.drain_queue("work")
    effect = await pages.get(f"{at}/effect")
    assert "One card of 1 would change" in effect
    assert "Captain" in effect
    assert (await pages.post(f"{at}/release", version=version)).status_code == 303
    await host.drain_queue("work")
    read = await pages.person.api("GET", f"organisations/{pages.org['id']}/staff-cards/{card.json()['id']}")
    assert read.json()["content"]["title"] == "Captain"
    releases = await pages.get(f"{at}/releases")
    assert "Use as the draft" in releases
    version = inputs(await pages.get(at))["version"]
    taken = await pages.post(f"{at}/draft", version=version, number="1")
    assert taken.status_code == 303
    assert inputs(await pages.get(at))["rules-title-value"] == "{title?}"


async def test_a_release_tells_how_far_it_is_and_can_be_paused(host, pages, signed_in) -> None:
    at = await made(pages)
    assert (await pages.post(f"{at}/work", then="pause")).status_code == 303
    await pages.post(f"{at}/release", version=inputs(await pages.get(at))["version"])
    member = await joined(pages.org, await signed_in())
    await pages.post(f"/people/{member['id']}/card", template=at.rpartition("/")[2])
    form = inputs(await pages.get(at)) | {"rules-title-mode": "locked", "rules-title-value": "Captain"}
    assert (await pages.post(at, **form)).status_code == 303
    version = inputs(await pages.get(at))["version"]
    await pages.post(f"{at}/effect", version=version)
    await host.drain_queue("work")
    assert "effect?card=" not in await pages.get(f"{at}/effect")  # of one card no list
    await pages.post(f"{at}/release", version=version)
    assert "The cards are being changed" in await pages.get(at)
    await pages.post(f"{at}/work", then="pause")
    await host.drain_queue("work")
    paused = await pages.get(at)
    assert "Paused" in paused
    assert "The cards are being changed" not in paused
    # Nobody stops half way.
    await pages.post(f"{at}/work", then="cancel")
    await pages.post(f"{at}/work", then="resume")
    await host.drain_queue("work")
    assert "This release has reached one card." in await pages.get(at)


@pytest.mark.parametrize("name", PRESETS)
def test_a_form_says_the_template_that_it_was_made_from(name) -> None:
    content = TemplateContent(name="Staff", rules=preset(name))
    assert TemplateContent.model_validate(values_in(form_of(content), None)) == content


def test_rows_and_parts_are_typed_as_lines() -> None:
    rules = {
        "emails": {
            "value": [{"kind": "home", "label": "Press", "address": "{email}"}, {"address": "a@b.example"}]
        },
        "productLinks": {"value": [{"label": "Our shop", "url": "https://shop.example"}]},
        "languages": {"value": ["en", "sv"]},
        "officeAddress": {"value": {"city": "Paris", "street": "{location?}"}},
    }
    content = TemplateContent.model_validate({"name": "Staff", "rules": rules})
    form = form_of(content)
    assert form["rules-emails-value"] == "home, Press: {email}\na@b.example"
    assert form["rules-productLinks-value"] == "Our shop: https://shop.example"
    assert TemplateContent.model_validate(values_in(form, None)) == content


async def test_what_is_of_the_brand_is_chosen_or_typed_by_its_name(host, pages) -> None:
    office = Office(pages.person, pages.org)
    logo = await picture(host, pages.person, office)
    links = [{"name": "Shop", "url": "https://shop.example"}]
    addresses = [{"name": "Head office", "address": {"city": "London"}}]
    await brand(office, logo=logo, links=links, addresses=addresses)
    at = await made(pages)
    page = await pages.get(at)
    assert "brand: Shop" in page
    form = inputs(page) | {
        "look": "brand",
        "rules-logo-mode": "locked",
        "rules-logo-value": "brand: logo",
        "rules-website-value": "brand: shop",
        "rules-productLinks-value": "Help: https://help.example\nbrand: Shop",
        "rules-officeAddress-value": "brand: Head office",
    }
    saved = await pages.post(at, **form)
    assert saved.status_code == 303, saved.text
    read = await pages.person.api("GET", f"{office.at}/templates/{at.rpartition('/')[2]}")
    draft = read.json()["draft"]
    assert draft["lookOfBrand"]
    values = {name: draft["rules"][name]["value"] for name in ("logo", "website", "officeAddress")}
    assert values == {
        "logo": {"brand": "logo"}, "website": {"brand": "shop"}, "officeAddress": {"brand": "Head office"},
    }  # fmt: skip
    assert draft["rules"]["productLinks"]["value"][1] == {"brand": "Shop"}
    again = inputs(await pages.get(at))
    assert {name: again[name] for name in form if name not in ("csrf", "version")} == {
        name: text for name, text in form.items() if name not in ("csrf", "version")
    }
    refused = await pages.post(at, **(again | {"rules-cover-value": "brand: cover"}))
    assert "takes cover from the brand, where there is none for this field" in refused.text
