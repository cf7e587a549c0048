"""The key in Azure Key Vault.

Wrapping needs its public half and happens here. Unwrapping is done by the vault, which never gives the other
half away.
"""

import logging
import re
import time
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, Final

from domain.base.errors import Unavailable
from domain.integrations.errors import CredentialsUnreadable

if TYPE_CHECKING:
    from azure.keyvault.keys.aio import KeyClient
    from azure.keyvault.keys.crypto.aio import CryptographyClient

log = logging.getLogger("izwop.vault")

# As long as the version that was the newest is taken for it.
NEWEST_SECONDS: Final = 300
CONNECT_SECONDS: Final = 5
READ_SECONDS: Final = 10
_KEY_URL = re.compile(r"(https://[^/]+)/keys/([0-9A-Za-z-]+)")
_VERSION = re.compile("[0-9a-f]{32}")


class VaultKey:
    """One client per worker. `key_url` is the key's address without a version.

    Without a `token` it signs in with the managed identity of the app. With one it speaks to a vault of the
    same machine, whose certificate is signed by `ca_file` and whose domain is not Azure's.
    Raises `Unavailable` for whatever an operator can mend, like a network, a role or a deleted key.
    """

    def __init__(
        self,
        key_url: str,
        *,
        token: str | None = None,
        ca_file: str | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        found = _KEY_URL.fullmatch(key_url)
        if found is None:
            raise ValueError("The address of a key is https://VAULT/keys/NAME.")
        self._vault_url, self._name = found.groups()
        self._token, self._ca_file, self._clock = token, ca_file, clock
        self._client: KeyClient | None = None
        self._credential: Any = None
        self._newest: tuple[float, CryptographyClient] | None = None
        self._versions: dict[str, CryptographyClient] = {}

    async def wrap(self, key: bytes) -> tuple[str, str]:
        """The data key, wrapped with the newest version, and name and version of that."""
        from azure.keyvault.keys.crypto import KeyWrapAlgorithm  # noqa: PLC0415

        now = self._clock()
        if self._newest is None or now - self._newest[0] >= NEWEST_SECONDS:
            self._newest = now, self._keys().get_cryptography_client(self._name)
        newest = self._newest[1]
        async with _asked():
            done = await newest.wrap_key(KeyWrapAlgorithm.rsa_oaep_256, key)
        version = str(done.key_id).rpartition("/")[2]
        return urlsafe_b64encode(done.encrypted_key).decode(), f"{self._name}/{version}"

    async def unwrap(self, wrapped: str, kid: str) -> bytes:
        """The data key again; `CredentialsUnreadable` for what this key has not wrapped."""
        from azure.keyvault.keys.crypto import KeyWrapAlgorithm  # noqa: PLC0415

        name, _, version = kid.partition("/")
        # What is stored must not name another key to be asked for.
        if name != self._name or not _VERSION.fullmatch(version):
            raise CredentialsUnreadable
        try:
            value = urlsafe_b64decode(wrapped)
        except ValueError:
            raise CredentialsUnreadable from None
        if version not in self._versions:
            self._versions[version] = self._keys().get_cryptography_client(name, key_version=version)
        async with _asked():
            done = await self._versions[version].unwrap_key(KeyWrapAlgorithm.rsa_oaep_256, value)
        return bytes(done.key)

    async def close(self) -> None:
        self._newest = None
        self._versions.clear()
        for part in (self._client, self._credential):
            if part is not None:
                await part.close()
        self._client = self._credential = None

    def _keys(self) -> "KeyClient":
        if self._client is not None:
            return self._client
        from azure.core.pipeline.transport import AioHttpTransport  # noqa: PLC0415
        from azure.keyvault.keys.aio import KeyClient  # noqa: PLC0415

        if self._token is None:
            from azure.identity.aio import DefaultAzureCredential  # noqa: PLC0415

            self._credential = DefaultAzureCredential()
        else:
            self._credential = _Token(self._token)
        transport = AioHttpTransport(
            use_env_settings=False,
            connection_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            connection_verify=self._ca_file or True,
        )
        self._client = KeyClient(
            self._vault_url,
            self._credential,
            transport=transport,
            retry_total=2,
            verify_challenge_resource=self._token is None,
        )
        return self._client


class _Token:
    """A credential that is one fixed token."""

    def __init__(self, token: str) -> None:
        self._token = token

    async def get_token(self, *_: str, **__: Any) -> Any:
        from azure.core.credentials import AccessToken  # noqa: PLC0415

        return AccessToken(self._token, int(time.time()) + 3600)

    async def close(self) -> None: ...


@asynccontextmanager
async def _asked() -> AsyncIterator[None]:
    """Turn what the vault says into our refusals; its texts hold addresses and stay out of the log."""
    from azure.core.exceptions import AzureError, HttpResponseError  # noqa: PLC0415

    try:
        yield
    except HttpResponseError as exc:
        log.warning("vault_refused status=%s", exc.status_code)
        if exc.status_code == HTTPStatus.BAD_REQUEST:
            raise CredentialsUnreadable from None
        raise Unavailable from None
    except (AzureError, OSError, TimeoutError) as exc:
        log.warning("vault_not_reached error=%s", type(exc).__name__)
        raise Unavailable from None
