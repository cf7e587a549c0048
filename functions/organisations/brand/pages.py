"""`/org/{organisationId}/brand`: what an organisation looks like and says of itself, with a preview."""

import asyncio
from http import HTTPStatus
from typing import Any, Final, NamedTuple

import azure.functions as func

import wiring.images
import wiring.organisations.brand
from domain.base.errors import InvalidInput, StaleVersion
from domain.cards.card import Card, Staff
from domain.cards.content import CardContent
from domain.cards.look import Look, first_look
from domain.cards.palette import OUR_BRAND, shown_colour
from domain.images.image import PROBLEMS, Image
from domain.organisations.brand.brand import Brand, BrandContent, change_brand
from domain.organisations.company.page import company_card_id, page_in_brand
from domain.organisations.organisation import Acting
from domain.organisations.templates.staff_content import SPECIMEN
from functions.cards.frame import settled_pictures
from functions.cards.look.pages import THEME_NAMES
from functions.cards.preview_pages import preview_page, typed_in
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.filters import countries
from functions.framework.forms import Values, vet
from functions.framework.my_pages import done_in, version_in
from functions.framework.replies import redirect
from functions.framework.texts import N_, _
from functions.images.form_uploads import send_pictures
from functions.organisations.acting import opened, org_page, sent, sent_with_files
from functions.organisations.brand.form import (
    LABELS,
    PARTS,
    PICTURES,
    arranged,
    readable,
    rows_of,
    sentences,
    values_in,
    values_of,
)
from functions.organisations.previews import preview_place

_DONE: Final = {"saved": N_("Saved. Cards that show some of it follow in a moment.")}
_HINTS: Final = {
    "logo": N_("Shown on staff cards and on the company page. JPEG, PNG or WebP, at most 5 MB."),
    "cover": N_("Shown three times as wide as it is high. JPEG, PNG or WebP, at most 5 MB."),
    "companyImage": N_("Shown wide. JPEG, PNG or WebP, at most 5 MB."),
}


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person, by = await opened(req, "change_brand")
    brand = await wiring.organisations.brand.store().get(by.organisation.id)
    return await _page(person, by, brand, values_of(brand.content), done=done_in(req, _DONE))


class _Typed(NamedTuple):
    """What was typed, with the pictures of it that are not ready yet and the faults of pictures, by field."""

    values: Values
    coming: dict[str, str]
    faults: dict[str, str]


async def save(req: func.HttpRequest) -> func.HttpResponse:
    """Save the brand. Other buttons change only the form, such as to add a row or to remove a picture."""
    (person, by, form), files = await sent_with_files(req, "change_brand")
    form = arranged(form)
    brand = await wiring.organisations.brand.store().get(by.organisation.id)
    typed = await _typed(by, form, files, brand)
    then = form.get("then", "save")
    if typed.faults or then != "save":
        return await _page(
            person, by, brand, typed.values, form=form, faults=typed.faults, coming=typed.coming, unsaved=True
        )
    try:
        content = vet(BrandContent, typed.values)
        ports = wiring.organisations.brand.ports()
        await change_brand(by, content, version=version_in(form), now=now(), ports=ports)
    except InvalidInput as refusal:
        faults = sentences(refusal.faults)
        return await _page(person, by, brand, typed.values, form=form, faults=faults)
    except StaleVersion:
        if typed.values == values_of(brand.content):  # the same form, sent twice
            return redirect(f"/org/{by.organisation.id}/brand?done=saved")
        return await _page(person, by, brand, typed.values, stale=True)
    return redirect(f"/org/{by.organisation.id}/brand?done=saved")


async def _typed(by: Acting, form: dict[str, str], files: dict[str, bytes], brand: Brand) -> _Typed:
    org_id, then = by.organisation.id, form.get("then", "save")
    wanted = {f"{field}-file" for field in PICTURES}
    chosen = {name: content for name, content in files.items() if name in wanted}
    made, faults = await send_pictures(org_id, chosen, by.member.id)
    field = then.removeprefix("upload ")
    if field in PICTURES and field != then and not made and not faults:
        faults = {f"/{field}": _("Choose a file first")}
    new = {field: form[name] for field in PICTURES if form.get(name := f"{field}-new")} | made
    new.pop(then.removeprefix("drop "), None)
    values, saving = values_in(form, brand.content.look), then == "save"
    pictures = await settled_pictures(org_id, values, values_of(brand.content), new, wait=saving)
    faults = pictures.faults | (pictures.unready if saving else {}) | faults
    return _Typed(values | pictures.chosen, pictures.coming, faults)


