"""`/org/{organisationId}/design`: order a design, give access and end it, see what was done."""

import secrets
from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from typing import Any, Final

import azure.functions as func

import wiring.organisations
import wiring.organisations.design
from domain.base.errors import InvalidInput, KeyReused, StaleVersion
from domain.organisations.design.design import AlreadyOrdered, Moment, NobodyAsks, Record, live_grant
from domain.organisations.design.ordering import (
    Giving,
    NewDesignOrder,
    end_order,
    give_grant,
    order_design,
    revoke,
    turn_down,
)
from domain.organisations.design.proposals import list_proposals
from domain.organisations.organisation import Acting, Creating
from functions.framework.callers import SignedIn, require_fresh
from functions.framework.clock import new_id, now
from functions.framework.forms import by_label, label_of, sentences, vet
from functions.framework.my_pages import creation_key, done_in, version_in
from functions.framework.replies import redirect
from functions.framework.texts import N_, _
from functions.organisations.acting import Sent, opened, org_page, sent
from functions.organisations.design.shown import done_by

_ON_A_PAGE: Final = 20
_LABELS: Final = {"/wishes": N_("What do you wish for?")}
_DAYS: Final = {"1": 1, "7": 7, "30": 30}
_DONE: Final = {
    "ordered": N_("The design is ordered. A designer asks you for access next."),
    "ended": N_("The order is ended. Nobody has access."),
    "given": N_("The designer has access now. You can end it at any time."),
    "refused": N_("The designer got no access."),
    "revoked": N_("The access is ended."),
    "changed": N_("Nothing was changed: the order was changed somewhere else meanwhile. Look again."),
    "approved": N_("The proposal is approved. Its cards are being changed."),
    "declined": N_("The proposal is declined. The designer reads your reason."),
}


def texts_in(form: Mapping[str, str]) -> dict[str, str]:
    wishes = form.get("wishes", "").strip()
    return by_label([(label_of("/wishes", _LABELS), wishes)] if wishes else [])


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person, by = await opened(req, "see_templates")
    return await _page(req, person, by, {"key": secrets.token_urlsafe(16)})


async def order(req: func.HttpRequest) -> func.HttpResponse:
    """Order a design once, however often the form is sent."""
    person, by, form = await sent(req, "order_design")
    typed, status = dict(form), HTTPStatus.CONFLICT
    try:
        new = vet(NewDesignOrder, {"wishes": form.get("wishes", "")})
        creating = Creating(creation_key(form), now())
        await order_design(by, new, creating, moment_now(), wiring.organisations.design.ordering())
    except InvalidInput as refusal:
        faults, status = sentences(refusal.faults, _LABELS), HTTPStatus.UNPROCESSABLE_ENTITY
    except KeyReused:
        typed["key"] = secrets.token_urlsafe(16)
        faults = {"/wishes": _("This form has ordered a design already. Send it again to order this one")}
    except AlreadyOrdered as refusal:
        faults = {"/wishes": _(refusal.title)}
    else:
        return redirect(f"/org/{by.organisation.id}/design?done=ordered")
    return await _page(req, person, by, typed, faults=faults, status=status)


async def give(req: func.HttpRequest) -> func.HttpResponse:
    given = await sent(req, "order_design")
    require_fresh(given.person, N_("Give access"))
    giving = vet(Giving, {"days": _DAYS.get(given.form.get("days", ""), 0)})

    async def change(**options: Any) -> object:
        return await give_grant(given.by, giving, version=version_in(given.form), **options)

    return await _changed(given, change, "given")


async def refuse(req: func.HttpRequest) -> func.HttpResponse:
    given = await sent(req, "order_design")

    async def change(**options: Any) -> object:
        return await turn_down(given.by, version=version_in(given.form), **options)

    return await _changed(given, change, "refused")


async def take_away(req: func.HttpRequest) -> func.HttpResponse:
    given = await sent(req, "order_design")

    async def change(**options: Any) -> object:
        return await revoke(given.by, **options)

    return await _changed(given, change, "revoked")


async def end(req: func.HttpRequest) -> func.HttpResponse:
    given = await sent(req, "order_design")

    async def change(**options: Any) -> object:
        return await end_order(given.by, version=version_in(given.form), **options)

    return await _changed(given, change, "ended")


async def _changed(given: Sent, change: Callable[..., Awaitable[object]], done: str) -> func.HttpResponse:
    try:
        await change(moment=moment_now(), ports=wiring.organisations.design.ordering())
    except (StaleVersion, NobodyAsks):
        done = "changed"
    return redirect(f"/org/{given.by.organisation.id}/design?done={done}")


def moment_now() -> Moment:
    return Moment(now(), new_id("rec"))


async def _page(
    req: func.HttpRequest,
    person: SignedIn,
    by: Acting,
    typed: Mapping[str, str],
    *,
    faults: Mapping[str, str] | None = None,
    status: int = HTTPStatus.OK,
) -> func.HttpResponse:
    org_id, store = by.organisation.id, wiring.organisations.design.store()
    design = await store.get(org_id)
    records, following = await store.records(org_id, _ON_A_PAGE, req.params.get("cursor") or None)
    grant = design.grant
    names = await _names(org_id, records, grant.given_by if grant else None)
    return org_page(
        "organisations/design/design.html",
        person,
        by,
        status=status,
        design=design,
        live=live_grant(design, by.organisation, now()),
        given_by=names.get(grant.given_by, "") if grant else "",
        proposals=await list_proposals(by, proposals=wiring.organisations.design.proposals()),
        records=[(each, *done_by(each, names)) for each in records],
        following=following,
        wishes=typed.get("wishes", ""),
        key=typed.get("key", ""),
        faults=faults or {},
        done=done_in(req, _DONE),
    )


async def _names(org_id: str, records: list[Record], other: str | None) -> dict[str, str]:
    ids = {each.member_id for each in records} | {other}
    wanted = [each for each in ids if each is not None]
    found = await wiring.organisations.store().find_members(org_id, wanted) if wanted else []
    return {member.id: member.name for member in found}
