"""Callers: programs with a bearer token, browsers with a session, and protection against forged requests."""

import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime
from operator import xor
from typing import NamedTuple
from urllib.parse import parse_qsl

import azure.functions as func

import wiring.accounts
import wiring.sign_in
import wiring.site
from domain.base.errors import ForgedRequest, NoAccount, Unauthenticated, Unavailable
from domain.base.limits import CHANGES
from functions.framework.clock import now
from functions.framework.problems import BadBody
from functions.framework.requests import read_body, read_cookies, set_cookie

SESSION_COOKIE = "__Host-session"
CSRF_FIELD = "csrf"
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
# A contact may have 50 rows of each kind.
MAX_FORM_FIELDS = 1000
# A pad and the hidden token, 32 bytes each.
MASKED_CHARACTERS = 128
FORM = "application/x-www-form-urlencoded"


class Caller(NamedTuple):
    """The account that an API request acts for, and the session if it came with one."""

    account_id: str
    session: "SignedIn | None" = None


class SignedIn(NamedTuple):
    """A browser with a live session. `token` is the cookie's value."""

    account_id: str
    token: str
    csrf_secret: str
    kept: bool
    authenticated_at: datetime | None
    # The organisations that the person is in, name and address of each, for the switcher of pages.
    organisations: tuple[tuple[str, str], ...] = ()
    # Of iZwop's own people, as the sign-in said.
    roles: tuple[str, ...] = ()

    @property
    def csrf(self) -> str:
        """Anti-forgery token, masked anew each time: compressed pages would give a constant one away."""
        return masked(self.csrf_secret)


async def authenticate(req: func.HttpRequest) -> Caller:
    """Return the caller of the API, by bearer token or, without one, by session; or refuse.

    With a session every unsafe method needs `X-CSRF-Token` and must not come from another site. A request
    that shows a bad bearer token is refused even if its cookie would do. Changes are counted.
    """
    unsafe = req.method not in SAFE_METHODS
    caller = await _caller(req, unsafe=unsafe)
    if unsafe:
        await count_change(caller.account_id)
    return caller


async def count_change(account_id: str) -> None:
    """Refuse the change when the account has made too many within a minute."""
    await wiring.accounts.limiter().take(CHANGES, account_id, now())


async def _caller(req: func.HttpRequest, *, unsafe: bool) -> Caller:
    authorization = req.headers.get("authorization")
    if authorization is not None:
        return await _bearer(authorization)
    if unsafe:
        refuse_other_sites(req)
    found = await signed_in(req)
    if found is None:
        raise Unauthenticated
    if unsafe:
        _check_csrf(found, req.headers.get("x-csrf-token"))
    return Caller(found.account_id, found)


async def signed_in(req: func.HttpRequest) -> SignedIn | None:
    """Return the live session of the request's cookie, if it has one."""
    token = read_cookies(req).get(SESSION_COOKIE)
    if token is None:
        return None
    from domain.sign_in.sessions import csrf_token, resume_session  # noqa: PLC0415 - no stranger needs it

    try:
        session = await resume_session(token, now=now(), sessions=wiring.sign_in.sessions())
    except Unauthenticated:
        return None
    return SignedIn(
        session.account_id,
        token,
        csrf_token(token),
        session.kept,
        session.authenticated_at,
        roles=session.roles,
    )


async def known_person(req: func.HttpRequest) -> SignedIn | None:
    """Return who is signed in, for pages that everybody may see: None also while the store is down."""
    try:
        return await signed_in(req)
    except Unavailable:
        return None


def require_fresh(person: SignedIn, label: str) -> None:
    """Refuse the act `label` unless its person has signed in within minutes: `FreshSignInNeeded`."""
    from domain.sign_in.fresh import FreshSignInNeeded, is_fresh  # noqa: PLC0415 - no stranger needs it

    if not is_fresh(person.authenticated_at, now(), wiring.sign_in.fresh_within()):
        raise FreshSignInNeeded(person.account_id, label)


def session_cookie(token: str, *, kept: bool) -> str:
    """The Set-Cookie value of a session; unless it is `kept` the browser forgets it when it is closed."""
    longest = wiring.sign_in.session_span(kept=True).longest
    return set_cookie(SESSION_COOKIE, token, max_age=int(longest.total_seconds()) if kept else None)


def check_form(req: func.HttpRequest, signed_in: SignedIn, form: Mapping[str, str]) -> None:
    """Refuse a form that one of our own pages did not send for this session."""
    refuse_other_sites(req)
    _check_csrf(signed_in, form.get(CSRF_FIELD))


def refuse_other_sites(req: func.HttpRequest) -> None:
    """Refuse a cross-site request, by the browser's headers (Fetch Metadata; Origin, RFC 6454 §7)."""
    site = req.headers.get("sec-fetch-site", "none").lower()
    own = wiring.site.origin()
    if site not in ("same-origin", "none") or req.headers.get("origin", own) != own:
        raise ForgedRequest


def read_form(req: func.HttpRequest) -> dict[str, str]:
    """The fields of a form, of a repeated name the last."""
    body = read_body(req, FORM)
    try:
        pairs = parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MAX_FORM_FIELDS,
        )
    except ValueError:
        raise BadBody("The body is not a form.") from None
    return dict(pairs)


async def _bearer(authorization: str) -> Caller:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer":
        raise Unauthenticated
    iss, sub = await wiring.sign_in.tokens().read_access_token(token.strip(), now=now())
    account_id = await wiring.accounts.identities().find(iss, sub)
    if account_id is None:
        raise NoAccount
    return Caller(account_id)


def _check_csrf(found: SignedIn, given: str | None) -> None:
    if not hmac.compare_digest(unmasked(given or "").encode(), found.csrf_secret.encode()):
        raise ForgedRequest


def masked(secret: str) -> str:
    """A secret of hexadecimal digits under a random pad: twice as long, and never the same."""
    plain = bytes.fromhex(secret)
    pad = secrets.token_bytes(len(plain))
    return (pad + bytes(map(xor, pad, plain))).hex()


def unmasked(text: str) -> str:
    """The secret that `masked` hid. Any other text, such as the API's own token, is returned as it is."""
    if len(text) != MASKED_CHARACTERS:
        return text
    try:
        both = bytes.fromhex(text)
    except ValueError:
        return text
    half = len(both) // 2
    return bytes(map(xor, both[:half], both[half:])).hex()
