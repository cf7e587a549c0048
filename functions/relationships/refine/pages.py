"""`/my/relationships`: whom to get in touch with, each with its reason and one press, and the pictures."""

import asyncio
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

import azure.functions as func

import wiring.relationships
import wiring.relationships.refine
import wiring.relationships.reminders
import wiring.relationships.strength
from domain.relationships.contact import Contact
from domain.relationships.contacts import read_contact
from domain.relationships.interactions.interaction import Said
from domain.relationships.interactions.log import Logging, One, delete_interaction, log_interaction
from domain.relationships.refine.dismissals import Dismissing, Kind
from domain.relationships.refine.suggestions import Suggestion, dismiss, suggestions, take_back
from domain.relationships.reminders.reminders import waiting_reminders
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.forms import vet
from functions.framework.my_pages import creation_key, done_in, my_page, person_and_form, person_of
from functions.framework.replies import redirect
from functions.framework.texts import N_, _
from functions.relationships.refine.api import KINDS, Dismissed
from functions.relationships.refine.pictures import of_person, of_year
from functions.relationships.refine.words import why
from functions.relationships.reminders.form import when
from functions.relationships.reminders.pages import A_WEEK
from functions.relationships.strength.api import interaction_id

_HERE: Final = "/my/relationships"
_MOST_PROMISED: Final = 10
_FIRST_YEAR: Final = 2000
_ID: Final = re.compile("(con|int)_[a-z2-7]{26}")
_TITLES: Final[dict[Kind, str]] = {
    "cooling": N_("Cooling"),
    "event": N_("Met at the same event"),
    "silent": N_("Silent for long"),
}
_DONE: Final = {
    "met": N_("It is logged that you met today."),
    "not-met": N_("The meeting is taken back."),
    "dismissed": N_("It is not suggested any more, unless there is a new reason."),
    "again": N_("It is suggested again."),
}


async def show(req: func.HttpRequest) -> func.HttpResponse:
    """The page: each list and picture is bounded, whatever the number of contacts."""
    person, at = await person_of(req), now()
    today = at.date()
    year = _year_in(req, today.year)
    owner, ports = person.account_id, wiring.relationships.refine.suggesting()
    desk = wiring.relationships.reminders.desk()
    found, (promised, _following), drawn, heat = await asyncio.gather(
        asyncio.gather(*(suggestions(owner, kind, today=today, ports=ports) for kind in _TITLES)),
        waiting_reminders(owner, _MOST_PROMISED, None, desk=desk),
        of_person(owner, at),
        of_year(owner, year),
    )
    return my_page(
        "relationships/refine/refine.html",
        person,
        promised=promised,
        lists=list(_lists(found)),
        why=why,
        when=when,
        in_a_week=(today + A_WEEK).isoformat(),
        key=secrets.token_urlsafe(16),
        map=drawn,
        heat=heat,
        year=year,
        years=(year - 1 if year > _FIRST_YEAR else None, year + 1 if year < today.year else None),
        done=done_in(req, _DONE),
        undo=_undo_of(req),
    )


def _lists(found: Iterable[list[Suggestion]]) -> Iterator[tuple[Kind, str, list[Suggestion]]]:
    """The suggestions by kind, each contact once: for the first of its reasons."""
    seen: set[str] = set()
    for kind, some in zip(_TITLES, found, strict=True):
        new = [each for each in some if each.contact.id not in seen]
        seen |= {each.contact.id for each in new}
        if new:
            yield kind, _(_TITLES[kind]), new


def _year_in(req: func.HttpRequest, this: int) -> int:
    text = req.params.get("year", "")
    known = text.isascii() and text.isdecimal() and len(text) == len(str(this))
    return int(text) if known and _FIRST_YEAR <= int(text) <= this else this


def _undo_of(req: func.HttpRequest) -> tuple[str, dict[str, str]] | None:
    """Where the notice's button goes and what it sends: what was just done can be taken back."""
    done, contact = req.params.get("done"), req.params.get("contact", "")
    if not _ID.fullmatch(contact):
        return None
    interaction, kind = req.params.get("interaction", ""), req.params.get("kind", "")
    if done == "met" and _ID.fullmatch(interaction):
        return f"{_HERE}/not-met", {"contact": contact, "interaction": interaction}
    if done == "dismissed" and kind in KINDS:
        return f"{_HERE}/dismissal/undo", {"contact": contact, "kind": kind}
    return None


async def met(req: func.HttpRequest) -> func.HttpResponse:
    """Log a meeting of today with one contact, once for each press."""
    person, form = await person_and_form(req)
    contact = await _contact(person, form)
    today = now().date()
    made = interaction_id(person.account_id, f"{creation_key(form)} {contact.id}")
    logging = Logging(made, "typed", now())
    store = wiring.relationships.strength.interactions()
    said = Said(kind="meeting", day=today)
    await log_interaction(person.account_id, contact.id, said, logging, store=store)
    return redirect(f"{_HERE}?done=met&contact={contact.id}&interaction={made}")


async def not_met(req: func.HttpRequest) -> func.HttpResponse:
    """Take a meeting back that was logged with one press."""
    person, form = await person_and_form(req)
    contact = await _contact(person, form)
    of = One(person.account_id, contact.id, form.get("interaction", ""), 1)
    await delete_interaction(of, now=now(), store=wiring.relationships.strength.interactions())
    return redirect(f"{_HERE}?done=not-met")


async def dismiss_it(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    contact = await _contact(person, form)
    said = vet(Dismissing, {"kind": form.get("kind", ""), "reason": form.get("reason", "")})
    ports = wiring.relationships.refine.suggesting()
    await dismiss(person.account_id, contact.id, said, now=now(), ports=ports)
    return redirect(f"{_HERE}?done=dismissed&contact={contact.id}&kind={said.kind}")


async def suggest_again(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    contact = await _contact(person, form)
    kind = vet(Dismissed, {"kind": form.get("kind", "")}).kind
    ports = wiring.relationships.refine.suggesting()
    await take_back(person.account_id, contact.id, kind, ports=ports)
    return redirect(f"{_HERE}?done=again")


async def _contact(person: SignedIn, form: Mapping[str, str]) -> Contact:
    contacts = wiring.relationships.contacts()
    return await read_contact(person.account_id, form.get("contact", ""), contacts=contacts)
