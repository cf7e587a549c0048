"""The page of the brand: filled in, sent without script, and looked at in a preview."""

import pytest

from tests.adapters.drawing.test_pictures import corners, saved
from tests.forms import Fields
from tests.functions.organisations.test_brand import brand, picture
from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.organisations.test_staff_cards import Office

LOGO = {"logo-file": ("logo.jpg", saved(corners(), "JPEG"), "image/jpeg")}


class Page:
    """A page of an organisation with a form, as a browser without script has it."""

    def __init__(self, office: Office, name: str) -> None:
        self.office, self.person = office, office.owner
        self.at = f"/org/{office.org['id']}/{name}"

    async def html(self) -> str:
        answer = await self.person.http.get(self.at)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def send(self, _html: str = "", _files=None, **typed: str):
        fields = Fields(_html or await self.html(), self.at).values
        return await self.person.http.post(
            self.at, data=fields | {"then": "save"} | typed, files=_files or {}
        )


@pytest.fixture
async def page(signed_in):
    ada = await signed_in()
    return Page(Office(ada, await an_organisation(ada)), "brand")


async def read(page: Page) -> dict:
    return (await page.person.api("GET", f"{page.office.at}/brand")).json()["content"]


async def test_a_brand_is_filled_in_and_saved(page) -> None:
    sent = await page.send(**{
        "theme": "bold", "colour": "#ffee00", "companyText": "Engines", "videoLink": "video.example/1",
        "links-0-name": "Shop", "links-0-url": "shop.example",
        "addresses-0-name": "Head office", "addresses-0-address-city": "London",
    })  # fmt: skip
    assert sent.headers["location"].endswith("/brand?done=saved"), sent.text
    content = await read(page)
    assert content["look"]["theme"] == "bold"
    assert content["links"] == [{"name": "Shop", "url": "https://shop.example/"}]
    assert content["addresses"][0]["address"]["city"] == "London"
    html = await page.html()
    assert "made darker so that white text on it can be read" in html
    assert (await page.send(html)).headers["location"].endswith("done=saved")
    assert await read(page) == content


async def test_what_was_typed_is_kept_where_something_is_wrong(page) -> None:
    sent = await page.send(**{
        "theme": "night", "companyText": "Engines", "links-0-name": "Shop", "links-0-url": "nonsense",
    })  # fmt: skip
    assert sent.status_code == 422
    fields = Fields(sent.text, page.at)
    assert "links-0-url" in fields.invalid
    assert (fields.values["companyText"], fields.values["links-0-url"]) == ("Engines", "nonsense")
    assert fields.values["theme"] == "night"


async def test_who_saves_too_late_keeps_what_they_typed_and_saves_again(page) -> None:
    before = await page.html()
    await brand(page.office, companyText="First")
    late = await page.send(before, companyText="Second")
    assert late.status_code == 412
    assert "Second" in late.text
    assert (await page.send(late.text)).status_code == 303
    assert (await read(page))["companyText"] == "Second"


async def test_rows_are_added_and_removed_without_script(page) -> None:
    added = await page.send(**{"then": "add links", "links-0-name": "Shop", "links-0-url": "a.example"})
    assert "links-1-name" in Fields(added.text, page.at).values
    removed = await page.send(added.text, then="remove links 0")
    assert "Shop" not in Fields(removed.text, page.at).values.values()


async def test_a_picture_is_sent_by_the_form_and_stays_until_another_is_ready(host, page) -> None:
    sent = await page.send(_files=LOGO, then="upload logo")
    assert sent.status_code == 200
    assert "Sent. It is being made ready" in sent.text
    await host.drain_queue("images")
    ready = await page.send(sent.text, then="look logo")
    assert "Ready. Save to keep it." in ready.text
    assert (await page.send(ready.text)).status_code == 303
    logo = (await read(page))["logo"]
    assert logo
    assert f"/api/v1/organisations/{page.office.org['id']}/images/{logo}/content" in await page.html()
    bad = {"logo-file": ("x.jpg", b"not a picture", "image/jpeg")}
    refused = await page.send(_files=bad, then="upload logo")
    await host.drain_queue("images")
    again = await page.send(refused.text, then="look logo")
    assert "Not taken" in again.text
    assert Fields(again.text, page.at).values["logo"] == logo


async def test_the_preview_shows_what_is_typed_with_its_pictures(host, page) -> None:
    logo = await picture(host, page.person, page.office)
    await brand(page.office, logo=logo, companyText="Saved text")
    seen = await page.person.http.get(f"{page.at}/preview")
    assert "Saved text" in seen.text
    assert f"/images/{logo}/content" in seen.text
    fields = Fields(await page.html(), page.at).values | {"companyText": "Typed text", "videoLink": "no link"}
    typed = await page.person.http.post(f"{page.at}/preview", data=fields)
    assert "Typed text" in typed.text
    assert page.at in typed.text
