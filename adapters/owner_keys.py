"""Keys of owners, unwrapped with the master key and kept a short while in this worker's memory.

AES-256-GCM with a random nonce for each text and its place as associated data. A sealed text
begins with the generation of its key.
"""

import base64
import binascii
import hmac
import json
import os
from collections import OrderedDict
from collections.abc import Callable
from typing import NamedTuple, Protocol

from domain.base.errors import Unavailable
from domain.relationships.keys import Place, Unreadable, WrappedKeys, WrappedKeyStore
from domain.relationships.rotation import Unwrappable

_KEY_BYTES = 32
_NONCE_BYTES = 12
_GENERATION_BYTES = 4
_MOST_KEPT = 2000
# As long as a worker may still read what another worker has shredded.
KEPT_SECONDS = 60.0


class Master(Protocol):
    """The master key, which wraps and unwraps other keys. `name` tells two of them apart."""

    @property
    def name(self) -> str: ...
    def seal(self, value: bytes, purpose: str) -> str: ...
    def unseal(self, text: str, purpose: str) -> bytes | None: ...


class SealingKey:
    """The key of one owner (`domain/relationships/keys.py:OwnerKey`)."""

    def __init__(self, owner_id: str, generation: int, keys: dict[int, bytes], digest: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415 - no stranger needs it

        self._owner_id, self.generation, self._digest = owner_id, generation, digest
        self._ciphers = {number: AESGCM(key) for number, key in keys.items()}

    def seal(self, plain: bytes, place: Place) -> str:
        sealed = self._sealed(plain, place)
        return f"{self.generation}.{base64.urlsafe_b64encode(sealed).decode().rstrip('=')}"

    def unseal(self, sealed: str, place: Place) -> bytes:
        generation, _, text = sealed.partition(".")
        try:
            raw = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
            return self._unsealed(int(generation), raw, place)
        except (ValueError, binascii.Error):
            raise Unreadable from None

    def seal_file(self, plain: bytes, place: Place) -> bytes:
        return self.generation.to_bytes(_GENERATION_BYTES) + self._sealed(plain, place)

    def unseal_file(self, sealed: bytes, place: Place) -> bytes:
        generation = int.from_bytes(sealed[:_GENERATION_BYTES])
        return self._unsealed(generation, memoryview(sealed)[_GENERATION_BYTES:], place)

    def _sealed(self, plain: bytes, place: Place) -> bytes:
        nonce = os.urandom(_NONCE_BYTES)
        return nonce + self._ciphers[self.generation].encrypt(nonce, plain, self._associated(place))

    def _unsealed(self, generation: int, sealed: bytes | memoryview, place: Place) -> bytes:
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415

        try:
            cipher = self._ciphers[generation]
            return cipher.decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], self._associated(place))
        except (KeyError, ValueError, InvalidTag):
            raise Unreadable from None

    def is_current(self, sealed: str) -> bool:
        return sealed.startswith(f"{self.generation}.")

    def digest(self, text: str) -> bytes:
        return hmac.digest(self._digest, text.encode(), "sha256")

    def _associated(self, place: Place) -> bytes:
        return json.dumps([self._owner_id, place.item, place.kind, place.version]).encode()


class _Kept(NamedTuple):
    key: SealingKey
    until: float


class KeptOwnerKeys:
    """`clock` is monotonic, in seconds."""

    def __init__(self, store: WrappedKeyStore, master: Master, clock: Callable[[], float]) -> None:
        self._store, self._master, self._clock = store, master, clock
        self._kept: OrderedDict[str, _Kept] = OrderedDict()

    async def of(self, owner_id: str) -> SealingKey:
        kept = self._kept.get(owner_id)
        if kept is not None and self._clock() < kept.until:
            return kept.key
        # From before the read, which may take its time, so that a minute is all that an old key is used for.
        until = self._clock() + KEPT_SECONDS
        stored = await self._store.get(owner_id)
        if stored is None:
            stored = await self._first(owner_id)
        key = self._unwrapped(stored)
        self._kept[owner_id] = _Kept(key, until)
        self._kept.move_to_end(owner_id)
        while len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return key

    async def forget(self, owner_id: str) -> None:
        await self._store.delete(owner_id)
        self._kept.pop(owner_id, None)

    async def _first(self, owner_id: str) -> WrappedKeys:
        wrapped = [self._wrapped(os.urandom(_KEY_BYTES), owner_id) for _ in range(2)]
        new = WrappedKeys(owner_id=owner_id, master=self._master.name, current=wrapped[0], digest=wrapped[1])
        if await self._store.create(new):
            return new
        stored = await self._store.get(owner_id)
        if stored is None:
            raise Unavailable
        return stored

    def _wrapped(self, key: bytes, owner_id: str) -> str:
        return self._master.seal(key, _purpose(owner_id))

    def _unwrapped(self, stored: WrappedKeys) -> SealingKey:
        number = stored.generation
        wrapped = {number: stored.current, number - 1: stored.previous, number + 1: stored.following}
        try:
            keys = {each: self._open(text, stored.owner_id) for each, text in wrapped.items() if text}
            digest = self._open(stored.digest, stored.owner_id)
        except Unwrappable:
            # Another master key wrapped it: an operator's mistake, which a person cannot mend.
            raise Unavailable from None
        return SealingKey(stored.owner_id, number, keys, digest)

    def _open(self, wrapped: str, owner_id: str) -> bytes:
        return _unwrapped(self._master, wrapped, owner_id)


class MasterKeySmith:
    """Makes keys and wraps them anew (`domain/relationships/rotation.py:KeySmith`)."""

    def __init__(self, master: Master) -> None:
        self._master = master

    @property
    def master(self) -> str:
        return self._master.name

    def new_key(self, owner_id: str) -> str:
        return self._master.seal(os.urandom(_KEY_BYTES), _purpose(owner_id))

    def rewrapped(self, keys: WrappedKeys) -> WrappedKeys:
        anew = {
            name: self._anew(wrapped, keys.owner_id)
            for name in ("current", "previous", "following", "digest")
            if (wrapped := getattr(keys, name)) is not None
        }
        return keys.model_copy(update={**anew, "master": self.master})

    def _anew(self, wrapped: str, owner_id: str) -> str:
        return self._master.seal(_unwrapped(self._master, wrapped, owner_id), _purpose(owner_id))


def _unwrapped(master: Master, wrapped: str, owner_id: str) -> bytes:
    key = master.unseal(wrapped, _purpose(owner_id))
    if key is None:
        raise Unwrappable
    return key


def _purpose(owner_id: str) -> str:
    return f"owner-key|{owner_id}"
