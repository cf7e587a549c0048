"""`/api/v1/cards`: drafts and their publication."""

from datetime import datetime

import azure.functions as func

import wiring
from domain.base.errors import HandleLookalike, HandleTaken, InvalidInput, KeyReused
from domain.base.model import Closed
from domain.cards.card import Card, read_card
from domain.cards.content import CardContent
from domain.cards.create import (
    CardCopy,
    CardDraft,
    CardHandle,
    NewCard,
    create_card,
    duplicate_card,
    edit_card,
)
from domain.publishing.publication import (
    Change,
    NothingToChange,
    TooManyRenames,
    change_publication,
    delete_card,
    rename_card,
)
from functions.cards.cache import shelf
from functions.framework.clock import new_id, new_suffix
from functions.framework.operations import Answer, Call, Page, operation

bp = func.Blueprint()


class CardOut(Closed):
    """A card as its owner has it.

    `published` is what viewers see of it by their audiences, null when nothing; while it is `paused` they see
    nothing either. `previous` is what undoing the last publication brings back.
    """

    id: str
    profile_id: str
    handle: str
    url: str
    draft: CardContent
    published: CardContent | None
    published_at: datetime | None
    previous: CardContent | None
    paused: bool
    former_handles: list[str]
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
        previous=card.previous,
        paused=card.paused,
        former_handles=card.former_handles,
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
    bp, "DELETE", "cards/{cardId}", "Delete a card; its handles are never given out again", versioned=True
)
async def remove_card(call: Call) -> Answer:
    services, card_id = wiring.services(), call.params["cardId"]
    card = await read_card(call.account_id, card_id, cards=services.cards)
    await delete_card(
        call.account_id,
        card_id,
        version=call.version,
        now=call.now,
        cards=services.cards,
        handles=services.handles,
        published=services.published,
        images=services.images,
    )
    shelf.forget(card.handle, *card.former_handles)
    return Answer()


@operation(
    bp,
    "POST",
    "cards/{cardId}/copies",
    "Make a card with the same draft",
    body=CardCopy,
    answer=CardOut,
    creates=True,
    conflicts=(HandleTaken, HandleLookalike, KeyReused),
)
async def post_copy(call: Call) -> Answer:
    services = wiring.services()
    card = await duplicate_card(
        call.account_id,
        call.params["cardId"],
        call.body,
        new_card_id=new_id("crd"),
        suffix=new_suffix(),
        key=call.key,
        now=call.now,
        cards=services.cards,
        handles=services.handles,
        profiles=services.profiles,
    )
    return Answer(_out(card), card.version, location=f"cards/{card.id}")


@operation(
    bp,
    "PUT",
    "cards/{cardId}/handle",
    "Rename a card; the old name leads to the new one",
    body=CardHandle,
    answer=CardOut,
    versioned=True,
    conflicts=(HandleTaken, HandleLookalike, TooManyRenames),
)
async def put_handle(call: Call) -> Answer:
    services = wiring.services()
    card = await rename_card(
        call.account_id,
        call.params["cardId"],
        call.body.handle,
        version=call.version,
        now=call.now,
        cards=services.cards,
        handles=services.handles,
        published=services.published,
        images=services.images,
    )
    shelf.forget(card.handle, *card.former_handles)
    return Answer(_out(card), card.version)


@operation(
    bp,
    "PUT",
    "cards/{cardId}/publication",
    "Publish the draft of a card",
    answer=CardOut,
    versioned=True,
    conflicts=(InvalidInput,),
)
async def put_publication(call: Call) -> Answer:
    return await _change(call, "publish")


@operation(
    bp, "DELETE", "cards/{cardId}/publication", "Take a card from the public", answer=CardOut, versioned=True
)
async def delete_publication(call: Call) -> Answer:
    return await _change(call, "unpublish")


@operation(
    bp,
    "PUT",
    "cards/{cardId}/pause",
    "Hide a published card for a while",
    answer=CardOut,
    versioned=True,
    conflicts=(NothingToChange,),
)
async def put_pause(call: Call) -> Answer:
    return await _change(call, "pause")


@operation(
    bp,
    "DELETE",
    "cards/{cardId}/pause",
    "Show a paused card again",
    answer=CardOut,
    versioned=True,
    conflicts=(NothingToChange,),
)
async def delete_pause(call: Call) -> Answer:
    return await _change(call, "resume")


@operation(
    bp,
    "DELETE",
    "cards/{cardId}/publication/latest",
    "Undo the last publication: show what was published before",
    answer=CardOut,
    versioned=True,
    conflicts=(NothingToChange,),
)
async def delete_latest_publication(call: Call) -> Answer:
    return await _change(call, "undo")


async def _change(call: Call, change: Change) -> Answer:
    services = wiring.services()
    card = await change_publication(
        call.account_id,
        call.params["cardId"],
        change,
        version=call.version,
        now=call.now,
        cards=services.cards,
        published=services.published,
        images=services.images,
    )
    shelf.forget(card.handle, *card.former_handles)
    return Answer(_out(card), card.version)
