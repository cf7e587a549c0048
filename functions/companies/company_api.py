"""`/api/v1/company-connections`: the companies that the account is connected with."""

import asyncio
from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

import wiring.companies
from domain.base.errors import Fault, InvalidInput, NotFound
from domain.base.limits import LimitReached
from domain.base.model import Closed
from domain.base.texts import N_
from domain.cards.exchange_form import ExchangeForm
from domain.companies.connecting import Wish, connect, end, given, read_company_link
from domain.companies.link import CompanyLink
from domain.connections.seen import texts_of
from domain.exchange.details import Details
from functions.companies.company_pages import row_of
from functions.companies.giving import Offer, offer_at
from functions.connections.api import Handle
from functions.exchange.api import ConsentOut, consent_out
from functions.exchange.consent import parties_of
from functions.framework.operations import Answer, Call, Page, operation

How = Literal["connected", "renamed", "hidden", "removed", "closed"]


class CompanyQuery(Closed):
    """`handle` is that of the company page."""

    handle: Handle


class CompanyOut(Closed):
    """What a company asks of who connects, and the text to agree to, in the language of the request."""

    handle: str
    name: str
    asks: ExchangeForm
    consent: ConsentOut


class NewConnection(Closed):
    """`agreed` is the `sha256` of the text that the person agreed to, as `connectable-companies` gave it."""

    handle: Handle
    details: Details
    agreed: Annotated[str, Field(pattern="^[0-9a-f]{64}$")]


class CompanyConnectionOut(Closed):
    """A connection with a company. `state` says how the company and its page are by now.

    `hidden`: it shows no page now; `renamed`: the page has another handle than at the time of connecting;
    `removed`: the company has ended the connection; `closed`: the company is closed.
    """

    id: str
    name: str
    handle: str
    state: How
    contact_id: str | None
    since: datetime


class CompanyConnectionList(Closed):
    data: list[CompanyConnectionOut]
    page: Page


class CompanyConnectionDetails(CompanyConnectionOut):
    """`says` is what the page shows the caller now, `given` what the company has of the caller."""

    says: dict[str, list[str]] | None
    given: Details | None
    consent: ConsentOut | None
    receipt: str | None


async def _facts(link: CompanyLink) -> dict[str, object]:
    row = await row_of(link)
    return {
        "id": link.id,
        "name": row.name,
        "handle": row.view.handle if row.view else link.handle,
        "state": row.how,
        "contact_id": link.contact_id,
        "since": link.since,
    }


async def _offer(handle: str, field: str) -> Offer:
    try:
        return await offer_at(handle)
    except NotFound:
        detail = N_("is not the handle of a company page that can be seen")
        raise InvalidInput([Fault(field, "unknown_company", detail)]) from None


@operation(
    "A company by the handle of its page, and what it asks of who connects",
    query=CompanyQuery,
    answer=CompanyOut,
)
async def get_company(call: Call[None, CompanyQuery]) -> Answer:
    offer = await _offer(call.query.handle, "handle")
    return Answer(
        CompanyOut(
            handle=offer.view.handle,
            name=offer.view.content.name,
            asks=offer.company.form,
            consent=consent_out(offer.consent),
        )
    )


@operation(
    "The companies that the account is connected with, the newest first",
    answer=CompanyConnectionList,
    lists=True,
)
async def list_companies(call: Call) -> Answer:
    store = wiring.companies.links()
    found, following = await store.page(call.account_id, call.limit, call.cursor)
    facts = await asyncio.gather(*(_facts(link) for link in found))
    data = [CompanyConnectionOut.model_validate(each) for each in facts]
    return Answer(CompanyConnectionList(data=data, page=Page(next=following)))


@operation(
    "Connect with a company by giving it details; connecting again changes nothing",
    body=NewConnection,
    answer=CompanyConnectionOut,
    creates=True,
    conflicts=(LimitReached,),
)
async def post_connection(call: Call[NewConnection]) -> Answer:
    offer = await _offer(call.body.handle, "/handle")
    if call.body.agreed != offer.consent.sha256:
        detail = N_("is not the text that is to be agreed to now")
        raise InvalidInput([Fault("/agreed", "other_text", detail)])
    wish = Wish(call.body.details, offer.consent, parties_of(offer.view))
    ports = wiring.companies.ports()
    link = await connect(call.account_id, offer.company, wish, now=call.now, ports=ports)
    answer = CompanyConnectionOut.model_validate(await _facts(link))
    return Answer(answer, link.version, location=f"company-connections/{link.id}")


@operation(
    "One connection with a company: what it shows, and what it has of the account",
    answer=CompanyConnectionDetails,
)
async def get_connection(call: Call) -> Answer:
    ports = wiring.companies.ports()
    link = await read_company_link(call.account_id, call.params["companyId"], ports)
    row, exchange = await asyncio.gather(row_of(link), given(link, ports))
    there = exchange if row.how != "closed" else None
    details = {
        "says": texts_of(row.view.content) if row.view else None,
        "given": there and there.details,
        "consent": there and consent_out(there.consent),
        "receipt": there and there.receipt,
    }
    answer = CompanyConnectionDetails.model_validate(await _facts(link) | details)
    return Answer(answer, link.version)


@operation("End a connection with a company: it has nothing of the account any more", versioned=True)
async def end_connection(call: Call) -> Answer:
    ports = wiring.companies.ports()
    await end(call.account_id, call.params["companyId"], call.version, now=call.now, ports=ports)
    return Answer()
