"""What the pages of `/my` share: who it is, forms of our own, messages, and refusals as pages."""

import functools
from typing import Any, Final
from urllib.parse import quote, urlsplit

import azure.functions as func

import wiring
from domain.errors import NotFound, Refusal, StaleVersion, Unauthenticated, Unavailable
from functions.forms import texts_in
from functions.http import Handler, redirect, status_of
from functions.identity import SignedIn, check_form, read_form, refuse_other_sites, signed_in
from functions.pages import page

MOST_PROFILES: Final = 100

# What a page says after a redirect, by the value of `done` in its address.
_DONE: Final = {
    "created": "Your card is made. Fill in what people should see, then publish it.",
    "saved": "The draft is saved. What the public sees has not changed.",
    "published": "Your card is live.",
    "unpublished": "The card is no longer public. Its link and its QR code show nothing for now.",
    "profile-added": "The profile is added.",
    "profile-renamed": "The profile has its new name.",
}


def on_my_page(handler: Handler) -> Handler:
    """Show refusals on a page. Whoever is not signed in is sent to sign in and comes back.

    What was written into a form that comes after its session is shown, so that it is not lost.
    """

    @functools.wraps(handler)
    async def wrapped(req: func.HttpRequest) -> func.HttpResponse:
        try:
            return await handler(req)
        except Unauthenticated:
            if req.method == "POST":
                return _too_late(req)
            return redirect(f"/auth/login?returnTo={quote(urlsplit(req.url).path, safe='/')}")
        except NotFound:
            return page("missing.html", status=status_of(NotFound))
        except Refusal as refusal:
            busy = {"Retry-After": str(refusal.retry_after)} if isinstance(refusal, Unavailable) else {}
            return page("my/refused.html", status=status_of(type(refusal)), headers=busy, title=refusal.title)

    return wrapped


def _too_late(req: func.HttpRequest) -> func.HttpResponse:
    try:
        refuse_other_sites(req)
        written = texts_in(read_form(req))
    except Refusal:
        # What another site sent is never shown on a page of ours.
        written = {}
    return page("my/too_late.html", status=status_of(Unauthenticated), written=written)


async def person_of(req: func.HttpRequest) -> SignedIn:
    found = await signed_in(req)
    if found is None:
        raise Unauthenticated
    return found


async def person_and_form(req: func.HttpRequest) -> tuple[SignedIn, dict[str, str]]:
    """Who sent a form and what is in it, once it is sure that one of our own pages sent it."""
    person = await person_of(req)
    form = read_form(req)
    check_form(req, person, form)
    return person, form


def my_page(
    template: str, person: SignedIn, *, section: str = "cards", status: int = 200, **values: Any
) -> func.HttpResponse:
    return page(f"my/{template}.html", status=status, csrf=person.csrf, section=section, **values)


def done(req: func.HttpRequest) -> str | None:
    """The message for what was just done, if the page was reached by doing it."""
    return _DONE.get(req.params.get("done", ""))


def version_in(form: dict[str, str]) -> int:
    """The version a form was made from: its If-Match. One that is not of our making matches nothing."""
    text = form.get("version", "")
    if not (text.isascii() and text.isdigit() and len(text) < 16):  # noqa: PLR2004 - as long as versions get
        raise StaleVersion
    return int(text)


async def profile_choices(account_id: str) -> list[tuple[str, str]]:
    """The account's profiles as (id, name), newest first."""
    found, _ = await wiring.services().profiles.list(account_id, MOST_PROFILES, None)
    return [(profile.id, profile.name) for profile in found]
