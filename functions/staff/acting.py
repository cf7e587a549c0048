"""Who of iZwop's people acts, and under which access: the frame of their pages.

To everybody else, and without access, there is nothing here, as at an address that never was.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final, NamedTuple

import azure.functions as func

import wiring.accounts
import wiring.organisations
import wiring.organisations.design
from domain.base.errors import NotFound
from domain.organisations.design.access import Designing, under_grant
from domain.organisations.design.design import Designer
from domain.sign_in.fresh import FreshSignInNeeded, is_fresh
from domain.sign_in.sessions import StaffRole
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.my_pages import person_and_form, person_of
from functions.framework.pages import page
from functions.framework.texts import N_

DESIGNER: Final[StaffRole] = "designer"
# The sign-in says who is a designer. A page opens within a day's work of it; a form that was opened then can
# be sent for some hours more.
_OPENS_WITHIN: Final = timedelta(hours=8)
_SENDS_WITHIN: Final = timedelta(hours=12)


class Work(NamedTuple):
    """A designer at a page of an organisation."""

    person: SignedIn
    by: Designing


class SentWork(NamedTuple):
    work: Work
    form: dict[str, str]


async def designer_of(req: func.HttpRequest) -> SignedIn:
    return _designer(await person_of(req), _OPENS_WITHIN)


async def designer_and_form(req: func.HttpRequest) -> tuple[SignedIn, dict[str, str]]:
    person, form = await person_and_form(req)
    return _designer(person, _SENDS_WITHIN), form


def _designer(person: SignedIn, within: timedelta) -> SignedIn:
    if DESIGNER not in person.roles:
        raise NotFound
    if not is_fresh(person.authenticated_at, now(), within):
        raise FreshSignInNeeded(person.account_id, N_("Go on as a designer"))
    return person


async def opened(req: func.HttpRequest) -> Work:
    person = await designer_of(req)
    return Work(person, await access_of(req, person))


async def sent(req: func.HttpRequest) -> SentWork:
    person, form = await designer_and_form(req)
    return SentWork(Work(person, await access_of(req, person)), form)


async def access_of(req: func.HttpRequest, person: SignedIn) -> Designing:
    return await under_grant(
        req.route_params["organisationId"],
        person.account_id,
        now(),
        organisations=wiring.organisations.store(),
        designs=wiring.organisations.design.store(),
    )


async def named(person: SignedIn) -> Designer:
    """The designer with the name that organisations are told."""
    account = await wiring.accounts.store().get(person.account_id)
    if account is None:
        raise NotFound
    return Designer(account_id=person.account_id, name=account.name or account.email)


def staff_page(template: str, person: SignedIn, **values: Any) -> func.HttpResponse:
    return page(template, csrf=person.csrf, **{"by": None, **values})


def work_page(template: str, work: Work, **values: Any) -> func.HttpResponse:
    """Page with the sign whose data it shows, and until when."""
    shown: Mapping[str, Any] = {"by": work.by, "at": f"/staff/organisations/{work.by.organisation.id}"}
    return staff_page(template, work.person, **{**shown, **values})
