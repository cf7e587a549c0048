"""Full validation of the identity provider's tokens: MSAL returns ID tokens unvalidated.

An ID token proves a person's sign-in to iZwop; an access token authorises a program to act for a person.
Neither passes as the other, even where both have the same audience.
"""

import hashlib
import hmac
import json
import logging
import re
from datetime import UTC, datetime
from typing import Any

from adapters.entra.documents import ProviderDocuments
from domain.base.errors import Unauthenticated
from domain.sign_in.flow import Claims
from domain.sign_in.sessions import STAFF_ROLES, StaffRole

log = logging.getLogger("izwop.entra")

MAX_TOKEN = 16 * 1024
LEEWAY_SECONDS = 60
# The longest lifetime that an administrator can configure in Entra.
MAX_LIFETIME_SECONDS = 24 * 3600
API_SCOPE = "cards.manage"

_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")
# Header parameters by which a token could bring its own key or change its own parsing (RFC 7515 §4.1).
_FORBIDDEN_HEADERS = frozenset({"jku", "jwk", "x5u", "x5c", "crit", "b64", "zip"})


class _Refused(Exception):
    """Reason of a refused token, in one word for the log."""


class Tokens:
    """Validator of tokens. Every refusal is the same `Unauthenticated`; without keys it is `Unavailable`."""

    def __init__(
        self, documents: ProviderDocuments, *, issuer: str, tenant_id: str, client_id: str, api_audience: str
    ) -> None:
        self._documents = documents
        self._issuer, self._tenant_id = issuer, tenant_id
        self._client_id, self._api_audience = client_id, api_audience

    async def read_id_token(self, token: str, *, nonce: str, now: datetime) -> Claims:
        """Return the claims of a sign-in's ID token. It must contain the hash of `nonce`."""
        claims = await self._read(token, self._client_id, now, _check_id_token(nonce, now.timestamp()))
        at = claims.get("auth_time")
        return Claims(
            iss=claims["iss"],
            sub=claims["sub"],
            email=_text(claims, "email"),
            name=_text(claims, "name"),
            authenticated_at=None if at is None else datetime.fromtimestamp(at, UTC),
            email_verified=_is_verified(claims),
            roles=_staff_roles(claims),
        )

    async def read_access_token(self, token: str, *, now: datetime) -> tuple[str, str]:
        """Return (`iss`, `sub`) of the person for whom the bearer acts."""
        claims = await self._read(token, self._api_audience, now, _check_access_token)
        return claims["iss"], claims["sub"]

    async def _read(self, token: str, audience: str, now: datetime, check: Any) -> dict[str, Any]:
        from jwt import PyJWTError  # noqa: PLC0415

        try:
            claims = await self._verified(token, audience, now)
            _check_times(claims, now.timestamp())
            if claims["tid"] != self._tenant_id:
                raise _Refused("tenant")  # noqa: TRY301 - one place answers every refusal
            # Entra's older tokens mean other things by the same names.
            if claims.get("ver", "2.0") != "2.0":
                raise _Refused("version")  # noqa: TRY301
            check(claims)
        except (_Refused, PyJWTError, ValueError) as exc:
            log.info("token_refused reason=%s", exc if isinstance(exc, _Refused) else type(exc).__name__)
            raise Unauthenticated from None
        return claims

    async def _verified(self, token: str, audience: str, now: datetime) -> dict[str, Any]:
        import jwt  # noqa: PLC0415

        if len(token) > MAX_TOKEN or not _COMPACT.fullmatch(token):
            raise _Refused("form")
        header = jwt.get_unverified_header(token)
        if _FORBIDDEN_HEADERS & header.keys():
            raise _Refused("header")
        kid = header.get("kid")
        key = await self._documents.signing_key(kid, now) if isinstance(kid, str) else None
        if key is None:
            raise _Refused("key")
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=audience,
            issuer=self._issuer,
            options={
                "require": ["exp", "nbf", "iat", "iss", "aud", "sub", "tid"],
                "strict_aud": True,
                # Times are checked below, by the clock in the arguments.
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
            },
        )
        _refuse_ambiguous(token)
        if not claims["sub"]:
            raise _Refused("subject")
        return claims


def _refuse_ambiguous(token: str) -> None:
    """Refuse JSON that parsers read differently, or not at all.

    A token is UTF-8 (RFC 8725 §3.7) without lone surrogates (RFC 7493 §2.1) and without repeated names.
    """
    from jwt.utils import base64url_decode  # noqa: PLC0415

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise _Refused("repeated")
        return found

    for part in token.split(".")[:2]:
        said = json.loads(base64url_decode(part).decode(), object_pairs_hook=unique)
        json.dumps(said, ensure_ascii=False).encode()


def _check_times(claims: dict[str, Any], now: float) -> None:
    exp, nbf, iat = (claims[name] for name in ("exp", "nbf", "iat"))
    if not all(type(time) is int and time > 0 for time in (exp, nbf, iat)):
        raise _Refused("times")
    if now >= exp + LEEWAY_SECONDS:
        raise _Refused("expired")
    if now < max(nbf, iat) - LEEWAY_SECONDS:
        raise _Refused("early")
    if exp - iat > MAX_LIFETIME_SECONDS:
        raise _Refused("lifetime")


def _check_id_token(nonce: str, now: float) -> Any:
    # MSAL sends the hash and keeps the nonce (OpenID Connect Core §15.5.2).
    expected = hashlib.sha256(nonce.encode()).hexdigest()

    def check(claims: dict[str, Any]) -> None:
        given = claims.get("nonce")
        if not isinstance(given, str) or not hmac.compare_digest(given.encode(), expected.encode()):
            raise _Refused("nonce")
        if "scp" in claims:
            raise _Refused("kind")
        at = claims.get("auth_time")
        if at is not None and (type(at) is not int or not 0 < at < now + LEEWAY_SECONDS):
            raise _Refused("auth_time")

    return check


def _check_access_token(claims: dict[str, Any]) -> None:
    if "nonce" in claims or "at_hash" in claims or "c_hash" in claims:
        raise _Refused("kind")
    if not _text(claims, "azp"):
        raise _Refused("client")
    scopes = claims.get("scp")
    if not isinstance(scopes, str) or API_SCOPE not in scopes.split(" "):
        raise _Refused("scope")


def _is_verified(claims: dict[str, Any]) -> bool:
    """Whether the provider says that the e-mail address is the person's own; whatever is unclear says no.

    `email_verified` is of OpenID Connect Core §5.1; Entra's is `xms_edov`, also as a number or a text.
    """
    said = [claims[name] for name in ("email_verified", "xms_edov") if name in claims]
    return bool(said) and all(each in (True, "1", "true") for each in said)


def _staff_roles(claims: dict[str, Any]) -> tuple[StaffRole, ...]:
    """App roles that an administrator gave the person, as far as they are of matter here."""
    given = claims.get("roles")
    return tuple(role for role in STAFF_ROLES if role in given) if isinstance(given, list) else ()


def _text(claims: dict[str, Any], name: str) -> str | None:
    value = claims.get(name)
    return value if isinstance(value, str) else None
