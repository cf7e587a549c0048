"""The pages of connecting with a company, as a browser without script goes through them."""

import csv
import io
import secrets

import pytest

from tests.forms import fields_at, send
from tests.functions.companies.companies import a_company, connect, own
from tests.functions.connections.people import own_card
from tests.functions.exchange.strangers import leave

HTML = {"Accept": "text/html"}


@pytest.fixture
async def company(signed_in):
    return await a_company(signed_in)


async def page(person, path: str):
    answer = await person.http.get(path, headers=HTML)
    assert answer.status_code == 200, answer.text
    return answer.text


async def test_who_is_signed_in_is_offered_to_connect_and_sees_what_they_give(company, signed_in) -> None:
    grace = await signed_in()
    await company.asks(email="required", title="optional")
    emails = [{"address": "first@example.com", "audience": "private"}]
    await own_card(grace, name="Grace Old")
    card = await own_card(grace, name="Grace Hopper", title="Admiral", emails=emails)
    offer = f"/my/connect-company/{company.handle}"
    assert f'href="{offer}"' in await page(grace, f"/c/{company.handle}")
    fields = await fields_at(grace, f"{offer}?card={card['id']}", offer)
    assert (fields["name"], fields["title"], fields["email"]) == (
        "Grace Hopper", "Admiral", "first@example.com",
    )  # fmt: skip
    refused = await send(grace, offer, fields | {"email": ""})
    assert refused.status_code == 422
    assert "Your consent" in refused.text
    assert "Grace Hopper" in refused.text
    sent = await send(grace, offer, fields | {"consent": "1"})
    assert sent.status_code == 303, sent.text
    [link] = await own(grace)
    assert sent.headers["location"] == f"/my/companies/{link['id']}?done=connected"
    text = await page(grace, sent.headers["location"])
    assert "What the company has of you" in text
    assert "first@example.com" in text
    assert (await grace.http.get(offer)).headers["location"] == f"/my/companies/{link['id']}"
    assert f'href="{offer}"' not in await page(grace, f"/c/{company.handle}")
    assert company.org["name"] in await page(grace, "/my/companies")
    ended = await send(
        grace, f"/my/companies/{link['id']}/end",
        await fields_at(grace, f"/my/companies/{link['id']}", f"/my/companies/{link['id']}/end"),
    )  # fmt: skip
    assert ended.headers["location"] == "/my/companies?done=ended"
    assert "You are connected with no company" in await page(grace, "/my/companies")
    assert await company.listed() == []


async def test_who_has_no_card_fills_in_their_name(company, signed_in) -> None:
    grace = await signed_in()
    offer = f"/my/connect-company/{company.handle}"
    fields = await fields_at(grace, offer, offer)
    assert fields["name"] == grace.name
    assert (await send(grace, offer, fields | {"consent": "1"})).status_code == 303


async def test_a_text_that_has_changed_is_read_again(company, signed_in) -> None:
    grace = await signed_in()
    offer = f"/my/connect-company/{company.handle}"
    fields = await fields_at(grace, offer, offer) | {"consent": "1", "name": "Typed"}
    await company.asks(purpose="information")
    refused = await send(grace, offer, fields)
    assert refused.status_code == 422
    assert "The text that you agree to has changed meanwhile." in refused.text
    assert "Typed" in refused.text


async def test_nobody_connects_with_a_person_as_with_a_company(company, signed_in) -> None:
    grace = await signed_in()
    card = await own_card(await signed_in())
    assert (await grace.http.get(f"/my/connect-company/{card['handle']}", headers=HTML)).status_code == 404
    assert (await grace.http.get(f"/my/connect/{company.handle}", headers=HTML)).status_code == 404


