"""`/org/{organisationId}/domains`: the domains of an organisation, and how they are proven."""

import secrets
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import azure.functions as func

import wiring.accounts
import wiring.organisations
import wiring.organisations.domains
from domain.base.errors import InvalidInput, KeyReused, StaleVersion
from domain.base.ids import ID_BYTES
from domain.base.limits import LimitReached
from domain.organisations.domains import Adding, DomainTaken, NewDomain, add_domain, remove_domain
from domain.organisations.organisation import Acting
from domain.organisations.proving import check_domain
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.forms import by_label, label_of, sentences, vet
from functions.framework.my_pages import creation_key, done_in, version_in
from functions.framework.replies import redirect
from functions.framework.texts import N_, _
from functions.organisations.acting import opened, org_page, sent

_LABELS: Final = {"/domain": N_("Domain")}
_DONE: Final = {
    "added": N_("The domain is here. Set its record in DNS next, then check."),
    "proven": N_("The domain is proven."),
    "checked": N_("We looked. What we found is with the domain."),
    "removed": N_("The domain is removed. Its record in DNS can go, too."),
}
# What the last look found, for people.
WHY: Final = {
    "missing": N_("There is no such record yet. New records can take an hour to be seen."),
    "other": N_("There is a record of iZwop with another value. Replace it with the one above."),
    "silent": N_("DNS gave no answer that we could read. Check again later, or ask who runs your DNS."),
    "taken": N_("Another organisation has proven this domain. Remove its record from DNS, then check again."),
}


def texts_in(form: Mapping[str, str]) -> dict[str, str]:
    name = form.get("domain", "").strip()
    return by_label([(label_of("/domain", _LABELS), name)] if name else [])


def new_token() -> str:
    """128 random bits that are the same in any case of letters."""
    return secrets.token_hex(ID_BYTES)


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person, by = await opened(req, "prove_domains")
    return await _page(person, by, done=done_in(req, _DONE))


async def add(req: func.HttpRequest) -> func.HttpResponse:
    person, by, form = await sent(req, "prove_domains")
    typed, status = form.get("domain", ""), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        new = vet(NewDomain, {"domain": typed})
        adding = Adding(creation_key(form), new_token(), now())
        domain = await add_domain(by.organisation.id, new, adding, store=wiring.organisations.domains.store())
    except InvalidInput as refusal:
        faults = sentences(refusal.faults, _LABELS)
    except KeyReused:
        faults = {"/domain": _("This form has added a domain already. Send it again to add one more")}
        return await _page(person, by, status=status, typed=typed, faults=faults)
    except LimitReached as refusal:
        faults, status = {"/domain": _(refusal.detail)}, HTTPStatus.CONFLICT
    else:
        return redirect(f"/org/{by.organisation.id}/domains?done=added#{domain.id}")
    return await _page(person, by, status=status, typed=typed, faults=faults, key=form.get("key"))


async def check(req: func.HttpRequest) -> func.HttpResponse:
    _person, by, _form = await sent(req, "prove_domains")
    domain_id, done = req.route_params["domainId"], "checked"
    try:
        checked = await check_domain(
            by.organisation.id,
            domain_id,
            now=now(),
            ports=wiring.organisations.domains.proving(),
            limiter=wiring.accounts.limiter(),
        )
        done = "proven" if checked.state == "proven" and checked.why is None else done
    except DomainTaken:
        pass  # it is said beside the domain
    return redirect(f"/org/{by.organisation.id}/domains?done={done}#{domain_id}")


async def remove(req: func.HttpRequest) -> func.HttpResponse:
    person, by, form = await sent(req, "prove_domains")
    try:
        order = await remove_domain(
            by.organisation.id,
            req.route_params["domainId"],
            version=version_in(form),
            now=now(),
            store=wiring.organisations.domains.store(),
        )
    except StaleVersion:
        said = _("It was looked at or changed meanwhile. Look at it, and remove it again")
        return await _page(person, by, status=HTTPStatus.PRECONDITION_FAILED, stale=said)
    await wiring.organisations.settle(order)
    return redirect(f"/org/{by.organisation.id}/domains?done=removed")


async def _page(
    person: SignedIn,
    by: Acting,
    *,
    status: int = HTTPStatus.OK,
    typed: str = "",
    faults: dict[str, str] | None = None,
    key: str | None = None,
    done: str | None = None,
    stale: str = "",
) -> func.HttpResponse:
    domains = await wiring.organisations.domains.store().get(by.organisation.id)
    return org_page(
        "organisations/domains.html",
        person,
        by,
        status=status,
        domains=domains.shown,
        why=WHY,
        typed=typed,
        faults=faults or {},
        key=key or secrets.token_urlsafe(16),
        done=done,
        stale=stale,
    )
