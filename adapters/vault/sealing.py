"""Sealing of credentials: AES-256-GCM with a new data key each time, which the key in the vault wraps.

The data key is stored wrapped, beside what it seals. A copy of every store opens nothing without the vault.
"""

import logging
import os
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from adapters.vault.keys import VaultKey
from domain.integrations.credentials import Credentials, Sealed
from domain.integrations.errors import CredentialsUnreadable

log = logging.getLogger("izwop.vault")

# As long as a worker keeps a data key that it has used, and how many of them.
OPENED_SECONDS: Final = 300
MOST_OPENED: Final = 2000
_KEY_BYTES: Final = 32
_NONCE_BYTES: Final = 12


class VaultSeals:
    """`Seals` of the domain; one per worker."""

    def __init__(self, key: VaultKey, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._key, self._clock = key, clock
        self._opened: OrderedDict[str, tuple[float, bytes]] = OrderedDict()

    async def seal(self, org_id: str, source_id: str, version: int, credentials: Credentials) -> Sealed:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

        key, nonce = os.urandom(_KEY_BYTES), os.urandom(_NONCE_BYTES)
        bound_to = _bound_to(org_id, source_id, version)
        ciphertext = nonce + AESGCM(key).encrypt(nonce, credentials.to_bytes(), bound_to)
        wrapped, kid = await self._key.wrap(key)
        self._remember(wrapped, key)
        text = urlsafe_b64encode(ciphertext).decode()
        return Sealed(ciphertext=text, wrapped_key=wrapped, kid=kid, version=version)

    async def open(self, org_id: str, source_id: str, sealed: Sealed) -> Credentials:
        return Credentials.from_bytes(self._decrypted(org_id, source_id, sealed, await self._unwrap(sealed)))

    async def rewrap(self, org_id: str, source_id: str, sealed: Sealed) -> Sealed:
        """Only the wrapping changes. It is opened first, so that a wrong one is noticed now."""
        key = await self._unwrap(sealed)
        self._decrypted(org_id, source_id, sealed, key)
        wrapped, kid = await self._key.wrap(key)
        return sealed if kid == sealed.kid else sealed.model_copy(update={"wrapped_key": wrapped, "kid": kid})

    def _decrypted(self, org_id: str, source_id: str, sealed: Sealed, key: bytes) -> bytes:
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

        try:
            ciphertext = urlsafe_b64decode(sealed.ciphertext)
            nonce, rest = ciphertext[:_NONCE_BYTES], ciphertext[_NONCE_BYTES:]
            return AESGCM(key).decrypt(nonce, rest, _bound_to(org_id, source_id, sealed.version))
        except (InvalidTag, ValueError):
            log.warning("credentials_unreadable source=%s", source_id)
            raise CredentialsUnreadable from None

    async def _unwrap(self, sealed: Sealed) -> bytes:
        kept = self._opened.get(sealed.wrapped_key)
        if kept is not None and self._clock() - kept[0] < OPENED_SECONDS:
            return kept[1]
        key = await self._key.unwrap(sealed.wrapped_key, sealed.kid)
        self._remember(sealed.wrapped_key, key)
        return key

    def _remember(self, wrapped: str, key: bytes) -> None:
        self._opened[wrapped] = self._clock(), key
        self._opened.move_to_end(wrapped)
        while len(self._opened) > MOST_OPENED:
            self._opened.popitem(last=False)


def _bound_to(org_id: str, source_id: str, version: int) -> bytes:
    """What a sealing belongs to: copied to another source or number, it does not open."""
    return f"{org_id}:{source_id}:{version}".encode()
