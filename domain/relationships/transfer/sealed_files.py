"""Files of imports and exports: sealed with the key of their owner, for some days, in a store of pieces."""

from collections.abc import Collection
from typing import Final, Protocol

from domain.relationships.keys import OwnerKeys, Place

_KIND: Final = "transfer"
# The piece that is the file as it was sent.
SOURCE: Final = "source"


class PieceStore(Protocol):
    async def put_piece(self, account_id: str, work_id: str, name: str, content: bytes) -> None: ...
    async def read_piece(self, account_id: str, work_id: str, name: str) -> bytes | None: ...
    async def delete_copy(self, account_id: str, work_id: str, *, keep: Collection[str]) -> None: ...


class SealedFiles:
    """Pieces of an import or an export, by its id. What is stored says nothing without the owner's key."""

    def __init__(self, store: PieceStore, keys: OwnerKeys) -> None:
        self._store, self._keys = store, keys

    async def put(self, owner_id: str, item: str, name: str, plain: bytes) -> None:
        key = await self._keys.of(owner_id)
        sealed = key.seal(plain, Place(_KIND, f"{item}/{name}"))
        await self._store.put_piece(owner_id, item, name, sealed.encode())

    async def read(self, owner_id: str, item: str, name: str) -> bytes | None:
        sealed = await self._store.read_piece(owner_id, item, name)
        if sealed is None:
            return None
        return (await self._keys.of(owner_id)).unseal(sealed.decode(), Place(_KIND, f"{item}/{name}"))

    async def drop(self, owner_id: str, item: str) -> None:
        await self._store.delete_copy(owner_id, item, keep=())
