"""The owner's inbox: what people left, kept as contacts with one press, dismissed and taken back."""

import asyncio

import pytest

import wiring.exchange
from domain.exchange.exchange import ExchangeVersion
from domain.exchange.inbox import keep as keep_in_domain
from domain.operations.orders import new_order
from functions.framework.clock import now
from tests.forms import Fields, send
from tests.functions.exchange.strangers import a_card_with_form, inbox, keep, leave
from tests.functions.privacy.test_copy import account_of

INBOX = "/my/requests/exchanges"


async def names(person) -> list[str]:
    answer = await person.api("GET", "contacts", params={"limit": 100})
    return [contact["content"]["name"] for contact in answer.json()["data"]]


async def press(person, page: str, action: str):
    return await send(person, action, Fields(page, action).values)


async def test_an_empty_inbox_says_what_to_do(signed_in) -> None:
    ada = await signed_in()
    page = (await ada.http.get(INBOX)).text
    assert "Nothing waits for you" in page
    assert 'href="/my/cards"' in page


async def test_one_press_makes_the_contact(signed_in, client) -> None:
    ada = await signed_in()
    card = await a_card_with_form(ada, title="optional", message="optional")
    await leave(client(), card, phone="+46701740605", organisation="Navy", title="Admiral", message="Call me")
    exchange = (await inbox(ada))[0]
    today = (await ada.http.get("/my")).text
    assert "Somebody left their details" in today
    assert INBOX in today
    page = (await ada.http.get(INBOX)).text
    assert "Grace Hopper" in page
    answer = await press(ada, page, f"{INBOX}/{exchange['id']}/contact")
    assert answer.status_code == 303
    shown = await ada.http.get(answer.headers["location"])
    assert "The contact is in your address book." in shown.text
    assert "From an exchange" in shown.text
    item = answer.headers["location"].partition("?")[0].rpartition("/")[2]
    content = (await ada.api("GET", f"contacts/{item}")).json()["content"]
    day = exchange["givenAt"][:10]
    assert content["met"] == {"place": None, "event": None, "on": day, "card": card["id"]}
    assert [(email["address"], email["source"], email["since"]) for email in content["emails"]] == [
        ("grace@example.com", "exchange", day)
    ]
    assert (content["title"], content["organisation"]) == ("Admiral", "Navy")
    assert content["customFields"] == [{"label": "Message", "text": "Call me"}]
    logged = (await ada.api("GET", f"contacts/{item}/interactions")).json()["data"]
    assert [(each["said"]["kind"], each["said"]["day"], each["source"]) for each in logged] == [
        ("exchange", day, "exchange")
    ]
    assert "Somebody left their details" not in (await ada.http.get("/my")).text
    assert "Grace Hopper" in (await ada.http.get(f"{INBOX}?kept=1")).text


async def test_pressed_twice_or_at_once_there_is_one_contact(signed_in, client) -> None:
    ada = await signed_in()
    await leave(client(), await a_card_with_form(ada))
    exchange = (await inbox(ada))[0]
    answers = await asyncio.gather(*(keep(ada, exchange) for _ in range(4)))
    assert {answer.status_code for answer in answers} <= {200, 412}
    assert (await keep(ada, exchange)).status_code == 200
    assert await names(ada) == ["Grace Hopper"]


async def test_what_is_dismissed_can_be_taken_back(signed_in, client) -> None:
    ada = await signed_in()
    await leave(client(), await a_card_with_form(ada))
    exchange = (await inbox(ada))[0]
    page = (await ada.http.get(f"{INBOX}/{exchange['id']}")).text
    gone = await press(ada, page, f"{INBOX}/{exchange['id']}/dismissal")
    assert await inbox(ada) == []
    told = (await ada.http.get(gone.headers["location"])).text
    assert "Put away" in told
    back = await press(ada, told, f"{INBOX}/{exchange['id']}/restoration")
    assert back.headers["location"] == f"{INBOX}?done=restored"
    assert [each["id"] for each in await inbox(ada)] == [exchange["id"]]


async def test_the_api_refuses_what_is_settled_or_stale(signed_in, client) -> None:
    ada, bob = await signed_in(), await signed_in()
    await leave(client(), await a_card_with_form(ada))
    path = f"exchanges/{(await inbox(ada))[0]['id']}"
    assert (await ada.api("DELETE", path)).status_code == 428
    assert (await ada.api("DELETE", path, headers={"If-Match": '"7"'})).status_code == 412
    assert (await bob.api("DELETE", path, headers={"If-Match": '"1"'})).status_code == 404
    assert (await ada.api("PUT", f"{path}/contact", headers={"If-Match": '"1"'})).status_code == 200
    assert (await ada.api("DELETE", path, headers={"If-Match": '"2"'})).json()["code"] == "exchange_settled"
    restored = await ada.api("PUT", f"{path}/restoration", headers={"If-Match": '"2"'})
    assert restored.json()["code"] == "exchange_settled"
    unknown = await ada.api("GET", "exchanges", params={"state": "withdrawn"})
    assert unknown.status_code == 422


async def test_the_list_is_read_in_pages(signed_in, client) -> None:
    ada = await signed_in()
    card = await a_card_with_form(ada)
    for number in range(3):
        await leave(client(), card, name=f"Person {number}")
    first = (await ada.api("GET", "exchanges", params={"limit": 2})).json()
    rest = (await ada.api("GET", "exchanges", params={"limit": 2, "cursor": first["page"]["next"]})).json()
    assert [each["details"]["name"] for each in first["data"] + rest["data"]] == [
        "Person 2", "Person 1", "Person 0",
    ]  # fmt: skip
    assert rest["page"]["next"] is None


async def test_kept_although_the_worker_died_before_the_contact_was_made(
    signed_in, client, monkeypatch, host
) -> None:
    """The order finishes what the request began, and does nothing more when it comes again."""
    ada = await signed_in()
    await leave(client(), await a_card_with_form(ada))
    owner, exchange = await account_of(ada), (await inbox(ada))[0]
    ports = wiring.exchange.in_contact()
    with monkeypatch.context() as patched:
        patched.setattr(type(ports.contacts), "create", died)
        with pytest.raises(KeyboardInterrupt):
            await keep_in_domain(ExchangeVersion(owner, exchange["id"], 1), now=now(), ports=ports)
    assert await names(ada) == []
    for _ in range(2):
        await wiring.exchange.effects()["exchange-contact"](order_of(owner, exchange["id"]))
    assert await names(ada) == ["Grace Hopper"]


async def died(*_given: object) -> None:
    raise KeyboardInterrupt


def order_of(owner: str, exchange: str):
    return new_order("exchange-contact", owner, exchange, now(), container="relations")
