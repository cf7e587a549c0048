"""`/my/companies`: the companies that a person is connected with: what they show, and what they have."""

import asyncio
from typing import Final, NamedTuple

import azure.functions as func

import wiring.companies
from domain.companies.connecting import (
    company_view,
    end,
    given,
    is_gone,
    read_company_link,
)
from domain.companies.link import CompanyLink
from domain.exchange.exchange import Exchange
from domain.visibility.view import CardView
from functions.exchange.details_form import LABELS
from functions.framework.clock import now
from functions.framework.my_pages import done_in, my_page, person_and_form, person_of, version_in
from functions.framework.replies import redirect
from functions.framework.texts import N_, _

_ON_A_PAGE: Final = 25
_DONE: Final = {
    "connected": N_("You are connected. The company is in your contacts."),
    "ended": N_("The connection is ended. The company does not have your details any more."),
}
# What is to be said of a connection, by how the company and its page are.
SAID: Final = {
    "connected": N_("Connected"),
    "renamed": N_("Connected. The page has a new address."),
    "hidden": N_("Connected. The company does not show its page now."),
    "removed": N_("The company has ended the connection and deleted your details."),
    "closed": N_("The company is closed. It cannot see your details any more."),
}


class Row(NamedTuple):
    """A connection as it is now: the page if it is shown, and a key of `SAID`."""

    link: CompanyLink
    view: CardView | None
    how: str

    @property
    def name(self) -> str:
        return self.view.content.name if self.view else self.link.name


async def row_of(link: CompanyLink) -> Row:
    """A point read or two, as the page and the organisation are cached or not."""
    ports = wiring.companies.ports()
    view = await company_view(link, ports)
    if await is_gone(link, ports):
        return Row(link, None, "closed")
    if link.state == "removed":
        return Row(link, view, "removed")
    if view is None:
        return Row(link, None, "hidden")
    return Row(link, view, "connected" if view.handle == link.handle else "renamed")


async def show(req: func.HttpRequest) -> func.HttpResponse:
    """One query for a page of the list, and a few point reads for each row."""
    person = await person_of(req)
    found, following = await wiring.companies.links().page(
        person.account_id, _ON_A_PAGE, req.params.get("cursor") or None
    )
    return my_page(
        "companies/companies.html",
        person,
        rows=await asyncio.gather(*(row_of(link) for link in found)),
        following=following,
        said=SAID,
        done=done_in(req, _DONE),
    )


async def show_one(req: func.HttpRequest) -> func.HttpResponse:
    person, ports = await person_of(req), wiring.companies.ports()
    link = await read_company_link(person.account_id, req.route_params["companyId"], ports)
    row, exchange = await asyncio.gather(row_of(link), given(link, ports))
    contact = link.contact_id and await ports.book.contacts.get(person.account_id, link.contact_id)
    return my_page(
        "companies/company.html",
        person,
        row=row,
        said=_(SAID[row.how]),
        contact=contact or None,
        exchange=exchange if row.how != "closed" else None,
        labels=LABELS,
        told=_told(exchange),
        done=done_in(req, _DONE),
    )


def _told(exchange: Exchange | None) -> dict[str, str]:
    """What was given, by the names of the questions."""
    details = exchange.details if exchange else None
    return details.model_dump(exclude_none=True) if details else {}


async def end_one(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    ports = wiring.companies.ports()
    await end(person.account_id, req.route_params["companyId"], version_in(form), now=now(), ports=ports)
    return redirect("/my/companies?done=ended")
