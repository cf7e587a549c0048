"""Tokens of a vendor's accounts, and the page on which a person lets iZwop in."""

import base64
import hashlib
from collections.abc import Callable, Collection
from html import escape
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from local.vendors import CLIENT_ID, CLIENT_SECRET
from local.vendors.skin import DEMO, Reply, Request, World, token

CODE_SECONDS: Final = 600
_APP: Final = "_app"  # the account that keeps the tokens of all

type Held = dict[str, Any]


class WrongCode(Exception):
    """What is wrong with a code: `code`, `redirect_uri` or `code_verifier`."""


class Tokens:
    """OAuth as it is at every vendor.

    Held of a token are its `kind` (code, access, refresh, private), `account`, `scopes` and `expires`.
    """

    def __init__(self, world: World, vendor: str, title: str) -> None:
        self._world = world
        self._vendor, self._title = vendor, title
        self._app = world.store.account(vendor, _APP)

    def known(self, value: str | None) -> Held | None:
        found = self._app.kept("tokens", {}).get(value)
        return None if found is None else dict(found)

    def issue(self, kind: str, account: str, scopes: list[str], **more: Any) -> str:
        """Make a token. With `seconds` it ends; `value` is what it shall be."""
        seconds, made = more.pop("seconds", None), more.pop("value", None) or token()
        expires = None if seconds is None else self.now() + seconds
        entry = {"kind": kind, "account": account, "scopes": scopes, "expires": expires} | more
        self._app.keep("tokens", self._app.kept("tokens", {}) | {made: entry})
        self._world.store.account(self._vendor, account)
        return made

    def is_over(self, held: Held) -> bool:
        return held["expires"] is not None and held["expires"] <= self.now()

    def expire(self, account: str) -> None:
        """End the time of the account's access tokens."""

        def end(held: Held) -> Held:
            ends = held["kind"] == "access" and held["account"] == account
            return held | {"expires": self.now() - 1} if ends else held

        self._keep({value: end(held) for value, held in self._all().items()})

    def revoke(self, value: str) -> None:
        """Take away a token, and those that were made by it."""
        self._drop(lambda other, held: value in {other, held.get("refresh")})

    def revoke_all(self, account: str) -> None:
        """What happens when a client removes the app."""
        self._drop(lambda _, held: held["account"] == account)

    def now(self) -> float:
        return self._world.clock.now().timestamp()

    def used_code(self, given: dict[str, str]) -> Held:
        """What a code stands for, which is used up by this; raises `WrongCode`."""
        code = given.get("code", "")
        held = self.known(code)
        if held is None or held["kind"] != "code" or self.is_over(held):
            raise WrongCode("code")
        self.revoke(code)
        if held["redirect"] != given.get("redirect_uri"):
            raise WrongCode("redirect_uri")
        if held["challenge"] and held["challenge"] != _challenge(given.get("code_verifier", "")):
            raise WrongCode("code_verifier")
        return held

    def authorize(self, request: Request, scopes: Collection[str] | None = None) -> Reply:
        """The page on which a person lets the app in, and what follows from it. None knows no scopes."""
        asked = {name: request.first(name) for name in request.query}
        wanted = asked.get("scope", "").replace(",", " ").split()
        if asked.get("client_id") != CLIENT_ID:
            return Reply(400, "<p>No app has this client_id.</p>")
        if not _may_return_to(asked.get("redirect_uri", "")):
            return Reply(400, "<p>redirect_uri is not one of this app's.</p>")
        if scopes is not None and (wrong := set(wanted) - set(scopes)):
            return Reply(400, f"<p>There are no scopes {escape(', '.join(sorted(wrong)))}.</p>")
        if request.method == "GET":
            return Reply(200, self._page(wanted))
        given = request.form()
        answer = {"state": asked["state"]} if "state" in asked else {}
        if given.get("do") != "approve":
            answer |= {"error": "access_denied", "error_description": "The user declined."}
        else:
            held = {"redirect": asked["redirect_uri"], "challenge": asked.get("code_challenge")}
            account = given.get("account", DEMO)
            answer["code"] = self.issue("code", account, wanted, seconds=CODE_SECONDS, **held)
        return Reply(302, None, {"Location": f"{asked['redirect_uri']}?{urlencode(answer)}"})

    def _page(self, scopes: list[str]) -> str:
        accounts = "".join(
            f"<option>{escape(each.name)}</option>"
            for each in self._world.store.accounts(self._vendor)
            if not each.name.startswith("_")
        )
        asked = "".join(f"<li>{escape(scope)}</li>" for scope in scopes)
        return (
            f'<!doctype html><html lang="en"><meta charset="utf-8"><title>Not {self._title}: let iZwop in'
            f"</title><p>This is not {self._title}: it is a stand-in on this machine.</p>"
            f"<h1>Let iZwop in?</h1><p>iZwop asks for:</p><ul>{asked}</ul><form method='post'>"
            f"<label>Account <select name='account'>{accounts}</select></label> "
            "<button name='do' value='approve'>Approve</button> "
            "<button name='do' value='decline'>Decline</button></form></html>"
        )

    def _all(self) -> dict[str, Held]:
        found: dict[str, Held] = self._app.kept("tokens", {})
        return found

    def _keep(self, tokens: dict[str, Held]) -> None:
        self._app.keep("tokens", tokens)

    def _drop(self, wrong: Callable[[str, Held], bool]) -> None:
        self._keep({value: held for value, held in self._all().items() if not wrong(value, held)})


def is_app(given: dict[str, str]) -> bool:
    """Whether a form has the app's id and secret."""
    return (given.get("client_id"), given.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _may_return_to(uri: str) -> bool:
    """Whether an app on this machine, or of a test, waits there."""
    host = urlsplit(uri).hostname or ""
    return host in {"localhost", "127.0.0.1"} or host.endswith((".test", ".example"))
