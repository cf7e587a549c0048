"""`/org/{organisationId}/cards`: the staff cards of an organisation; `/directory`: those that can be seen."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

import azure.functions as func

import wiring.operations
import wiring.organisations.templates
from domain.cards.card import Card
from domain.operations.work import Work
from domain.organisations.organisation import Acting
from domain.organisations.staff_cards.lists import CardFilter, Which
from domain.organisations.staff_cards.making_many import MAKING
from domain.visibility.rule import shown_to
from functions.cards.filters import subtitle
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.forms import by_label
from functions.framework.my_pages import done_in
from functions.framework.replies import redirect
from functions.framework.texts import N_, _
from functions.organisations.acting import opened, org_page, sent
from functions.organisations.staff_cards.form import label_of_field

_ON_A_PAGE: Final = 50
_LONGEST: Final = 120
# So long after it is over, the page still says what became of the making of cards.
_SAID_FOR: Final = timedelta(minutes=10)
_WHICH: Final[dict[Which, str]] = {
    "all": N_("All"),
    "lacking": N_("Something is missing"),
    "shown": N_("Can be seen"),
}
_DONE: Final = {"made": N_("The cards are made, and can be seen."), "begun": N_("The cards are being made.")}
# Colleagues are signed in, and nothing more.
_TO_COLLEAGUES: Final = frozenset({"public", "signed_in"})


def texts_in(form: Mapping[str, str]) -> dict[str, str]:
    text = form.get("text", "").strip()
    return by_label([(_("Find by name"), text)] if text else [])


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person, by = await opened(req, "change_staff_cards")
    wanted = _filter_in(req.params)
    return await _cards_page(person, by, wanted, req.params.get("after") or None, done=done_in(req, _DONE))


async def search(req: func.HttpRequest) -> func.HttpResponse:
    """Cards whose names begin so. No name stands in an address, so the next pages are forms as well."""
    person, by, form = await sent(req, "change_staff_cards")
    wanted = _filter_in(form)
    if not wanted.text:
        return redirect(f"/org/{by.organisation.id}/cards")
    return await _cards_page(person, by, wanted, form.get("after") or None)


def _filter_in(said: Mapping[str, str]) -> CardFilter:
    template = said.get("template", "")
    return CardFilter(
        which=next((each for each in _WHICH if each == said.get("which")), "all"),
        template_id=template if re.fullmatch("tpl_[a-z2-7]{26}", template) else None,
        text=said.get("text", "").strip()[:_LONGEST],
    )


async def _cards_page(
    person: SignedIn, by: Acting, wanted: CardFilter, after: str | None, *, done: str | None = None
) -> func.HttpResponse:
    """A page of the cards by name: one query of cards, one of templates, one of the work."""
    org_id = by.organisation.id
    cards, following = await wiring.organisations.templates.staff_cards().page(
        org_id, wanted, _ON_A_PAGE, after
    )
    templates = await wiring.organisations.templates.store().all(org_id)
    return org_page(
        "organisations/cards/cards.html",
        person,
        by,
        cards=[
            (card, [label_of_field(each) for each in card.staff.problems]) for card in cards if card.staff
        ],
        following=following,
        wanted=wanted,
        which=[(key, _(text)) for key, text in _WHICH.items()],
        templates=[(each.id, each.draft.name) for each in templates if each.number],
        names={each.id: each.draft.name for each in templates},
        longest=_LONGEST,
        work=await _making(org_id),
        done=done,
    )


async def _making(org_id: str) -> Work | None:
    """The latest work that makes cards, while it is at work and some minutes longer."""
    last = next(iter(await wiring.operations.works().of_kind(org_id, MAKING)), None)
    over = last is not None and last.ended_at is not None and now() - last.ended_at > _SAID_FOR
    return None if over else last


async def show_directory(req: func.HttpRequest) -> func.HttpResponse:
    person, by = await opened(req, "see_people")
    return await _directory(person, by, "", req.params.get("after") or None)


async def search_directory(req: func.HttpRequest) -> func.HttpResponse:
    person, by, form = await sent(req, "see_people")
    text = form.get("text", "").strip()[:_LONGEST]
    if not text:
        return redirect(f"/org/{by.organisation.id}/directory")
    return await _directory(person, by, text, form.get("after") or None)


async def _directory(person: SignedIn, by: Acting, text: str, after: str | None) -> func.HttpResponse:
    """A page of the people whose cards can be seen, as everybody who is signed in sees them: one query."""
    wanted = CardFilter(which="shown", text=text)
    cards, following = await wiring.organisations.templates.staff_cards().page(
        by.organisation.id, wanted, _ON_A_PAGE, after
    )
    return org_page(
        "organisations/cards/directory.html",
        person,
        by,
        people=[_entry(card) for card in cards if card.published],
        following=following,
        text=text,
        longest=_LONGEST,
    )


def _entry(card: Card) -> dict[str, Any]:
    content = shown_to(card.published or card.draft, _TO_COLLEAGUES)
    return {"name": content.name, "small": subtitle(content), "handle": card.handle}
