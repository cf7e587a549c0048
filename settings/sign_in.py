"""The identity provider, and the key of our own cookies."""

from functools import cache

from pydantic import Field

from settings import read
from settings.fields import FilePath, Group, HttpsUrl, Secret, SessionKey


class SignIn(Group):
    oidc_issuer: HttpsUrl = Field(
        alias="OIDC_ISSUER", description="Exactly the `iss` of the provider's tokens, an https:// address."
    )
    oidc_tenant_id: str = Field(
        alias="OIDC_TENANT_ID", min_length=1, description="The `tid` of the provider's tokens."
    )
    oidc_client_id: str = Field(
        alias="OIDC_CLIENT_ID", min_length=1, description="The application id that the provider gave iZwop."
    )
    oidc_client_secret: Secret = Field(
        alias="OIDC_CLIENT_SECRET", description="The application's secret, of at least 8 characters."
    )
    oidc_api_audience: str = Field(
        alias="OIDC_API_AUDIENCE",
        min_length=1,
        description="The `aud` of access tokens for the API, with Entra the application id.",
    )
    oidc_ca_file: FilePath | None = Field(
        default=None, alias="OIDC_CA_FILE", description="A private CA's certificate."
    )
    session_key: SessionKey = Field(
        alias="SESSION_KEY", description="32 random bytes in base64; seals the sign-in cookie."
    )


@cache
def load() -> SignIn:
    """Raise `WrongSettings` when one of them is wrong."""
    return read(SignIn)
