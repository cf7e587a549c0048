"""Settings: the only reader of environment variables. What is missing or wrong is named at once."""

import base64
import binascii
import os
import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
    ValidationError,
)
from pydantic_core import PydanticCustomError

# Each is set where a Functions host loads the app, and not where a test or a tool imports it.
_HOST_MARKS = ("WEBSITE_SITE_NAME", "FUNCTIONS_WORKER_RUNTIME")
_LOCAL = ("localhost", "127.0.0.1", "::1")
_NCRONTAB = re.compile(r"(([0-9*,/-]|[A-Za-z]{3})+( |$)){5,6}")
_STORAGE = "AzureWebJobsStorage"
_ADDRESSES = (f"{_STORAGE}__queueServiceUri", "MEDIA_BLOB_SERVICE_URI")
_UNRESOLVED = "@Microsoft.KeyVault("
_UNRESOLVED_SENTENCE = (
    "is a Key Vault reference that Azure could not resolve: look at the vault's network, the secret's name"
    " and the app's identity"
)


def _refuse(sentence: str) -> PydanticCustomError:
    return PydanticCustomError("setting", "{sentence}", {"sentence": sentence})


def _encrypted(value: str) -> str:
    if value.startswith("http:") and urlsplit(value).hostname not in _LOCAL:
        raise _refuse("must start with https:// unless it is on this machine")
    return value


def _session_key(value: SecretStr) -> SecretStr:
    keys = value.get_secret_value().split(",")
    if len(keys) > 2 or not all(_is_key(key) for key in keys):  # noqa: PLR2004 - this one and the one before
        raise _refuse("must be 32 random bytes in base64, such as `openssl rand -base64 32` prints")
    return value


def _is_key(text: str) -> bool:
    plain = text.replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return len(base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)) == 32  # noqa: PLR2004 - AES-256
    except (binascii.Error, ValueError):
        return False


def _mail_server(value: SecretStr) -> SecretStr:
    form = (
        "must look like smtps://user:password@host:port, smtp+starttls://user:password@host:port, or"
        " smtp://127.0.0.1:port on this machine"
    )
    try:
        url = urlsplit(value.get_secret_value())
        whole = (
            url.scheme in ("smtp", "smtps", "smtp+starttls")
            and url.hostname
            and url.port
            and url.path in ("", "/")
        )
    except ValueError:
        raise _refuse(form) from None
    if not whole:
        raise _refuse(form)
    if url.scheme == "smtp" and url.hostname not in _LOCAL:
        raise _refuse("would send mail unencrypted to another machine; use smtps:// or smtp+starttls://")
    return value


def _file(value: str) -> str:
    if not Path(value).is_file():
        raise _refuse("names a file that is not there")
    return value


def _schedule(value: str) -> str:
    if not _NCRONTAB.fullmatch(value):
        raise _refuse("must be an NCRONTAB expression of six fields, such as 0 20 3 * * *")
    return value


Origin = Annotated[str, StringConstraints(pattern=r"^https?://[a-z0-9.:-]+$"), AfterValidator(_encrypted)]
HttpsUrl = Annotated[str, StringConstraints(pattern=r"^https://[^\s?#]+[^\s?#/]$")]
ServiceUrl = Annotated[str, StringConstraints(pattern=r"^https?://[^\s?#]+$"), AfterValidator(_encrypted)]
# An empty secret would verify what anybody forged.
Secret = Annotated[SecretStr, Field(min_length=8)]
Schedule = Annotated[str, AfterValidator(_schedule)]


