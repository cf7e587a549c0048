"""`/my/cards/{cardId}/settings`: what happens to a card as a whole: pause, undo, rename, copy."""

import secrets
from http import HTTPStatus
from typing import Final

import azure.functions as func

import wiring.accounts
import wiring.cards
import wiring.publishing
import wiring.site
from domain.base.errors import HandleLookalike, HandleTaken, InvalidInput, KeyReused, NotFound, StaleVersion
from domain.cards.card import Card, CardVersion
from domain.cards.create import CardCopy, CardHandle, Creating, duplicate_card
from domain.publishing.publication import MAX_RENAMES, Change, TooManyRenames, rename_card
from functions.accounts.profile_choices import profile_choices
from functions.cards.form import sentences
from functions.cards.frame import card_of, change, done
from functions.framework.callers import SignedIn
from functions.framework.clock import new_id, new_suffix, now
from functions.framework.forms import vet
from functions.framework.my_pages import creation_key, my_page, person_and_form, person_of, version_in
from functions.framework.replies import redirect
from functions.framework.texts import _

# Changes of publication by button, each with the page it redirects to.
_CHANGES: Final[dict[str, tuple[Change, str]]] = {
    "publish": ("publish", "share?done=published"),
    "unpublish": ("unpublish", "share?done=unpublished"),
    "pause": ("pause", "settings?done=paused"),
    "resume": ("resume", "settings?done=resumed"),
    "undo": ("undo", "settings?done=undone"),
}


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    return await settings_page(person, await card_of(req, person), done=done(req))


async def change_publication(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    if req.route_params["change"] not in _CHANGES:
        raise NotFound
    wanted, following = _CHANGES[req.route_params["change"]]
    card_id = req.route_params["cardId"]
    try:
        await change(wanted, person, card_id, version_in(form))
    except InvalidInput:
        # A picture that is not ready is the only fault that a saved draft can have here.
        return redirect(f"/my/cards/{card_id}?done=picture-not-ready")
    return redirect(f"/my/cards/{card_id}/{following}")


async def rename(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    card = await card_of(req, person)
    typed = form.get("handle", "").strip()
    try:
        wanted = vet(CardHandle, {"handle": typed}).handle
        of = CardVersion(person.account_id, card.id, version_in(form))
        await rename_card(
            of, wanted, now=now(), ports=wiring.publishing.ports(), limiter=wiring.accounts.limiter()
        )
    except InvalidInput as refusal:
        return await settings_page(person, card, handle=typed, faults=sentences(refusal.faults))
    except StaleVersion:
        return await settings_page(person, card, handle=typed, stale=True)
    except (HandleTaken, HandleLookalike, TooManyRenames) as refusal:
        return await settings_page(person, card, handle=typed, faults={"/handle": _(refusal.title)})
    return redirect(f"/my/cards/{card.id}/settings?done=renamed")


async def copy(req: func.HttpRequest) -> func.HttpResponse:
    """Make a copy once, however often the form is sent."""
    person, form = await person_and_form(req)
    card = await card_of(req, person)
    try:
        made = await duplicate_card(
            person.account_id,
            card.id,
            vet(CardCopy, {"profileId": form.get("profileId", "")}),
            Creating(new_id("crd"), new_suffix(), creation_key(form), now()),
            wiring.cards.ports(),
        )
    except InvalidInput as refusal:
        return await settings_page(person, card, faults=sentences(refusal.faults))
    except KeyReused:
        fault = {"/profileId": _("This form has made a copy already. Send it again to make one more")}
        return await settings_page(person, card, faults=fault)
    return redirect(f"/my/cards/{made.id}?done=duplicated")


async def settings_page(
    person: SignedIn,
    card: Card,
    *,
    handle: str | None = None,
    successor: str = "",
    faults: dict[str, str] | None = None,
    stale: bool = False,
    done: str | None = None,
) -> func.HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
    return my_page(
        "cards/settings.html",
        person,
        status=HTTPStatus.PRECONDITION_FAILED if stale else status,
        card=card,
        handle=card.handle if handle is None else handle,
        successor=successor,
        faults=faults or {},
        stale=stale,
        done=done,
        key=secrets.token_urlsafe(16),
        profiles=await profile_choices(person.account_id, card.profile_id),
        origin=wiring.site.origin(),
        renames_left=MAX_RENAMES - len(card.former_handles),
    )
