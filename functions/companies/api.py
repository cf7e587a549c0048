"""`/api/v1/organisations/{organisationId}/connections`: who connected, or left details on its page."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

import wiring.companies
from domain.base.model import Closed
from domain.companies.connected import delete_connected, read_connected
from domain.exchange.details import Details
from domain.exchange.exchange import Exchange
from domain.organisations.roles import NotAllowed
from functions.exchange.api import ConsentOut, consent_out
from functions.framework.operations import Answer, Call, Page, operation
from functions.organisations.acting import acting_in


class ConnectedOut(Closed):
    """What somebody gave the organisation, by an account that is `connected` or by the `form` of its page.

    It tells nothing of the account. It stays until they withdraw it, or the organisation deletes it.
    """

    id: str
    by: Literal["connection", "form"]
    details: Details
    consent: ConsentOut
    receipt: str
    given_at: datetime
    corrected_at: datetime | None


class ConnectedList(Closed):
    data: list[ConnectedOut]
    page: Page


class ConnectedSearch(Closed):
    text: Annotated[str, Field(min_length=1, max_length=120, description="How the name begins.")]
    limit: Annotated[int, Field(ge=1, le=100)] = 25
    cursor: Annotated[str, Field(max_length=2000)] | None = None


def _out(exchange: Exchange) -> ConnectedOut:
    return ConnectedOut.model_validate(
        {
            "id": exchange.id,
            "by": "connection" if exchange.given_by else "form",
            "details": exchange.details,
            "consent": consent_out(exchange.consent),
            "receipt": exchange.receipt,
            "given_at": exchange.given_at,
            "corrected_at": exchange.corrected_at,
        }
    )


def _listed(found: list[Exchange], following: str | None) -> Answer:
    return Answer(ConnectedList(data=[_out(each) for each in found], page=Page(next=following)))


@operation(
    "Those who connected with the organisation or left details on its page, the newest first",
    answer=ConnectedList,
    lists=True,
    conflicts=(NotAllowed,),
)
async def list_connections(call: Call) -> Answer:
    by = await acting_in(call, "handle_connections")
    store = wiring.companies.exchanges()
    return _listed(*await store.list(by.organisation.id, "kept", call.limit, call.cursor))


@operation(
    "Those whose names begin so, in the order of their names",
    body=ConnectedSearch,
    answer=ConnectedList,
    conflicts=(NotAllowed,),
)
async def search_connections(call: Call[ConnectedSearch]) -> Answer:
    by = await acting_in(call, "handle_connections")
    store, wanted = wiring.companies.exchanges(), call.body
    return _listed(*await store.called(by.organisation.id, wanted.text, wanted.limit, wanted.cursor))


@operation("What one of them gave", answer=ConnectedOut, conflicts=(NotAllowed,))
async def get_connection(call: Call) -> Answer:
    by = await acting_in(call, "handle_connections")
    store = wiring.companies.exchanges()
    exchange = await read_connected(by, call.params["exchangeId"], store)
    return Answer(_out(exchange), exchange.version)


@operation(
    "Delete what one of them gave, for good; their connection is ended",
    versioned=True,
    conflicts=(NotAllowed,),
)
async def remove_connection(call: Call) -> Answer:
    by = await acting_in(call, "handle_connections")
    exchanges, settle = wiring.companies.exchanges(), wiring.companies.settle
    await delete_connected(
        by, call.params["exchangeId"], call.version, now=call.now, exchanges=exchanges, settle=settle
    )
    return Answer()
