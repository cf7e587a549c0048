"""`/my/cards/{cardId}`: edit one card, its pictures too."""

import asyncio
from http import HTTPStatus
from typing import Any, NamedTuple

import azure.functions as func

import wiring.cards
import wiring.images
from domain.base.errors import InvalidInput, StaleVersion
from domain.cards.card import Card, CardVersion
from domain.cards.create import CardDraft, edit_card
from domain.images.image import PROBLEMS, Image
from functions.cards.filling.offers import (
    audiences_for,
    in_address_books,
    phone_country_for,
    profiles_for,
    viewers_for,
    with_networks,
)
from functions.cards.form import (
    FIELDS,
    NETWORK_CHOICES,
    arranged,
    content_of,
    differences,
    rows_in,
    sentences,
    values_of,
)
from functions.cards.frame import SAVING, card_of, done, publish_when_ready, settled_pictures, undo_of
from functions.framework.callers import SignedIn, check_form, count_change
from functions.framework.clock import now
from functions.framework.filters import countries, languages
from functions.framework.forms import Values, read_sent, vet
from functions.framework.my_pages import my_page, person_of, version_in
from functions.framework.replies import redirect
from functions.framework.texts import _
from functions.images.form_uploads import PURPOSES, send_pictures


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    card = await card_of(req, person)
    values = values_of(card.draft)
    return await _edit_page(req, person, card, values, done=done(req), undo=undo_of(req, card))


async def save(req: func.HttpRequest) -> func.HttpResponse:
    """Save the draft, and publish it if that was the button. Typed text is never lost.

    Other buttons change only the form: they add or move a row, add or remove a picture.
    """
    sent = await _sent(req)
    person, form, values, faults = sent.person, sent.form, sent.values, sent.faults
    then = form.get("then", "save")
    if faults or then not in SAVING:
        return await _edit_page(
            req, person, sent.card, values, form=form, faults=faults, coming=sent.coming, unsaved=not faults
        )
    saved: Card | None = None
    try:
        draft = vet(CardDraft, {"profileId": form.get("profileId", ""), "content": values})
        saved = await _save(req, person, draft, version_in(form))
        if then == "publish":
            await publish_when_ready(person, saved)
    except InvalidInput as refusal:
        if saved is not None:
            form["version"] = str(saved.version)
        card = saved or sent.card
        return await _edit_page(
            req, person, card, values, form=form, faults=sentences(refusal.faults, values)
        )
    except StaleVersion:
        return await _stale(req, person, values, form)
    return redirect(f"/my/cards/{saved.id}?done={'published' if then == 'publish' else 'saved'}")


class _Sent(NamedTuple):
    """A form: its sender and fields, the stored card, the content that was sent, and its pictures.

    `coming` are pictures that are not ready yet, and `faults` those of pictures, both by field.
    """

    person: SignedIn
    form: dict[str, str]
    card: Card
    values: Values
    coming: dict[str, str]
    faults: dict[str, str]


async def _sent(req: func.HttpRequest) -> _Sent:
    """The form that was sent. Its pictures are sent to work whatever the button was.

    A browser sends a chosen file only once.
    """
    person = await person_of(req)
    form, files = read_sent(req)
    check_form(req, person, form)
    form = arranged(form, form.get("then", ""))
    await count_change(person.account_id)
    card = await card_of(req, person)  # an absent card is refused before any picture is made
    made, faults = await send_pictures(person.account_id, files)
    then = form.get("then", "save")
    wanted = then.removeprefix("upload ")
    if wanted in PURPOSES and not made and not faults:
        faults = {f"/{wanted}": _("Choose a file first")}
    values = content_of(form)
    new = {field: form[name] for field in PURPOSES if form.get(name := f"{field}-new")} | made
    new.pop(then.removeprefix("drop "), None)
    pictures = await settled_pictures(
        person.account_id, values, values_of(card.draft), new, wait=then in SAVING
    )
    faults = pictures.faults | (pictures.unready if then in SAVING else {}) | faults
    return _Sent(person, form, card, values | pictures.chosen, pictures.coming, faults)


async def _stale(
    req: func.HttpRequest, person: SignedIn, values: Values, form: dict[str, str]
) -> func.HttpResponse:
    card = await card_of(req, person)
    newer = differences(values, card.draft)
    # The same form sent twice, perhaps because the first answer was lost.
    if not newer and form.get("then") == "publish" and card.published == card.draft:
        return redirect(f"/my/cards/{card.id}?done=published")
    if not newer and form.get("then", "save") == "save":
        return redirect(f"/my/cards/{card.id}?done=saved")
    form = {**form, "version": str(card.version)}
    return await _edit_page(req, person, card, values, form=form, newer=newer)


async def _save(req: func.HttpRequest, person: SignedIn, draft: CardDraft, version: int) -> Card:
    of = CardVersion(person.account_id, req.route_params["cardId"], version)
    return await edit_card(of, draft, now=now(), ports=wiring.cards.ports())


async def _images_of(account_id: str, values: Values) -> dict[str, Image]:
    """Images that the form names, by field; deleted ones are left out."""
    ids = {field: values[field] for field in PURPOSES if values.get(field)}
    images = wiring.images.store()
    found = await asyncio.gather(*(images.get(account_id, image_id) for image_id in ids.values()))
    return {field: image for field, image in zip(ids, found, strict=True) if image}


def _status(faults: dict[str, str] | None, newer: dict[str, str] | None) -> HTTPStatus:
    if newer is not None:
        return HTTPStatus.PRECONDITION_FAILED
    return HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK


async def _edit_page(
    req: func.HttpRequest,
    person: SignedIn,
    card: Card,
    values: Values,
    *,
    form: dict[str, str] | None = None,
    faults: dict[str, str] | None = None,
    newer: dict[str, str] | None = None,
    **also: Any,
) -> func.HttpResponse:
    """Edit page with `values` in its form; version, profile and rows are those of the `form` that was sent.

    `newer` holds the differences of the stored draft after a save that came too late.
    """
    form = form or {}
    chosen = form.get("profileId", card.profile_id)
    return my_page(
        "cards/edit.html",
        person,
        status=_status(faults, newer),
        card=card,
        values=with_networks(values, form),
        called=in_address_books(values),
        phone_country=phone_country_for(req, form, values, [values["officeAddress"] or {}]),
        rows=rows_in(form, form.get("then", "")),
        changed=form.get("then", "").partition(" ")[2].partition(" ")[0],
        images=await _images_of(person.account_id, values),
        image_problems={code: _(problem) for code, problem in PROBLEMS.items()},
        profile_id=chosen,
        version=form.get("version", card.version),
        faults=faults or {},
        newer=newer,
        profiles=await profiles_for(person.account_id, card.profile_id, chosen),
        countries=countries().items(),
        languages=languages(),
        fields=FIELDS,
        networks=[(key, _(name)) for key, name in NETWORK_CHOICES],
        audiences=(await audiences_for(person.account_id, values)).items(),
        viewers=(await viewers_for(person.account_id, values)).items(),
        **{"done": None, "undo": None, "coming": {}, "unsaved": False, **also},
    )
