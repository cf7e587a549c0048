"""`/c/{handle}/exchange`: the form by which anybody leaves their details on a card. It needs no script."""

import hashlib
import hmac
import ipaddress
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from http import HTTPStatus
from typing import Final, NamedTuple

import azure.functions as func

import wiring.accounts
import wiring.exchange
import wiring.notifications
from domain.base.errors import InvalidInput, NotFound, Unavailable
from domain.base.ids import ID_PREFIXES
from domain.base.limits import TooManyRequests
from domain.cards.card import PublishedCard
from domain.cards.exchange_form import ExchangeForm
from domain.exchange.effects import order_mail, prove
from domain.exchange.exchange import KEEP, Consent, Exchange
from domain.exchange.giving import Given, Place, admit, give
from domain.exchange.tokens import FormToken, form_token, link_again, read_form_token
from domain.visibility.view import ANYONE, CardView, view_for
from functions.cards.handles.finding import answers_always, shown_card
from functions.exchange.consent import Giving, consent_for, parties_of
from functions.exchange.details_form import HONEYPOT, details_in, questions_of, sentences_of
from functions.exchange.link_pages import UNSEEN, link_page, remember_signing_key
from functions.framework.callers import read_form, refuse_other_sites
from functions.framework.clock import new_id, now
from functions.framework.pages import page
from functions.framework.replies import redirect
from functions.framework.texts import N_, _, language

# Set by Front Door, the only edge whose requests are answered; a client cannot choose it.
_CLIENT: Final = "x-azure-clientip"
_FAST: Final = N_("That was quicker than anybody reads. Look at it once more and send it again.")
_OLD: Final = N_("This form was open for too long. What you typed is still here: send it again.")
_TRAP: Final = N_("A program filled in a field that people do not see. Send the form once more.")
_NEW_TEXT: Final = N_("The text that you agree to has changed meanwhile. Please read it again.")
_TOO_MANY: Final = N_("Too many people have left their details for now. Try again later.")


class Form(NamedTuple):
    """The form of a published card, with the text to agree to in the language of the request."""

    card: PublishedCard
    view: CardView
    asked: ExchangeForm
    consent: Consent

    @property
    def place(self) -> Place:
        return Place(self.card.owner_id, self.card.card_id, self.card.handle, self.asked)


@answers_always
async def show(req: func.HttpRequest) -> func.HttpResponse:
    return _page(_form_of(await _card_of(req)), {})


