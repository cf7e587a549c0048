"""Signing in: the age question, the redirects to the identity provider and back, the session."""

import asyncio
import hmac
import logging
import secrets
from datetime import timedelta
from http import HTTPStatus
from urllib.parse import urlencode

import azure.functions as func
from pydantic import ValidationError

import wiring.accounts
import wiring.notifications
import wiring.sign_in
from domain.accounts.account import Account
from domain.base import errors
from domain.notifications.mail import MailOrder
from domain.sign_in.flow import (
    FLOW_LIFETIME,
    KNOWN_FOR,
    START_PAGE,
    AgeNotAsked,
    EmailMissing,
    Flow,
    FlowLost,
    NotAskedAgain,
    SignInCancelled,
    SignInDeclined,
    SomebodyElse,
    finish_sign_in,
    is_old_enough,
    own_path,
    read_birth_month,
    sign_out,
)
from domain.sign_in.fresh import FreshSignInNeeded
from domain.sign_in.sessions import SECRET_BYTES
from functions.accounts.language import language_cookies
from functions.framework.callers import (
    SESSION_COOKIE,
    read_form,
    refuse_other_sites,
    session_cookie,
    signed_in,
)
from functions.framework.clock import new_id, now
from functions.framework.filters import months
from functions.framework.my_pages import ask_to_confirm
from functions.framework.pages import page, refusal_page
from functions.framework.pages import refuse as refuse_on_page
from functions.framework.replies import redirect
from functions.framework.requests import read_cookies, set_cookie
from functions.framework.texts import N_, _, language
from functions.sign_in.cookies import AGE_COOKIE, FLOW_COOKIE, KNOWN_COOKIE

log = logging.getLogger("izwop.auth")

MAX_CODE = 8 * 1024
# What a provider answers when the person turns back (RFC 6749 §4.1.2.1).
_TURNED_BACK = "access_denied"
_ASKED = b"asked"
QUEUE_SECONDS = 3

_STATUS = dict.fromkeys(
    (FlowLost, SignInCancelled, SignInDeclined, EmailMissing, SomebodyElse, NotAskedAgain),
    HTTPStatus.BAD_REQUEST,
)
_ADVICE = {
    FlowLost.code: N_(
        "It took longer than ten minutes, was begun in another window, or was finished before."
    ),
    SignInCancelled.code: N_("You left the sign-in service before it was done, so nothing was changed."),
    SomebodyElse.code: N_("To go on, sign in as the person you are signed in as here. Nothing was changed."),
    NotAskedAgain.code: N_(
        "The sign-in service did not say that you have just signed in. Nothing was changed."
    ),
    SignInDeclined.code: N_("The sign-in service did not confirm that it was you."),
    EmailMissing.code: N_(
        "An iZwop account needs an e-mail address, and the sign-in service gave none. "
        "Choose a way to sign in that has one."
    ),
    errors.Unauthenticated.code: N_("The answer of the sign-in service could not be trusted."),
    errors.Unavailable.code: N_("Signing in is not possible right now."),
    errors.ForgedRequest.code: N_(
        "The request did not come from one of our own pages, so nothing was changed."
    ),
}


async def refuse(req: func.HttpRequest, refusal: errors.Refusal) -> func.HttpResponse:
    """Answer a refusal with a page of advice; a bug as on every page."""
    if isinstance(refusal, FreshSignInNeeded):
        return ask_to_confirm(req, refusal)
    if isinstance(refusal, errors.InternalError):
        return await refuse_on_page(req, refusal)
    return _refused(refusal)


def _refused(
    refusal: errors.Refusal, *, return_to: str = "", cookies: tuple[str, ...] = ()
) -> func.HttpResponse:
    return refusal_page(
        "sign_in/refused.html",
        refusal,
        status=_STATUS.get(type(refusal)),
        cookies=cookies,
        title=_(SignInDeclined.title if isinstance(refusal, errors.Unauthenticated) else refusal.title),
        advice=_(_ADVICE.get(refusal.code, "")),
        return_to=return_to,
    )


async def show_login(req: func.HttpRequest) -> func.HttpResponse:
    if AGE_COOKIE in read_cookies(req):
        return _stop()
    return_to = own_path(req.params.get("returnTo"))
    if await signed_in(req):
        return redirect(return_to)
    if _is_known(req):
        return await to_provider(return_to, asked=False)
    return await _ask_age({"returnTo": return_to}, [], first=req.params.get("first") == "1")


async def begin_login(req: func.HttpRequest) -> func.HttpResponse:
    refuse_other_sites(req)
    if AGE_COOKIE in read_cookies(req):
        return _stop()
    form, at = read_form(req), now()
    try:
        birth = read_birth_month(
            form.get("birthYear", "").strip(), form.get("birthMonth", "").strip(), today=at.date()
        )
    except errors.InvalidInput as refusal:
        return await _ask_age(form, refusal.faults)
    if not is_old_enough(birth, at.date()):
        # A session cookie (no Max-Age): it only stops an immediate second try.
        return _stop(set_cookie(AGE_COOKIE, "1"))
    keep = form.get("keep") == "1"
    return await to_provider(own_path(form.get("returnTo")), asked=True, keep=keep)


