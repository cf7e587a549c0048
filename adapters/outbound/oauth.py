"""OAuth 2.0 of vendors: the address that a person is sent to, and tokens for a code or a refresh token."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import urlencode, urlsplit

from adapters.outbound.client import Answer, Call, Outbound
from domain.integrations.connectors import OAuthServer
from domain.integrations.credentials import Credentials
from domain.integrations.errors import AccessLost, VendorUnavailable

_LEAST_SECONDS = 60


class App(NamedTuple):
    """iZwop's application at a vendor. `base` is the address of what stands in for it on this machine."""

    id: str
    secret: str
    base: str | None = None

    def at(self, address: str) -> str:
        return address if self.base is None else f"{self.base}{urlsplit(address).path}"


def authorize_address(
    server: OAuthServer, app: App, *, scopes: Sequence[str], state: str, redirect: str, challenge: str
) -> str:
    """Where a person gives access. `challenge` is the SHA-256 of a PKCE verifier, in base64url."""
    query = {
        "client_id": app.id,
        "redirect_uri": redirect,
        "response_type": "code",
        "scope": " ".join(scopes),
        "state": state,
    }
    if server.pkce:
        query |= {"code_challenge": challenge, "code_challenge_method": "S256"}
    return f"{app.at(server.authorize_url)}?{urlencode(query)}"


async def exchanged(
    outbound: Outbound, server: OAuthServer, app: App, *, code: str, redirect: str, verifier: str
) -> Credentials:
    """Credentials for a code that a browser brought; `AccessLost` if the vendor does not know it."""
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect}
    if server.pkce:
        form["code_verifier"] = verifier
    return await _asked(outbound, server, app, form, None)


async def refreshed(outbound: Outbound, server: OAuthServer, app: App, held: Credentials) -> Credentials:
    if held.refresh_token is None:
        raise AccessLost
    form = {"grant_type": "refresh_token", "refresh_token": held.refresh_token.get_secret_value()}
    return await _asked(outbound, server, app, form, held)


async def revoked(outbound: Outbound, server: OAuthServer, app: App, held: Credentials) -> None:
    """Give up credentials, where the vendor takes them back. Those that it does not know are given up."""
    if server.revoke_url is None:
        return
    token = held.refresh_token or held.access_token
    form = {"token": token.get_secret_value(), "client_id": app.id, "client_secret": app.secret}
    answer = await outbound.exchange(
        Call(method="POST", url=app.at(server.revoke_url), form=form, repeatable=True)
    )
    if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR or answer.status == HTTPStatus.TOO_MANY_REQUESTS:
        raise VendorUnavailable


async def _asked(
    outbound: Outbound, server: OAuthServer, app: App, form: Mapping[str, str], held: Credentials | None
) -> Credentials:
    whole = {**form, "client_id": app.id, "client_secret": app.secret}
    answer = await outbound.exchange(
        Call(method="POST", url=app.at(server.token_url), form=whole, repeatable=False)
    )
    if answer.status in (HTTPStatus.BAD_REQUEST, HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        raise AccessLost
    if answer.status != HTTPStatus.OK:
        raise VendorUnavailable
    return _read(answer, held)


def _read(answer: Answer, held: Credentials | None) -> Credentials:
    told = answer.json()
    if not isinstance(told, dict) or not isinstance(told.get("access_token"), str):
        raise VendorUnavailable
    seconds = told.get("expires_in")
    lasts = max(int(seconds), _LEAST_SECONDS) if isinstance(seconds, int | float) else None
    kept = held.refresh_token if held else None
    # What else the vendor says belongs to the credentials, such as the address of the client's instance.
    extra = {
        name: value
        for name, value in told.items()
        if isinstance(value, str) and name in ("instance_url", "api_domain", "dc", "scope")
    }
    return Credentials.model_validate(
        {
            "kind": "oauth",
            "access_token": told["access_token"],
            "refresh_token": told.get("refresh_token") or kept,
            "expires_at": None if lasts is None else datetime.now(UTC) + timedelta(seconds=lasts),
            "extra": {**(held.extra if held else {}), **extra},
        }
    )
