"""`/my/connect-company/{handle}`: connecting with a company, by giving it some of one's own details."""

import hmac
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import azure.functions as func

import wiring.accounts
import wiring.cards
import wiring.companies
from domain.base.errors import InvalidInput
from domain.base.limits import LimitReached
from domain.cards.card import Card
from domain.cards.exchange_form import QUESTIONS, ExchangeForm
from domain.companies.connecting import Wish, connect
from domain.companies.link import company_link_id
from domain.connections.asking import live_cards
from functions.companies.giving import Offer, offer_at
from functions.exchange.consent import parties_of
from functions.exchange.details_form import LABELS, details_in, questions_of, sentences_of, shown_phone
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.forms import by_label
from functions.framework.my_pages import my_page, person_and_form, person_of
from functions.framework.replies import redirect
from functions.framework.texts import N_, _

_NEW_TEXT: Final = N_("The text that you agree to has changed meanwhile. Please read it again.")


def texts_in(form: Mapping[str, str]) -> dict[str, str]:
    typed = ((name, form.get(name, "").strip()) for name in ("name", *QUESTIONS))
    return by_label((_(LABELS[f"/{name}"]), text) for name, text in typed if text)


async def show(req: func.HttpRequest) -> func.HttpResponse:
    """The form, filled in from a card of the person's own."""
    person, offer = await person_of(req), await offer_at(req.route_params["handle"])
    links = wiring.companies.links()
    link = await links.get(person.account_id, company_link_id(person.account_id, offer.company.org_id))
    if link is not None and link.state == "connected":
        return redirect(f"/my/companies/{link.id}")
    cards = await live_cards(person.account_id, wiring.cards.store())
    chosen = next((card for card in cards if card.id == req.params.get("card")), cards[0] if cards else None)
    typed = said_by(chosen, offer.company.form) if chosen else {"name": await _name_of(person)}
    return _page(person, offer, typed, cards=cards, chosen=chosen)


def said_by(card: Card, form: ExchangeForm) -> dict[str, str]:
    """What a published card says to what the form asks: of several values the first."""
    content = card.published or card.draft
    said = {
        "email": content.emails[0].address if content.emails else None,
        "phone": shown_phone(content.phones[0].number) if content.phones else None,
        "organisation": content.organisation,
        "title": content.title,
    }
    asked = {name: text for name, text in said.items() if text and form.asks(name) != "off"}
    return {"name": content.name, **asked}


async def _name_of(person: SignedIn) -> str:
    account = await wiring.accounts.store().get(person.account_id)
    return account.name or "" if account else ""


async def send(req: func.HttpRequest) -> func.HttpResponse:
    """Connect. Sending the form again changes nothing."""
    person, form = await person_and_form(req)
    offer = await offer_at(req.route_params["handle"])
    if not hmac.compare_digest(form.get("agreed", "").encode(), offer.consent.sha256.encode()):
        return _page(person, offer, form, notice=_(_NEW_TEXT), status=HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        details = details_in(req, form, offer.company.form, consents=True)
        wish = Wish(details, offer.consent, parties_of(offer.view))
        ports = wiring.companies.ports()
        link = await connect(person.account_id, offer.company, wish, now=now(), ports=ports)
    except InvalidInput as refusal:
        faults = sentences_of(refusal.faults)
        return _page(person, offer, form, faults=faults, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    except LimitReached as refusal:
        return _page(person, offer, form, notice=_(refusal.detail), status=HTTPStatus.CONFLICT)
    return redirect(f"/my/companies/{link.id}?done=connected")


def _page(
    person: SignedIn,
    offer: Offer,
    typed: Mapping[str, str],
    *,
    cards: list[Card] = [],  # noqa: B006 - never changed
    chosen: Card | None = None,
    notice: str = "",
    faults: dict[str, str] | None = None,
    status: int = HTTPStatus.OK,
) -> func.HttpResponse:
    return my_page(
        "companies/connect.html",
        person,
        status=status,
        view=offer.view,
        choices=[(card.id, f"{card.published.name} · /c/{card.handle}") for card in cards if card.published],
        chosen=chosen.id if chosen else "",
        questions=questions_of(offer.company.form),
        typed=typed,
        consent=offer.consent,
        agreed=bool(typed.get("consent")) and typed.get("agreed") == offer.consent.sha256,
        notice=notice,
        faults=faults or {},
    )
