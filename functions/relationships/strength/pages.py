"""`/my/contacts/{contactId}/interactions` and `…/strength`: logging, taking back, correcting.

"Met today" is one press on the contact's page. All works without script.
"""

import re
import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import azure.functions as func

import wiring.relationships.strength
from domain.base.errors import InvalidInput, KeyReused, StaleVersion
from domain.base.limits import LimitReached
from domain.relationships.contact import Contact
from domain.relationships.interactions.interaction import Interaction, Said
from domain.relationships.interactions.log import (
    Logging,
    One,
    delete_interaction,
    ignore_interaction,
    log_interaction,
    restore_interaction,
)
from domain.relationships.strength.reading import Corrections, correct, read_strength
from domain.relationships.strength.series import end_of
from domain.relationships.strength.strength import date_of
from domain.relationships.strength.terms import MOST, WHOLE
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.forms import sentences, vet
from functions.framework.my_pages import (
    creation_key,
    done_in,
    my_page,
    person_and_form,
    person_of,
    version_in,
)
from functions.framework.replies import redirect
from functions.framework.texts import N_, _
from functions.relationships.contact_pages import contact_of
from functions.relationships.refine.pictures import timeline_of
from functions.relationships.strength.api import interaction_id
from functions.relationships.strength.words import (
    DIRECTIONS,
    KINDS,
    SOURCES,
    STATES,
    TERMS,
    state_rule,
    term_words,
)

_PAGE_OF_INTERACTIONS: Final = 25
_SHORT: Final = 10
_WEEKS_SHOWN: Final = 26
_LABELS: Final = {"/kind": N_("What"), "/direction": N_("Who came to whom"), "/day": N_("Day")}
_POINTS: Final = re.compile("[+-]?[0-9]{1,3}")
_ID: Final = re.compile("int_[a-z2-7]{26}")
_STATE_KINDS: Final = {"growing": "good", "steady": "", "cooling": "wait", "dormant": "bad"}
_DONE: Final = {
    "deleted": N_("The interaction is deleted, as if it had never been. You can take it back for a day."),
    "restored": N_("The interaction is back, as it was."),
    "ignored": N_("It is kept, and does not count any more."),
    "counted": N_("It counts again."),
    "corrected": N_("Your correction counts from today on."),
}


async def timeline_section(person: SignedIn, contact: Contact) -> dict[str, Any]:
    """The newest interactions on a contact's page."""
    found, following = await wiring.relationships.strength.interactions().newest(
        person.account_id, contact.id, _SHORT, None
    )
    drawn = timeline_of(contact, found) if found else None
    return {"found": found, "drawn": drawn, "more": following is not None, **_names()}


async def strength_section(person: SignedIn, contact: Contact) -> dict[str, Any]:
    """The strength on a contact's page, its terms in words, and the press that logs a meeting of today."""
    return {"key": secrets.token_urlsafe(16), **await _strength(person, contact)}


def _names() -> dict[str, Any]:
    return {"kind_names": KINDS, "direction_names": DIRECTIONS, "source_names": SOURCES}


async def _strength(person: SignedIn, contact: Contact) -> dict[str, Any]:
    reading = await read_strength(
        person.account_id, contact.id, now=now(), store=wiring.relationships.strength.interactions()
    )
    score = reading.now.score
    rows = [(_(TERMS[term]), term_words(term, reading), f"+{points}") for term, points in score.terms.items()]
    rows += [
        (_(TERMS[term]), _("Your correction"), f"{points:+}".replace("-", "\N{MINUS SIGN}"))
        for term, points in score.corrections.items()
    ]
    return {
        "reading": reading,
        "score": score.score,
        "logged": reading.strength.sums.number > 0,
        "state": _(STATES[reading.now.state]),
        "state_kind": _STATE_KINDS[reading.now.state],
        "rule": state_rule(reading),
        "rows": rows,
    }


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    return await _timeline(req, person, {}, done=done_in(req, _DONE))


async def log(req: func.HttpRequest) -> func.HttpResponse:
    """Log what the form says. Sent again, it logs nothing more."""
    person, form = await person_and_form(req)
    contact = req.route_params["contactId"]
    day = form.get("day", "")
    values = {
        "kind": form.get("kind", ""),
        "direction": form.get("direction", "mutual"),
        "day": now().date().isoformat() if day == "today" else day,
    }
    made = interaction_id(person.account_id, creation_key(form))
    try:
        said = vet(Said, values)
        logging = Logging(made, "typed", now())
        store = wiring.relationships.strength.interactions()
        await log_interaction(person.account_id, contact, said, logging, store=store)
    except InvalidInput as refusal:
        return await _timeline(req, person, form, faults=sentences(refusal.faults, _LABELS))
    except KeyReused:
        fault = {"/kind": _("This form has logged something already. Send it again to log one more")}
        return await _timeline(req, person, form | {"key": ""}, faults=fault)
    except LimitReached as refusal:
        return await _timeline(req, person, form, faults={"/kind": _(refusal.detail)})
    return redirect(f"/my/contacts/{contact}?done=logged&interaction={made}")