@answers_always
async def send(req: func.HttpRequest) -> func.HttpResponse:
    """Take the details once; what is refused is shown again as it was typed."""
    card = await _card_of(req)
    form = _form_of(card)
    refuse_other_sites(req)
    typed, at = read_form(req), now()
    token = read_form_token(typed.get("token", ""), card.card_id, at, wiring.exchange.keys())
    if token is None:
        return _page(form, typed, notice=_(_OLD), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    stored = await wiring.exchange.all_exchanges().get(card.owner_id, _id_of(token))
    if stored is not None:
        await _follow_up(stored)
        return _sent(stored, form, again=True)
    if notice := _why_not(typed, token, form, at):
        return _page(form, typed, notice=notice, again=token, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return await _take(req, form, typed, token, at)


def _why_not(typed: Mapping[str, str], token: FormToken, form: Form, at: datetime) -> str:
    """Why the form is shown again whatever it says; empty if it is not."""
    if typed.get(HONEYPOT):
        return _(_TRAP)
    if token.is_too_early(at):
        return _(_FAST)
    if not hmac.compare_digest(typed.get("agreed", "").encode(), form.consent.sha256.encode()):
        return _(_NEW_TEXT)
    return ""


async def _take(
    req: func.HttpRequest, form: Form, typed: dict[str, str], token: FormToken, at: datetime
) -> func.HttpResponse:
    try:
        details = details_in(req, typed, form.asked, consents=True)
        admission = await admit(
            form.card.card_id, _network(req, at), details, now=at, limiter=wiring.accounts.limiter()
        )
    except InvalidInput as refusal:
        faults = sentences_of(refusal.faults)
        return _page(form, typed, faults=faults, again=token, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except TooManyRequests as refusal:
        busy = _page(form, typed, notice=_(_TOO_MANY), again=token, status=HTTPStatus.TOO_MANY_REQUESTS)
        busy.headers["Retry-After"] = str(refusal.retry_after)
        return busy
    await remember_signing_key()
    given = Given(details, form.consent, parties_of(form.view), admission)
    exchange = await give(_id_of(token), form.place, given, now=at, giver=wiring.exchange.giver())
    await _follow_up(exchange)
    return _sent(exchange, form)


async def _follow_up(exchange: Exchange) -> None:
    """Carry out the order of an exchange at once; the order's own run does what fails here."""
    await prove(exchange, proofs=wiring.exchange.proofs())
    with suppress(Unavailable):
        await order_mail(exchange, mails=wiring.notifications.queue())


def _sent(exchange: Exchange, form: Form, *, again: bool = False) -> func.HttpResponse:
    status = HTTPStatus.CONFLICT if again else HTTPStatus.OK
    link = link_again(exchange.id, exchange.link, wiring.exchange.keys())
    if exchange.state == "unconfirmed" or link is None:
        # Who gets the link here would need no mail to confirm.
        name = form.view.content.name
        return page("exchange/held.html", status=status, headers=UNSEEN, handle=form.card.handle, name=name)
    if again:
        return link_page(exchange, link, status=status, notice=_("You have sent this form already."))
    return redirect(f"/exchange/{link}?done=shared")


async def _card_of(req: func.HttpRequest) -> PublishedCard:
    return (await shown_card(req.route_params["handle"].lower(), "exchange")).card


def _form_of(card: PublishedCard) -> Form:
    """The form; a card without one has nothing at this address."""
    view = view_for(card, ANYONE)
    if card.exchange_form is None:
        raise NotFound
    giving: Giving = "company-" if card.entity else ""
    consent = consent_for(card.exchange_form.purpose, view.content, language(), giving)
    return Form(card, view, card.exchange_form, consent)


def _id_of(token: FormToken) -> str:
    return f"{ID_PREFIXES['exchange']}_{token.nonce}"


def _network(req: func.HttpRequest, at: datetime) -> str | None:
    """The sender's network under a name that it has for a day, or None where the edge does not tell it."""
    try:
        address = ipaddress.ip_address(req.headers.get(_CLIENT, ""))
    except ValueError:
        return None
    network = ipaddress.ip_network((address, 32 if address.version == 4 else 48), strict=False)  # noqa: PLR2004
    said = f"network\n{at:%Y-%m-%d}\n{network}"
    return hmac.digest(wiring.exchange.keys()[0], said.encode(), hashlib.sha256).hex()


def _page(
    form: Form,
    typed: Mapping[str, str],
    *,
    notice: str = "",
    faults: dict[str, str] | None = None,
    again: FormToken | None = None,
    status: int = HTTPStatus.OK,
) -> func.HttpResponse:
    """The form with what was typed. Sent `again`, it keeps its token: its time has begun."""
    at, nonce = (again.made_at, again.nonce) if again else (now(), new_id("").removeprefix("_"))
    return page(
        "exchange/form.html",
        status=status,
        # With no referrer at all, browsers would not say that the form was ours.
        headers={"X-Robots-Tag": "noindex, nofollow"},
        handle=form.card.handle,
        name=form.view.content.name,
        consent=form.consent,
        # Who has agreed agrees to the text that they saw.
        agreed=bool(typed.get("consent")) and typed.get("agreed") == form.consent.sha256,
        questions=questions_of(form.asked),
        typed=typed,
        token=form_token(form.card.card_id, nonce, at, wiring.exchange.keys()[0]),
        trap=HONEYPOT,
        notice=notice,
        faults=faults or {},
        days=KEEP.days,
    )
