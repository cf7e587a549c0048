"""People without an account, who leave their details on a card as a browser without script does."""

import re
from datetime import UTC, datetime, timedelta

import httpx

import wiring.exchange
from domain.exchange.tokens import form_token
from functions.framework.clock import new_id
from tests.forms import SAME_SITE, Fields
from tests.functions.cards.test_api_cards import published

DETAILS = {"name": "Grace Hopper", "email": "grace@example.com", "consent": "1"}


async def a_card_with_form(owner, **asks) -> dict:
    """A published card whose form is on."""
    card = (await published(owner)).json()
    await switch(owner, card, on=True, **asks)
    return card


async def switch(owner, card: dict, **form):
    path = f"cards/{card['id']}/exchange-form"
    etag = (await owner.api("GET", path)).headers["etag"]
    answer = await owner.api("PUT", path, headers={"If-Match": etag}, json=form)
    assert answer.status_code == 200, answer.text
    return answer


async def open_form(
    stranger: httpx.AsyncClient, card: dict, *, seconds: float = 10, **headers
) -> dict[str, str]:
    """The fields of the form, as if it had been opened so many seconds ago."""
    address = f"/c/{card['handle']}/exchange"
    answer = await stranger.get(address, headers=headers)
    assert answer.status_code == 200, answer.text
    return Fields(answer.text, address).values | {"token": token_of(card, seconds)}


def token_of(card: dict, seconds: float) -> str:
    at = datetime.now(UTC) - timedelta(seconds=seconds)
    return form_token(card["id"], new_id("")[1:], at, wiring.exchange.keys()[0])


async def send_form(
    stranger: httpx.AsyncClient, card: dict, fields: dict[str, str], **headers
) -> httpx.Response:
    address = f"/c/{card['handle']}/exchange"
    return await stranger.post(address, data=fields, headers={**SAME_SITE, **headers})


async def leave(stranger: httpx.AsyncClient, card: dict, **typed: str) -> str:
    """Leave details; return the path of the link."""
    fields = await open_form(stranger, card)
    answer = await send_form(stranger, card, {**fields, **DETAILS, **typed})
    assert answer.status_code == 303, answer.text
    path, _, query = answer.headers["location"].partition("?")
    assert re.fullmatch("/exchange/[A-Za-z0-9_-]{43}", path)
    assert query == "done=shared"
    return path


async def inbox(owner, state: str = "waiting") -> list[dict]:
    answer = await owner.api("GET", "exchanges", params={"state": state})
    assert answer.status_code == 200, answer.text
    return answer.json()["data"]


async def keep(owner, exchange: dict):
    etag = (await owner.api("GET", f"exchanges/{exchange['id']}")).headers["etag"]
    return await owner.api("PUT", f"exchanges/{exchange['id']}/contact", headers={"If-Match": etag})


async def kept_contact(owner, exchange: dict) -> dict:
    answer = await keep(owner, exchange)
    assert answer.status_code == 200, answer.text
    return (await owner.api("GET", f"contacts/{answer.json()['contactId']}")).json()
