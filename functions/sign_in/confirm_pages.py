"""A fresh sign-in for an act that does harm in the wrong hands, and the act's form again after it."""

from urllib.parse import quote

import azure.functions as func
from pydantic import ValidationError

import wiring.sign_in
from domain.base import errors
from domain.sign_in.flow import START_PAGE, own_path
from domain.sign_in.fresh import PendingAct
from functions.framework.callers import signed_in
from functions.framework.clock import now
from functions.framework.my_pages import ACT_COOKIE, RESUME_PAGE
from functions.framework.pages import page
from functions.framework.replies import redirect
from functions.framework.requests import read_cookies
from functions.framework.texts import _
from functions.sign_in.pages import to_provider


async def confirm(req: func.HttpRequest) -> func.HttpResponse:
    """Lead a signed-in person to the provider, to sign in once more."""
    return_to = own_path(req.params.get("returnTo"))
    found = await signed_in(req)
    if found is None:
        return redirect(f"/auth/login?returnTo={quote(return_to, safe='/')}")
    return await to_provider(return_to, asked=False, keep=found.kept, fresh_for=found.account_id)


async def resume(req: func.HttpRequest) -> func.HttpResponse:
    """Show the form that waited. Nothing is done before the person sends it again."""
    found = await signed_in(req)
    if found is None:
        return redirect(f"/auth/login?returnTo={RESUME_PAGE}")
    act = _act_of(req)
    if act is None or act.account_id != found.account_id or not act.is_live(now()):
        return redirect(START_PAGE)
    try:
        origins = (await wiring.sign_in.provider().discovery(now())).browser_origins
    except errors.Unavailable:  # only signing out leads there
        origins = ""
    return page(
        "sign_in/resume.html",
        form_action=origins,
        csrf=found.csrf,
        action=own_path(act.path),
        fields=act.fields,
        label=_(act.label),
    )


def _act_of(req: func.HttpRequest) -> PendingAct | None:
    opened = wiring.sign_in.sealer().unseal(read_cookies(req).get(ACT_COOKIE, ""), ACT_COOKIE)
    try:
        return PendingAct.model_validate_json(opened) if opened is not None else None
    except ValidationError:  # sealed by another version of ours
        return None
