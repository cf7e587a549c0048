"""The key that wraps credentials of clients' systems, and hosts of this machine that may be called."""

from functools import cache

from pydantic import Field

from settings import read
from settings.fields import FilePath, Group, Secret


class Integrations(Group):
    credentials_key_url: str = Field(
        pattern=r"^https://[^\s?#/]+/keys/[0-9A-Za-z-]+$",
        alias="CREDENTIALS_KEY_URL",
        description=(
            "The key that wraps credentials of clients' systems, like https://NAME.vault.azure.net/keys/KEY."
        ),
    )
    vault_token: Secret | None = Field(
        default=None, alias="VAULT_TOKEN", description="The token of a key vault on this machine."
    )
    vault_ca_file: FilePath | None = Field(
        default=None,
        alias="VAULT_CA_FILE",
        description="A private CA's certificate of a key vault on this machine.",
    )
    outbound_loopback: str = Field(
        default="",
        pattern=r"^[a-z0-9.-]+(,[a-z0-9.-]+)*$|^$",
        alias="OUTBOUND_LOOPBACK",
        description="Names of hosts, separated by commas, that lead to this machine when iZwop calls them.",
    )

    @property
    def loopback_hosts(self) -> frozenset[str]:
        return frozenset(filter(None, self.outbound_loopback.split(",")))


@cache
def load() -> Integrations:
    """Raise `WrongSettings` when one of them is wrong."""
    return read(Integrations)
