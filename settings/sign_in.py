"""The identity provider, and the key of our own cookies."""

from functools import cache

from pydantic import Field

from settings import read
from settings.fields import FilePath, Group, HttpsUrl, SealingKey, Secret


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
    session_key: SealingKey = Field(
        alias="SESSION_KEY", description="32 random bytes in base64; seals the sign-in cookie."
    )
    session_idle_hours: int = Field(
        default=2,
        ge=1,
        le=24,
        alias="SESSION_IDLE_HOURS",
        description="Hours after which an unused session ends, 1 to 24.",
    )
    session_hours: int = Field(
        default=12,
        ge=1,
        le=24,
        alias="SESSION_HOURS",
        description="Hours after which a session ends however often it is used, 1 to 24.",
    )
    kept_session_idle_days: int = Field(
        default=14,
        ge=1,
        le=90,
        alias="KEPT_SESSION_IDLE_DAYS",
        description="Days after which an unused session on a trusted device ends, 1 to 90.",
    )
    kept_session_days: int = Field(
        default=30,
        ge=1,
        le=90,
        alias="KEPT_SESSION_DAYS",
        description="Days after which a session on a trusted device ends however often it is used, 1 to 90.",
    )
    fresh_sign_in_minutes: int = Field(
        default=15,
        ge=1,
        le=720,
        alias="FRESH_SIGN_IN_MINUTES",
        description="Minutes after a sign-in in which acts that do harm need no other one, 1 to 720.",
    )


@cache
def load() -> SignIn:
    """Raise `WrongSettings` when one of them is wrong."""
    return read(SignIn)
