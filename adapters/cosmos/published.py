"""What the public sees: one document for each handle, so that a card page is one point read."""

from collections.abc import Callable

from adapters.cosmos.database import SCHEMA_VERSION, Database, Items, instant
from domain.base.fields import STORED, phone_text
from domain.cards.card import PublishedCard


class CosmosPublished:
    """Keeps beside the card what takes long to make of it: its QR code, and phone numbers in groups."""

    def __init__(self, database: Database, draw_code: Callable[[str], str]) -> None:
        self._items, self._draw_code = Items(database, "published"), draw_code

    async def get(self, handle: str) -> PublishedCard | None:
        stored = await self._items.read(handle, handle)
        if stored is None:
            return None
        return PublishedCard.model_validate(
            {
                "handle": stored["handle"],
                "card_id": stored["cardId"],
                "version": stored["version"],
                "content": stored["content"],
                "published_at": stored["publishedAt"],
                "redirect_to": stored["redirectTo"],
                "code": stored["code"],
                "phone_texts": stored.get("phoneTexts", {}),
                "images": stored["images"],
                "owner_id": stored["ownerId"],
            },
            context=STORED,
        )

    async def project(self, card: PublishedCard, *, first: bool) -> None:
        """Let a card's version land unless a newer one already has.

        `first` says that nothing is likely to be there; either way it lands, in one call when that is right.
        """
        phones = card.content.phones if card.content else []
        values = {
            "schemaVersion": SCHEMA_VERSION,
            "version": card.version,
            "content": None if card.content is None else card.content.model_dump(mode="json"),
            "publishedAt": None if card.published_at is None else instant(card.published_at),
            "redirectTo": card.redirect_to,
            "code": "" if card.content is None else self._draw_code(card.handle),
            "phoneTexts": {phone.number: phone_text(phone.number) for phone in phones},
            "images": {field: image.model_dump() for field, image in card.images.items()},
            "ownerId": card.owner_id,
        }
        new = {
            "id": card.handle,
            "handle": card.handle,
            "cardId": card.card_id,
            "role": "controller",
            **values,
        }
        if first and await self._items.create(new):
            return
        older = f"where c.version < {card.version} and c.cardId = '{card.card_id}'"
        if await self._items.patch(card.handle, card.handle, values, where=older) is None:
            await self.project(card, first=True)