async def _images_of(org_id: str, values: Values) -> dict[str, Image]:
    ids = {field: values[field] for field in PICTURES if values[field]}
    images = wiring.images.store()
    found = await asyncio.gather(*(images.get(org_id, image_id) for image_id in ids.values()))
    return {field: image for field, image in zip(ids, found, strict=True) if image}


async def _page(
    person: SignedIn,
    by: Acting,
    brand: Brand,
    values: Values,
    *,
    form: dict[str, str] | None = None,
    faults: dict[str, str] | None = None,
    stale: bool = False,
    **also: Any,
) -> func.HttpResponse:
    form, org_id = form or {}, by.organisation.id
    look = values["look"] or {}
    colour = _colour(look.get("colour"))
    status = HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK
    return org_page(
        "organisations/brand/brand.html",
        person,
        by,
        status=HTTPStatus.PRECONDITION_FAILED if stale else status,
        values=values,
        stored=values_of(brand.content),
        version=form.get("version", brand.version),
        rows=rows_of(values, form.get("then", "")),
        labels=LABELS,
        hints=_HINTS,
        parts=PARTS,
        themes=[(theme, _(name)) for theme, name in THEME_NAMES.items()],
        theme=look.get("theme", ""),
        plain=bool(look) and look.get("colour") is None,
        colour=colour or _colour(form.get("colour")) or first_look(org_id).colour or OUR_BRAND,
        shown=shown_colour(colour) if colour else None,
        images=await _images_of(org_id, values),
        image_problems={code: _(problem) for code, problem in PROBLEMS.items()},
        countries=countries().items(),
        faults=faults or {},
        stale=stale,
        **{"done": None, "unsaved": False, "coming": {}, **also},
    )


def _colour(text: str | None) -> str | None:
    """A colour that was typed, if it is one."""
    try:
        return vet(Look, {"colour": text}).colour
    except InvalidInput:
        return None


async def show_preview(req: func.HttpRequest) -> func.HttpResponse:
    """A staff card of nobody, as the saved brand makes it."""
    _person, by = await opened(req, "change_brand")
    brand = await wiring.organisations.brand.store().get(by.organisation.id)
    return await preview_page(req, _specimen(by, brand.content), preview_place(by.organisation.id, "brand"))


async def show_typed(req: func.HttpRequest) -> func.HttpResponse:
    """The same by what is typed and not saved, as far as it is right."""
    person, by, form = await sent(req, "change_brand")
    brand = await wiring.organisations.brand.store().get(by.organisation.id)
    content = readable(values_in(form, brand.content.look))
    typed = typed_in(req, form, person)
    return await preview_page(
        req, _specimen(by, content), preview_place(by.organisation.id, "brand"), **typed
    )


def _specimen(by: Acting, brand: BrandContent) -> Card:
    """A card that shows all of the brand."""
    org_id, at = by.organisation.id, now()
    links = [{"label": each.name, "url": each.url, "audience": "public"} for each in brand.links[:10]]
    address = brand.addresses[0].address.model_dump() if brand.addresses else None
    content = CardContent.model_validate(
        {
            "name": SPECIMEN["name"],
            "title": SPECIMEN["title"],
            "organisation": by.organisation.name,
            "emails": [{"address": SPECIMEN["email"], "audience": "public"}],
            "product_links": links,
            "office_address": address,
            "audiences": dict.fromkeys(("title", "organisation", "officeAddress"), "public"),
        }
    )
    draft = page_in_brand(content, brand).looking(first_look(org_id))
    return Card(
        id=company_card_id(org_id),
        account_id=org_id,
        profile_id="",
        handle="ada-lovelace",
        version=1,
        draft=draft,
        staff=Staff(member_id="", person_id=org_id, template_id="", number=0, own=draft),
        created_at=at,
        updated_at=at,
    )
