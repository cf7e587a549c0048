"""Pages that delete a card, take it back, or erase it before its time."""

from datetime import timedelta

import azure.functions as func

import wiring.accounts
import wiring.cards
import wiring.publishing
from domain.base.limits import UNDO_TIME
from domain.cards.card import CardVersion
from domain.publishing.deletion import delete_card, erase_card, read_deleted, restore_card
from functions.cards.frame import card_of
from functions.framework.callers import require_fresh
from functions.framework.clock import now
from functions.framework.my_pages import my_page, person_and_form, person_of, version_in
from functions.framework.replies import redirect
from functions.framework.texts import N_


async def ask_delete(req: func.HttpRequest) -> func.HttpResponse:
    """The page that asks before a card is deleted."""
    person = await person_of(req)
    hours = UNDO_TIME // timedelta(hours=1)
    return my_page("publishing/delete.html", person, card=await card_of(req, person), hours=hours)


async def delete(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    require_fresh(person, N_("Delete the card"))
    card = await card_of(req, person)
    of = CardVersion(person.account_id, card.id, version_in(form))
    await delete_card(of, now=now(), ports=wiring.publishing.ports())
    return redirect(f"/my/cards?done=deleted&card={card.id}")


async def restore(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    of = CardVersion(person.account_id, req.route_params["cardId"], version_in(form))
    card = await restore_card(
        of, now=now(), ports=wiring.publishing.ports(), profiles=wiring.accounts.profiles()
    )
    return redirect(f"/my/cards/{card.id}?done=restored")


async def ask_erase(req: func.HttpRequest) -> func.HttpResponse:
    """The page that asks before a deleted card is erased."""
    person = await person_of(req)
    card = await read_deleted(
        person.account_id, req.route_params["cardId"], now=now(), cards=wiring.cards.store()
    )
    return my_page("publishing/erase.html", person, card=card.as_it_was)


async def erase(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    require_fresh(person, N_("Erase the card for good"))
    of = CardVersion(person.account_id, req.route_params["cardId"], version_in(form))
    await erase_card(of, now=now(), ports=wiring.publishing.ports())
    return redirect("/my/cards?done=erased")
