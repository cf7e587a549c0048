"""`/my/cards/{cardId}/settings`: what happens to a card as a whole: pause, undo, rename, copy, delete."""

import hashlib
import secrets
from http import HTTPStatus
from typing import Final

import azure.functions as func

import wiring
from domain.base.errors import HandleLookalike, HandleTaken, InvalidInput, KeyReused, NotFound, StaleVersion
from domain.cards.card import Card
from domain.cards.create import CardCopy, CardHandle, duplicate_card
from domain.publishing.publication import MAX_RENAMES, Change, TooManyRenames, delete_card, rename_card
from functions.accounts.profile_choices import profile_choices
from functions.cards.cache import shelf
from functions.cards.frame import card_of, change
from functions.framework.callers import SignedIn
from functions.framework.clock import new_id, new_suffix, now
from functions.framework.forms import sentences, vet
from functions.framework.my_pages import done, my_page, on_my_page, person_and_form, person_of, version_in
from functions.framework.pages import page_endpoint
from functions.framework.replies import redirect

bp = func.Blueprint()

# What the buttons of a card's pages change, and the page each leads to.
_CHANGES: Final[dict[str, tuple[Change, str]]] = {
    "publish": ("publish", "share?done=published"),
    "unpublish": ("unpublish", "share?done=unpublished"),
    "pause": ("pause", "settings?done=paused"),
    "resume": ("resume", "settings?done=resumed"),
    "undo": ("undo", "settings?done=undone"),
}


@bp.function_name("my_card_settings")
@bp.route(route="my/cards/{cardId}/settings", methods=["GET", "HEAD"])
@page_endpoint
@on_my_page
async def my_card_settings(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    return await _settings_page(person, await card_of(req, person), done=done(req))


@bp.function_name("my_card_publication")
@bp.route(route="my/cards/{cardId}/publication/{change}", methods=["POST"])
@page_endpoint
@on_my_page
async def my_card_publication(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    if req.route_params["change"] not in _CHANGES:
        raise NotFound
    wanted, following = _CHANGES[req.route_params["change"]]
    card_id = req.route_params["cardId"]
    try:
        await change(wanted, person, card_id, version_in(form))
    except InvalidInput:
        # The one thing that keeps a vetted draft from being published.
        return redirect(f"/my/cards/{card_id}?done=picture-not-ready")
    return redirect(f"/my/cards/{card_id}/{following}")


@bp.function_name("my_card_rename")
@bp.route(route="my/cards/{cardId}/rename", methods=["POST"])
@page_endpoint
@on_my_page
async def my_card_rename(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    card = await card_of(req, person)
    typed = form.get("handle", "").strip()
    try:
        renamed = await _rename(person, card.id, vet(CardHandle, {"handle": typed}), version_in(form))
    except InvalidInput as refusal:
        return await _settings_page(person, card, handle=typed, faults=sentences(refusal.faults))
    except StaleVersion:
        return await _settings_page(person, card, handle=typed, stale=True)
    except (HandleTaken, HandleLookalike, TooManyRenames) as refusal:
        return await _settings_page(person, card, handle=typed, faults={"/handle": refusal.title})
    # Both names: what workers kept of them is out of date.
    shelf.forget(renamed.handle, *renamed.former_handles)
    return redirect(f"/my/cards/{card.id}/settings?done=renamed")


@bp.function_name("my_card_duplicate")
@bp.route(route="my/cards/{cardId}/duplicate", methods=["POST"])
@page_endpoint
@on_my_page
async def my_card_duplicate(req: func.HttpRequest) -> func.HttpResponse:
    """Make a copy once, however often the form is sent."""
    person, form = await person_and_form(req)
    card = await card_of(req, person)
    services = wiring.services()
    try:
        made = await duplicate_card(
            person.account_id,
            card.id,
            vet(CardCopy, {"profileId": form.get("profileId", "")}),
            new_card_id=new_id("crd"),
            suffix=new_suffix(),
            key=hashlib.sha256(f"copy {form.get('key', '')}".encode()).hexdigest(),
            now=now(),
            cards=services.cards,
            handles=services.handles,
            profiles=services.profiles,
        )
    except InvalidInput as refusal:
        return await _settings_page(person, card, faults=sentences(refusal.faults))
    except KeyReused:
        fault = {"/profileId": "This form has made a copy already. Send it again to make one more"}
        return await _settings_page(person, card, faults=fault)
    return redirect(f"/my/cards/{made.id}?done=duplicated")


@bp.function_name("my_card_delete")
@bp.route(route="my/cards/{cardId}/delete", methods=["GET", "HEAD"])
@page_endpoint
@on_my_page
async def my_card_delete(req: func.HttpRequest) -> func.HttpResponse:
    """The page that asks before a card is deleted."""
    person = await person_of(req)
    return my_page("cards/delete.html", person, card=await card_of(req, person))


@bp.function_name("my_card_delete_do")
@bp.route(route="my/cards/{cardId}/delete", methods=["POST"])
@page_endpoint
@on_my_page
async def my_card_delete_do(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    card = await card_of(req, person)
    services = wiring.services()
    await delete_card(
        person.account_id,
        card.id,
        version=version_in(form),
        now=now(),
        cards=services.cards,
        handles=services.handles,
        published=services.published,
        images=services.images,
    )
    shelf.forget(card.handle, *card.former_handles)
    return redirect("/my?done=deleted")


async def _rename(person: SignedIn, card_id: str, wanted: CardHandle, version: int) -> Card:
    services = wiring.services()
    return await rename_card(
        person.account_id,
        card_id,
        wanted.handle,
        version=version,
        now=now(),
        cards=services.cards,
        handles=services.handles,
        published=services.published,
        images=services.images,
    )


async def _settings_page(
    person: SignedIn,
    card: Card,
    *,
    handle: str | None = None,
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
        faults=faults or {},
        stale=stale,
        done=done,
        key=secrets.token_urlsafe(16),
        profiles=await profile_choices(person.account_id, card.profile_id),
        origin=wiring.services().settings.public_origin,
        renames_left=MAX_RENAMES - len(card.former_handles),
    )
