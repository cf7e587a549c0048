"""Field types of settings: each validates its value or refuses it with a sentence."""

import base64
import binascii
from pathlib import Path
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints
from pydantic_core import PydanticCustomError

_LOCAL = ("localhost", "127.0.0.1", "::1")


class Group(BaseModel):
    """Settings that are used together, one environment variable each, named by its alias."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, defer_build=True)


def _refuse(sentence: str) -> PydanticCustomError:
    return PydanticCustomError("setting", "{sentence}", {"sentence": sentence})


def _encrypted(value: str) -> str:
    if value.startswith("http:") and urlsplit(value).hostname not in _LOCAL:
        raise _refuse("must start with https:// unless it is on this machine")
    return value


def _sealing_key(value: SecretStr) -> SecretStr:
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


EmailContact = Annotated[
    str, StringConstraints(max_length=254, pattern=r"^[A-Za-z0-9._+-]+@[a-z0-9-]+(\.[a-z0-9-]+)+$")
]
Origin = Annotated[str, StringConstraints(pattern=r"^https?://[a-z0-9.:-]+$"), AfterValidator(_encrypted)]
HttpsUrl = Annotated[str, StringConstraints(pattern=r"^https://[^\s?#]+[^\s?#/]$")]
ServiceUrl = Annotated[str, StringConstraints(pattern=r"^https?://[^\s?#]+$"), AfterValidator(_encrypted)]
# An empty secret would verify forged values.
Secret = Annotated[SecretStr, Field(min_length=8)]
SealingKey = Annotated[SecretStr, AfterValidator(_sealing_key)]
MailServer = Annotated[SecretStr, AfterValidator(_mail_server)]
FilePath = Annotated[str, AfterValidator(_file)]
