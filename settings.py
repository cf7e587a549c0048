"""Settings: the only reader of environment variables. A missing or wrong one is named at once."""

import os
from functools import cached_property
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StringConstraints, ValidationError

Origin = Annotated[str, StringConstraints(pattern=r"^https?://[a-z0-9.:-]+$")]
HttpsUrl = Annotated[str, StringConstraints(pattern=r"^https://[^\s?#]+[^\s?#/]$")]
# An empty secret would verify what anybody forged.
Secret = Annotated[SecretStr, Field(min_length=8)]


class Settings(BaseModel):
    """The app's settings, one environment variable each, named by its alias.

    `COSMOS_KEY` and `AzureWebJobsStorage` are for local use; without them the app signs in to Azure with its
    managed identity.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, defer_build=True)

    public_origin: Origin = Field(
        alias="PUBLIC_ORIGIN", description="The origin people see; links start with it."
    )
    cosmos_endpoint: str = Field(alias="COSMOS_ENDPOINT", pattern="^https?://")
    cosmos_key: SecretStr | None = Field(default=None, alias="COSMOS_KEY")
    cosmos_database: str = Field(default="izwop", alias="COSMOS_DATABASE")
    storage: SecretStr | None = Field(default=None, alias="AzureWebJobsStorage")
    storage_queues: str | None = Field(default=None, alias="AzureWebJobsStorage__queueServiceUri")
    storage_blobs: str | None = Field(default=None, alias="AzureWebJobsStorage__blobServiceUri")
    oidc_issuer: HttpsUrl = Field(
        alias="OIDC_ISSUER", description="Exactly the `iss` of the provider's tokens."
    )
    oidc_tenant_id: str = Field(alias="OIDC_TENANT_ID", min_length=1)
    oidc_client_id: str = Field(alias="OIDC_CLIENT_ID", min_length=1)
    oidc_client_secret: Secret = Field(alias="OIDC_CLIENT_SECRET")
    oidc_api_audience: str = Field(alias="OIDC_API_AUDIENCE", min_length=1)
    oidc_ca_file: str | None = Field(
        default=None, alias="OIDC_CA_FILE", description="A private CA's certificate."
    )
    session_key: SecretStr = Field(
        alias="SESSION_KEY", min_length=43, description="32 random bytes in base64; seals the sign-in cookie."
    )
    smtp_url: SecretStr = Field(
        alias="SMTP_URL", description="smtp://host:port or smtps://user:password@host:port"
    )
    mail_from: str = Field(alias="MAIL_FROM", pattern="@")
    housekeeping_schedule: str = Field(
        alias="HOUSEKEEPING_SCHEDULE", description="NCRONTAB, read by the host."
    )
    image_sweep_schedule: str = Field(alias="IMAGE_SWEEP_SCHEDULE", description="NCRONTAB, once a day.")

    @cached_property
    def https(self) -> bool:
        return self.public_origin.startswith("https:")


class WrongSettings(Exception):
    """Raised with one sentence for each setting that is missing or wrong."""


def load() -> Settings:
    try:
        return Settings.model_validate(dict(os.environ))
    except ValidationError as exc:
        sentences = [f"{fault['loc'][0]}: {fault['msg']}." for fault in exc.errors(include_input=False)]
        raise WrongSettings("\n".join(sentences)) from None
