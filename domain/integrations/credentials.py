"""Credentials of a source, and how they are kept: sealed, so that the stores alone do not give them away."""

import json
from datetime import datetime
from typing import Literal, Protocol, Self

from pydantic import Field, SecretStr

from domain.base.model import Model


class Credentials(Model):
    """What a vendor gave us to act for a client. Nothing of it is told by `repr`, `dump` or JSON.

    `extra` is what else belongs to it, like the address of the client's instance.
    """

    kind: Literal["oauth", "token"]
    access_token: SecretStr
    refresh_token: SecretStr | None = None
    expires_at: datetime | None = None
    extra: dict[str, SecretStr] = Field(default={})

    def secrets(self) -> list[str]:
        """Every text that must not be seen anywhere."""
        given = [self.access_token, self.refresh_token, *self.extra.values()]
        return [each.get_secret_value() for each in given if each is not None]

    def to_bytes(self) -> bytes:
        """All of it in plain form, only to be sealed."""
        plain = {
            "kind": self.kind,
            "access_token": self.access_token.get_secret_value(),
            "refresh_token": self.refresh_token and self.refresh_token.get_secret_value(),
            "expires_at": self.expires_at and self.expires_at.isoformat(),
            "extra": {name: value.get_secret_value() for name, value in self.extra.items()},
        }
        return json.dumps(plain).encode()

    @classmethod
    def from_bytes(cls, plain: bytes) -> Self:
        return cls.model_validate_json(plain)


class Sealed(Model):
    """Sealed credentials, as they are stored beside their source.

    `kid` is the name and version of the vault's key that wrapped the data key. `version` is the number of the
    sealing: an older one does not open as a newer one.
    """

    ciphertext: str
    wrapped_key: str
    kid: str
    version: int


class Seals(Protocol):
    """Raises `Unavailable` without the vault, and `CredentialsUnreadable` for what will never open."""

    async def seal(self, org_id: str, source_id: str, version: int, credentials: Credentials) -> Sealed: ...

    async def open(self, org_id: str, source_id: str, sealed: Sealed) -> Credentials: ...

    async def rewrap(self, org_id: str, source_id: str, sealed: Sealed) -> Sealed:
        """The same under the newest version of the vault's key; itself if it is there already."""
        ...


class Access(Protocol):
    """The credentials of one source, while it is called."""

    async def current(self) -> Credentials: ...

    async def renewed(self, refused: Credentials) -> Credentials:
        """Newer ones, after the vendor refused these; `AccessLost` if there are none."""
        ...
