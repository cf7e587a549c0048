"""Authenticated encryption of small values that a browser keeps for us."""

import base64
import binascii
import hashlib
import os
from contextlib import suppress

KEY_BYTES = 32
_NONCE_BYTES = 12


class Sealer:
    """AES-256-GCM. `keys` is 32 bytes in base64, of either alphabet, with or without padding.

    During a key rotation it is two of them, separated by a comma: the first seals, both open.
    """

    def __init__(self, keys: str) -> None:
        self._keys = [decode_key(key) for key in keys.split(",")]
        if any(len(key) != KEY_BYTES for key in self._keys):
            raise ValueError("A sealing key must be 32 random bytes in base64.")

    @property
    def name(self) -> str:
        """Name of the key that seals, which says nothing about it."""
        return hashlib.sha256(b"name of " + self._keys[0]).hexdigest()[:16]

    def seal(self, value: bytes, purpose: str) -> str:
        """Return base64url, which a cookie can hold. It opens again only for the same purpose."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + AESGCM(self._keys[0]).encrypt(nonce, value, purpose.encode())
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def unseal(self, text: str, purpose: str) -> bytes | None:
        """Return the sealed value, or None for anything that was not sealed for this purpose."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

        sealed = decode_key(text)
        for key in self._keys:
            with suppress(ValueError, InvalidTag):
                return AESGCM(key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], purpose.encode())
        return None


def decode_key(text: str) -> bytes:
    """The bytes of a text in base64, of either alphabet; none if it is not one."""
    try:
        plain = text.rstrip("=").replace("+", "-").replace("/", "_")
        return base64.b64decode(plain + "=" * (-len(plain) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        return b""