async def test_the_organisation_lists_finds_and_deletes_those_who_connected(
    company, signed_in, client
) -> None:
    at, word = f"/org/{company.org['id']}", secrets.token_hex(8)
    assert "Nobody has connected yet" in await page(company.owner, f"{at}/connections")
    await company.asks(on=True)
    await leave(client(), company.card, name=f"Zed {word}", organisation="=1+1")
    await connect(await signed_in(), company, name=f"Ålice {word}")
    listed = await page(company.owner, f"{at}/connections")
    assert listed.index("Ålice") < listed.index("Zed")
    search = f"{at}/connection-search"
    fields = await fields_at(company.owner, f"{at}/connections", search)
    found = await send(company.owner, search, fields | {"text": "alice"})
    assert "Ålice" in found.text
    assert "Zed" not in found.text
    missed = await send(company.owner, search, fields | {"text": "nobody"})
    assert "Nobody is found with" in missed.text
    files = await page(company.owner, f"{at}/connection-files")
    assert "Download 2 people (CSV)" in files
    file = await company.owner.http.get(f"{at}/connections-csv")
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert [(row["name"][:3], row["by"], row["organisation"]) for row in rows] == [
        ("Åli", "connection", ""), ("Zed", "form", "'=1+1"),
    ]  # fmt: skip
    [zed] = [each for each in await company.listed() if each["by"] == "form"]
    one = f"{at}/connections/{zed['id']}"
    assert "What they agreed to" in await page(company.owner, one)
    deleted = await send(company.owner, f"{one}/delete", await fields_at(company.owner, f"{one}/delete"))
    assert deleted.headers["location"] == f"{at}/connections?done=deleted"
    assert len(await company.listed()) == 1


async def test_the_list_goes_on_in_pages_and_files(company, signed_in, monkeypatch) -> None:
    for module, name in (("pages", "_ON_A_PAGE"), ("pages", "_IN_A_FILE")):
        monkeypatch.setattr(f"functions.companies.{module}.{name}", 2)
    at = f"/org/{company.org['id']}"
    for number in range(3):
        await connect(await signed_in(), company, name=f"Ann {number}")
    first = await page(company.owner, f"{at}/connections")
    after = first.partition("?after=")[2].partition('"')[0]
    second = await page(company.owner, f"{at}/connections?after={after}")
    assert ["Ann 2" in first, "Ann 1" in first, "Ann 0" in first] == [True, True, False]
    assert ["Ann 1" in second, "Ann 0" in second] == [False, True]
    files = await page(company.owner, f"{at}/connection-files")
    after = files.partition('href="?after=')[2].partition('"')[0]
    last = await company.owner.http.get(f"{at}/connections-csv?after={after}")
    assert last.text.count("Ann") == 1
    found = await company.owner.api(
        "POST", f"{company.at}/connection-searches", json={"text": "ann", "limit": 2}
    )
    assert [each["details"]["name"] for each in found.json()["data"]] == ["Ann 0", "Ann 1"]
    # The last one of the page is gone when the next one is asked for.
    await company.delete(found.json()["data"][-1]["id"])
    more = {"text": "ann", "limit": 2, "cursor": found.json()["page"]["next"]}
    rest = await company.owner.api("POST", f"{company.at}/connection-searches", json=more)
    assert [each["details"]["name"] for each in rest.json()["data"]] == ["Ann 2"]
    wrong = {"text": "ann", "cursor": "é"}
    refused = await company.owner.api("POST", f"{company.at}/connection-searches", json=wrong)
    assert [each["field"] for each in refused.json()["errors"]] == ["/cursor"]


async def test_the_organisation_chooses_what_its_page_asks(company, client) -> None:
    action = f"/org/{company.org['id']}/company/exchange"
    assert f'href="{action}"' in await page(company.owner, f"/org/{company.org['id']}/company")
    # Some of the page can be for those who are connected.
    assert 'value="connections"' in await page(company.owner, f"/org/{company.org['id']}/company")
    fields = await fields_at(company.owner, action, action)
    saved = await send(company.owner, action, fields | {"on": "1", "purpose": "meeting", "phone": "required"})
    assert saved.headers["location"] == f"{action}?done=saved"
    async with client() as stranger:
        form = await stranger.get(f"/c/{company.handle}/exchange")
        assert "arrange a meeting" in form.text
        assert "those who lead" in form.text
    wrong = await send(company.owner, action, await fields_at(company.owner, action, action) | {"phone": "x"})
    assert wrong.status_code == 422
    assert (await send(company.owner, action, fields)).status_code == 412
