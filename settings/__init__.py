"""Settings: the only reader of environment variables.

At start only their presence is looked at, which costs nothing. A group of them is validated when it is first
used; then every setting that is missing or wrong is named at once.
"""

import os
from collections.abc import Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from settings.fields import Group

# Each is set where a Functions host loads the app, and not where a test or a tool imports it.
_HOST_MARKS = ("WEBSITE_SITE_NAME", "FUNCTIONS_WORKER_RUNTIME")
_GROUPS = (
    "settings.site:Site",
    "settings.store:Store",
    "settings.storage:Storage",
    "settings.sign_in:SignIn",
    "settings.notifications:Notifications",
    "settings.relationships:Relationships",
    "settings.exchange:Exchange",
    "settings.organisations:Organisations",
    "settings.integrations:Integrations",
)
REQUIRED = (
    "PUBLIC_ORIGIN",
    "COSMOS_ENDPOINT",
    "OIDC_ISSUER",
    "OIDC_TENANT_ID",
    "OIDC_CLIENT_ID",
    "OIDC_CLIENT_SECRET",
    "OIDC_API_AUDIENCE",
    "SESSION_KEY",
    "RELATIONS_KEY",
    "RECEIPT_KEY",
    "CREDENTIALS_KEY_URL",
    "SMTP_URL",
    "MAIL_FROM",
)
_STORAGE = "AzureWebJobsStorage"
_ADDRESSES = (f"{_STORAGE}__queueServiceUri", "MEDIA_BLOB_SERVICE_URI")
_UNRESOLVED = "@Microsoft.KeyVault("
_UNRESOLVED_SENTENCE = (
    "is a Key Vault reference that Azure could not resolve: look at the vault's network, the secret's name"
    " and the app's identity"
)


class WrongSettings(Exception):
    """Raised with one sentence for each setting that is missing or wrong."""


def refuse_wrong_start() -> None:
    """Raise `WrongSettings` for a missing setting if a Functions host loads the app."""
    if any(name in os.environ for name in _HOST_MARKS):
        given = _given(os.environ)
        if not given.keys() >= set(REQUIRED) or any(_contradictions(given)):
            raise WrongSettings("\n".join(faults(os.environ)))


def wrong() -> list[str]:
    """One sentence for each setting that is missing or wrong, whether it was used yet or not."""
    return faults(os.environ)


def groups() -> "list[type[Group]]":
    """Every group of settings."""
    named = (name.partition(":") for name in _GROUPS)
    return [getattr(import_module(module), group) for module, _, group in named]


def read[G: "Group"](group: type[G]) -> G:
    """The group as the environment has it, or `WrongSettings` with the faults of every group."""
    if _faults_of(group, os.environ):
        raise WrongSettings("\n".join(faults(os.environ)))
    return group.model_validate(_given(os.environ))


def faults(environment: Mapping[str, str]) -> list[str]:
    """One sentence for each setting that is missing, wrong, or against another. Repeats no value."""
    found = [sentence for group in groups() for sentence in _faults_of(group, environment)]
    return found + list(_contradictions(_given(environment)))


def _given(environment: Mapping[str, str]) -> dict[str, str]:
    """The settings that say something. In Azure a setting cannot be absent in one place, only empty."""
    return {name: value for name, value in environment.items() if value}


def _faults_of(group: "type[Group]", environment: Mapping[str, str]) -> list[str]:
    from pydantic import ValidationError  # noqa: PLC0415 - not needed at start

    known = {field.alias: str(field.description).rstrip(".") for field in group.model_fields.values()}
    given = {name: value for name, value in _given(environment).items() if name in known}
    # Pasted along, and hard to see wherever else the value comes up.
    found = {
        name: "has a blank around it or a character that cannot be seen in it"
        for name, value in given.items()
        if value != value.strip() or not value.isprintable()
    }
    found |= {name: _UNRESOLVED_SENTENCE for name, value in given.items() if value.startswith(_UNRESOLVED)}
    try:
        group.model_validate(given)
    except ValidationError as exc:
        for fault in exc.errors(include_input=False):
            name = str(fault["loc"][0])
            # Something is missing in it: it is there itself.
            kind = "incomplete" if name in given and fault["type"] == "missing" else fault["type"]
            found.setdefault(name, _sentence(known[name], kind, fault["msg"]))
    return [f"{name} {sentence}." for name, sentence in found.items()]


def _sentence(meaning: str, kind: str, message: str) -> str:
    if kind == "setting":
        return message
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
