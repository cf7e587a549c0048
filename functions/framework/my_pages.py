"""Frame of the pages under `/my`: the person, sent forms, messages, and refusals as pages."""

import hashlib
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, urlsplit

import azure.functions as func

import wiring.organisations
import wiring.sign_in
from domain.base.errors import (
    ForgedRequest,
    InternalError,
    NotFound,
    Refusal,
    StaleVersion,
    Unauthenticated,
    Unavailable,
)
from domain.base.limits import LimitReached
from domain.sign_in.flow import START_PAGE
from domain.sign_in.fresh import ACT_LIFETIME, FreshSignInNeeded, PendingAct
from functions.framework.callers import (
    CSRF_FIELD,
    SignedIn,
    check_form,
    count_change,
    known_person,
    read_form,
    refuse_other_sites,
    signed_in,
)
from functions.framework.clock import now
from functions.framework.forms import read_sent
from functions.framework.pages import missing_page, navigation, page, refusal_page
from functions.framework.problems import status_of
from functions.framework.replies import redirect, reply
from functions.framework.requests import set_cookie
from functions.framework.texts import N_, _

# Title and advice of a refusal on pages of /my, by code.
_SAID: Final = {
    Unauthenticated.code: (
        N_("You were signed out"),
        N_("Nothing was changed, because too much time has passed since you opened the page."),
    ),
    ForgedRequest.code: (
        N_("This form cannot be used any more"),
        N_("Nothing was changed. Either you have signed in again meanwhile, or the page was not ours."),
    ),
    NotFound.code: (
        NotFound.title,
        N_("Nothing was changed, because what you wanted to change is gone."),
    ),
}
# Reader of the typed texts of a form, by label.
Texts = Callable[[Mapping[str, str]], dict[str, str]]
ACT_COOKIE: Final = "__Host-act"
RESUME_PAGE: Final = "/auth/resume"
# What browsers keep in a cookie at least is 4 KB, sealed and in base64.
_MAX_ACT: Final = 2048
_UNSURE: Final = N_("We do not know whether it was done. Look before you try again.")
_UNCHANGED: Final = N_("Nothing was changed.")


async def refuse(req: func.HttpRequest, refusal: Refusal, texts_in: Texts | None = None) -> func.HttpResponse:
    """Answer a refusal or a bug with a page. Without a session a GET redirects to the sign-in and back.

    The typed texts of a refused form, as `texts_in` reads them, are shown so that they are not lost.
    """
    if isinstance(refusal, FreshSignInNeeded):
        return ask_to_confirm(req, refusal)
    posted = req.method == "POST"
    if isinstance(refusal, Unauthenticated) and not posted:
        return _to_the_sign_in(req, refusal)
    written = _written(req, texts_in) if posted and texts_in else {}
    if isinstance(refusal, NotFound) and not written:
        return await missing_page(req, refusal)
    title, advice = _SAID.get(refusal.code, (refusal.title, _UNCHANGED))
    advice = _(advice)
    if isinstance(refusal, LimitReached):
        advice = f"{_(_UNCHANGED)} {_(refusal.detail)}"
    if isinstance(refusal, Unavailable | InternalError):
        # The answer may have been lost after the work was done.
        advice = _(_UNSURE) if posted else ""
    signed_out = isinstance(refusal, Unauthenticated)
    # After a bug nothing is asked again that may have been its cause.
    broken = isinstance(refusal, Unavailable | InternalError)
    person = None if signed_out or broken else await known_person(req)
    return refusal_page(
        "site/my_refused.html",
        refusal,
        title=_(title),
        advice=advice,
        written=written,
        signed_out=signed_out,
        **navigation(person),
    )


def _to_the_sign_in(req: func.HttpRequest, refusal: Unauthenticated) -> func.HttpResponse:
    """Lead the browser to the sign-in and back, also when it asks for a part of a page, by htmx."""
    place = f"/auth/login?returnTo={quote(_path(req), safe='/')}"
    if req.headers.get("hx-request") != "true":
        return redirect(place)
    return reply(status=status_of(type(refusal)), content_type="text/plain", headers={"HX-Redirect": place})


def ask_to_confirm(req: func.HttpRequest, refusal: FreshSignInNeeded) -> func.HttpResponse:
    """The page that leads to a fresh sign-in. What a form says is kept by the browser, sealed, until then."""
    act = _sealed_act(req, refusal) if req.method == "POST" else None
    return refusal_page(
        "sign_in/confirm.html",
        refusal,
        title=_(refusal.title),
        label=_(refusal.label),
        return_to=RESUME_PAGE if act else _path(req),
        cookies=[set_cookie(ACT_COOKIE, act, max_age=int(ACT_LIFETIME.total_seconds()))] if act else [],
    )


def _sealed_act(req: func.HttpRequest, refusal: FreshSignInNeeded) -> str | None:
    fields = {name: text for name, text in read_form(req).items() if name != CSRF_FIELD}
    act = PendingAct(
        account_id=refusal.account_id,
        path=_path(req),
        fields=fields,
        label=refusal.label,
        began_at=now(),
    )
    plain = act.model_dump_json().encode()
    return wiring.sign_in.sealer().seal(plain, ACT_COOKIE) if len(plain) <= _MAX_ACT else None


def _path(req: func.HttpRequest) -> str:
    try:
        return str(urlsplit(req.url).path)
    except ValueError:  # the Host header is part of the URL and may be anything
        return START_PAGE


def _written(req: func.HttpRequest, texts_in: Texts) -> dict[str, str]:
    """Typed texts of a form; none for a form of another site, whose texts are never shown on our pages."""
    try:
        refuse_other_sites(req)
        return texts_in(read_sent(req)[0])
    except Refusal:
        return {}


async def person_of(req: func.HttpRequest) -> SignedIn:
    found = await signed_in(req)
    if found is None:
        raise Unauthenticated
    memberships = await wiring.organisations.memberships().get(found.account_id)
    organisations = tuple((each.name, f"/org/{each.org_id}") for each in memberships.organisations)
    return found._replace(organisations=organisations)


async def person_and_form(req: func.HttpRequest) -> tuple[SignedIn, dict[str, str]]:
    """Sender and fields of a form that is proved to come from our own pages."""
    person = await person_of(req)
    form = read_form(req)
    check_form(req, person, form)
    await count_change(person.account_id)
    return person, form


def my_page(
    template: str, person: SignedIn, *, status: int = HTTPStatus.OK, **values: Any
) -> func.HttpResponse:
    """Page of a person, with the navigation of their own pages; the template names its section in `here`."""
    shown = {"organisations": person.organisations, **values}
    return page(template, status=status, own=True, csrf=person.csrf, **shown)


def done_in(req: func.HttpRequest, messages: Mapping[str, str]) -> str | None:
    """The message of the action that redirected to this page, named by `done` in the query, if any."""
    message = messages.get(req.params.get("done", ""))
    return _(message) if message else None


def creation_key(form: Mapping[str, str]) -> str:
    """Hashed key under which a form makes a thing once. A form and a program never share one."""
    return hashlib.sha256(f"form {form.get('key', '')}".encode()).hexdigest()


def version_in(form: dict[str, str]) -> int:
    """Version that a form was made from: its If-Match. A malformed one is stale."""
    text = form.get("version", "")
    if not (text.isascii() and text.isdigit() and len(text) < 16):  # noqa: PLR2004 - as long as versions get
        raise StaleVersion
    return int(text)
