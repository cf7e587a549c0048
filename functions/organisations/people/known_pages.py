"""`/org/{organisationId}/new-person`, `…/people/{memberId}/details`: what is known of people."""

import secrets
from collections.abc import Mapping
from http import HTTPStatus

import azure.functions as func

import wiring.organisations
from domain.base.errors import InvalidInput, KeyReused
from domain.base.limits import LimitReached
from domain.organisations.details import Details
from domain.organisations.known_people import KnownPerson, add_person, change_known, known
from domain.organisations.organisation import Acting, Creating, KeyKind, KnownAlready, Member
from domain.organisations.people import MemberVersion, read_member
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.forms import Values, by_label, label_of, sentences, vet
from functions.framework.my_pages import creation_key, version_in
from functions.framework.replies import redirect
from functions.framework.texts import N_, _
from functions.organisations.acting import opened, org_page, sent

_LABELS = {
    "/name": N_("Name"),
    "/email": N_("E-mail at work"),
    "/externalId": N_("Identifier in your own system"),
    "/details/title": N_("Job title"),
    "/details/department": N_("Department"),
    "/details/phone": N_("Phone at work"),
    "/details/mobile": N_("Mobile at work"),
    "/details/location": N_("Location"),
    "/details/number": N_("Staff number"),
}
_AT: dict[KeyKind, str] = {"external_id": "/externalId", "address": "/email"}


def _name(pointer: str) -> str:
    return pointer[1:].replace("/", "-")


def texts_in(form: Mapping[str, str]) -> dict[str, str]:
    typed = [(label_of(at, _LABELS), form.get(_name(at), "").strip()) for at in _LABELS]
    return by_label((label, text) for label, text in typed if text)


async def show_new(req: func.HttpRequest) -> func.HttpResponse:
    person, by = await opened(req, "change_people")
    return _page(person, by, None, {}, key=secrets.token_urlsafe(16))


async def add(req: func.HttpRequest) -> func.HttpResponse:
    """Add the person of this form once, however often the form is sent."""
    person, by, form = await sent(req, "change_people")
    try:
        creating = Creating(creation_key(form), now())
        added = await add_person(by, _typed(form), creating, ports=wiring.organisations.people())
    except InvalidInput as refusal:
        faults, key = sentences(refusal.faults, _LABELS), form.get("key", "")
        return _page(person, by, None, form, faults=faults, key=key)
    except KeyReused:
        fault = {"/name": _("This form has added somebody already. Send it again to add one more")}
        return _page(person, by, None, form, faults=fault, key=secrets.token_urlsafe(16))
    except (KnownAlready, LimitReached) as refusal:
        return _page(person, by, None, form, faults=_told(refusal), key=form.get("key", ""))
    return redirect(f"/org/{by.organisation.id}/people/{added.id}?done=added")


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person, by = await opened(req, "change_people")
    them = await _them(req, by)
    return _page(person, by, them, _values(them))


async def change(req: func.HttpRequest) -> func.HttpResponse:
    person, by, form = await sent(req, "change_people")
    of = MemberVersion(req.route_params["memberId"], version_in(form))
    try:
        changed = await change_known(by, of, _typed(form), now=now(), ports=wiring.organisations.people())
    except InvalidInput as refusal:
        faults = sentences(refusal.faults, _LABELS)
        return _page(person, by, await _them(req, by), form, faults=faults)
    except KnownAlready as refusal:
        return _page(person, by, await _them(req, by), form, faults=_told(refusal))
    return redirect(f"/org/{by.organisation.id}/people/{changed.id}?done=details")


async def _them(req: func.HttpRequest, by: Acting) -> Member:
    store = wiring.organisations.store()
    return await read_member(by, req.route_params["memberId"], organisations=store)


def _told(refusal: KnownAlready | LimitReached) -> dict[str, str]:
    at = _AT.get(refusal.kind, "/name") if isinstance(refusal, KnownAlready) else "/name"
    return {at: _(refusal.detail)}


def _typed(form: Mapping[str, str]) -> KnownPerson:
    def text(name: str) -> str | None:
        return form.get(name, "").strip() or None

    values: Values = {
        "name": form.get("name", "").strip(),
        "email": form.get("email", "").strip(),
        "externalId": text("externalId"),
        "details": {name: text(f"details-{name}") for name in Details.model_fields},
    }
    return vet(KnownPerson, values)


def _values(them: Member) -> dict[str, str]:
    told = known(them)
    details = {f"details-{name}": text or "" for name, text in told.details}
    return {"name": told.name, "email": told.email, "externalId": told.external_id or "", **details}


def _page(
    person: SignedIn,
    by: Acting,
    them: Member | None,
    values: Mapping[str, str],
    *,
    faults: dict[str, str] | None = None,
    key: str | None = None,
) -> func.HttpResponse:
    return org_page(
        "organisations/people/known.html",
        person,
        by,
        status=HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK,
        them=them,
        fields=[(at, _(label), values.get(_name(at), "")) for at, label in _LABELS.items()],
        faults=faults or {},
        key=key,
    )