class Settings(BaseModel):
    """The app's settings, one environment variable each, named by its alias.

    `COSMOS_KEY` and `AzureWebJobsStorage` are for local use; without them the app signs in to Azure with its
    managed identity.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, defer_build=True)

    public_origin: Origin = Field(
        alias="PUBLIC_ORIGIN",
        description="The origin people see, like https://izwop.com; links start with it.",
    )
    cosmos_endpoint: ServiceUrl = Field(
        alias="COSMOS_ENDPOINT", description="The Cosmos DB account's address."
    )
    cosmos_key: SecretStr | None = Field(
        default=None, alias="COSMOS_KEY", description="The account's key, for local use."
    )
    cosmos_database: str = Field(default="izwop", alias="COSMOS_DATABASE", description="The database's name.")
    storage: SecretStr | None = Field(
        default=None, alias="AzureWebJobsStorage", description="A connection string, for local use."
    )
    storage_queues: ServiceUrl | None = Field(
        default=None, alias="AzureWebJobsStorage__queueServiceUri", description="The queue service's address."
    )
    media_blobs: ServiceUrl | None = Field(
        default=None,
        alias="MEDIA_BLOB_SERVICE_URI",
        description="The address of the blob service that keeps pictures; the host's own is another one.",
    )
    upload_origin: Origin | None = Field(
        default=None,
        alias="UPLOAD_ORIGIN",
        description="Where browsers reach uploads if not at the store itself.",
    )
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
        alias="OIDC_API_AUDIENCE", min_length=1, description="The `aud` of access tokens for the API."
    )
    oidc_ca_file: Annotated[str, AfterValidator(_file)] | None = Field(
        default=None, alias="OIDC_CA_FILE", description="A private CA's certificate."
    )
    session_key: Annotated[SecretStr, AfterValidator(_session_key)] = Field(
        alias="SESSION_KEY", description="32 random bytes in base64; seals the sign-in cookie."
    )
    smtp_url: Annotated[SecretStr, AfterValidator(_mail_server)] = Field(
        alias="SMTP_URL",
        description="smtps:// for TLS, smtp+starttls:// for STARTTLS, smtp:// on this machine only.",
    )
    mail_from: str = Field(
        alias="MAIL_FROM",
        pattern=r"[^@\s<]@[A-Za-z0-9.-]+>?$",
        description="The sender, such as iZwop <hello@izwop.com>.",
    )
    housekeeping_schedule: Schedule = Field(
        alias="HOUSEKEEPING_SCHEDULE", description="NCRONTAB, read by the host."
    )
    image_sweep_schedule: Schedule = Field(alias="IMAGE_SWEEP_SCHEDULE", description="NCRONTAB, once a day.")

    @cached_property
    def https(self) -> bool:
        return self.public_origin.startswith("https:")


class WrongSettings(Exception):
    """Raised with one sentence for each setting that is missing or wrong."""


def load() -> Settings:
    environment = dict(os.environ)
    if found := faults(environment):
        raise WrongSettings("\n".join(found))
    return Settings.model_validate(_given(environment))


def refuse_wrong_start() -> None:
    """Where a Functions host loads the app, stop with `WrongSettings` rather than fail request by request."""
    if any(name in os.environ for name in _HOST_MARKS):
        load()


def faults(environment: Mapping[str, str]) -> list[str]:
    """One sentence for each setting that is missing, wrong, or against another. Repeats no value."""
    given = _given(environment)
    # Pasted along, and hard to see wherever else the value comes up.
    found = {
        name: "has a blank around it or a character that cannot be seen in it"
        for name, value in given.items()
        if value != value.strip() or not value.isprintable()
    }
    found |= {name: _UNRESOLVED_SENTENCE for name, value in given.items() if value.startswith(_UNRESOLVED)}
    try:
        Settings.model_validate(given)
    except ValidationError as exc:
        for fault in exc.errors(include_input=False):
            name = str(fault["loc"][0])
            found.setdefault(name, _sentence(name, fault["type"], fault["msg"]))
    sentences = [f"{name} {sentence}." for name, sentence in found.items()]
    return sentences + list(_contradictions(given))


def _given(environment: Mapping[str, str]) -> dict[str, str]:
    """What is set and known here. In Azure a setting cannot be absent in one place, only empty."""
    known = {field.alias for field in Settings.model_fields.values()}
    return {name: value for name, value in environment.items() if name in known and value != ""}


def _sentence(name: str, kind: str, message: str) -> str:
    if kind == "setting":
        return message
    field = next(field for field in Settings.model_fields.values() if field.alias == name)
    meaning = str(field.description).rstrip(".")
    return f"is missing: {meaning}" if kind == "missing" else f"is not what it must be: {meaning}"


def _contradictions(given: Mapping[str, str]) -> Iterator[str]:
    addresses = [name for name in _ADDRESSES if name in given]
    if _STORAGE in given and addresses:
        yield f"{_STORAGE} and {addresses[0]} are both set: keep the one that is meant."
    elif _STORAGE not in given and len(addresses) < len(_ADDRESSES):
        yield (
            f"{_STORAGE} is missing: set it to a connection string, or for a managed identity set"
            f" {' and '.join(_ADDRESSES)}."
        )
