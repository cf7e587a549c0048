"""Access to HubSpot: OAuth, private tokens, scopes and limits of requests."""

import base64
import hashlib
from html import escape
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from local.vendors import CLIENT_ID, CLIENT_SECRET
from local.vendors.hubspot.shapes import refusal
from local.vendors.skin import DEMO, Refused, Reply, Request, World, token
from local.vendors.store import Account
from local.vendors.windows import Windows

APP_ID: Final = 4711
TOKEN_SECONDS: Final = 1800
_CODE_SECONDS: Final = 600
_APP: Final = "_app"  # the account that holds the tokens of all
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


class Access:
    def __init__(self, world: World) -> None:
        self._world = world
        self._app = world.store.account("hubspot", _APP)
        self._windows = Windows()

    # Tokens

    def known(self, value: str | None) -> dict[str, Any] | None:
        found = self._app.kept("tokens", {}).get(value)
        return None if found is None else dict(found)

    def issue(
        self, kind: str, account: str, scopes: list[str], *, seconds: float | None = None, **more: Any
    ) -> str:
        made = token()
        expires = None if seconds is None else self._now() + seconds
        entry = {"kind": kind, "account": account, "scopes": scopes, "expires": expires} | more
        self._app.keep("tokens", self._app.kept("tokens", {}) | {made: entry})
        return made

    def private(self, account: str, scopes: list[str] | None = None) -> str:
        """The token of a private app of the account, which has all rights unless some are named."""
        self._world.store.account("hubspot", account)
        return self.issue("private", account, [*SCOPES] if scopes is None else scopes)

    def expire(self, account: str) -> None:
        """End the time of the account's access tokens."""
        self._change(
            lambda held: held | {"expires": self._now() - 1} if held["kind"] == "access" else held, account
        )

    def revoke_all(self, account: str) -> None:
        """What happens when a client removes the app."""
        self._change(lambda _: None, account)

    def _change(self, change: Any, account: str) -> None:
        tokens = {
            value: change(held) if held["account"] == account else held
            for value, held in self._app.kept("tokens", {}).items()
        }
        self._app.keep("tokens", {value: held for value, held in tokens.items() if held is not None})

    def _now(self) -> float:
        return self._world.clock.now().timestamp()

    def entered(self, request: Request, scope: str | None) -> Account:
        """The account of the request's token; refuses one that is missing, over, or without the scope."""
        held = self.known(request.bearer())
        if held is None or held["kind"] not in {"access", "private"}:
            message = "Authentication credentials not found. This API supports OAuth 2.0 authentication."
            raise refusal(401, "INVALID_AUTHENTICATION", message)
        if held["expires"] is not None and held["expires"] <= self._now():
            raise self.expired()
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

    def expired(self) -> Refused:
        message = "The OAuth token used to make this call expired 1 second(s) ago."
        return refusal(401, "EXPIRED_AUTHENTICATION", message)

    # Limits

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

    # OAuth

    def authorize(self, request: Request) -> Reply:
        """The page on which a person lets the app in, and what follows from it."""
        asked = {name: request.first(name) for name in request.query}
        if asked.get("client_id") != CLIENT_ID:
            return Reply(400, "<p>No app has this client_id.</p>")
        if not _may_return_to(asked.get("redirect_uri", "")):
            return Reply(400, "<p>redirect_uri is not one of this app's.</p>")
        scopes = asked.get("scope", "").split()
        if wrong := set(scopes) - set(SCOPES):
            return Reply(400, f"<p>There are no scopes {escape(', '.join(sorted(wrong)))}.</p>")
        if request.method == "GET":
            return Reply(200, self._page(scopes))
        given = request.form()
        answer = {"state": asked["state"]} if "state" in asked else {}
        if given.get("do") != "approve":
            answer |= {"error": "access_denied", "error_description": "The user declined."}
        else:
            held = {"redirect": asked["redirect_uri"], "challenge": asked.get("code_challenge")}
            account = given.get("account", DEMO)
            answer["code"] = self.issue("code", account, scopes, seconds=_CODE_SECONDS, **held)
        return Reply(302, None, {"Location": f"{asked['redirect_uri']}?{urlencode(answer)}"})

    def _page(self, scopes: list[str]) -> str:
        accounts = "".join(
            f"<option>{escape(each.name)}</option>"
            for each in self._world.store.accounts("hubspot")
            if not each.name.startswith("_")
        )
        asked = "".join(f"<li>{escape(scope)}</li>" for scope in scopes)
        return (
            '<!doctype html><html lang="en"><meta charset="utf-8"><title>Not HubSpot: let iZwop in</title>'
            "<p>This is not HubSpot: it is a stand-in on this machine.</p><h1>Let iZwop in?</h1>"
            f"<p>iZwop asks for:</p><ul>{asked}</ul><form method='post'>"
            f"<label>Account <select name='account'>{accounts}</select></label> "
            "<button name='do' value='approve'>Approve</button> "
            "<button name='do' value='decline'>Decline</button>"
            "</form></html>"
        )

    def token(self, request: Request) -> Reply:
        given = request.form()
        if (given.get("client_id"), given.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            raise refusal(
                400, "VALIDATION_ERROR", "missing or invalid client id or secret", status="BAD_CLIENT_ID"
            )
        match given.get("grant_type"):
            case "authorization_code":
                held = self._used_code(given)
                refresh = self.issue("refresh", held["account"], held["scopes"])
            case "refresh_token":
                refresh = given.get("refresh_token", "")
                found = self.known(refresh)
                if found is None or found["kind"] != "refresh":
                    message = "missing or invalid refresh token"
                    raise refusal(400, "VALIDATION_ERROR", message, status="BAD_REFRESH_TOKEN")
                held = found
            case _:
                raise refusal(400, "VALIDATION_ERROR", "unknown grant type", status="BAD_GRANT_TYPE")
        access = self.issue("access", held["account"], held["scopes"], seconds=TOKEN_SECONDS, refresh=refresh)
        body = {
            "token_type": "bearer",
            "access_token": access,
            "refresh_token": refresh,
            "expires_in": TOKEN_SECONDS,
            "hub_id": portal(held["account"]),
            "scopes": held["scopes"],
        }
        return Reply(200, body)

    def _used_code(self, given: dict[str, str]) -> dict[str, Any]:
        code = given.get("code", "")
        held = self.known(code)
        tokens = dict(self._app.kept("tokens", {}))
        if held is None or held["kind"] != "code" or held["expires"] <= self._now():
            raise refusal(400, "VALIDATION_ERROR", "missing or unknown auth code", status="BAD_AUTH_CODE")
        del tokens[code]
        self._app.keep("tokens", tokens)
        if held["redirect"] != given.get("redirect_uri"):
            raise refusal(400, "VALIDATION_ERROR", "redirect URI does not match", status="BAD_REDIRECT_URI")
        if held["challenge"] and held["challenge"] != _challenge(given.get("code_verifier", "")):
            raise refusal(400, "VALIDATION_ERROR", "code verifier does not match", status="BAD_CODE_VERIFIER")
        return held

    def introspect(self, request: Request) -> Reply:
        held = self._of_client(request)
        if held is None or (held["expires"] is not None and held["expires"] <= self._now()):
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
        self._of_client(request)
        value = request.form().get("token", "")
        tokens = self._app.kept("tokens", {})
        self._app.keep(
            "tokens",
            {other: held for other, held in tokens.items() if value not in {other, held.get("refresh")}},
        )
        return Reply(204)

    def _of_client(self, request: Request) -> dict[str, Any] | None:
        given = request.form()
        if (given.get("client_id"), given.get("client_secret")) != (CLIENT_ID, CLIENT_SECRET):
            raise refusal(401, "INVALID_AUTHENTICATION", "missing or invalid client id or secret")
        return self.known(given.get("token"))


def portal(account: str) -> int:
    """The number of an account."""
    return 140_000_000 + int.from_bytes(hashlib.sha256(account.encode()).digest()[:3])


def too_many(policy: str, words: str) -> Refused:
    message = f"You have reached your {words} limit."
    return refusal(429, "RATE_LIMITS", message, errorType="RATE_LIMIT", policyName=policy)


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _may_return_to(uri: str) -> bool:
    """Whether an app on this machine, or of a test, waits there."""
    host = urlsplit(uri).hostname or ""
    return host in {"localhost", "127.0.0.1"} or host.endswith((".test", ".example"))
