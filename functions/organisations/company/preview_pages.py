"""`/org/{organisationId}/company/preview`: the company page as others will see it."""

import azure.functions as func

import wiring.cards
import wiring.organisations.brand
from domain.organisations.company.page import page_in_brand, read_page
from functions.cards.form import readable
from functions.cards.preview_pages import preview_page, typed_in
from functions.organisations.acting import opened, sent
from functions.organisations.company.form import typed_in as content_in
from functions.organisations.previews import preview_place


async def show(req: func.HttpRequest) -> func.HttpResponse:
    """The saved draft, or what is published (`of=published`)."""
    _person, by = await opened(req, "change_company_page")
    card = await read_page(by, cards=wiring.cards.store())
    shown = "published" if req.params.get("of") == "published" and card.published else "draft"
    content = card.published if shown == "published" else card.draft
    place = preview_place(by.organisation.id, "company")
    return await preview_page(req, card.model_copy(update={"draft": content}), place, shown=shown)


async def show_typed(req: func.HttpRequest) -> func.HttpResponse:
    """What is typed and not saved, as far as it is right."""
    person, by, form = await sent(req, "change_company_page")
    card = await read_page(by, cards=wiring.cards.store())
    brand = await wiring.organisations.brand.store().get(by.organisation.id)
    content = readable(content_in(form, card), card.draft).looking(card.draft.look)
    draft = card.model_copy(update={"draft": page_in_brand(content, brand.content)})
    place = preview_place(by.organisation.id, "company")
    return await preview_page(req, draft, place, **typed_in(req, form, person))
