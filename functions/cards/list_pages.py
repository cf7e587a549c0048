"""`/my/cards`: a person's cards, and the search among them."""

from typing import Final

import azure.functions as func

import wiring.cards
from domain.base.limits import MOST_CARDS
from domain.cards.search import LONGEST, matching
from domain.publishing.deletion import all_deleted
from functions.accounts.profile_choices import profile_choices
from functions.cards.frame import done
from functions.framework.clock import now
from functions.framework.my_pages import my_page, person_of
from functions.framework.pages import wait_until

_PAGE_OF_CARDS: Final = 50
# Fewer cards are seen at a glance.
_WORTH_SEARCHING: Final = 8


async def show(req: func.HttpRequest) -> func.HttpResponse:
    """A page of the cards, or those that `q` finds.

    A search reads all the cards of the account, which are at most `MOST_CARDS`, with one query in its
    partition: accents and capitals make no difference, which no query of the store can say.
    """
    person = await person_of(req)
    sought = " ".join(req.params.get("q", "")[:LONGEST].split())
    store = wiring.cards.store()
    most, cursor = (MOST_CARDS, None) if sought else (_PAGE_OF_CARDS, req.params.get("cursor"))
    found, following = await store.list(person.account_id, most, cursor)
    if sought:
        found, following = matching(found, sought), None
    cards = found[:_PAGE_OF_CARDS]
    at = now()
    gone = [] if sought else await all_deleted(person.account_id, now=at, cards=store)
    profiles = await profile_choices(person.account_id, *(card.profile_id for card in cards))
    return my_page(
        "cards/cards.html",
        person,
        cards=cards,
        found=len(found),
        sought=sought,
        searchable=bool(sought or following or len(cards) >= _WORTH_SEARCHING),
        following=following,
        profiles=dict(profiles) if len(profiles) > 1 or len(cards) > 1 else {},
        deleted=[(card, wait_until(card.kept.until, at)) for card in gone if card.kept],
        just_deleted=next((card for card in gone if card.id == req.params.get("card")), None),
        done=done(req),
    )
