"""`/my/cards/{cardId}/look`: the theme, the colour, the cover and the order of sections of one card."""

import re
from http import HTTPStatus
from typing import Any, Final, NamedTuple

import azure.functions as func

import wiring.cards
import wiring.images
from domain.base.errors import InvalidInput, StaleVersion
from domain.base.fields import ImageId
from domain.cards.card import Card, CardVersion
from domain.cards.create import CardDraft, edit_card
from domain.cards.described import Audience
from domain.cards.look import SECTIONS, Look, Section, Theme, first_look
from domain.cards.palette import OUR_BRAND, shown_colour
from domain.images.image import PROBLEMS
from functions.cards.filling.offers import audiences_for
from functions.cards.form import FIELDS
from functions.cards.frame import SAVING, card_of, done, publish_when_ready, settled_pictures
from functions.framework import forms
from functions.framework.callers import SignedIn, check_form, count_change
from functions.framework.clock import now
from functions.framework.filters import continued
from functions.framework.forms import Values, read_sent, vet
from functions.framework.my_pages import my_page, person_of, version_in
from functions.framework.replies import redirect
from functions.framework.texts import N_, _
from functions.images.form_uploads import Pictures, send_pictures

THEME_NAMES: Final[dict[Theme, str]] = {
    "classic": N_("Classic"),
    "banner": N_("Banner"),
    "bold": N_("Bold"),
    "soft": N_("Soft"),
    "letter": N_("Letter"),
    "night": N_("Night"),
}
SECTION_NAMES: Final[dict[Section, str]] = {
    "contact": N_("Contact"),
    "code": N_("Pass it on, with the QR code"),
    "about": N_("About me"),
    "company": N_("About the company"),
    "products": N_("Products and services"),
    "links": N_("Elsewhere"),
    "office": N_("Office"),
}
_LABELS: Final = {
    "/theme": N_("Theme"),
    "/colour": N_("Colour"),
    "/order": N_("Order"),
    "/cover": FIELDS["cover"].label,
    "/audience": N_("Who sees it"),
}
_MOVE = re.compile(r"(up|down) ([0-6])")


class _Chosen(Look):
    """The look as its form sends it, with the cover."""

    cover: ImageId | None
    audience: Audience


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    card = await card_of(req, person)
    return await _look_page(person, card, _values_of(card), done=done(req))


async def save(req: func.HttpRequest) -> func.HttpResponse:
    """Save the look to the draft, and publish the draft if that was the button.

    Other buttons change only the form: they move a section, add or remove the cover.
    """
    person, form, card, values, pictures, faults = await _sent(req)
    then = form.get("then", "save")
    if faults or then not in SAVING:
        values = _arranged(values, then)
        coming = pictures.coming.get("cover", "")
        return await _look_page(person, card, values, form=form, faults=faults, coming=coming, unsaved=True)
    finished = redirect(f"/my/cards/{card.id}/look?done={'published' if then == 'publish' else 'saved'}")
    try:
        chosen = vet(_Chosen, values)
    except InvalidInput as refusal:
        faults = forms.sentences(refusal.faults, _LABELS)
        return await _look_page(person, card, values, form=form, faults=faults)
    try:
        saved = await _save(person, card, chosen, version_in(form))
        if then == "publish":
            await publish_when_ready(person, saved)
    except StaleVersion:
        # The same form sent twice, perhaps because the first answer was lost.
        same = chosen.model_dump() == _values_of(card)
        if same and (then == "save" or card.published == card.draft):
            return finished
        return await _look_page(person, card, values, stale=True)
    except InvalidInput:
        return redirect(f"/my/cards/{card.id}?done=picture-not-ready")
    return finished


async def _save(person: SignedIn, card: Card, chosen: _Chosen, version: int) -> Card:
    """Save what was chosen to the draft of this version, whose texts stay as they are."""
    content = card.draft.model_copy(
        update={
            "look": Look(theme=chosen.theme, colour=chosen.colour, order=chosen.order),
            "cover": chosen.cover,
            "audiences": card.draft.audiences.model_copy(update={"cover": chosen.audience}),
        }
    )
    draft = CardDraft(profile_id=card.profile_id, content=content)
    of = CardVersion(person.account_id, card.id, version)
    return await edit_card(of, draft, now=now(), ports=wiring.cards.ports())


