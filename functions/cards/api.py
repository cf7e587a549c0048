"""`/api/v1/cards`: drafts and their publication."""

from datetime import datetime
from typing import Any

import wiring.accounts
import wiring.cards
import wiring.publishing
import wiring.site
from domain.base.errors import HandleLookalike, HandleTaken, InvalidInput, KeyReused
from domain.base.limits import LimitReached
from domain.base.model import Closed
from domain.cards.card import Card, CardVersion, Reason, read_card
from domain.cards.content import CardContent
from domain.cards.create import (
    CardCopy,
    CardDraft,
    CardHandle,
    Creating,
    NewCard,
    create_card,
    duplicate_card,
    edit_card,
)
from domain.cards.palette import shown_colour
from domain.publishing.publication import (
    Change,
    LeadsElsewhere,
    NothingToChange,
    TooManyRenames,
    change_publication,
    rename_card,
)
from functions.framework.clock import new_id, new_suffix
from functions.framework.operations import Answer, Call, Page, operation
from functions.framework.texts import _


class ColourOut(Closed):
    """Colour on the card's page as #rrggbb. `reason` says why it is not the chosen one, null if it is."""

    colour: str
    reason: str | None


class EndingOut(Closed):
    """Why a card is over, and the handle that its links lead to, null if they show nothing."""

    why: Reason
    successor: str | None
    at: datetime


class CardOut(Closed):
    """A card as its owner has it.

    `published` is what viewers see of it by their audiences, null when nothing; while it is `paused` or
    has an `ending` they see nothing either. `previous` is what undoing the last publication brings back.
    `shown_colour` is what the page makes of the draft's own colour, null without one.
    """

    id: str
    profile_id: str
    handle: str
    url: str
    draft: CardContent
    shown_colour: ColourOut | None
    published: CardContent | None
    published_at: datetime | None
    previous: CardContent | None
    paused: bool
    former_handles: list[str]
    ending: EndingOut | None
    created_at: datetime
    updated_at: datetime


class CardList(Closed):
    data: list[CardOut]
    page: Page


def card_out(card: Card) -> CardOut:
    return CardOut(
        id=card.id,
        profile_id=card.profile_id,
        handle=card.handle,
        url=f"{wiring.site.origin()}/c/{card.handle}",
        draft=card.draft,
        shown_colour=_colour_out(card.draft),
        published=card.published,
        published_at=card.published_at,
        previous=card.previous,
        paused=card.paused,
        former_handles=card.former_handles,
        ending=card.ending and EndingOut(**card.ending.model_dump()),
        created_at=card.created_at,
        updated_at=card.updated_at,
    )


def _colour_out(content: CardContent) -> ColourOut | None:
    if content.look is None or content.look.colour is None:
        return None
    shown = shown_colour(content.look.colour)
    return ColourOut(colour=shown.colour, reason=_(shown.reason) if shown.reason else None)


@operation("The account's cards, newest first", answer=CardList, lists=True)
async def list_cards(call: Call) -> Answer:
    found, following = await wiring.cards.store().list(call.account_id, call.limit, call.cursor)
    return Answer(CardList(data=[card_out(card) for card in found], page=Page(next=following)))


@operation(
    "Make a card; it stays a draft until it is published",
    body=NewCard,
    answer=CardOut,
    creates=True,
    conflicts=(HandleTaken, HandleLookalike, KeyReused, LimitReached),
)
async def post_card(call: Call[NewCard]) -> Answer:
    creating = Creating(new_id("crd"), new_suffix(), call.key, call.now)
    card = await create_card(call.account_id, call.body, creating, wiring.cards.ports())
    return Answer(card_out(card), card.version, location=f"cards/{card.id}")


@operation("One card", answer=CardOut)
async def get_card(call: Call) -> Answer:
    card = await read_card(call.account_id, call.params["cardId"], cards=wiring.cards.store())
    return Answer(card_out(card), card.version)


@operation("Replace the draft of a card", body=CardDraft, answer=CardOut, versioned=True)
async def put_card(call: Call[CardDraft]) -> Answer:
    card = await edit_card(version_of(call), call.body, now=call.now, ports=wiring.cards.ports())
    return Answer(card_out(card), card.version)


@operation(
    "Make a card with the same draft",
    body=CardCopy,
    answer=CardOut,
    creates=True,
    conflicts=(HandleTaken, HandleLookalike, KeyReused, LimitReached),
)
async def post_copy(call: Call[CardCopy]) -> Answer:
    creating = Creating(new_id("crd"), new_suffix(), call.key, call.now)
    card = await duplicate_card(
        call.account_id, call.params["cardId"], call.body, creating, wiring.cards.ports()
    )
    return Answer(card_out(card), card.version, location=f"cards/{card.id}")


@operation(
    "Rename a card; the old name leads to the new one",
    body=CardHandle,
    answer=CardOut,
    versioned=True,
    conflicts=(HandleTaken, HandleLookalike, TooManyRenames, LeadsElsewhere),
)
async def put_handle(call: Call[CardHandle]) -> Answer:
    card = await rename_card(
        version_of(call),
        call.body.handle,
        now=call.now,
        ports=wiring.publishing.ports(),
        limiter=wiring.accounts.limiter(),
    )
    return Answer(card_out(card), card.version)


@operation(
    "Publish the draft of a card",
    answer=CardOut,
    versioned=True,
    conflicts=(InvalidInput, LeadsElsewhere),
)
async def publish(call: Call) -> Answer:
    return await _change(call, "publish")


@operation("Take a card from the public", answer=CardOut, versioned=True, conflicts=(LeadsElsewhere,))
async def unpublish(call: Call) -> Answer:
    return await _change(call, "unpublish")


@operation(
    "Hide a published card for a while",
    answer=CardOut,
    versioned=True,
    conflicts=(NothingToChange, LeadsElsewhere),
)
async def pause(call: Call) -> Answer:
    return await _change(call, "pause")


@operation(
    "Show a paused card again",
    answer=CardOut,
    versioned=True,
    conflicts=(NothingToChange, LeadsElsewhere),
)
async def resume(call: Call) -> Answer:
    return await _change(call, "resume")


@operation(
    "Undo the last publication: show what was published before",
    answer=CardOut,
    versioned=True,
    conflicts=(NothingToChange, LeadsElsewhere),
)
async def undo(call: Call) -> Answer:
    return await _change(call, "undo")


def version_of(call: Call[Any, Any]) -> CardVersion:
    return CardVersion(call.account_id, call.params["cardId"], call.version)


async def _change(call: Call, change: Change) -> Answer:
    card = await change_publication(version_of(call), change, now=call.now, ports=wiring.publishing.ports())
    return Answer(card_out(card), card.version)