async def delete(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    of = _one(req, person, version_in(form))
    await delete_interaction(of, now=now(), store=wiring.relationships.strength.interactions())
    return _back(of, "deleted")


async def restore(req: func.HttpRequest) -> func.HttpResponse:
    person, _form = await person_and_form(req)
    of = _one(req, person)
    await restore_interaction(of, now=now(), store=wiring.relationships.strength.interactions())
    return _back(of, "restored")


async def ignore(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    ignored = form.get("ignored") == "1"
    of = _one(req, person, version_in(form))
    store = wiring.relationships.strength.interactions()
    await ignore_interaction(of, ignored=ignored, now=now(), store=store)
    return _back(of, "ignored" if ignored else "counted")


def _one(req: func.HttpRequest, person: SignedIn, version: int = 0) -> One:
    params = req.route_params
    return One(person.account_id, params["contactId"], params["interactionId"], version)


def _back(of: One, done: str) -> func.HttpResponse:
    return redirect(f"/my/contacts/{of.contact_id}/interactions?done={done}&interaction={of.interaction_id}")


async def _timeline(
    req: func.HttpRequest,
    person: SignedIn,
    form: Mapping[str, str],
    *,
    faults: dict[str, str] | None = None,
    done: str | None = None,
) -> func.HttpResponse:
    contact = await contact_of(req, person)
    cursor = req.params.get("cursor") or None
    found, following = await wiring.relationships.strength.interactions().newest(
        person.account_id, contact.id, _PAGE_OF_INTERACTIONS, cursor
    )
    return my_page(
        "relationships/strength/interactions.html",
        person,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        contact=contact,
        found=found,
        following=following,
        cursor=cursor,
        values={"kind": "meeting", "direction": "mutual", "day": now().date().isoformat(), **form},
        key=form.get("key") or secrets.token_urlsafe(16),
        faults=faults or {},
        done=done,
        touched=_touched(req, found),
        deleted=req.params.get("done") == "deleted",
        today=now().date(),
        **_names(),
    )


def _touched(req: func.HttpRequest, found: list[Interaction]) -> dict[str, Any]:
    """The interaction that the page before has changed: its id, and its version if it is still there."""
    wanted = req.params.get("interaction", "")
    if not _ID.fullmatch(wanted):
        return {}
    one = next((each for each in found if each.id == wanted), None)
    return {"id": wanted, "one": one}


async def show_strength(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    return await _correcting(req, person, {}, done=done_in(req, _DONE))


async def save_corrections(req: func.HttpRequest) -> func.HttpResponse:
    person, form = await person_and_form(req)
    contact = req.route_params["contactId"]
    store = wiring.relationships.strength.interactions()
    try:
        wanted = vet(Corrections, {"corrections": _corrections(form)})
        await correct(person.account_id, contact, wanted, version=version_in(form), now=now(), store=store)
    except InvalidInput as refusal:
        labels = {f"/corrections/{term}": TERMS[term] for term in TERMS}
        told = {
            fault.field: f"{_(labels.get(fault.field, ''))}: {_points_fault()}" for fault in refusal.faults
        }
        return await _correcting(req, person, form, faults=told)
    except StaleVersion:
        # The same form sent twice, or something was logged meanwhile: what was typed is kept.
        again = await _correcting(req, person, form, stale=True)
        if again.status_code == HTTPStatus.PRECONDITION_FAILED:
            return again
    return redirect(f"/my/contacts/{contact}/strength?done=corrected")


def _points_fault() -> str:
    return _("must be a whole number of points from -%(most)s to %(most)s", most=WHOLE)


def _corrections(form: Mapping[str, str]) -> dict[str, Any]:
    """What the form says, by term; what is no number stays as it is and is refused."""
    typed = {term: form.get(f"corrections-{term}", "").strip() for term in TERMS if term != "importance"}
    return {term: int(text) if _POINTS.fullmatch(text) else text for term, text in typed.items() if text}


async def _correcting(
    req: func.HttpRequest,
    person: SignedIn,
    form: Mapping[str, str],
    *,
    faults: dict[str, str] | None = None,
    done: str | None = None,
    stale: bool = False,
) -> func.HttpResponse:
    contact = await contact_of(req, person)
    shown = await _strength(person, contact)
    reading = shown["reading"]
    kept = {term: str(points) for term, points in reading.strength.said.corrections.items()}
    typed = {str(term): str(points) for term, points in _corrections(form).items()} if form else kept
    late = HTTPStatus.PRECONDITION_FAILED
    differs = {term: points for term, points in typed.items() if points != "0"} != kept
    return my_page(
        "relationships/strength/strength.html",
        person,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if faults else late if stale and differs else HTTPStatus.OK,
        contact=contact,
        typed=typed,
        corrected=[(term, _(TERMS[term]), most) for term, most in _most()],
        version=reading.strength.version,
        weeks=_weeks(reading.weeks),
        faults=faults or {},
        done=done,
        stale=stale,
        **shown,
    )


def _most() -> list[tuple[Any, int]]:
    terms = [(term, most) for term, most in MOST.items() if term != "importance"]
    return [*terms, ("overall", WHOLE)]


def _weeks(points: list[Any]) -> list[tuple[Any, int]]:
    return [(date_of(end_of(each.week)), each.score) for each in reversed(points[-_WEEKS_SHOWN:])]
