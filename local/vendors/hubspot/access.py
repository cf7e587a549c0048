"""Access to HubSpot: OAuth, private tokens, scopes and limits of requests."""

import hashlib
from typing import Any, Final

from local.vendors import CLIENT_ID
from local.vendors.hubspot.shapes import refusal
from local.vendors.skin import Refused, Reply, Request, World
from local.vendors.store import Account
from local.vendors.tokens import Tokens, WrongCode, is_app
from local.vendors.windows import Windows

APP_ID: Final = 4711
TOKEN_SECONDS: Final = 1800
LIMITS: Final = {"tenSeconds": 110, "daily": 650_000, "search": 5}
SCOPES: Final = (
    "crm.objects.contacts.read",
    "crm.objects.contacts.write",
    "crm.objects.companies.read",
    "crm.objects.companies.write",
    "crm.objects.owners.read",
    "crm.schemas.contacts.read",
    "crm.schemas.contacts.write",
    "crm.schemas.companies.read",
    "crm.schemas.companies.write",
    "oauth",
)
_WRONG: Final = {
    "code": ("BAD_AUTH_CODE", "missing or unknown auth code"),
    "redirect_uri": ("BAD_REDIRECT_URI", "redirect URI does not match"),
    "code_verifier": ("BAD_CODE_VERIFIER", "code verifier does not match"),
}


class Access:
    def __init__(self, world: World) -> None:
        self._world = world
        self.tokens = Tokens(world, "hubspot", "HubSpot")
        self._windows = Windows()

    def private(self, account: str, scopes: list[str] | None = None) -> str:
        """The token of a private app of the account, which has all rights unless some are named."""
        return self.tokens.issue("private", account, [*SCOPES] if scopes is None else scopes)

    def entered(self, request: Request, scope: str | None) -> Account:
        """The account of the request's token; refuses one that is missing, over, or without the scope."""
        held = self.tokens.known(request.bearer())
        if held is None or held["kind"] not in {"access", "private"}:
            message = "Authentication credentials not found. This API supports OAuth 2.0 authentication."
            raise refusal(401, "INVALID_AUTHENTICATION", message)
        if self.tokens.is_over(held):
            raise expired()
        if scope is not None and scope not in held["scopes"]:
            message = "This app hasn't been granted all required scopes to make this call."
            errors = [
                {
                    "message": "One or more of the following scopes are required.",
                    "context": {"requiredGranularScopes": [scope]},
                }
            ]
            raise refusal(403, "MISSING_SCOPES", message, errors=errors)
        return self._world.store.account("hubspot", held["account"])

    def counted(self, account: Account, *, searches: bool) -> dict[str, str]:
        """Count a request; the headers that tell what is left, which searches do not have."""
        limits = LIMITS | account.kept("limits", {})
        day = self._world.clock.now().date().isoformat()
        daily = account.kept("daily", [day, 0])
        used = daily[1] + 1 if daily[0] == day else 1
        if used > limits["daily"]:
            raise too_many("DAILY", "daily")
        if searches and not self._windows.passes(f"search {account.name}", limits["search"], 1):
            raise too_many("SECONDLY", "secondly")
        name = f"all {account.name}"
        if not self._windows.passes(name, limits["tenSeconds"], 10):
            raise too_many("TEN_SECONDLY_ROLLING", "ten_secondly_rolling")
        account.keep("daily", [day, used])
        if searches:
            return {}
        return {
            "X-HubSpot-RateLimit-Daily": str(limits["daily"]),
            "X-HubSpot-RateLimit-Daily-Remaining": str(limits["daily"] - used),
            "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
            "X-HubSpot-RateLimit-Max": str(limits["tenSeconds"]),
            "X-HubSpot-RateLimit-Remaining": str(self._windows.left(name, limits["tenSeconds"], 10)),
        }

    def authorize(self, request: Request) -> Reply:
        return self.tokens.authorize(request, SCOPES)

    def token(self, request: Request) -> Reply:
        given = request.form()
        if not is_app(given):
            raise _bad("BAD_CLIENT_ID", "missing or invalid client id or secret")
        match given.get("grant_type"):
            case "authorization_code":
                try:
                    held = self.tokens.used_code(given)
                except WrongCode as wrong:
                    raise _bad(*_WRONG[str(wrong)]) from None
                refresh = self.tokens.issue("refresh", held["account"], held["scopes"])
            case "refresh_token":
                refresh = given.get("refresh_token", "")
                found = self.tokens.known(refresh)
                if found is None or found["kind"] != "refresh":
                    raise _bad("BAD_REFRESH_TOKEN", "missing or invalid refresh token")
                held = found
            case _:
                raise _bad("BAD_GRANT_TYPE", "unknown grant type")
        how = {"seconds": TOKEN_SECONDS, "refresh": refresh}
        body = {
            "token_type": "bearer",
            "access_token": self.tokens.issue("access", held["account"], held["scopes"], **how),
            "refresh_token": refresh,
            "expires_in": TOKEN_SECONDS,
            "hub_id": portal(held["account"]),
            "scopes": held["scopes"],
        }
        return Reply(200, body)

    def introspect(self, request: Request) -> Reply:
        held = self._of_app(request)
        if held is None or self.tokens.is_over(held):
            return Reply(200, {"active": False})
        body = {
            "active": True,
            "token_use": "refresh_token" if held["kind"] == "refresh" else "access_token",
            "token_type": "bearer",
            "client_id": CLIENT_ID,
            "app_id": APP_ID,
            "hub_id": portal(held["account"]),
            "scopes": held["scopes"],
        }
        return Reply(200, body)

    def revoke(self, request: Request) -> Reply:
        """Revoke a refresh token with the access tokens made by it, or one access token."""
        self._of_app(request)
        self.tokens.revoke(request.form().get("token", ""))
        return Reply(204)

    def _of_app(self, request: Request) -> dict[str, Any] | None:
        given = request.form()
        if not is_app(given):
            raise refusal(401, "INVALID_AUTHENTICATION", "missing or invalid client id or secret")
        return self.tokens.known(given.get("token"))


def expired() -> Refused:
    message = "The OAuth token used to make this call expired 1 second(s) ago."
    return refusal(401, "EXPIRED_AUTHENTICATION", message)


def portal(account: str) -> int:
    """The number of an account."""
    return 140_000_000 + int.from_bytes(hashlib.sha256(account.encode()).digest()[:3])


def too_many(policy: str, words: str) -> Refused:
    message = f"You have reached your {words} limit."
    return refusal(429, "RATE_LIMITS", message, errorType="RATE_LIMIT", policyName=policy)


def _bad(status: str, message: str) -> Refused:
    """A refusal of the token endpoint, which has its reason as the status."""
    return refusal(400, "VALIDATION_ERROR", message, status=status)
