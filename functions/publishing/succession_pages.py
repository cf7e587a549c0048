"""Forms in the settings of a card: lead its links to another card, and show it again."""

import azure.functions as func

import wiring.publishing
from domain.base.errors import InvalidInput, StaleVersion
from domain.cards.card import CardVersion
from domain.publishing.succession import Successor, end_card, take_end_back
from functions.cards.form import sentences
from functions.cards.frame import card_of
from functions.cards.settings_pages import settings_page
from functions.framework.clock import now
from functions.framework.forms import vet
from functions.framework.my_pages import person_and_form, version_in
from functions.framework.replies import redirect


async def lead_on(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    card = await card_of(req, person)
    typed = form.get("successor", "").strip()
    # People paste the link of the other card.
    name = typed.rstrip("/").rpartition("/")[2]
    try:
        handle = vet(Successor, {"handle": name}).handle
        of = CardVersion(person.account_id, card.id, version_in(form))
        await end_card(of, "moved", handle, now=now(), ports=wiring.publishing.ports())
    except InvalidInput as refusal:
        faults = {"/successor": sentences(refusal.faults)["/handle"]}
        return await settings_page(person, card, successor=typed, faults=faults)
    except StaleVersion:
        return await settings_page(person, card, successor=typed, stale=True)
    return redirect(f"/my/cards/{card.id}/settings?done=leads-on")


async def show_again(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    of = CardVersion(person.account_id, req.route_params["cardId"], version_in(form))
    await take_end_back(of, now=now(), ports=wiring.publishing.ports())
    return redirect(f"/my/cards/{req.route_params['cardId']}/settings?done=back")
