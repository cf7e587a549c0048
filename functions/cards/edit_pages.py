"""`/my/cards/{cardId}`: edit one card, its pictures too."""

import asyncio
import time
from http import HTTPStatus
from typing import Any

import azure.functions as func

import wiring.cards
import wiring.images
from domain.base.errors import InvalidInput, StaleVersion
from domain.cards.card import Card, CardVersion
from domain.cards.create import CardDraft, edit_card
from domain.images.image import PROBLEMS, Image
from functions.accounts.profile_choices import profile_choices
from functions.cards.form import (
    AUDIENCES,
    FIELDS,
    arranged,
    content_of,
    differences,
    rows_in,
    sentences,
    values_of,
)
from functions.cards.frame import card_of, change, done
from functions.framework.assets import script_url
from functions.framework.callers import SignedIn, check_form, count_change
from functions.framework.clock import now
from functions.framework.filters import countries, languages
from functions.framework.forms import Values, read_sent, vet
from functions.framework.my_pages import my_page, person_of, version_in
from functions.framework.replies import redirect
from functions.images.form_uploads import PURPOSES, send_pictures

# A picture takes a second or two: who chooses one and publishes need not press the button twice.
READY_SECONDS = 5.0
LOOK_SECONDS = 0.4


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    card = await card_of(req, person)
    return await _edit_page(person, card, values_of(card.draft), done=done(req))


async def save(req: func.HttpRequest) -> func.HttpResponse:
    """Save the draft, and publish it if that was the button. What was typed is never lost.

    Other buttons change only the form: one more row, a row further up, a picture more or less.
    """
    person, form, values, faults = await _sent(req)
    then = form.get("then", "save")
    if faults or then not in ("save", "publish"):
        card = await card_of(req, person)
        values = arranged(values, then)
        return await _edit_page(person, card, values, form=form, faults=faults, unsaved=not faults)
    saved: Card | None = None
    try:
        draft = vet(CardDraft, {"profileId": form.get("profileId", ""), "content": values})
        saved = await _save(req, person, draft, version_in(form))
        if then == "publish":
            await _publish(person, saved)
    except InvalidInput as refusal:
        if saved is not None:
            form["version"] = str(saved.version)
        card = saved or await card_of(req, person)
        return await _edit_page(person, card, values, form=form, faults=sentences(refusal.faults))
    except StaleVersion:
        return await _stale(req, person, values, form)
    return redirect(f"/my/cards/{saved.id}?done={'published' if then == 'publish' else 'saved'}")


async def _publish(person: SignedIn, card: Card) -> None:
    """Publish the card, once pictures that were just sent are ready, or refuse if that takes too long."""
    until = time.monotonic() + READY_SECONDS
    while True:
        try:
            await change("publish", person, card.id, card.version)
        except InvalidInput as refusal:
            on_its_way = all(fault.code == "image_not_ready" for fault in refusal.faults)
            if not on_its_way or time.monotonic() >= until:
                raise
            await asyncio.sleep(LOOK_SECONDS)
        else:
            return


async def _sent(
    req: func.HttpRequest,
) -> tuple[SignedIn, dict[str, str], Values, dict[str, str]]:
    """Who sent the form, its fields, the content in it, and what is wrong with the pictures it came with.

    Pictures are sent to work whatever the button was: a browser gives a chosen file only once.
    """
    person = await person_of(req)
    form, files = read_sent(req)
    check_form(req, person, form)
    await count_change(person.account_id)
    if files:
        await card_of(req, person)  # for a card that is not there no picture is made
    made, faults = await send_pictures(person.account_id, files)
    wanted = form.get("then", "").removeprefix("upload ")
    if wanted in PURPOSES and not made and not faults:
        faults = {f"/{wanted}": "Choose a file first"}
    return person, form, content_of(form) | made, faults


async def _stale(
    req: func.HttpRequest, person: SignedIn, values: Values, form: dict[str, str]
) -> func.HttpResponse:
    card = await card_of(req, person)
    newer = differences(values, card.draft)
    # The same button, pressed twice, perhaps because the first answer was lost.
    if not newer and form.get("then") == "publish" and card.published == card.draft:
        return redirect(f"/my/cards/{card.id}?done=published")
    if not newer and form.get("then", "save") == "save":
        return redirect(f"/my/cards/{card.id}?done=saved")
    form = {**form, "version": str(card.version)}
    return await _edit_page(person, card, values, form=form, newer=newer)


async def _save(req: func.HttpRequest, person: SignedIn, draft: CardDraft, version: int) -> Card:
    of = CardVersion(person.account_id, req.route_params["cardId"], version)
    return await edit_card(of, draft, now=now(), ports=wiring.cards.ports())


async def _images_of(account_id: str, values: Values) -> dict[str, Image]:
    """The images that the form names, by field; one that is gone is left out."""
    ids = {field: values[field] for field in PURPOSES if values.get(field)}
    images = wiring.images.store()
    found = await asyncio.gather(*(images.get(account_id, image_id) for image_id in ids.values()))
    return {field: image for field, image in zip(ids, found, strict=True) if image}


async def _edit_page(
    person: SignedIn,
    card: Card,
    values: Values,
    *,
    form: dict[str, str] | None = None,
    faults: dict[str, str] | None = None,
    newer: dict[str, str] | None = None,
    **also: Any,
) -> func.HttpResponse:
    """The form with `values` in it, and with what else was in the `form` that was sent.

    `newer` says how the stored draft differs when a save came too late.
    """
    form = form or {}
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
    if newer is not None:
        status = HTTPStatus.PRECONDITION_FAILED
    chosen = form.get("profileId", card.profile_id)
    return my_page(
        "cards/edit.html",
        person,
        status=status,
        live=True,
        card=card,
        values=values,
        rows=rows_in(form, form.get("then", "")),
        images=await _images_of(person.account_id, values),
        image_problems=PROBLEMS,
        profile_id=chosen,
        version=form.get("version", card.version),
        faults=faults or {},
        newer=newer,
        profiles=await profile_choices(person.account_id, card.profile_id, chosen),
        countries=countries().items(),
        languages=languages(),
        fields=FIELDS,
        audiences=AUDIENCES.items(),
        script=script_url("edit"),
        **{"done": None, "unsaved": False, **also},
    )