class _Sent(NamedTuple):
    """A form: its sender and fields, the stored card, what was chosen, its pictures, and faults by field."""

    person: SignedIn
    form: dict[str, str]
    card: Card
    values: Values
    pictures: Pictures
    faults: dict[str, str]


async def _sent(req: func.HttpRequest) -> _Sent:
    person = await person_of(req)
    form, files = read_sent(req)
    check_form(req, person, form)
    await count_change(person.account_id)
    card = await card_of(req, person)  # an absent card is refused before any picture is made
    cover = {name: content for name, content in files.items() if name == "cover-file"}
    made, faults = await send_pictures(person.account_id, cover)
    then = form.get("then", "save")
    if then == "upload cover" and not made and not faults:
        faults = {"/cover": _("Choose a file first")}
    new = {} if then == "drop cover" else {"cover": form.get("cover-new", "")} | made
    values, stored = _values_in(form), {"cover": card.draft.cover}
    pictures = await settled_pictures(person.account_id, values, stored, new, wait=then in SAVING)
    values |= pictures.chosen
    if then in SAVING:
        faults = pictures.unready | await _refused(person.account_id, values["cover"]) | faults
    return _Sent(person, form, card, values, pictures, pictures.faults | faults)


async def _refused(account_id: str, cover: str | None) -> dict[str, str]:
    """Fault of a cover that can never be shown."""
    image = await wiring.images.store().get(account_id, cover) if cover else None
    if image is None or image.problem is None:
        return {}
    why = continued(_(PROBLEMS[image.problem]))
    return {"/cover": _("Not taken: %(why)s. Choose another one, or remove it", why=why)}


def _values_in(form: dict[str, str]) -> Values:
    return {
        "theme": form.get("theme", ""),
        "colour": None if "plain" in form else form.get("colour", ""),
        "order": [form[name] for n in range(len(SECTIONS)) if (name := f"order-{n}") in form],
        "cover": form.get("cover") or None,
        "audience": form.get("audiences-cover", "private"),
    }


def _values_of(card: Card) -> Values:
    look, draft = card.draft.look or Look(), card.draft
    # An absent cover is proposed to everyone, as in the other forms.
    audience = dict(draft.audiences)["cover"] if draft.cover else FIELDS["cover"].proposed
    return {**look.model_dump(), "order": look.sections, "cover": draft.cover, "audience": audience}


def _arranged(values: Values, order: str) -> Values:
    """The values after a button such as `up 2`, `down 0` or `drop cover`; others change nothing."""
    if order == "drop cover":
        return {**values, "cover": None}
    move = _MOVE.fullmatch(order)
    return {**values, "order": forms.moved(move[1], values["order"], int(move[2]))} if move else values


async def _look_page(
    person: SignedIn,
    card: Card,
    values: Values,
    *,
    form: dict[str, str] | None = None,
    faults: dict[str, str] | None = None,
    stale: bool = False,
    **also: Any,
) -> func.HttpResponse:
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
    form, cover = form or {}, values["cover"]
    colour = _readable(values["colour"])
    offered = colour or _readable(form.get("colour")) or first_look(card.handle).colour
    return my_page(
        "cards/look.html",
        person,
        status=HTTPStatus.PRECONDITION_FAILED if stale else status,
        card=card,
        values=values,
        version=form.get("version", card.version),
        themes={theme: _(name) for theme, name in THEME_NAMES.items()},
        sections=[(name, _(SECTION_NAMES[name])) for name in Look(order=_known(values["order"])).sections],
        colour=offered,
        shown=shown_colour(colour) if colour else None,
        brand=shown_colour(colour).colour if colour else OUR_BRAND,
        image=await wiring.images.store().get(person.account_id, cover) if cover else None,
        image_problems={code: _(problem) for code, problem in PROBLEMS.items()},
        audiences=(
            await audiences_for(person.account_id, {"audiences": {"cover": values["audience"]}})
        ).items(),
        faults=faults or {},
        stale=stale,
        **{"done": None, "unsaved": False, "coming": "", **also},
    )


def _readable(colour: str | None) -> str | None:
    """A colour that was sent, if it is one."""
    try:
        return vet(Look, {"colour": colour}).colour
    except InvalidInput:
        return None


def _known(order: list[str]) -> list[Section]:
    """The sections among what was sent, each once."""
    return [name for name in dict.fromkeys(order) if name in SECTIONS]
