"""Connecting with a company page: what each gets of the other, and how it ends."""

import asyncio
import json
import secrets

import pytest

import wiring.companies
import wiring.privacy
from domain.companies.link import LEAVE_COMPANIES
from domain.operations.orders import new_order
from domain.privacy.sections import WITHHELD
from functions.framework.clock import now
from tests.functions.companies.companies import a_company, connect, end, own, wish
from tests.functions.connections.people import own_card
from tests.functions.exchange.strangers import leave
from tests.functions.organisations.joined import give, joined
from tests.functions.organisations.test_closing import close, closed_by, reopen
from tests.functions.privacy.test_copy import account_of, copied, opened
from tests.stored import places_of

HTML = {"Accept": "text/html"}
FOR_ALL = {
    "emails": [{"address": "hello@example.com", "audience": "public"}],
    "website": "https://analytical.example/",
    "audiences": {"website": "public"},
}


@pytest.fixture
async def company(signed_in):
    return await a_company(signed_in, **FOR_ALL)


async def test_a_person_connects_and_each_has_what_was_agreed(company, signed_in) -> None:
    grace = await signed_in()
    link = await connect(grace, company, name="Grace Hopper", email="grace@example.com")
    assert (link["state"], link["handle"], link["name"]) == (
        "connected", company.handle, company.org["name"],
    )  # fmt: skip
    [listed] = await company.listed()
    assert (listed["by"], listed["details"]["name"]) == ("connection", "Grace Hopper")
    assert listed["details"]["email"] == "grace@example.com"
    assert company.org["name"] in listed["consent"]["text"]
    contact = (await grace.api("GET", f"contacts/{link['contactId']}")).json()["content"]
    assert (contact["kind"], contact["name"]) == ("entity", company.org["name"])
    assert [(each["address"], each["source"]) for each in contact["emails"]] == [
        ("hello@example.com", "card")
    ]
    one = (await grace.api("GET", f"company-connections/{link['id']}")).json()
    assert one["given"] == listed["details"]
    assert [each["id"] for each in await own(grace)] == [link["id"]]


async def test_it_is_ended_and_what_was_given_is_gone_at_once(company, signed_in) -> None:
    grace, word = await signed_in(), secrets.token_hex(8)
    link = await connect(grace, company, name=f"Grace {word}", email=f"{word}@example.com")
    assert await places_of(word)
    assert (await end(grace, link)).status_code == 204
    assert await company.listed() == []
    assert await own(grace) == []
    assert await places_of(word) == []
    # The contact is her own.
    assert (await grace.api("GET", f"contacts/{link['contactId']}")).status_code == 200
    assert (await grace.api("GET", f"company-connections/{link['id']}")).status_code == 404


async def test_who_ended_it_connects_anew(company, signed_in) -> None:
    grace = await signed_in()
    first = await connect(grace, company, name="Grace")
    await end(grace, first)
    again = await connect(grace, company, name="Admiral")
    assert (again["id"], again["contactId"]) == (first["id"], first["contactId"])
    assert [each["details"]["name"] for each in await company.listed()] == ["Admiral"]


async def test_connecting_twice_or_at_once_is_connecting_once(company, signed_in) -> None:
    grace = await signed_in()
    body = await wish(grace, company)
    answers = await asyncio.gather(*(grace.api("POST", "company-connections", json=body) for _ in range(4)))
    assert {answer.status_code for answer in answers} == {201}
    await connect(grace, company, name="Other")
    assert [each["details"]["name"] for each in await company.listed()] == ["Grace"]
    assert len(await own(grace)) == 1
    contacts = (await grace.api("GET", "contacts")).json()["data"]
    assert len([each for each in contacts if each["content"]["name"] == company.org["name"]]) == 1


async def test_ending_and_deleting_at_once_have_one_outcome(company, signed_in) -> None:
    grace = await signed_in()
    for _ in range(3):
        link = await connect(grace, company)
        [listed] = await company.listed()
        ended, deleted = await asyncio.gather(end(grace, link), company.delete(listed["id"]))
        assert ended.status_code in (204, 412), ended.text
        assert deleted.status_code in (204, 404, 412), deleted.text
        assert await company.listed() == []
        if ended.status_code != 204:
            [there] = await own(grace)
            assert there["state"] == "removed"
            await end(grace, there)
        assert await own(grace) == []


