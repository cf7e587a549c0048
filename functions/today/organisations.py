"""What a person's organisations need of them today: requests to answer, and answers to their own."""

import asyncio

import wiring.organisations
import wiring.organisations.templates
from domain.cards.content import FIELDS
from domain.organisations.change_requests.requests import ChangeRequest
from domain.organisations.roles import may
from domain.organisations.staff_cards.making import staff_card_id
from functions.framework.callers import SignedIn
from functions.framework.texts import _, ngettext
from functions.today.needs import Need

# The latest of one card: older answers are on the card's page.
_LOOKED_AT = 10


async def needs_of_organisations(person: SignedIn) -> list[Need]:
    """For each organisation a point read and a query, and a count where the person decides."""
    found = await asyncio.gather(*(_needs(person.account_id, *each) for each in person.organisations))
    return [need for needs in found for need in needs]


async def _needs(account_id: str, name: str, place: str) -> list[Need]:
    requests, org_id = wiring.organisations.templates.change_requests(), place.rpartition("/")[2]
    needs, member = list[Need](), await wiring.organisations.store().of_account(org_id, account_id)
    leads = member is not None and may(member.role, "decide_requests")
    if leads and (waiting := await requests.count_waiting(org_id)):
        said = ngettext("One request waits for an answer.", "%(num)s requests wait for an answer.", waiting)
        needs.append(Need(name, said, f"{place}/requests", _("Answer")))
    if member is None:
        return needs
    asked = await requests.of_card(org_id, staff_card_id(org_id, member.id), _LOOKED_AT)
    return needs + [_need_of_answer(each) for each in asked if _is_news(each)]


def _is_news(request: ChangeRequest) -> bool:
    return request.state in ("approved", "declined") and not request.seen


def _need_of_answer(request: ChangeRequest) -> Need:
    title = _("Your request: %(field)s", field=_(FIELDS[request.field].label))
    said = (
        _("It is approved, and your card says it.") if request.state == "approved" else _("It is declined.")
    )
    at = f"/org/{request.org_id}/requests/{request.id}"
    return Need(title, said, f"{at}/seen", _("OK"), request.version, f"{_('OK')}: {title}", at)
