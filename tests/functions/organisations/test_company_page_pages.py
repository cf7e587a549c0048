"""The pages of the company page: made, filled in, previewed, published and renamed without script."""

import secrets

import pytest

from tests.forms import Fields
from tests.functions.organisations.test_brand import brand
from tests.functions.organisations.test_brand_pages import Page
from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.organisations.test_staff_cards import Office


@pytest.fixture
async def page(signed_in):
    ada = await signed_in()
    org = await an_organisation(ada, f"Analytical {secrets.token_hex(4)}")
    return Page(Office(ada, org), "company")


async def made(page: Page, **typed: str):
    fields = Fields(await page.html(), f"{page.at}/new").values
    return await page.person.http.post(f"{page.at}/new", data=fields | typed)


async def read(page: Page) -> dict:
    return (await page.person.api("GET", f"{page.office.at}/company-page")).json()


async def press(page: Page, what: str, **typed: str):
    version = (await page.person.api("GET", f"{page.office.at}/company-page")).headers["etag"].strip('"')
    data = {"csrf": page.person.csrf, "version": version} | typed
    return await page.person.http.post(f"{page.at}/{what}", data=data)


async def test_a_page_is_made_with_a_handle_from_the_name_and_published(page, client) -> None:
    html = await page.html()
    words = page.office.org["name"].lower().replace(" ", "-")
    assert "No company page yet" in html
    assert Fields(html, f"{page.at}/new").values["handle"] == words
    assert (await made(page)).headers["location"].endswith("/company?done=made")
    sent = await page.send(**{
        "then": "publish", "website": "engines.example", "audiences-website": "public",
        "emails-0-address": "hello@engines.example", "emails-0-audience": "public",
    })  # fmt: skip
    assert sent.headers["location"].endswith("done=published"), sent.text
    async with client() as stranger:
        seen = await stranger.get(f"/c/{words}", headers={"Accept": "text/html"})
    assert "engines.example" in seen.text
    assert (await read(page))["published"]["emails"][0]["address"] == "hello@engines.example"


async def test_a_taken_handle_is_told_and_stays_typed(page, signed_in) -> None:
    await made(page)
    handle = (await read(page))["handle"]
    bob = await signed_in()
    other = Page(Office(bob, await an_organisation(bob)), "company")
    refused = await made(other, handle=handle)
    assert refused.status_code == 409
    assert Fields(refused.text, f"{other.at}/new").values["handle"] == handle
    wrong = await made(other, handle="a b")
    assert wrong.status_code == 422


async def test_what_was_typed_is_kept_where_something_is_wrong_or_late(page) -> None:
    await made(page)
    before = await page.html()
    sent = await page.send(before, website="nonsense", name="Engines")
    assert sent.status_code == 422
    assert Fields(sent.text, page.at).values["website"] == "nonsense"
    await page.send(website="first.example")
    late = await page.send(before, website="second.example")
    assert late.status_code == 412
    assert "first.example" in late.text
    assert (await page.send(late.text)).status_code == 303
    assert (await read(page))["draft"]["website"] == "https://second.example/"


async def test_links_and_addresses_are_taken_from_the_brand(page) -> None:
    links = [{"name": "Our shop", "url": "https://shop.example/"}]
    addresses = [{"name": "Head office", "address": {"city": "London"}}]
    await brand(page.office, links=links, addresses=addresses, companyText="We make engines.")
    await made(page)
    with_link = await page.send(then="take link Our shop")
    with_both = await page.send(with_link.text, then="take address Head office")
    assert (await page.send(with_both.text)).status_code == 303
    draft = (await read(page))["draft"]
    assert (draft["productLinks"][0]["label"], draft["officeAddress"]["city"]) == ("Our shop", "London")
    assert draft["companyText"] == "We make engines."


async def test_it_is_previewed_as_typed(page) -> None:
    await brand(page.office, companyText="We make engines.")
    await made(page)
    fields = Fields(await page.html(), page.at).values | {"name": "Typed name"}
    seen = await page.person.http.post(f"{page.at}/preview", data=fields)
    assert "Typed name" in seen.text
    assert "We make engines." in seen.text
    assert (await page.person.http.get(f"{page.at}/preview")).status_code == 200


async def test_it_is_paused_renamed_and_undone_by_buttons(page) -> None:
    await made(page)
    await page.send(then="publish", name="First")
    await page.send(then="publish", name="Second")
    assert (await press(page, "publication", change="undo")).headers["location"].endswith("done=undone")
    assert (await read(page))["published"]["name"] == "First"
    assert (await press(page, "publication", change="pause")).headers["location"].endswith("done=paused")
    assert (await press(page, "publication", change="resume")).headers["location"].endswith("done=resumed")
    handle = f"engines-{secrets.token_hex(4)}"
    assert (await press(page, "rename", handle=handle)).headers["location"].endswith("done=renamed")
    assert (await read(page))["handle"] == handle
    assert (await press(page, "rename", handle="a b")).status_code == 422
    assert (await press(page, "publication", change="burn")).status_code == 422
