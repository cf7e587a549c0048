"""`/my/cards`: a person's cards, and the search among them."""

from typing import Any, Final

import azure.functions as func

import wiring.cards
import wiring.organisations
from domain.base.limits import MOST_CARDS
from domain.cards.card import Card
from domain.cards.search import LONGEST, matching
from domain.organisations.staff_cards.own import staff_cards_of
from domain.publishing.deletion import all_deleted
from functions.accounts.profile_choices import profile_choices
from functions.cards.frame import done
from functions.framework.callers import SignedIn, check_form, read_form
from functions.framework.clock import now
from functions.framework.my_pages import my_page, person_of
from functions.framework.pages import wait_until
from functions.framework.replies import redirect

_PAGE_OF_CARDS: Final = 50
# Fewer cards are seen at a glance.
_WORTH_SEARCHING: Final = 8


async def show(req: func.HttpRequest) -> func.HttpResponse:
    """A page of the cards, the newest first."""
    person = await person_of(req)
    cursor = req.params.get("cursor")
    cards, following = await wiring.cards.store().list(person.account_id, _PAGE_OF_CARDS, cursor)
    at = now()
    gone = await all_deleted(person.account_id, now=at, cards=wiring.cards.store())
    return await _page(
        person,
        cards,
        searchable=bool(following or len(cards) >= _WORTH_SEARCHING),
        following=following,
        deleted=[(card, wait_until(card.kept.until, at)) for card in gone if card.kept],
        just_deleted=next((card for card in gone if card.id == req.params.get("card")), None),
        staff=await _staff_cards(person),
        done=done(req),
    )


async def _staff_cards(person: SignedIn) -> list[tuple[Card, str, str]]:
    """The person's cards of organisations, with the name of each organisation and the address of its page."""
    named = {place.rpartition("/")[2]: name for name, place in person.organisations}
    memberships = await wiring.organisations.memberships().get(person.account_id)
    found = await staff_cards_of(memberships, cards=wiring.cards.store())
    return [
        (card, named[card.account_id], f"/org/{card.account_id}/cards/{card.id}")
        for card in found
        if card.account_id in named
    ]


async def search(req: func.HttpRequest) -> func.HttpResponse:
    """The cards that a text finds. It comes in a form's body: a name in an address would be logged.

    It reads all the cards of the account, which are at most `MOST_CARDS`, with one query in its partition:
    accents and capitals make no difference, which no query of the store can say.
    """
    person, form = await person_of(req), read_form(req)
    check_form(req, person, form)
    sought = " ".join(form.get("q", "")[:LONGEST].split())
    if not sought:
        return redirect("/my/cards")
    cards, _following = await wiring.cards.store().list(person.account_id, MOST_CARDS, None)
    return await _page(person, matching(cards, sought), sought=sought, searchable=True)


async def _page(person: SignedIn, found: list[Card], **values: Any) -> func.HttpResponse:
    cards = found[:_PAGE_OF_CARDS]
    profiles = await profile_choices(person.account_id, *(card.profile_id for card in cards))
    rest: dict[str, Any] = {
        "sought": "",
        "following": None,
        "deleted": [],
        "staff": [],
        "just_deleted": None,
        "done": None,
    }
    return my_page(
        "cards/cards.html",
        person,
        cards=cards,
        found=len(found),
        profiles=dict(profiles) if len(profiles) > 1 or len(cards) > 1 else {},
        **(rest | values),
    )