async def test_the_company_deletes_what_it_got_and_the_person_is_told(company, signed_in) -> None:
    grace, word = await signed_in(), secrets.token_hex(8)
    link = await connect(grace, company, name=f"Grace {word}")
    [listed] = await company.listed()
    assert (await company.delete(listed["id"])).status_code == 204
    assert await places_of(word) == []
    [there] = await own(grace)
    assert there["state"] == "removed"
    page = await grace.http.get(f"/my/companies/{link['id']}", headers=HTML)
    assert "The company has ended the connection and deleted your details." in page.text
    again = await connect(grace, company)
    assert again["state"] == "connected"


async def test_who_is_connected_sees_what_is_for_connections_and_nobody_else(signed_in, client) -> None:
    hidden = f"+467017{secrets.randbelow(10**5):05}"
    company = await a_company(
        signed_in,
        phones=[{"number": hidden, "audience": "connections"}],
        emails=[{"address": "private@example.com", "audience": "private"}],
    )
    grace, eve = await signed_in(), await signed_in()
    link = await connect(grace, company)
    path = f"/c/{company.handle}.json"
    seen = (await grace.http.get(path)).text
    assert hidden in seen
    assert "private@example.com" not in seen
    assert hidden not in (await eve.http.get(path)).text
    async with client() as stranger:
        assert hidden not in (await stranger.get(path)).text
    says = (await grace.api("GET", f"company-connections/{link['id']}")).json()["says"]
    assert says["phones"] == [hidden]
    # What goes with the connection is not in the contact, which stays.
    assert (await grace.api("GET", f"contacts/{link['contactId']}")).json()["content"]["phones"] == []
    await end(grace, link)
    assert hidden not in (await grace.http.get(path)).text


async def test_the_company_finds_nothing_else_of_the_person(company, signed_in) -> None:
    grace, word = await signed_in(), secrets.token_hex(8)
    card = await own_card(grace, name="Grace", title=f"Title {word}")
    link = await connect(grace, company, name="Grace")
    note = await grace.api("POST", f"contacts/{link['contactId']}/notes", json={"text": f"note {word}"})
    assert note.status_code == 201
    [listed] = await company.listed()
    account = await account_of(grace)
    for path in ("connections", f"connections/{listed['id']}"):
        text = (await company.owner.api("GET", f"{company.at}/{path}")).text
        for secret in (word, account, card["id"], card["profileId"], card["handle"], link["id"]):
            assert secret not in text
    for path in (f"contacts/{link['contactId']}", f"notes/{note.json()['id']}", f"cards/{card['id']}",
                 f"profiles/{card['profileId']}", f"company-connections/{link['id']}"):  # fmt: skip
        assert (await company.owner.api("GET", path)).status_code == 404
    pages = [
        await company.owner.http.get(f"/org/{company.org['id']}/{page}", headers=HTML)
        for page in ("connections", f"connections/{listed['id']}", "connections-csv")
    ]
    assert all(page.status_code == 200 for page in pages)
    assert not [page for page in pages if word in page.text or account in page.text]


async def test_only_owners_and_admins_see_who_connected(company, signed_in) -> None:
    grace = await signed_in()
    await connect(grace, company)
    for role in ("admin", "editor", "billing", "member"):
        person = await signed_in()
        there = await joined(company.org, person)
        if role != "member":
            assert (await give(company.owner, company.org, there["id"], role)).status_code == 200
        answer = await person.api("GET", f"{company.at}/connections")
        assert answer.status_code == (200 if role == "admin" else 403), role


async def test_a_stranger_leaves_details_which_reach_the_company_alone(company, client) -> None:
    word = secrets.token_hex(8)
    await company.asks(on=True, purpose="meeting", email="required", message="optional")
    link = await leave(client(), company.card, name=f"Eve {word}", message="Call me")
    [listed] = await company.listed()
    assert (listed["by"], listed["details"]["message"]) == ("form", "Call me")
    assert "arrange a meeting" in listed["consent"]["text"]
    assert (await company.owner.api("GET", "exchanges")).json()["data"] == []
    assert (await company.owner.api("GET", "contacts")).json()["data"] == []
    async with client() as stranger:
        page = await stranger.get(link)
        assert f"Eve {word}" in page.text
        withdrawn = await stranger.post(f"{link}/withdrawal")
        assert withdrawn.status_code == 303
    assert await company.listed() == []
    assert await places_of(word) == []


