"""`/my/organisations/join`: come into an organisation by the domain of one's verified address."""

from http import HTTPStatus

import azure.functions as func

import wiring.organisations.domains
from domain.accounts.account import Account
from domain.base.errors import NotFound
from domain.base.limits import LimitReached
from domain.organisations.joining import join, joinable
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.my_pages import my_page, person_and_form, person_of
from functions.framework.replies import redirect
from functions.framework.texts import _
from functions.organisations.domain_api import account_of


async def show(req: func.HttpRequest) -> func.HttpResponse:
    person = await person_of(req)
    return await _page(person, await account_of(person.account_id))


async def enter(req: func.HttpRequest) -> func.HttpResponse:
    """Join the organisation that the page named. If it is another one by now, the page says so."""
    person, form = await person_and_form(req)
    account = await account_of(person.account_id)
    try:
        member = await join(
            account, form.get("organisation", ""), now=now(), ports=wiring.organisations.domains.joining()
        )
    except NotFound:
        said = _("Nothing was changed. The organisation does not take you in by your address any more.")
        return await _page(person, account, status=HTTPStatus.NOT_FOUND, refused=said)
    except LimitReached as refusal:
        return await _page(person, account, status=HTTPStatus.CONFLICT, refused=_(refusal.detail))
    return redirect(f"/org/{member.org_id}?done=joined")


async def _page(
    person: SignedIn, account: Account, *, status: int = HTTPStatus.OK, refused: str = ""
) -> func.HttpResponse:
    return my_page(
        "organisations/join_by_domain.html",
        person,
        status=status,
        account=account,
        found=await joinable(account, wiring.organisations.domains.joining()),
        refused=refused,
    )
