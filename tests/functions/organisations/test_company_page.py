"""The company page: the card of an organisation itself."""

import asyncio
import json
import re
import secrets

import pytest

import wiring.cards
import wiring.organisations
import wiring.organisations.company
from tests.functions.organisations.joined import joined
from tests.functions.organisations.test_brand import brand, picture
from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.organisations.test_staff_cards import Office

HTML = {"Accept": "text/html"}


@pytest.fixture
async def office(signed_in):
    ada = await signed_in()
    return Office(ada, await an_organisation(ada, f"Analytical {secrets.token_hex(4)}"))


async def page(office: Office, **new):
    made = await office.owner.api("POST", f"{office.at}/company-page", json=new)
    assert made.status_code == 201, made.text
    return made


async def change(office: Office, read, what: str = "", method: str = "PUT", **options):
    headers = {"If-Match": read.headers["etag"]}
    answer = await office.owner.api(method, f"{office.at}/company-page{what}", headers=headers, **options)
    assert answer.status_code == 200, answer.text
    return answer


async def shown(client, handle: str, form: str = "", **headers: str):
    async with client() as stranger:
        return await stranger.get(f"/c/{handle}{form}", headers=HTML | headers)


async def test_an_organisation_has_one_page_with_a_handle_from_its_name(office) -> None:
    words = office.org["name"].lower().replace(" ", "-")
    made = await page(office)
    assert (made.json()["handle"], made.json()["published"]) == (words, None)
    assert (await page(office)).json() == made.json()
    assert made.json()["draft"]["name"] == office.org["name"]


async def test_two_who_make_it_at_once_have_one_page(office) -> None:
    made = await asyncio.gather(*(page(office, handle=f"engines-{secrets.token_hex(4)}") for _ in range(3)))
    assert len({each.json()["handle"] for each in made}) == 1


async def test_it_is_published_in_every_format_as_an_organisation(host, office, client) -> None:
    logo = await picture(host, office.owner, office)
    await brand(office, logo=logo, companyText="We make engines.", look={"theme": "bold"})
    made = await page(office)
    handle, name = made.json()["handle"], office.org["name"]
    assert (await shown(client, handle)).status_code == 404
    content = made.json()["draft"] | {"emails": [{"address": "hello@example.com", "audience": "public"}]}
    await change(office, await change(office, made, json=content), "/publication")
    html = await shown(client, handle)
    assert name in html.text
    assert "We make engines." in html.text
    assert "u-logo" in html.text
    schema = json.loads(re.search(r'ld\+json">(.*?)</script>', html.text)[1])["mainEntity"]
    assert (schema["@type"], schema["description"]) == ("Organization", "We make engines.")
    three, four = await shown(client, handle, ".vcf"), await shown(client, handle, ".v4.vcf")
    jscontact = (await shown(client, handle, ".jscontact")).json()
    assert f"ORG:{name}" in three.text
    assert "X-ABShowAs:COMPANY" in three.text
    assert "N:;;;;" in three.text
    assert "KIND:org" in four.text
    assert (jscontact["kind"], jscontact["name"]) == ("org", {"full": name})
    assert (await shown(client, handle, ".json")).json()["kind"] == "org"


async def test_nobody_asks_an_organisation_as_they_ask_a_person(office, client, signed_in) -> None:
    handle = (await change(office, await page(office), "/publication")).json()["handle"]
    grace = await signed_in()
    answer = await grace.http.get(f"/c/{handle}", headers=HTML)
    assert f"/my/connect/{handle}" not in answer.text
    assert "Save contact" in answer.text
    asked = await grace.api("POST", "connection-requests", json={"handle": handle})
    assert asked.status_code in (404, 409, 422), asked.text
    assert (await grace.http.get(f"/my/connect/{handle}", headers=HTML)).status_code == 404


async def test_it_is_paused_resumed_renamed_and_taken_back(office, client) -> None:
    draft = await page(office)
    assert await wiring.organisations.company.handle_of(office.org["id"]) is None
    made = await change(office, draft, "/publication")
    handle, other = made.json()["handle"], f"engines-{secrets.token_hex(4)}"
    assert await wiring.organisations.company.handle_of(office.org["id"]) == handle
    paused = await change(office, made, "/pause")
    assert office.org["name"] not in (await shown(client, handle)).text
    assert await wiring.organisations.company.handle_of(office.org["id"]) == handle
    resumed = await change(office, paused, "/pause", "DELETE")
    renamed = await change(office, resumed, "/handle", json={"handle": other})
    assert (await shown(client, handle)).headers["location"].endswith(f"/c/{other}")
    gone = await change(office, renamed, "/publication", "DELETE")
    assert gone.json()["published"] is None
    assert office.org["name"] not in (await shown(client, other)).text


async def test_what_is_the_brands_follows_it_and_is_not_changed_on_the_page(host, office, client) -> None:
    made = await page(office)
    refused = await office.owner.api(
        "PUT", f"{office.at}/company-page", json=made.json()["draft"] | {"companyText": "Mine"},
        headers={"If-Match": made.headers["etag"]},
    )  # fmt: skip
    assert [(each["field"], each["code"]) for each in refused.json()["errors"]] == [
        ("/companyText", "of_brand")
    ]
    live = await change(office, made, "/publication")
    word = secrets.token_hex(8)
    draft = await change(office, live, json=live.json()["draft"] | {"website": "https://draft.example/"})
    await brand(office, companyText=word, look={"theme": "night"})
    read = await office.owner.api("GET", f"{office.at}/company-page")
    assert (read.json()["published"]["companyText"], read.json()["published"]["website"]) == (word, None)
    assert (read.json()["draft"]["companyText"], read.json()["draft"]["website"]) == (
        word, draft.json()["draft"]["website"],
    )  # fmt: skip
    assert word in (await shown(client, read.json()["handle"])).text


async def test_staff_cards_are_listed_without_the_page(office, signed_in) -> None:
    await page(office)
    await office.template()
    card = await office.card((await joined(office.org, await signed_in()))["id"])
    listed = await office.owner.api("GET", f"{office.at}/staff-cards")
    assert [each["id"] for each in listed.json()["data"]] == [card.json()["id"]]


async def test_a_taken_handle_is_told_and_a_taken_name_gets_another_one(office, signed_in) -> None:
    handle = (await page(office)).json()["handle"]
    bob = await signed_in()
    other = Office(bob, await an_organisation(bob, office.org["name"]))
    refused = await bob.api("POST", f"{other.at}/company-page", json={"handle": handle})
    assert refused.json()["code"] == "handle_taken"
    assert (await page(other)).json()["handle"] == f"{handle}-2"
