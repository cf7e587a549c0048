"""What the company page asks of people who connect or leave details: page and API."""

import functools

import azure.functions as func

import wiring.cards
import wiring.publishing
from domain.base.errors import InvalidInput, StaleVersion
from domain.cards.exchange_form import ExchangeForm
from domain.exchange.form import change_form
from domain.organisations.company.page import page_version, read_page
from domain.organisations.roles import NotAllowed
from functions.exchange.card_pages import DONE, choices, done_by, form_in, labelled
from functions.framework.clock import now
from functions.framework.forms import vet
from functions.framework.my_pages import done_in, version_in
from functions.framework.operations import Answer, Call, operation
from functions.framework.replies import redirect
from functions.organisations.acting import acting_in, opened, org_page, sent


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person, by = await opened(req, "change_company_page")
    card = await read_page(by, cards=wiring.cards.store())
    render = functools.partial(org_page, "companies/form.html", person, by)
    return choices(render, card, card.exchange_form.model_dump(), done=done_in(req, DONE))


async def change(req: func.HttpRequest) -> func.HttpResponse:
    person, by, form = await sent(req, "change_company_page")
    card = await read_page(by, cards=wiring.cards.store())
    render = functools.partial(org_page, "companies/form.html", person, by)
    values = form_in(form)
    try:
        wanted = vet(ExchangeForm, values)
        await change_form(
            page_version(by, version_in(form)), wanted, now=now(), ports=wiring.publishing.ports()
        )
    except InvalidInput as refusal:
        return choices(render, card, values, faults=labelled(refusal.faults))
    except StaleVersion:
        return choices(render, card, values, stale=True)
    return redirect(f"/org/{by.organisation.id}/company/exchange?done={done_by(wanted, card)}")


@operation(
    "What the company page asks of people who connect or leave details; the ETag is the page's",
    answer=ExchangeForm,
    conflicts=(NotAllowed,),
)
async def get_form(call: Call) -> Answer:
    by = await acting_in(call, "change_company_page")
    card = await read_page(by, cards=wiring.cards.store())
    return Answer(card.exchange_form, card.version)


@operation(
    "Change what the company page asks, and whether people without an account can leave details on it",
    body=ExchangeForm,
    answer=ExchangeForm,
    versioned=True,
    conflicts=(NotAllowed,),
)
async def put_form(call: Call[ExchangeForm]) -> Answer:
    of = page_version(await acting_in(call, "change_company_page"), call.version)
    card = await change_form(of, call.body, now=call.now, ports=wiring.publishing.ports())
    return Answer(card.exchange_form, card.version)
