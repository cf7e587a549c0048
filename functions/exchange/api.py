"""`/api/v1/exchanges`: what people left on the account's cards; and the form of each card."""

from datetime import datetime
from typing import Any, Literal

import wiring.cards
import wiring.exchange
import wiring.publishing
from domain.base.limits import LimitReached
from domain.base.model import Closed
from domain.cards.card import CardVersion, read_card
from domain.cards.exchange_form import ExchangeForm
from domain.exchange.details import Details
from domain.exchange.exchange import AlreadySettled, Consent, Exchange, ExchangeVersion, read_exchange
from domain.exchange.form import change_form
from domain.exchange.inbox import dismiss, keep, take_back
from functions.framework.operations import Answer, Call, Page, operation


class ConsentOut(Closed):
    """The text that the person agreed to, as they saw it. `sha256` is that of its UTF-8."""

    text: str
    version: str
    language: str
    sha256: str


class ExchangeOut(Closed):
    """What somebody left on a card.

    It waits until it is kept as the contact `contactId`, dismissed, or over at `until`. The receipt is signed
    and says nothing of the details; its keys are at `/.well-known/consent-receipt-keys.json`.
    """

    id: str
    card_id: str
    state: Literal["waiting", "kept", "dismissed"]
    details: Details
    consent: ConsentOut
    receipt: str
    contact_id: str | None
    given_at: datetime
    corrected_at: datetime | None
    until: datetime | None


class ExchangeList(Closed):
    data: list[ExchangeOut]
    page: Page


class ExchangeFilter(Closed):
    """Which exchanges to list."""

    state: Literal["waiting", "kept", "dismissed"] = "waiting"


def consent_out(consent: Consent) -> ConsentOut:
    return ConsentOut(
        text=consent.text,
        version=consent.version,
        language=consent.language,
        sha256=consent.sha256,
    )


def _out(exchange: Exchange) -> ExchangeOut:
    return ExchangeOut.model_validate(
        {
            "id": exchange.id,
            "card_id": exchange.card_id,
            "state": exchange.state,
            "details": exchange.details,
            "consent": consent_out(exchange.consent),
            "receipt": exchange.receipt,
            "contact_id": exchange.contact_id,
            "given_at": exchange.given_at,
            "corrected_at": exchange.corrected_at,
            "until": exchange.until,
        }
    )


def _version(call: Call[Any, Any]) -> ExchangeVersion:
    return ExchangeVersion(call.account_id, call.params["exchangeId"], call.version)


@operation("The form by which people leave their details on a card", answer=ExchangeForm)
async def get_form(call: Call) -> Answer:
    card = await read_card(call.account_id, call.params["cardId"], cards=wiring.cards.store())
    return Answer(card.exchange_form, card.version)


@operation(
    "Change the form of a card: switch it on or off, choose what it asks and why; the ETag is the card's",
    body=ExchangeForm,
    answer=ExchangeForm,
    versioned=True,
)
async def put_form(call: Call[ExchangeForm]) -> Answer:
    of = CardVersion(call.account_id, call.params["cardId"], call.version)
    card = await change_form(of, call.body, now=call.now, ports=wiring.publishing.ports())
    return Answer(card.exchange_form, card.version)


@operation(
    "What people left on the account's cards, newest first",
    query=ExchangeFilter,
    answer=ExchangeList,
    lists=True,
)
async def list_exchanges(call: Call[None, ExchangeFilter]) -> Answer:
    found, following = await wiring.exchange.exchanges().list(
        call.account_id, call.query.state, call.limit, call.cursor
    )
    data = [_out(exchange) for exchange in found if not exchange.is_over(call.now)]
    return Answer(ExchangeList(data=data, page=Page(next=following)))


@operation("What one person left", answer=ExchangeOut)
async def get_exchange(call: Call) -> Answer:
    exchange = await read_exchange(
        call.account_id, call.params["exchangeId"], call.now, wiring.exchange.exchanges()
    )
    return Answer(_out(exchange), exchange.version)


@operation(
    "Keep what a person left as a contact, whose id is `contactId` of the answer",
    answer=ExchangeOut,
    versioned=True,
    conflicts=(LimitReached,),
)
async def put_contact(call: Call) -> Answer:
    exchange = await keep(_version(call), now=call.now, ports=wiring.exchange.in_contact())
    return Answer(_out(exchange), exchange.version)


@operation(
    "Dismiss what a person left; it is erased a day later", versioned=True, conflicts=(AlreadySettled,)
)
async def remove_exchange(call: Call) -> Answer:
    await dismiss(_version(call), now=call.now, exchanges=wiring.exchange.exchanges())
    return Answer()


@operation("Take back what was dismissed", answer=ExchangeOut, versioned=True, conflicts=(AlreadySettled,))
async def put_restoration(call: Call) -> Answer:
    exchange = await take_back(_version(call), now=call.now, exchanges=wiring.exchange.exchanges())
    return Answer(_out(exchange), exchange.version)
