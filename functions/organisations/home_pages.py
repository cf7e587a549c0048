"""`/org/{organisationId}`: what an organisation is about today."""

import asyncio
from typing import NamedTuple

import azure.functions as func

import wiring.cards
import wiring.organisations
import wiring.organisations.design
import wiring.organisations.domains
import wiring.organisations.templates
from domain.base.limits import MOST_PEOPLE
from domain.organisations.organisation import Acting, MemberFilter
from domain.organisations.roles import may
from domain.organisations.staff_cards.own import own_staff_card
from functions.framework.my_pages import done_in
from functions.framework.texts import N_
from functions.organisations.acting import ROLE_NAMES, opened, org_page

_DONE = {
    "made": N_("The organisation is made. Bring in your people next."),
    "reopened": N_("The organisation is back, as it was. Its people find it again in a moment."),
    "joined": N_("You are in. Welcome!"),
}
_NEWEST = 5


class Counts(NamedTuple):
    """What waits in an organisation; None for what the person's role does not open."""

    requests: int | None
    lacking: int | None
    drafts: int | None
    templates: int | None


async def show(req: func.HttpRequest) -> func.HttpResponse:
    """The page: counts by an index and point reads, whatever the number of people and cards."""
    person, by = await opened(req, "see")
    store, org_id = wiring.organisations.store(), by.organisation.id
    seats, (leaders, _more), domains, counts, card, design = await asyncio.gather(
        store.count_members(org_id),
        store.members(org_id, MemberFilter(role="owner"), _NEWEST, None),
        wiring.organisations.domains.store().get(org_id),
        _counts(by),
        own_staff_card(by, cards=wiring.cards.store()),
        wiring.organisations.design.store().get(org_id),
    )
    return org_page(
        "organisations/home.html",
        person,
        by,
        seats=seats,
        most=f"{MOST_PEOPLE:,}".replace(",", "\N{NARROW NO-BREAK SPACE}"),
        owners=leaders,
        role_names=ROLE_NAMES,
        lapsed=domains.lapsed,
        counts=counts,
        card=card,
        design=design,
        done=done_in(req, _DONE),
    )


async def _counts(by: Acting) -> Counts:
    org_id, role, parts = by.organisation.id, by.member.role, wiring.organisations.templates
    drafts, templates = await _drafts(org_id) if may(role, "see_templates") else (None, None)
    return Counts(
        requests=await parts.change_requests().count_waiting(org_id)
        if may(role, "decide_requests")
        else None,
        lacking=await parts.staff_cards().count_lacking(org_id) if may(role, "change_staff_cards") else None,
        drafts=drafts,
        templates=templates,
    )


async def _drafts(org_id: str) -> tuple[int, int]:
    """How many templates have a draft that is not in force, and how many are in force.

    A point read for each of at most fifty.
    """
    store = wiring.organisations.templates.store()
    found = await store.all(org_id)
    releases = await asyncio.gather(*(store.get_release(org_id, each.id, each.number) for each in found))
    differing = sum(
        release is None or release.content != template.draft
        for template, release in zip(found, releases, strict=True)
    )
    return differing, sum(release is not None for release in releases)
