"""`/my/cards/{cardId}/preview`: preview of a card for each audience: as typed, as saved, as published."""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import azure.functions as func

import wiring.images
from adapters.drawing.qr import qr_svg
from domain.cards.card import Card
from domain.publishing.publication import preview
from domain.visibility.view import ANYONE, Viewer, view_for
from functions.cards.filling.offers import viewers_for
from functions.cards.form import content_of, readable, values_of
from functions.cards.frame import card_of, card_url
from functions.cards.look.style import styles_of
from functions.framework.callers import CSRF_FIELD, SignedIn
from functions.framework.clock import now
from functions.framework.my_pages import person_and_form, person_of
from functions.framework.pages import page

_VIEWERS: Final = {
    "anyone": ANYONE,
    "signed_in": Viewer(signed_in=True),
    "connections": Viewer(signed_in=True, connected=True),
}


async def show(req: func.HttpRequest) -> func.HttpResponse:
    """Preview of the saved draft, or of what is published (`of=published`), for a viewer (`as`).

    It is made by the same projection and visibility rule as a published card.
    """
    person = await person_of(req)
    card = await card_of(req, person)
    shown = "published" if req.params.get("of") == "published" and card.published else "draft"
    content = card.published if shown == "published" else card.draft
    return await preview_page(req, card.model_copy(update={"draft": content}), _place(card), shown=shown)


async def show_typed(req: func.HttpRequest) -> func.HttpResponse:
    """Preview of unsaved form values, as far as they are valid. `framed=1` leaves out the bar above it.

    The bar sends what is typed along, to each viewer and back to the form.
    """
    person, form = await person_and_form(req)
    card = await card_of(req, person)
    draft = readable(content_of(form), card.draft).looking(card.draft.look)
    draft_card = card.model_copy(update={"draft": draft})
    return await preview_page(req, draft_card, _place(card), **typed_in(req, form, person))


class Place(NamedTuple):
    """Address of the pages of a card, and the door of its pictures before they are published."""

    pages: str
    pictures: str = "/api/v1/images"


def _place(card: Card) -> Place:
    return Place(f"/my/cards/{card.id}")


def typed_in(req: func.HttpRequest, form: Mapping[str, str], person: SignedIn) -> dict[str, Any]:
    """What a preview of a form that is not saved has to send along; nothing in a frame beside the form."""
    framed = req.params.get("framed") == "1"
    typed = {name: text for name, text in form.items() if name not in (CSRF_FIELD, "then")}
    return {"framed": framed, "typed": {} if framed else typed | {CSRF_FIELD: person.csrf}}


async def preview_page(
    req: func.HttpRequest, card: Card, place: Place, *, framed: bool = False, **also: Any
) -> func.HttpResponse:
    """Preview of a draft, for a viewer."""
    key = req.params.get("as", "")
    key = key if key in _VIEWERS else "anyone"
    viewers = await viewers_for(card.person_id, values_of(card.draft))
    return await drawn_preview(card, _VIEWERS[key], place, framed=framed, viewer=key, viewers=viewers, **also)


async def drawn_preview(
    card: Card, seen_by: Viewer, place: Place, *, framed: bool = False, **bar: Any
) -> func.HttpResponse:
    """The page of a draft, with the `bar` above it that leads to other previews and back."""
    draft = await preview(card, at=now(), images=wiring.images.store())
    url, view = card_url(card), view_for(draft, seen_by)
    return page(
        "cards/card.html",
        styles=styles_of(view, preview=not framed),
        view=view,
        links={},
        schema=None,
        url=url,
        qr_svg=qr_svg(url),
        preview=place.pages,
        pictures=place.pictures,
        framed=framed,
        **{"shown": "draft", "typed": {}, **bar},
    )
