"""`/my`: a person's cards."""

import azure.functions as func

import wiring.cards
from functions.accounts.profile_choices import profile_choices
from functions.cards.frame import done
from functions.framework.my_pages import my_page, person_of

_PAGE_OF_CARDS = 50


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    cards, following = await wiring.cards.store().list(
        person.account_id, _PAGE_OF_CARDS, req.params.get("cursor")
    )
    profiles = await profile_choices(person.account_id, *(card.profile_id for card in cards))
    return my_page(
        "cards/cards.html",
        person,
        cards=cards,
        following=following,
        profiles=dict(profiles) if len(profiles) > 1 or len(cards) > 1 else {},
        done=done(req),
    )
