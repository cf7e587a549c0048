"""Signing out: here or everywhere, then at the identity provider; the home page says that it happened."""

from urllib.parse import urlencode

import azure.functions as func

import wiring.sign_in
import wiring.site
from domain.base import errors
from domain.sign_in.flow import sign_out
from functions.accounts.signed_out import EVERYWHERE, HERE, note_sign_out
from functions.framework.callers import (
    SESSION_COOKIE,
    check_form,
    read_form,
    refuse_other_sites,
    require_fresh,
    signed_in,
)
from functions.framework.clock import now
from functions.framework.my_pages import ACT_COOKIE
from functions.framework.pages import page
from functions.framework.replies import redirect
from functions.framework.requests import set_cookie
from functions.framework.texts import N_
from functions.sign_in.cookies import FLOW_COOKIE


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
        return _signed_out("/", HERE)
    check_form(req, found, form)
    everywhere = form.get("everywhere") == "1"
    if everywhere:
        require_fresh(found, N_("Sign out everywhere"))
    await sign_out(found.token, everywhere=everywhere, now=now(), sessions=wiring.sign_in.sessions())
    done = EVERYWHERE if everywhere else HERE
    try:
        discovery = await wiring.sign_in.provider().discovery(now())
    except errors.Unavailable:
        return _signed_out("/", done)
    query = {
        "client_id": wiring.sign_in.chosen().oidc_client_id,
        "post_logout_redirect_uri": f"{wiring.site.origin()}/",
    }
    return _signed_out(f"{discovery.end_session_endpoint}?{urlencode(query)}", done)


def _signed_out(location: str, done: str) -> func.HttpResponse:
    # Not "cookies": that would clear the cookies of sibling hosts, and ours are cleared by name.
    response = redirect(
        location,
        cookies=[
            set_cookie(SESSION_COOKIE, "", max_age=0),
            set_cookie(FLOW_COOKIE, "", max_age=0),
            set_cookie(ACT_COOKIE, "", max_age=0),
            note_sign_out(done),
        ],
    )
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response
