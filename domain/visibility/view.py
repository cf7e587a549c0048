"""View of a card: the one application of the visibility rule, from which every output is made."""

import uuid
from datetime import datetime
from typing import NamedTuple, Protocol

from pydantic import Field

from domain.base.errors import NotFound
from domain.base.model import Model
from domain.cards.card import PublishedCard, ShownImage
from domain.cards.content import CardContent
from domain.cards.palette import Palette
from domain.visibility.rule import shown_to

_EVERYONE = frozenset({"public"})
_SIGNED_IN = _EVERYONE | {"signed_in"}
_CONNECTED = _SIGNED_IN | {"connections"}


class Viewer(NamedTuple):
    """Viewer of a card. `connected` is true for the owner's connections, and for the owner."""

    signed_in: bool = False
    connected: bool = False


ANYONE = Viewer()
OWNER = Viewer(signed_in=True, connected=True)


class Connections(Protocol):
    async def connected(self, owner_id: str, profile_id: str, account_id: str) -> bool:
        """Whether an account is connected with a profile of the owner."""
        ...


async def viewer_of(card: PublishedCard, account_id: str, *, connections: Connections) -> Viewer:
    """Viewer that a signed-in account is for a card."""
    if account_id == card.owner_id:
        return OWNER
    connected = await connections.connected(card.owner_id, card.profile_id, account_id)
    return Viewer(signed_in=True, connected=connected)


def is_for_everyone(card: PublishedCard) -> bool:
    """Whether all viewers see the same values of the card."""
    return card.content is None or shown_to(card.content, _EVERYONE) == card.content


class CardView(Model):
    """Card as its viewer may see it. Every output is made from this alone.

    `uid` stays the same when the card is renamed, and does not reveal its id. `code` is the QR code of the
    card's address as SVG. `phone_texts` holds phone numbers in national groups, as far as they are stored;
    `palette` the colours of a card with its own one; `images` the files of the shown images by field.
    `exchange` says that strangers can leave their details, `entity` that the card is an organisation's own.
    """

    handle: str
    uid: str
    version: int
    published_at: datetime
    content: CardContent
    code: str
    phone_texts: dict[str, str] = Field(default={})
    palette: Palette | None = None
    images: dict[str, ShownImage]
    exchange: bool = False
    entity: bool = False


def view_for(card: PublishedCard | None, viewer: Viewer) -> CardView:
    """Return the viewer's view, or refuse alike for absent, unpublished and unknown cards."""
    if card is None or card.content is None or card.published_at is None:
        raise NotFound
    audiences = _CONNECTED if viewer.connected else _SIGNED_IN if viewer.signed_in else _EVERYONE
    content, texts = shown_to(card.content, audiences), card.phone_texts
    images = {
        field: image.model_copy(update={"public": getattr(card.content.audiences, field) == "public"})
        for field, image in card.images.items()
        if getattr(content, field) is not None
    }
    return CardView(
        handle=card.handle,
        uid=f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_OID, card.card_id)}",
        version=card.version,
        published_at=card.published_at,
        content=content,
        code=card.code,
        phone_texts={number: texts[number] for phone in content.phones if (number := phone.number) in texts},
        palette=card.palette,
        images=images,
        exchange=card.exchange_form is not None,
        entity=card.entity,
    )