async def to_provider(
    return_to: str, *, asked: bool, keep: bool = False, fresh_for: str | None = None
) -> func.HttpResponse:
    """Begin a sign-in: send the browser to the provider, and let it keep what the answer is held against."""
    at = now()
    attempt = await wiring.sign_in.code_flow().begin(at, again=fresh_for is not None)
    flow = Flow(
        state=attempt.state,
        nonce=attempt.nonce,
        verifier=attempt.verifier,
        return_to=return_to,
        began_at=at,
        asked=asked,
        keep=keep,
        fresh_for=fresh_for,
    )
    sealed = wiring.sign_in.sealer().seal(flow.model_dump_json().encode(), FLOW_COOKIE)
    return redirect(attempt.url, cookies=[set_cookie(FLOW_COOKIE, sealed, max_age=_seconds(FLOW_LIFETIME))])


async def finish_login(req: func.HttpRequest) -> func.HttpResponse:
    """Complete a sign-in. An answer for another browser leaves this browser's own attempt intact."""
    try:
        flow = _flow_of(req)
    except FlowLost:
        # Most often a reload of the callback that just succeeded.
        if await signed_in(req):
            return redirect(START_PAGE)
        raise
    done = set_cookie(FLOW_COOKIE, "", max_age=0)
    try:
        account, token = await _finish(req, flow)
    except AgeNotAsked:
        # This browser is known by somebody else's answer.
        forgotten = set_cookie(KNOWN_COOKIE, "", max_age=0)
        query = urlencode({"returnTo": flow.return_to, "first": "1"}, safe="/")
        return redirect(f"/auth/login?{query}", cookies=[forgotten, done])
    except errors.Refusal as refusal:
        return _refused(refusal, return_to=flow.return_to, cookies=(done,))
    former = read_cookies(req).get(SESSION_COOKIE)
    if former is not None:
        await sign_out(former, everywhere=False, now=now(), sessions=wiring.sign_in.sessions())
    if account.welcomed_at is None:
        await _queue_welcome(account.id)
    cookies = [session_cookie(token, kept=flow.keep), _known(), done]
    return redirect(flow.return_to, cookies=[*cookies, *language_cookies(req, account.language)])


async def _ask_age(
    form: dict[str, str], faults: list[errors.Fault], *, first: bool = False
) -> func.HttpResponse:
    """Show the age question. `first` is somebody whose sign-in turned out to have no account yet."""
    discovery = await wiring.sign_in.provider().discovery(now())
    return page(
        "sign_in/login.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        form_action=discovery.browser_origins,
        return_to=own_path(form.get("returnTo")),
        year=form.get("birthYear", ""),
        month=form.get("birthMonth", "").strip().removeprefix("0"),
        months=months(),
        keep=form.get("keep") == "1",
        days=wiring.sign_in.chosen().kept_session_days,
        first=first,
        faults={fault.field: _(fault.detail) for fault in faults},
    )


def _is_known(req: func.HttpRequest) -> bool:
    sealed = read_cookies(req).get(KNOWN_COOKIE, "")
    return wiring.sign_in.sealer().unseal(sealed, KNOWN_COOKIE) == _ASKED


def _known() -> str:
    sealed = wiring.sign_in.sealer().seal(_ASKED, KNOWN_COOKIE)
    return set_cookie(KNOWN_COOKIE, sealed, max_age=_seconds(KNOWN_FOR))


def _seconds(span: timedelta) -> int:
    return int(span.total_seconds())


def _stop(*cookies: str) -> func.HttpResponse:
    return page("sign_in/stop.html", cookies=cookies)


def _flow_of(req: func.HttpRequest) -> Flow:
    """Attempt that this browser began and that the callback's `state` belongs to."""
    sealed = read_cookies(req).get(FLOW_COOKIE, "")
    opened = wiring.sign_in.sealer().unseal(sealed, FLOW_COOKIE)
    if opened is None:
        raise FlowLost
    try:
        flow = Flow.model_validate_json(opened)
    except ValidationError:
        raise FlowLost from None
    state = req.params.get("state", "")
    if not hmac.compare_digest(state.encode(), flow.state.encode()) or not flow.is_live(now()):
        raise FlowLost
    return flow


async def _finish(req: func.HttpRequest, flow: Flow) -> tuple[Account, str]:
    at = now()
    code = req.params.get("code", "")
    # A code of another issuer must never be sent to ours (RFC 9207 §2.4).
    issuer = req.params.get("iss", wiring.sign_in.chosen().oidc_issuer)
    if req.params.get("error") == _TURNED_BACK:
        raise SignInCancelled
    if not 0 < len(code) <= MAX_CODE or issuer != wiring.sign_in.chosen().oidc_issuer:
        raise SignInDeclined
    id_token = await wiring.sign_in.code_flow().redeem(flow, code, at)
    claims = await wiring.sign_in.tokens().read_id_token(id_token, nonce=flow.nonce, now=now())
    return await finish_sign_in(
        claims,
        flow,
        span=wiring.sign_in.session_span(kept=flow.keep),
        account_id=new_id("acc"),
        secret=secrets.token_bytes(SECRET_BYTES),
        now=at,
        language=language(),
        accounts=wiring.accounts.store(),
        identities=wiring.accounts.identities(),
        sessions=wiring.sign_in.sessions(),
    )


async def _queue_welcome(account_id: str) -> None:
    """Queue the welcome mail. The next sign-in queues it again if this fails or the mail is not sent."""
    try:
        async with asyncio.timeout(QUEUE_SECONDS):
            await wiring.notifications.queue().send(MailOrder(kind="welcome", account_id=account_id))
    except Exception as exc:  # noqa: BLE001 - nobody is kept out because a mail cannot be sent
        log.warning("welcome_not_queued error=%s", type(exc).__name__)
