"""The one visibility rule: the only way from a card to bytes."""

from datetime import datetime

from domain.cards import PublishedCard
from domain.content import CardContent
from domain.errors import NotFound
from domain.model import Model


class CardView(Model):
    """A card as its viewer may see it. Every output renders this and nothing else."""

    handle: str
    version: int
    published_at: datetime
    content: CardContent
    code: str


def view_for(card: PublishedCard | None) -> CardView:
    """Return what a viewer may see, or refuse with one answer for absent, unpublished and unknown.

    Every field a person publishes is public so far; audiences narrow it here and nowhere else.
    """
    if card is None or card.content is None or card.published_at is None:
        raise NotFound
    return CardView(
        handle=card.handle,
        version=card.version,
        published_at=card.published_at,
        content=card.content,
        code=card.code,
    )
