"""The key that wraps credentials of clients' systems, and hosts of this machine that may be called."""

from functools import cache

from pydantic import Field, Json, SecretStr

from settings import read
from settings.fields import FilePath, Group, Secret


class OAuthApp(Group):
    """One application of iZwop's at a vendor."""

    id: str
    secret: SecretStr


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

    vendor_addresses: str = Field(
        default="",
        pattern=r"^([a-z0-9]+=https?://[^\s,]+[^\s,/](,|$))*$",
        alias="VENDOR_ADDRESSES",
        description="Addresses of systems that stand in for real ones, like hubspot=http://127.0.0.1:8700.",
    )
    oauth_apps: Json[dict[str, OAuthApp]] = Field(
        default={},
        alias="OAUTH_APPS",
        description='iZwop\'s applications at vendors, as JSON: {"hubspot": {"id": "…", "secret": "…"}}.',
    )

    @property
    def addresses(self) -> dict[str, str]:
        """Addresses of stand-ins by the kind of system."""
        return dict(each.split("=", 1) for each in self.vendor_addresses.split(",") if each)

    @property
    def loopback_hosts(self) -> frozenset[str]:
        return frozenset(filter(None, self.outbound_loopback.split(",")))


@cache
def load() -> Integrations:
    """Raise `WrongSettings` when one of them is wrong."""
    return read(Integrations)
