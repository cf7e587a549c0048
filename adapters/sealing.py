"""Seals small values that a browser keeps for us: nobody else can read, change or make them."""

import base64
import binascii
import os

KEY_BYTES = 32
_NONCE_BYTES = 12


class Sealer:
    """AES-256-GCM. `key` is 32 bytes in base64, of either alphabet, with or without padding."""

    def __init__(self, key: str) -> None:
        self._key = _decode(key)
        if len(self._key) != KEY_BYTES:
            raise ValueError("SESSION_KEY must be 32 random bytes in base64.")

    def seal(self, value: bytes, purpose: str) -> str:
        """Return base64url, which a cookie can hold. It opens again only for the same purpose."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

        nonce = os.urandom(_NONCE_BYTES)
        sealed = nonce + AESGCM(self._key).encrypt(nonce, value, purpose.encode())
        return base64.urlsafe_b64encode(sealed).decode().rstrip("=")

    def unseal(self, text: str, purpose: str) -> bytes | None:
        """Return what was sealed, or None for anything that we did not seal for this purpose."""
        from cryptography.exceptions import InvalidTag  # noqa: PLC0415
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # noqa: PLC0415

        try:
            sealed = _decode(text)
            return AESGCM(self._key).decrypt(sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:], purpose.encode())
        except (ValueError, InvalidTag):
            return None


def _decode(text: str) -> bytes:
    try:
        plain = text.rstrip("=").replace("+", "-").replace("/", "_")
        return base64.b64decode(plain + "=" * (-len(plain) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        return b""