async def test_what_the_company_deletes_is_gone_for_who_has_the_link(company, client) -> None:
    await company.asks(on=True)
    link = await leave(client(), company.card, name="Eve")
    [listed] = await company.listed()
    assert (await company.delete(listed["id"])).status_code == 204
    async with client() as stranger:
        assert "Nothing is kept of your details" in (await stranger.get(link)).text
        assert (await stranger.get(f"{link}/receipt")).status_code == 200


async def test_a_page_that_is_hidden_renamed_or_closed_says_so(company, signed_in) -> None:
    grace = await signed_in()
    link = await connect(grace, company)

    async def state() -> str:
        [there] = await own(grace)
        text = (await grace.http.get("/my/companies", headers=HTML)).text
        return there["state"] if SAID[there["state"]] in text else text

    assert await state() == "connected"
    await company.change("/pause")
    assert await state() == "hidden"
    await company.change("/pause", "DELETE")
    await company.change("/handle", json={"handle": f"engines-{secrets.token_hex(4)}"})
    assert await state() == "renamed"
    assert (await close(company.owner, company.org)).status_code == 204
    assert await state() == "closed"
    assert (await grace.api("GET", f"company-connections/{link['id']}")).json()["given"] is None
    refused = await grace.api("GET", "connectable-companies", params={"handle": company.handle})
    assert refused.json()["errors"][0]["code"] == "unknown_company"
    [closed] = await closed_by(company.owner)
    assert (await reopen(company.owner, closed)).is_success
    assert await state() == "renamed"


SAID = {
    "connected": "Connected",
    "hidden": "Connected. The company does not show its page now.",
    "renamed": "Connected. The page has a new address.",
    "closed": "The company is closed. It cannot see your details any more.",
}


async def test_the_erasure_of_an_account_takes_all_that_it_gave(company, signed_in) -> None:
    grace, word = await signed_in(), secrets.token_hex(8)
    other = await a_company(signed_in)
    for each in (company, other):
        await connect(grace, each, name=f"Grace {word}")
    order = new_order(LEAVE_COMPANIES, await account_of(grace), "all", now(), container="relations")
    effect = wiring.companies.effects()[LEAVE_COMPANIES]
    await effect(order)
    await effect(order)
    assert (await company.listed(), await other.listed(), await own(grace)) == ([], [], [])
    assert await places_of(word) == []


async def test_a_copy_of_ones_data_names_companies_and_what_they_have(company, host, signed_in) -> None:
    grace, other = await signed_in(), await a_company(signed_in)
    link, gone = (
        await connect(grace, company, name="Grace", email="g@example.com"),
        await connect(grace, other),
    )
    await end(grace, gone)
    work = await copied(host, await account_of(grace))
    assert (work.state, work.done) == ("done", work.total)
    files = await opened(work)
    told = json.loads(files[f"companies/{link['id']}.json"])
    assert (told["name"], told["state"], told["given"]["email"]) == (
        company.org["name"], "connected", "g@example.com",
    )  # fmt: skip
    former = json.loads(files[f"companies/{gone['id']}.json"])
    assert (former["state"], former["given"]) == ("ended", None)
    account = await document_kinds(await account_of(grace))
    known = {kind for each in (*wiring.privacy.sections(), *WITHHELD) for kind in each.kinds}
    assert account - known == set()


async def document_kinds(account: str) -> set[str]:
    found = await wiring.companies.links()._items.query("SELECT c.kind FROM c", account)
    return {each["kind"] for each in found}


async def test_bad_input_names_the_field(company, signed_in) -> None:
    grace = await signed_in()
    await company.asks(email="required")
    right = await wish(grace, company, email="grace@example.com")
    for change, field in (
        ({"handle": "nobody-is-here"}, "/handle"),
        ({"agreed": "0" * 64}, "/agreed"),
        ({"details": {"name": "Grace"}}, "/email"),
        ({"details": {"name": "", "email": "x"}}, "/details/name"),
    ):
        refused = await grace.api("POST", "company-connections", json=right | change)
        assert refused.status_code == 422, refused.text
        assert field in [each["field"] for each in refused.json()["errors"]], refused.text
    card = await own_card(grace)
    person = await grace.api("POST", "company-connections", json=right | {"handle": card["handle"]})
    assert person.status_code == 422
    assert await company.listed() == []
