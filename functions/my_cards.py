"""`/my/cards/{cardId}`: edit, preview, publish, unpublish and share one card."""

from http import HTTPStatus

import azure.functions as func

import wiring
from adapters.qr import qr_svg
from domain.cards import Card, CardDraft, edit_card, read_card
from domain.errors import InvalidInput, StaleVersion
from domain.publication import Change, change_publication, preview
from domain.views import ANYONE, view_for
from functions.chance import now
from functions.display import countries
from functions.forms import Values, content_of, differences, sentences, values_of, vet
from functions.http import redirect
from functions.identity import SignedIn
from functions.my_pages import (
    done,
    my_page,
    on_my_page,
    person_and_form,
    person_of,
    profile_choices,
    version_in,
)
from functions.pages import page, page_endpoint
from functions.shelf import shelf

bp = func.Blueprint()


@bp.function_name("my_card")
@bp.route(route="my/cards/{cardId}", methods=["GET", "HEAD"])
@page_endpoint
@on_my_page
async def my_card(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    card = await _card(req, person)
    return await _edit_page(person, card, values_of(card.draft), done=done(req))


@bp.function_name("my_card_save")
@bp.route(route="my/cards/{cardId}", methods=["POST"])
@page_endpoint
@on_my_page
async def my_card_save(req: func.HttpRequest) -> func.HttpResponse:
    """Save the draft, and publish it if that was the button. What was typed is never lost."""
    person, form = await person_and_form(req)
    values, profile_id = content_of(form), form.get("profileId", "")
    try:
        draft = vet(CardDraft, {"profileId": profile_id, "content": values})
        card = await _save(req, person, draft, version_in(form))
        if form.get("then") != "publish":
            return redirect(f"/my/cards/{card.id}?done=saved")
        await _change_publication("publish", person, card.id, card.version)
        return redirect(f"/my/cards/{card.id}?done=published")
    except InvalidInput as refusal:
        card = await _card(req, person)
        return await _edit_page(
            person,
            card,
            values,
            status=HTTPStatus.UNPROCESSABLE_ENTITY,
            profile_id=profile_id,
            version=form.get("version", ""),
            faults=sentences(refusal.faults),
        )
    except StaleVersion:
        card = await _card(req, person)
        newer = differences(values, card.draft)
        return await _edit_page(
            person,
            card,
            values,
            status=HTTPStatus.PRECONDITION_FAILED,
            profile_id=profile_id,
            newer=newer,
        )


@bp.function_name("my_card_publish")
@bp.route(route="my/cards/{cardId}/publish", methods=["POST"])
@page_endpoint
@on_my_page
async def my_card_publish(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    await _change_publication("publish", person, req.route_params["cardId"], version_in(form))
    return redirect(f"/my/cards/{req.route_params['cardId']}/share?done=published")


@bp.function_name("my_card_unpublish")
@bp.route(route="my/cards/{cardId}/unpublish", methods=["POST"])
@page_endpoint
@on_my_page
async def my_card_unpublish(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    await _change_publication("unpublish", person, req.route_params["cardId"], version_in(form))
    return redirect(f"/my/cards/{req.route_params['cardId']}/share?done=unpublished")


@bp.function_name("my_card_share")
@bp.route(route="my/cards/{cardId}/share", methods=["GET", "HEAD"])
@page_endpoint
@on_my_page
async def my_card_share(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    card = await _card(req, person)
    url = _url(card)
    return my_page("share", person, card=card, url=url, qr_svg=qr_svg(url), done=done(req))


@bp.function_name("my_card_preview")
@bp.route(route="my/cards/{cardId}/preview", methods=["GET", "HEAD"])
@page_endpoint
@on_my_page
async def my_card_preview(req: func.HttpRequest) -> func.HttpResponse:
    """The draft as the public would see it: through the same rule, from what publishing would project."""
    person = await person_of(req)
    card = await _card(req, person)
    draft = await preview(card, at=now(), images=wiring.services().images)
    return page(
        "card.html",
        style="card",
        view=view_for(draft, ANYONE),
        links={},
        schema=None,
        url=_url(card),
        qr_svg=qr_svg(_url(card)),
        preview=f"/my/cards/{card.id}",
    )


async def _card(req: func.HttpRequest, person: SignedIn) -> Card:
    return await read_card(person.account_id, req.route_params["cardId"], cards=wiring.services().cards)


def _url(card: Card) -> str:
    return f"{wiring.services().settings.public_origin}/c/{card.handle}"


async def _save(req: func.HttpRequest, person: SignedIn, draft: CardDraft, version: int) -> Card:
    services = wiring.services()
    return await edit_card(
        person.account_id,
        req.route_params["cardId"],
        draft,
        version=version,
        now=now(),
        cards=services.cards,
        profiles=services.profiles,
    )


async def _change_publication(change: Change, person: SignedIn, card_id: str, version: int) -> None:
    services = wiring.services()
    card = await change_publication(
        person.account_id,
        card_id,
        change,
        version=version,
        now=now(),
        cards=services.cards,
        published=services.published,
        images=services.images,
    )
    shelf.forget(card.handle, *card.former_handles)


async def _edit_page(
    person: SignedIn,
    card: Card,
    values: Values,
    *,
    status: int = HTTPStatus.OK,
    profile_id: str | None = None,
    version: int | str | None = None,
    faults: dict[str, str] | None = None,
    newer: dict[str, str] | None = None,
    done: str | None = None,
) -> func.HttpResponse:
    """The form with `values` in it. `newer` says how the stored draft differs when a save came too late."""
    chosen = card.profile_id if profile_id is None else profile_id
    return my_page(
        "edit",
        person,
        status=status,
        card=card,
        values=values,
        profile_id=chosen,
        version=card.version if version is None else version,
        faults=faults or {},
        newer=newer,
        done=done,
        profiles=await profile_choices(person.account_id, card.profile_id, chosen),
        countries=countries().items(),
        origin=wiring.services().settings.public_origin,
    )
