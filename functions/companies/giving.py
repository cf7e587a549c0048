"""What somebody gives who connects with a company: the text that they agree to."""

from typing import NamedTuple

import wiring.companies
from domain.base.errors import NotFound
from domain.cards.handles import is_handle
from domain.companies.connecting import Company, company_at
from domain.exchange.exchange import Consent
from domain.visibility.view import CardView, Viewer, view_for
from functions.exchange.consent import consent_for
from functions.framework.texts import language


class Offer(NamedTuple):
    """A company page as anybody who is signed in sees it, and the text to agree to."""

    company: Company
    view: CardView
    consent: Consent


async def offer_at(handle: str) -> Offer:
    handle = handle.lower()
    if not is_handle(handle):
        raise NotFound
    company = await company_at(handle, wiring.companies.ports())
    view = view_for(company.card, Viewer(signed_in=True))
    consent = consent_for(company.form.purpose, view.content, language(), "connect-")
    return Offer(company, view, consent)
