"""What the home page says after a sign-out.

The way back leads through the identity provider, which takes one registered address without a query: a cookie
of ten minutes brings the word along.
"""

from typing import Final

import azure.functions as func

from functions.framework.requests import read_cookies, set_cookie
from functions.framework.texts import N_, _

HERE: Final = "here"
EVERYWHERE: Final = "everywhere"
_COOKIE: Final = "__Host-done"
_SECONDS: Final = 600
_SENTENCES: Final = {
    HERE: N_("You are signed out."),
    EVERYWHERE: N_("You are signed out everywhere: in this browser and in every other."),
}


def note_sign_out(scope: str) -> str:
    """The Set-Cookie value that brings the word along."""
    return set_cookie(_COOKIE, scope, max_age=_SECONDS)


def tell_sign_out(req: func.HttpRequest) -> tuple[str | None, list[str]]:
    """The sentence to say, if there is one, and the Set-Cookie values with which it is said once."""
    said = _SENTENCES.get(read_cookies(req).get(_COOKIE, ""))
    return _(said) if said else None, [set_cookie(_COOKIE, "", max_age=0)] if said else []
