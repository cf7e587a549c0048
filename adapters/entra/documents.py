"""Discovery document and signing keys of the identity provider.

Both are fetched rarely, however often anonymous requests need them: the provider's quota is shared by all
sign-ins.
"""

import asyncio
import json
import logging
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

from pydantic import StringConstraints, ValidationError

from adapters.entra.provider_client import ProviderClient
from domain.base.errors import Unavailable
from domain.base.model import Model

if TYPE_CHECKING:
    from jwt import PyJWK

log = logging.getLogger("izwop.entra")

TIMEOUT_SECONDS = 5
# Longest use of a withdrawn key while the provider answers.
REFRESH_AFTER = timedelta(hours=1)
# Longest use of the last keys while the provider is down.
KEEP_FOR = timedelta(hours=24)
REFETCH_AFTER = timedelta(minutes=5)
# Pause between tries without any document: short, because nobody can sign in meanwhile.
RETRY_AFTER = timedelta(seconds=10)
_MIN_KEY_BITS = 2048


class Discovery(Model):
    """The part of OpenID Connect Discovery 1.0 §3 that is used here."""

    issuer: str
    authorization_endpoint: Annotated[str, StringConstraints(pattern="^https?://")]
    end_session_endpoint: Annotated[str, StringConstraints(pattern="^https?://")]
    jwks_uri: Annotated[str, StringConstraints(pattern="^https://")]

    @property
    def browser_origins(self) -> str:
        """Origins of the redirects of signing in and out, separated by blanks."""
        urls = [urlsplit(url) for url in (self.authorization_endpoint, self.end_session_endpoint)]
        return " ".join(sorted({f"{url.scheme}://{url.netloc}" for url in urls}))


class ProviderDocuments:
    """Cache of the provider's documents; one per worker. Every failed fetch is `Unavailable`."""

    def __init__(self, issuer: str, client: ProviderClient) -> None:
        self._issuer, self._client = issuer, client
        self._discovery: Discovery | None = None
        self._discovery_tried_at: datetime | None = None
        self._discovering = asyncio.Lock()
        self._keys: dict[str, PyJWK] = {}
        self._keys_fetched_at: datetime | None = None
        self._keys_tried_at: datetime | None = None
        self._missed_at: datetime | None = None
        self._fetching_keys = asyncio.Lock()

    async def discovery(self, now: datetime) -> Discovery:
        """Return the discovery document, fetched once."""
        if self._discovery is not None:
            return self._discovery
        async with self._discovering:
            if self._discovery is None:
                if _within(RETRY_AFTER, self._discovery_tried_at, now):
                    raise Unavailable
                self._discovery_tried_at = now
                self._discovery = await self._fetch_discovery()
        return self._discovery

    async def signing_key(self, kid: str, now: datetime) -> "PyJWK | None":
        """Return the published key of this id, None if there is none; `Unavailable` without current keys.

        However many unknown ids are asked for, they cause one fetch in five minutes.
        """
        waits = not self._has(kid, now) or not self._fetching_keys.locked()
        if waits and self._should_fetch_keys(kid, now):
            async with self._fetching_keys:
                if self._should_fetch_keys(kid, now):
                    await self._fetch_keys(now)
                    if kid not in self._keys:
                        self._missed_at = now
        if not self._usable(now):
            raise Unavailable
        return self._keys.get(kid)

    def _should_fetch_keys(self, kid: str, now: datetime) -> bool:
        if not self._usable(now):
            return not _within(RETRY_AFTER, self._keys_tried_at, now)
        if kid not in self._keys:
            return not _within(REFETCH_AFTER, self._missed_at, now)
        fresh = _within(REFRESH_AFTER, self._keys_fetched_at, now)
        return not fresh and not _within(REFETCH_AFTER, self._keys_tried_at, now)

    def _usable(self, now: datetime) -> bool:
        return _within(KEEP_FOR, self._keys_fetched_at, now)

    def _has(self, kid: str, now: datetime) -> bool:
        return self._usable(now) and kid in self._keys

    async def _fetch_keys(self, now: datetime) -> None:
        """Replace the keys; after a failure the former ones are kept for `KEEP_FOR`."""
        try:
            discovery = await self.discovery(now)
            keys = _read_keys(await self._fetch(discovery.jwks_uri))
        except Unavailable:
            return
        finally:
            # Set at the end: concurrent callers must wait for the fetch and not take it for done.
            self._keys_tried_at = now
        if keys:
            self._keys, self._keys_fetched_at = keys, now
        else:
            log.error("signing_keys_empty")

    async def _fetch_discovery(self) -> Discovery:
        document = await self._fetch(f"{self._issuer}/.well-known/openid-configuration")
        try:
            discovery = Discovery.model_validate(document)
        except ValidationError:
            log.error("discovery_malformed")  # noqa: TRY400 - the document is not ours to print
            raise Unavailable from None
        if discovery.issuer != self._issuer:
            log.error("discovery_names_another_issuer")
            raise Unavailable
        return discovery

    async def _fetch(self, url: str) -> Any:
        answer = await self._client.request("GET", url, headers={}, timeout_seconds=TIMEOUT_SECONDS)
        try:
            if answer.status != HTTPStatus.OK:
                raise ValueError("refused")  # noqa: TRY301 - one place tells of every failure
            return json.loads(answer.body)
        except (ValueError, RecursionError) as exc:
            log.warning("provider_document_not_read status=%d error=%s", answer.status, type(exc).__name__)
            raise Unavailable from None


def _within(span: timedelta, since: datetime | None, now: datetime) -> bool:
    return since is not None and now - since < span


def _read_keys(document: Any) -> "dict[str, PyJWK]":
    """The RSA keys for RS256 in a JWK set (RFC 7517 §5); keys of other kinds are not ours to judge."""
    from jwt import PyJWK, PyJWTError  # noqa: PLC0415

    listed = document.get("keys") if isinstance(document, dict) else None
    keys = {}
    for jwk in listed if isinstance(listed, list) else []:
        if not isinstance(jwk, dict) or jwk.get("kty") != "RSA" or not isinstance(jwk.get("kid"), str):
            continue
        if jwk.get("use", "sig") != "sig" or jwk.get("alg", "RS256") != "RS256":
            continue
        try:
            key = PyJWK(jwk, algorithm="RS256")
        except (PyJWTError, ValueError, TypeError):
            continue
        if key.key.key_size >= _MIN_KEY_BITS:
            keys[jwk["kid"]] = key
    return keys
