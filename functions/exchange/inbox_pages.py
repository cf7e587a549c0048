"""`/my/requests/exchanges`: what people left on one's cards, to keep as contacts or to dismiss."""

from typing import Final

import azure.functions as func

import wiring.exchange
from domain.exchange.exchange import Exchange, ExchangeVersion, State, read_exchange
from domain.exchange.inbox import dismiss, keep, take_back
from functions.exchange.details_form import LABELS
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.my_pages import done_in, my_page, person_and_form, person_of, version_in
from functions.framework.replies import redirect
from functions.framework.texts import N_

_INBOX: Final = "/my/requests/exchanges"
_PAGE_OF_EXCHANGES: Final = 50
_DONE: Final = {
    "dismissed": N_("Put away. It is erased in a day."),
    "restored": N_("It is back among those that wait."),
    "kept": N_("It is in your address book."),
}


async def show(req: func.HttpRequest) -> func.HttpResponse:
    """Those that wait, or with `kept` those that are contacts by now; one query and a point read."""
    person = await person_of(req)
    state: State = "kept" if req.params.get("kept") == "1" else "waiting"
    exchanges = wiring.exchange.exchanges()
    found, following = await exchanges.list(
        person.account_id, state, _PAGE_OF_EXCHANGES, req.params.get("cursor") or None
    )
    dismissed = await exchanges.get(person.account_id, req.params.get("exchange", ""))
    return my_page(
        "exchange/inbox.html",
        person,
        exchanges=[each for each in found if not each.is_over(now())],
        following=following,
        cursor=req.params.get("cursor"),
        state=state,
        done=done_in(req, _DONE),
        just_dismissed=dismissed if dismissed and dismissed.state == "dismissed" else None,
    )


async def show_one(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    exchange = await _exchange_of(req, person)
    return my_page(
        "exchange/one.html",
        person,
        exchange=exchange,
        details=exchange.details,
        labels=LABELS,
        done=done_in(req, _DONE),
    )


async def keep_one(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    kept = await keep(_version(req, person, form), now=now(), ports=wiring.exchange.in_contact())
    return redirect(f"/my/contacts/{kept.contact_id}?done=made")


async def dismiss_one(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    of = _version(req, person, form)
    await dismiss(of, now=now(), exchanges=wiring.exchange.exchanges())
    return redirect(f"{_INBOX}?done=dismissed&exchange={of.exchange_id}")


async def restore_one(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    await take_back(_version(req, person, form), now=now(), exchanges=wiring.exchange.exchanges())
    return redirect(f"{_INBOX}?done=restored")


async def _exchange_of(req: func.HttpRequest, person: SignedIn) -> Exchange:
    return await read_exchange(
        person.account_id, req.route_params["exchangeId"], now(), wiring.exchange.exchanges()
    )


def _version(req: func.HttpRequest, person: SignedIn, form: dict[str, str]) -> ExchangeVersion:
    return ExchangeVersion(person.account_id, req.route_params["exchangeId"], version_in(form))
