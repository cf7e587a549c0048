"""`/join/{link}`: where the mail of an invitation leads.

A GET changes nothing, because programs that look at mail open links. The pages send no referrer, so that the
link goes nowhere else, but for the one with the form: without any, browsers would not say that it was ours.
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

import azure.functions as func

import wiring.organisations.invitations
from domain.base.errors import InvalidInput, NotFound
from domain.base.limits import LimitReached
from domain.organisations.invitations.invitation import VALID_FOR
from domain.organisations.invitations.joining import Invited, Joins, invited_by, join, member_of
from functions.framework.callers import SignedIn, known_person
from functions.framework.clock import now
from functions.framework.forms import by_label, label_of, sentences, vet
from functions.framework.my_pages import person_and_form
from functions.framework.pages import page
from functions.framework.replies import redirect
from functions.framework.texts import N_, _
from functions.organisations.acting import ROLE_NAMES, person_behind

_UNSEEN: Final = {
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex, nofollow",
    "Cache-Control": "no-store",
}
_WITH_FORM: Final = {**_UNSEEN, "Referrer-Policy": "same-origin"}
_LABELS: Final = {"/name": N_("Your name")}


def texts_in(form: Mapping[str, str]) -> dict[str, str]:
    name = form.get("name", "").strip()
    return by_label([(label_of("/name", _LABELS), name)] if name else [])


async def show(req: func.HttpRequest) -> func.HttpResponse:
    return await _page(req.route_params["link"], await known_person(req))


async def send(req: func.HttpRequest) -> func.HttpResponse:
    """Join, once: whoever cannot is shown why by the page of the link."""
    person, form = await person_and_form(req)
    link, typed = req.route_params["link"], form.get("name", "")
    try:
        known = await person_behind(person.account_id)
        member = await join(
            link,
            known._replace(name=vet(Joins, {"name": typed}).name),
            now=now(),
            ports=wiring.organisations.invitations.joining(),
        )
    except InvalidInput as refusal:
        return await _page(link, person, typed, sentences(refusal.faults, _LABELS))
    except LimitReached as refusal:
        return await _page(link, person, typed, {"/name": _(refusal.detail)}, HTTPStatus.CONFLICT)
    except NotFound:
        return await _page(link, person)
    return _to(f"/org/{member.org_id}?done=joined")


async def _page(
    link: str,
    person: SignedIn | None,
    typed: str | None = None,
    faults: dict[str, str] | None = None,
    status: int = HTTPStatus.UNPROCESSABLE_ENTITY,
) -> func.HttpResponse:
    """The page of a link for this person; one and the same for every link that leads nowhere."""
    ports = wiring.organisations.invitations.joining()
    found = await invited_by(link, ports=ports)
    if found is None:
        return _over()
    if person and await member_of(found.organisation, person.account_id, ports=ports) is not None:
        return _to(f"/org/{found.organisation.id}")
    if not found.invitation.is_open(now()):
        return _over()
    if person is None:
        return _shown("organisations/invited.html", found, link=link)
    known = await person_behind(person.account_id)
    if not found.invitation.is_for(known.email):
        return _shown("organisations/invited_other.html", found, email=known.email)
    return _shown(
        "organisations/join.html",
        found,
        status=status if faults else HTTPStatus.OK,
        headers=_WITH_FORM,
        link=link,
        csrf=person.csrf,
        email=known.email,
        # An account without a name is known by its address, which is no name.
        name=typed if typed is not None else "" if known.name == known.email else known.name,
        faults=faults or {},
    )


def _over() -> func.HttpResponse:
    return page(
        "organisations/invitation_over.html",
        status=HTTPStatus.NOT_FOUND,
        headers=_UNSEEN,
        days=VALID_FOR.days,
    )


def _shown(
    template: str,
    found: Invited,
    *,
    status: int = HTTPStatus.OK,
    headers: Mapping[str, str] = _UNSEEN,
    **values: Any,
) -> func.HttpResponse:
    role = _(ROLE_NAMES[found.invitation.role])
    return page(
        template, status=status, headers=headers, organisation=found.organisation, role=role, **values
    )


def _to(place: str) -> func.HttpResponse:
    answer = redirect(place)
    answer.headers["Referrer-Policy"] = "no-referrer"
    return answer
