"""Published cards: one document for each handle, so that a card page is one point read."""

from adapters.cosmos.database import SCHEMA_VERSION, Database, Items, instant
from domain.base.errors import Unavailable
from domain.base.fields import STORED
from domain.cards.card import PublishedCard


class CosmosPublished:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, "published")

    async def get(self, handle: str) -> PublishedCard | None:
        stored = await self._items.read(handle, handle)
        if stored is None:
            return None
        beside = stored.get("beside", {"phoneTexts": stored.get("phoneTexts", {})})
        # A card that the release before published has no profile: nobody is connected with it yet.
        owner = stored.get("owner") or {"accountId": stored["ownerId"], "profileId": ""}
        return PublishedCard.model_validate(
            {
                "handle": stored["handle"],
                "card_id": stored["cardId"],
                "version": stored["version"],
                "content": stored["content"],
                "published_at": stored["publishedAt"],
                "redirect_to": stored["redirectTo"],
                "code": stored["code"],
                "phone_texts": beside["phoneTexts"],
                "palette": stored.get("palette"),
                "images": stored["images"],
                "exchange_form": beside.get("exchangeForm"),
                "entity": beside.get("entity", False),
                "owner_id": owner["accountId"],
                "profile_id": owner["profileId"],
            },
            context=STORED,
        )

    async def project(self, card: PublishedCard, *, first: bool) -> None:
        """Store a card's version unless a newer one is stored already.

        `first` is a hint that the document is absent: a right one saves a call, a wrong one does no harm.
        """
        form = card.exchange_form
        values = {
            "schemaVersion": SCHEMA_VERSION,
            "version": card.version,
            "content": None if card.content is None else card.content.model_dump(mode="json"),
            "publishedAt": None if card.published_at is None else instant(card.published_at),
            "redirectTo": card.redirect_to,
            "code": card.code,
            # Together, because a patch may set ten values.
            "beside": {
                "phoneTexts": card.phone_texts,
                "exchangeForm": form and form.model_dump(),
                **({"entity": True} if card.entity else {}),
            },
            "palette": None if card.palette is None else card.palette.model_dump(),
            "images": {field: image.model_dump() for field, image in card.images.items()},
            "owner": {"accountId": card.owner_id, "profileId": card.profile_id},
        }
        new = {
            "id": card.handle,
            "handle": card.handle,
            "cardId": card.card_id,
            "role": "controller",
            # The release before reads it.
            "ownerId": "",
            **values,
        }
        if first and await self._items.create(new):
            return
        older = f"where c.version < {card.version} and c.cardId = '{card.card_id}'"
        if await self._items.patch(card.handle, card.handle, values, where=older) is not None:
            return
        # Absent: create it, unless another worker does so at this moment, perhaps with an older version.
        made = await self._items.create(new)
        if not made and await self._items.patch(card.handle, card.handle, values, where=older) is None:
            raise Unavailable
