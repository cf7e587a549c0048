"""`/org/{organisationId}/invitations`: invite people, and who has not answered."""

import secrets
from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

import azure.functions as func

import wiring.organisations.invitations
from domain.base.errors import Fault, InvalidInput, KeyReused, StaleVersion
from domain.base.limits import LimitReached, TooManyRequests
from domain.organisations.invitations.invitation import VALID_FOR
from domain.organisations.invitations.inviting import (
    MOST_AT_ONCE,
    InvitationVersion,
    Invite,
    invite,
    resend,
    withdraw,
)
from domain.organisations.organisation import Acting, Creating
from domain.organisations.roles import INVITED_ROLES
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.forms import by_label, label_of, sentences, vet
from functions.framework.my_pages import creation_key, done_in, version_in
from functions.framework.pages import wait_in_words
from functions.framework.replies import redirect
from functions.framework.texts import N_, _, language
from functions.organisations.acting import ROLE_NAMES, opened, org_page, sent

_ON_A_PAGE: Final = 50
_ADDRESSES: Final = "/addresses"
_LABELS: Final = {_ADDRESSES: N_("Addresses, one on each line"), "/role": N_("Role")}
_DONE: Final = {
    "sent": N_("The invitations are on their way."),
    "again": N_("The invitation is sent again, with a new link."),
    "withdrawn": N_("The invitation is withdrawn. Its link opens nothing any more."),
    "changed": N_("Nothing was changed: that invitation was sent again, answered or withdrawn meanwhile."),
    "busy": N_("Nothing was sent: this organisation has sent as many invitations as it may in a day."),
}


def texts_in(form: Mapping[str, str]) -> dict[str, str]:
    typed = form.get("addresses", "").strip()
    return by_label([(label_of(_ADDRESSES, _LABELS), typed)] if typed else [])


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person, by = await opened(req, "see_invitations")
    form = {"role": "member", "key": secrets.token_urlsafe(16)}
    return await _page(req, person, by, form, {}, done=done_in(req, _DONE))


async def send(req: func.HttpRequest) -> func.HttpResponse:
    """Send every line an invitation, or none; the invitations of a form once, however often it is sent."""
    person, by, form = await sent(req, "invite")
    lines = _lines_in(form)
    try:
        wanted = vet(Invite, {"addresses": [text for _number, text in lines], "role": form.get("role", "")})
        await invite(
            by,
            wanted,
            Creating(creation_key(form), now()),
            language=language(),
            ports=wiring.organisations.invitations.inviting(),
        )
    except InvalidInput as refusal:
        return await _page(req, person, by, form, _told(refusal.faults, [number for number, _text in lines]))
    except KeyReused:
        told = _("This form has sent its invitations already. Send it again to send these as well")
        return await _page(req, person, by, form | {"key": secrets.token_urlsafe(16)}, {_ADDRESSES: told})
    except LimitReached as refusal:
        return await _page(req, person, by, form, {_ADDRESSES: _(refusal.detail)}, status=HTTPStatus.CONFLICT)
    except TooManyRequests as refusal:
        wait = wait_in_words(refusal.retry_after or 0)
        told = _(
            "That would be more invitations than may be sent in a day. Send fewer, or try %(time)s", time=wait
        )
        return await _page(req, person, by, form, {_ADDRESSES: told}, status=HTTPStatus.TOO_MANY_REQUESTS)
    return redirect(f"/org/{by.organisation.id}/invitations?done=sent")


def _lines_in(form: Mapping[str, str]) -> list[tuple[int, str]]:
    """The lines that say something, each with its number."""
    typed = enumerate(form.get("addresses", "").splitlines(), start=1)
    return [(number, line.strip()) for number, line in typed if line.strip()]


def _told(faults: list[Fault], numbers: list[int]) -> dict[str, str]:
    """A sentence for each field; that of the addresses names each line at fault by its number."""
    lines, others = list[str](), list[Fault]()
    for fault in faults:
        at = fault.field.removeprefix(f"{_ADDRESSES}/")
        if at == fault.field:
            others.append(fault)
        else:
            lines.append(_("Line %(number)s %(fault)s.", number=numbers[int(at)], fault=_(fault.detail)))
    return sentences(others, _LABELS) | ({_ADDRESSES: " ".join(lines)} if lines else {})


async def send_again(req: func.HttpRequest) -> func.HttpResponse:
    return await _changed(req, resend, "again")


async def take_back(req: func.HttpRequest) -> func.HttpResponse:
    return await _changed(req, withdraw, "withdrawn")


async def _changed(req: func.HttpRequest, change: Callable[..., Any], done: str) -> func.HttpResponse:
    _person, by, form = await sent(req, "invite")
    try:
        of = InvitationVersion(req.route_params["invitationId"], version_in(form))
        await change(by, of, now=now(), ports=wiring.organisations.invitations.inviting())
    except StaleVersion:
        done = "changed"
    except TooManyRequests:
        done = "busy"
    return redirect(f"/org/{by.organisation.id}/invitations?done={done}")


async def _page(
    req: func.HttpRequest,
    person: SignedIn,
    by: Acting,
    form: Mapping[str, str],
    faults: dict[str, str],
    *,
    status: int | None = None,
    done: str | None = None,
) -> func.HttpResponse:
    waiting, following = await wiring.organisations.invitations.store().waiting(
        by.organisation.id, now(), _ON_A_PAGE, req.params.get("cursor") or None
    )
    roles = [(role, _(ROLE_NAMES[role])) for role in reversed(INVITED_ROLES)]
    return org_page(
        "organisations/invitations.html",
        person,
        by,
        status=status or (HTTPStatus.UNPROCESSABLE_ENTITY if faults else HTTPStatus.OK),
        typed=form.get("addresses", ""),
        role=form.get("role", ""),
        roles=roles,
        key=form.get("key", ""),
        waiting=waiting,
        following=following,
        role_names=ROLE_NAMES,
        most=MOST_AT_ONCE,
        days=VALID_FOR.days,
        faults=faults,
        done=done,
    )
