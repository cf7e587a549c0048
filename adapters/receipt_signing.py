"""Signing of receipts of consent: JWS with EdDSA (RFC 7515, RFC 8037), and the keys that check them."""

import base64
import hashlib
import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

_TYPE = "consent-receipt+jws"


class ReceiptSigner:
    """`seeds` are keys of 32 random bytes, in a rotation two of them: the first signs, both are published."""

    def __init__(self, seeds: list[bytes]) -> None:
        self._seeds = seeds

    def sign(self, said: dict[str, Any]) -> str:
        from jwt.api_jws import PyJWS  # noqa: PLC0415 - few requests need it

        payload = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"kid": self.public_keys[0]["kid"], "typ": _TYPE}
        return PyJWS().encode(payload, self._private[0], algorithm="EdDSA", headers=headers)

    @cached_property
    def _private(self) -> "list[Ed25519PrivateKey]":
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

        return [Ed25519PrivateKey.from_private_bytes(seed) for seed in self._seeds]

    @cached_property
    def public_keys(self) -> list[dict[str, str]]:
        """The keys as JWK (RFC 8037), each named by its thumbprint (RFC 7638); the first one signs."""
        return [_jwk(key) for key in self._private]


def _jwk(key: "Ed25519PrivateKey") -> dict[str, str]:
    public = key.public_key().public_bytes_raw()
    named = {"crv": "Ed25519", "kty": "OKP", "x": _text(public)}
    thumbprint = hashlib.sha256(json.dumps(named, separators=(",", ":"), sort_keys=True).encode()).digest()
    return {**named, "kid": _text(thumbprint), "alg": "EdDSA", "use": "sig"}


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
