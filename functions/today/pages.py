"""`/my`: what needs its person today, and the card to share."""

from typing import Final, NamedTuple

import azure.functions as func

import wiring.accounts
import wiring.cards
from domain.cards.card import Card
from functions.framework.my_pages import my_page, person_of
from functions.framework.texts import _

# Newest first. An older card that needs something shows on the page of cards.
_CARDS_LOOKED_AT: Final = 50


class Need(NamedTuple):
    """Something to do about a card, and the address where it is done."""

    card: Card
    text: str
    at: str
    act: str


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    account = await wiring.accounts.store().get(person.account_id)
    cards, _following = await wiring.cards.store().list(person.account_id, _CARDS_LOOKED_AT, None)
    live = [card for card in cards if card.is_live]
    return my_page(
        "today/today.html",
        person,
        name=account.name if account else None,
        cards=cards,
        live=live,
        needs=[need for card in cards if (need := _need_of(card))],
    )


def _need_of(card: Card) -> Need | None:
    at = f"/my/cards/{card.id}"
    if card.published is None:
        return Need(card, _("Nobody can see this card yet."), at, _("Finish and publish"))
    if card.paused:
        said = _("This card is paused: its link shows nothing.")
        return Need(card, said, f"{at}/settings", _("Show it again"))
    if card.published != card.draft:
        return Need(card, _("You have changes that others cannot see yet."), at, _("Look and publish"))
    return None
