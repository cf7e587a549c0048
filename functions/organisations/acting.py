"""Who acts in an organisation: the frame of its pages and operations."""

from typing import Any, NamedTuple

import azure.functions as func

import wiring.accounts
import wiring.organisations
from domain.base.errors import NotFound
from domain.organisations.organisation import Acting, Person, acting
from domain.organisations.roles import Act, may
from functions.framework.callers import SignedIn, check_form, count_change
from functions.framework.forms import read_sent
from functions.framework.my_pages import my_page, person_and_form, person_of
from functions.framework.operations import Call
from functions.framework.texts import N_

ROLE_NAMES = {
    "owner": N_("Owner"),
    "admin": N_("Admin"),
    "editor": N_("Editor"),
    "billing": N_("Billing"),
    "member": N_("Member"),
}


class Sent(NamedTuple):
    """A form of an organisation's page, with who sent it."""

    person: SignedIn
    by: Acting
    form: dict[str, str]


async def acting_in[B, Q](call: Call[B, Q], act: Act) -> Acting:
    return await acting(
        call.params["organisationId"], call.account_id, act, organisations=wiring.organisations.store()
    )


async def opened(req: func.HttpRequest, act: Act) -> tuple[SignedIn, Acting]:
    """Who opens a page of the organisation, if they may."""
    person = await person_of(req)
    return person, await _by(req, person, act)


async def sent(req: func.HttpRequest, act: Act) -> Sent:
    person, form = await person_and_form(req)
    return Sent(person, await _by(req, person, act), form)


async def sent_with_files(req: func.HttpRequest, act: Act) -> tuple[Sent, dict[str, bytes]]:
    """The same, of a form with pictures. Who may not is refused before any picture is made."""
    person = await person_of(req)
    form, files = read_sent(req)
    check_form(req, person, form)
    await count_change(person.account_id)
    return Sent(person, await _by(req, person, act), form), files


async def _by(req: func.HttpRequest, person: SignedIn, act: Act) -> Acting:
    store = wiring.organisations.store()
    return await acting(req.route_params["organisationId"], person.account_id, act, organisations=store)


def org_page(template: str, person: SignedIn, by: Acting, **values: Any) -> func.HttpResponse:
    """Page of an organisation, with its own navigation: `may` tells what the person's role allows."""

    def allowed(act: Act) -> bool:
        return may(by.member.role, act)

    return my_page(template, person, organisation=by.organisation, member=by.member, may=allowed, **values)


async def person_behind(account_id: str) -> Person:
    """The account as organisations know it; who gave no name is called by their address."""
    account = await wiring.accounts.store().get(account_id)
    if account is None:
        raise NotFound
    return Person(account_id, account.name or account.email, account.email)
