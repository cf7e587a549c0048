"""Pieces and volumes of copies, sealed with the key of their owner before they are stored.

A copy has all notes and tags in readable form: without the key, what is stored of it says nothing.
"""

from collections.abc import Collection, Iterator, Sequence
from typing import Final

from adapters.storage.copies import Copies
from domain.relationships.keys import OwnerKeys, Place, Unreadable

_PIECE, _VOLUME = "copy-piece", "copy-volume"
# Before each block of a volume, how long it is.
_SIZE_BYTES: Final = 4


class SealedCopies:
    def __init__(self, store: Copies, keys: OwnerKeys) -> None:
        self._store, self._keys = store, keys

    async def put_piece(self, account_id: str, work_id: str, name: str, content: bytes) -> None:
        key = await self._keys.of(account_id)
        sealed = key.seal_file(content, Place(_PIECE, f"{work_id}/{name}"))
        await self._store.put_piece(account_id, work_id, name, sealed)

    async def read_piece(self, account_id: str, work_id: str, name: str) -> bytes | None:
        """A piece; None for one that is gone or does not open, so that it is gathered again."""
        sealed = await self._store.read_piece(account_id, work_id, name)
        if sealed is None:
            return None
        try:
            return (await self._keys.of(account_id)).unseal_file(sealed, Place(_PIECE, f"{work_id}/{name}"))
        except Unreadable:
            return None

    async def stage_volume(
        self, account_id: str, work_id: str, name: str, block: str, content: bytes
    ) -> None:
        key = await self._keys.of(account_id)
        sealed = key.seal_file(content, Place(_VOLUME, f"{work_id}/{name}"))
        framed = len(sealed).to_bytes(_SIZE_BYTES) + sealed
        await self._store.stage_volume(account_id, work_id, name, block, framed)

    async def commit_volume(self, account_id: str, work_id: str, name: str, blocks: Sequence[str]) -> None:
        await self._store.commit_volume(account_id, work_id, name, blocks)

    async def read_volume(self, account_id: str, work_id: str, name: str) -> bytes | None:
        content = await self._store.read_volume(account_id, work_id, name)
        if content is None:
            return None
        key, place = await self._keys.of(account_id), Place(_VOLUME, f"{work_id}/{name}")
        return b"".join(key.unseal_file(block, place) for block in _blocks(content))

    async def delete_copy(self, account_id: str, work_id: str, *, keep: Collection[str]) -> None:
        await self._store.delete_copy(account_id, work_id, keep=keep)


def _blocks(content: bytes) -> Iterator[bytes]:
    at = 0
    while at < len(content):
        begin = at + _SIZE_BYTES
        at = begin + int.from_bytes(content[at:begin])
        yield content[begin:at]
