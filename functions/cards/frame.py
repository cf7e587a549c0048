"""Parts that the pages of one card share: the card, its address, changes of its publication."""

import asyncio
import time
from typing import Final

import azure.functions as func

import wiring.cards
import wiring.publishing
import wiring.site
from domain.base.errors import InvalidInput
from domain.cards.card import Card, CardVersion, read_card
from domain.publishing.publication import Change, change_publication, was_shown_last
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.forms import Values
from functions.framework.my_pages import done_in
from functions.framework.texts import N_
from functions.images.form_uploads import Pictures, settle_pictures

# Buttons of the forms of a card that save it.
SAVING: Final = ("save", "publish")
# Processing a picture takes a second or two. Publishing waits for it, so that one press is enough.
READY_SECONDS = 5.0
LOOK_SECONDS = 0.4
# Messages after a redirect, by the value of `done` in the query.
_DONE: Final = {
    "created": N_("Your card is made. Fill in what people should see, then publish it."),
    "made-and-published": N_("Your card is live. Show somebody the code, or send the link."),
    "saved": N_("The draft is saved. What the public sees has not changed."),
    "published": N_("Your card is live."),
    "unpublished": N_("The card is no longer public. Within seconds, its link and its code say only that."),
    "picture-not-ready": N_(
        "The card is not published: one of its pictures below is not ready or not taken."
    ),
    "paused": N_("The card is paused. Its link says only that no card is shown, until you resume it."),
    "resumed": N_("The card can be seen again."),
    "undone": N_("What was published before is public again. Your draft has not changed."),
    "leads-on": N_("The links and codes of this card lead to the other card now."),
    "back": N_("The links and codes of this card are its own again."),
    "renamed": N_("The card has its new name. The old link leads to the new one."),
    "duplicated": N_("This is your copy. It is a draft until you publish it."),
    "deleted": N_(
        "The card is deleted: nobody sees it at its link or its QR code. You can take it back for a day."
    ),
    "restored": N_("The card is back, as it was."),
    "erased": N_("The card is erased."),
}


async def card_of(req: func.HttpRequest, person: SignedIn) -> Card:
    return await read_card(person.account_id, req.route_params["cardId"], cards=wiring.cards.store())


def card_url(card: Card) -> str:
    return f"{wiring.site.origin()}/c/{card.handle}"


def done(req: func.HttpRequest) -> str | None:
    """Message of the action that redirected to this page, if any."""
    return done_in(req, _DONE)


def undo_of(req: func.HttpRequest, card: Card) -> Change | None:
    """Change that takes back the publication that redirected to this page, if any."""
    if req.params.get("done") != "published" or card.undone or not was_shown_last(card):
        return None
    return "unpublish" if card.previous is None else "undo"


async def change(wanted: Change, person: SignedIn, card_id: str, version: int) -> None:
    """Change the publication of a card; this worker shows the change at once."""
    of = CardVersion(person.account_id, card_id, version)
    await change_publication(of, wanted, now=now(), ports=wiring.publishing.ports())


async def publish_when_ready(person: SignedIn, card: Card) -> None:
    """Publish the card as soon as pictures just sent are ready; refuse if that takes too long."""
    until = time.monotonic() + READY_SECONDS
    while True:
        try:
            await change("publish", person, card.id, card.version)
        except InvalidInput as refusal:
            on_its_way = all(fault.code == "image_not_ready" for fault in refusal.faults)
            if not on_its_way or time.monotonic() >= until:
                raise
            await asyncio.sleep(LOOK_SECONDS)
        else:
            return


async def settled_pictures(
    account_id: str, values: Values, stored: Values, new: dict[str, str], *, wait: bool
) -> Pictures:
    """The pictures of the form, those that are ready within moments if `wait`."""
    until = time.monotonic() + READY_SECONDS
    while True:
        pictures = await settle_pictures(account_id, values, stored, new)
        if not (wait and pictures.coming) or time.monotonic() >= until:
            return pictures
        await asyncio.sleep(LOOK_SECONDS)
