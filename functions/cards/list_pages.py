"""`/my`: a person's cards."""

import azure.functions as func

import wiring.cards
from domain.publishing.deletion import all_deleted
from functions.accounts.profile_choices import profile_choices
from functions.cards.frame import done
from functions.framework.clock import now
from functions.framework.my_pages import my_page, person_of
from functions.framework.pages import wait_until

_PAGE_OF_CARDS = 50


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    cards, following = await wiring.cards.store().list(
        person.account_id, _PAGE_OF_CARDS, req.params.get("cursor")
    )
    at = now()
    gone = await all_deleted(person.account_id, now=at, cards=wiring.cards.store())
    profiles = await profile_choices(person.account_id, *(card.profile_id for card in cards))
    return my_page(
        "cards/cards.html",
        person,
        cards=cards,
        following=following,
        profiles=dict(profiles) if len(profiles) > 1 or len(cards) > 1 else {},
        deleted=[(card, wait_until(card.kept.until, at)) for card in gone if card.kept],
        just_deleted=next((card for card in gone if card.id == req.params.get("card")), None),
        done=done(req),
    )
