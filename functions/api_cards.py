"""`/api/v1/cards`: drafts and their publication."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import azure.functions as func

import wiring
from domain.cards import (
    Card,
    CardDraft,
    NewCard,
    create_card,
    edit_card,
    publish_card,
    read_card,
    unpublish_card,
)
from domain.content import CardContent
from domain.errors import HandleLookalike, HandleTaken, KeyReused
from domain.model import Closed
from functions.api import Answer, Call, Page, operation
from functions.cards import shelf
from functions.chance import new_id, new_suffix

bp = func.Blueprint()


class CardOut(Closed):
    """A card as its owner has it. `published` says what the public sees now, null when nothing."""

    id: str
    profile_id: str
    handle: str
    url: str
    draft: CardContent
    published: CardContent | None
    published_at: datetime | None
    created_at: datetime
    updated_at: datetime


class CardList(Closed):
    data: list[CardOut]
    page: Page


def _out(card: Card) -> CardOut:
    return CardOut(
        id=card.id,
        profile_id=card.profile_id,
        handle=card.handle,
        url=f"{wiring.services().settings.public_origin}/c/{card.handle}",
        draft=card.draft,
        published=card.published,
        published_at=card.published_at,
        created_at=card.created_at,
        updated_at=card.updated_at,
    )


@operation(bp, "GET", "cards", "The account's cards, newest first", answer=CardList, lists=True)
async def list_cards(call: Call) -> Answer:
    found, following = await wiring.services().cards.list(call.account_id, call.limit, call.cursor)
    return Answer(CardList(data=[_out(card) for card in found], page=Page(next=following)))


@operation(
    bp,
    "POST",
    "cards",
    "Make a card; it stays a draft until it is published",
    body=NewCard,
    answer=CardOut,
    creates=True,
    conflicts=(HandleTaken, HandleLookalike, KeyReused),
)
async def post_card(call: Call) -> Answer:
    services = wiring.services()
    card = await create_card(
        call.account_id,
        call.body,
        card_id=new_id("crd"),
        suffix=new_suffix(),
        key=call.key,
        now=call.now,
        cards=services.cards,
        handles=services.handles,
        profiles=services.profiles,
    )
    return Answer(_out(card), card.version, location=f"cards/{card.id}")


@operation(bp, "GET", "cards/{cardId}", "One card", answer=CardOut)
async def get_card(call: Call) -> Answer:
    card = await read_card(call.account_id, call.params["cardId"], cards=wiring.services().cards)
    return Answer(_out(card), card.version)


@operation(
    bp, "PUT", "cards/{cardId}", "Replace the draft of a card", body=CardDraft, answer=CardOut, versioned=True
)
async def put_card(call: Call) -> Answer:
    services = wiring.services()
    card = await edit_card(
        call.account_id,
        call.params["cardId"],
        call.body,
        version=call.version,
        now=call.now,
        cards=services.cards,
        profiles=services.profiles,
    )
    return Answer(_out(card), card.version)


@operation(
    bp, "PUT", "cards/{cardId}/publication", "Publish the draft of a card", answer=CardOut, versioned=True
)
async def put_publication(call: Call) -> Answer:
    return await _change_publication(call, publish_card)


@operation(
    bp, "DELETE", "cards/{cardId}/publication", "Take a card from the public", answer=CardOut, versioned=True
)
async def delete_publication(call: Call) -> Answer:
    return await _change_publication(call, unpublish_card)


async def _change_publication(call: Call, change: Callable[..., Awaitable[Card]]) -> Answer:
    services = wiring.services()
    card = await change(
        call.account_id,
        call.params["cardId"],
        version=call.version,
        now=call.now,
        cards=services.cards,
        published=services.published,
    )
    shelf.forget(card.handle)
    return Answer(_out(card), card.version)
