"""Signing in and out: the age question, the redirects to the identity provider and back, the session."""

import asyncio
import hmac
import logging
import secrets
from http import HTTPStatus
from urllib.parse import urlencode

import azure.functions as func
from pydantic import ValidationError

import wiring.accounts
import wiring.notifications
import wiring.sign_in
import wiring.site
from domain.accounts.account import Account
from domain.base import errors
from domain.notifications.welcome import MailOrder
from domain.sign_in.flow import (
    FLOW_LIFETIME,
    START_PAGE,
    EmailMissing,
    Flow,
    FlowLost,
    SignInDeclined,
    finish_sign_in,
    is_old_enough,
    own_path,
    read_birth_month,
    sign_out,
)
from domain.sign_in.sessions import SECRET_BYTES
from functions.framework.callers import SESSION_COOKIE, check_form, read_form, refuse_other_sites, signed_in
from functions.framework.clock import new_id, now
from functions.framework.pages import page, refusal_page
from functions.framework.pages import refuse as refuse_on_page
from functions.framework.replies import redirect
from functions.framework.requests import read_cookies, set_cookie

log = logging.getLogger("izwop.auth")


FLOW_COOKIE = "__Host-flow"
AGE_COOKIE = "__Host-age"
MAX_CODE = 8 * 1024
QUEUE_SECONDS = 3
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip

_STATUS = {FlowLost: 400, SignInDeclined: 400, EmailMissing: 400}
_ADVICE = {
    FlowLost.code: "It took longer than ten minutes, was begun in another window, or was finished before.",
    SignInDeclined.code: "You turned back, or the sign-in service did not confirm that it was you.",
    EmailMissing.code: "An iZwop account needs an e-mail address, and the sign-in service gave none. "
    "Choose a way to sign in that has one.",
    errors.Unauthenticated.code: "The answer of the sign-in service could not be trusted.",
    errors.Unavailable.code: "Signing in is not possible right now.",
    errors.ForgedRequest.code: "The request did not come from one of our own pages, so nothing was changed.",
}


def refuse(req: func.HttpRequest, refusal: errors.Refusal) -> func.HttpResponse:
    """Answer a refusal with a page of advice; a bug as on every page."""
    return refuse_on_page(req, refusal) if isinstance(refusal, errors.InternalError) else _refused(refusal)


def _refused(
    refusal: errors.Refusal, *, return_to: str = "", cookies: tuple[str, ...] = ()
) -> func.HttpResponse:
    return refusal_page(
        "sign_in/refused.html",
        refusal,
        status=_STATUS.get(type(refusal)),
        cookies=cookies,
        title=SignInDeclined.title if isinstance(refusal, errors.Unauthenticated) else refusal.title,
        advice=_ADVICE.get(refusal.code, ""),
        return_to=return_to,
    )


async def show_login(req: func.HttpRequest) -> func.HttpResponse:
    if AGE_COOKIE in read_cookies(req):
        return _stop()
    return_to = own_path(req.params.get("returnTo"))
    if await signed_in(req):
        return redirect(return_to)
    return await _ask_age({"returnTo": return_to}, [])


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
    attempt = await wiring.sign_in.code_flow().begin(at)
    flow = Flow(
        state=attempt.state,
        nonce=attempt.nonce,
        verifier=attempt.verifier,
        return_to=own_path(form.get("returnTo")),
        began_at=at,
    )
    sealed = wiring.sign_in.sealer().seal(flow.model_dump_json().encode(), FLOW_COOKIE)
    lifetime = int(FLOW_LIFETIME.total_seconds())
    return redirect(attempt.url, cookies=[set_cookie(FLOW_COOKIE, sealed, max_age=lifetime)])


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
    except errors.Refusal as refusal:
        return _refused(refusal, return_to=flow.return_to, cookies=(done,))
    former = read_cookies(req).get(SESSION_COOKIE)
    if former is not None:
        await sign_out(former, everywhere=False, now=now(), sessions=wiring.sign_in.sessions())
    if account.welcomed_at is None:
        await _queue_welcome(account.id)
    return redirect(flow.return_to, cookies=[set_cookie(SESSION_COOKIE, token), done])


async def show_logout(req: func.HttpRequest) -> func.HttpResponse:
    found = await signed_in(req)
    if found is None:
        return redirect("/")
    try:
        origins = (await wiring.sign_in.provider().discovery(now())).browser_origins
    except errors.Unavailable:  # our own session can be ended all the same
        origins = ""
    return page("sign_in/logout.html", form_action=origins, csrf=found.csrf)


async def end_session(req: func.HttpRequest) -> func.HttpResponse:
    """End the session, or with `everywhere=1` all of the account's, then the provider's own."""
    form = read_form(req)
    found = await signed_in(req)
    if found is None:
        refuse_other_sites(req)
        return _signed_out("/")
    check_form(req, found, form)
    await sign_out(
        found.token, everywhere=form.get("everywhere") == "1", now=now(), sessions=wiring.sign_in.sessions()
    )
    try:
        discovery = await wiring.sign_in.provider().discovery(now())
    except errors.Unavailable:
        return _signed_out("/")
    query = {
        "client_id": wiring.sign_in.chosen().oidc_client_id,
        "post_logout_redirect_uri": f"{wiring.site.origin()}/",
    }
    return _signed_out(f"{discovery.end_session_endpoint}?{urlencode(query)}")


async def _ask_age(form: dict[str, str], faults: list[errors.Fault]) -> func.HttpResponse:
    discovery = await wiring.sign_in.provider().discovery(now())
    return page(
        "sign_in/login.html",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        form_action=discovery.browser_origins,
        return_to=own_path(form.get("returnTo")),
        year=form.get("birthYear", ""),
        month=form.get("birthMonth", "").strip().removeprefix("0"),
        months=MONTHS,
        faults={fault.field: fault.detail for fault in faults},
    )


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
    if not 0 < len(code) <= MAX_CODE or issuer != wiring.sign_in.chosen().oidc_issuer:
        raise SignInDeclined
    id_token = await wiring.sign_in.code_flow().redeem(flow, code, at)
    claims = await wiring.sign_in.tokens().read_id_token(id_token, nonce=flow.nonce, now=now())
    return await finish_sign_in(
        claims,
        account_id=new_id("acc"),
        secret=secrets.token_bytes(SECRET_BYTES),
        now=at,
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


def _signed_out(location: str) -> func.HttpResponse:
    # Not "cookies": that would clear the cookies of sibling hosts, and ours are cleared by name.
    response = redirect(
        location,
        cookies=[set_cookie(SESSION_COOKIE, "", max_age=0), set_cookie(FLOW_COOKIE, "", max_age=0)],
    )
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
