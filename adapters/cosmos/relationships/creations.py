"""Records of Idempotency-Keys, sealed with the owner's key, because for a day they repeat what was made."""

from typing import Any

from adapters.cosmos.database import Items
from adapters.cosmos.documents import DAY
from adapters.cosmos.relationships.contact_documents import whole_document
from domain.base.fields import STORED
from domain.base.idempotency import Creation
from domain.relationships.keys import OwnerKey, OwnerKeys, Place, Unreadable


async def key_of(owner_id: str, keys: OwnerKeys | None) -> OwnerKey:
    """The key of an owner; `Unreadable` for a tool without keys."""
    if keys is None:
        raise Unreadable
    return await keys.of(owner_id)


class SealedCreations[C: Creation[Any]]:
    """The records of one kind of things, in the partitions of their owners."""

    def __init__(self, items: Items, keys: OwnerKeys | None, kind: str, model: type[C]) -> None:
        self._items, self._keys, self._kind, self._model = items, keys, f"{kind}-creation", model

    async def creating(self, owner_id: str, creation: C, **extra: Any) -> tuple[Any, ...]:
        """The operation that stores the record, for the batch that stores what was made."""
        item = self._id(creation.key)
        key = await key_of(owner_id, self._keys)
        return ("create", (whole_document(self._kind, item, owner_id, creation, key, ttl=DAY, **extra),))

    async def get(self, owner_id: str, key: str) -> C | None:
        item = self._id(key)
        stored = await self._items.read(item, owner_id)
        if stored is None:
            return None
        owners = await key_of(owner_id, self._keys)
        plain = owners.unseal(stored["body"]["text"], Place(self._kind, item))
        return self._model.model_validate_json(plain, context=STORED)

    async def forget(self, owner_id: str, key: str) -> None:
        """Drop a record, because what it repeats was deleted."""
        await self._items.delete(self._id(key), owner_id)

    def _id(self, key: str) -> str:
        return f"{self._kind}-{key}"
