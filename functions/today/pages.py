"""`/my`: the card to share, what needs its person today, and how often the cards were seen this week."""

import asyncio
from typing import Final

import azure.functions as func

import wiring.cards
import wiring.connections
import wiring.exchange
import wiring.operations
from domain.privacy.copy import latest_copies
from domain.publishing.deletion import all_deleted
from functions.framework.clock import now
from functions.framework.my_pages import my_page, person_of
from functions.today.needs import (
    need_of_card,
    need_of_copy,
    need_of_deleted,
    need_of_exchanges,
    need_of_requests,
    needs_of_reminders,
    pictures_of,
)
from functions.today.organisations import needs_of_organisations
from functions.today.week import weeks_of

# Newest first. An older card that needs something shows on the page of cards.
_CARDS_LOOKED_AT: Final = 50
_REQUESTS_COUNTED: Final = 20


async def show(req: func.HttpRequest) -> func.HttpResponse:
    """The page, made with few reads, all in the person's partition but those of counts and organisations.

    After the session and the organisations: six queries (cards, deleted cards, copies, reminders that wait,
    requests, a count of what was left on cards), two more where reminders wait, at most 8 point reads of new
    pictures of drafts, and one or two for each of the 5 live cards that changed last.
    """
    person = await person_of(req)
    at, store = now(), wiring.cards.store()
    (cards, _following), gone, (_latest, copy), reminded, (waiting, more), left = await asyncio.gather(
        store.list(person.account_id, _CARDS_LOOKED_AT, None),
        all_deleted(person.account_id, now=at, cards=store),
        latest_copies(person.account_id, now=at, works=wiring.operations.works()),
        needs_of_reminders(person.account_id),
        wiring.connections.links().page(person.account_id, "waiting", _REQUESTS_COUNTED, None),
        wiring.exchange.exchanges().count(person.account_id, "waiting"),
    )
    live = sorted((card for card in cards if card.is_live), key=lambda card: card.updated_at, reverse=True)
    pictures, weeks, led = await asyncio.gather(
        pictures_of(person.account_id, cards), weeks_of(live, at.date()), needs_of_organisations(person)
    )
    needs = [need_of_requests(len(waiting), more=more is not None)] if waiting else []
    needs += [*([need_of_exchanges(left)] if left else []), *led]
    # A card that is over asks for nothing.
    kept = [card for card in cards if card.ending is None]
    needs += [*reminded, *(need for card in kept if (need := need_of_card(card, pictures)))]
    needs += [need_of_copy(copy)] if copy else []
    needs += [need_of_deleted(card, at) for card in gone]
    return my_page(
        "today/today.html",
        person,
        cards=cards,
        card=live[0] if live else None,
        more=len(live) - len(weeks),
        needs=needs,
        weeks=weeks,
        designs="designer" in person.roles,
        unread={"today": len(needs)},
    )
