"""`/api/v1/organisations/{organisationId}/company-page`: the card of an organisation itself."""

from datetime import datetime
from typing import Any

import wiring.accounts
import wiring.cards
import wiring.organisations.company
import wiring.publishing
import wiring.site
from domain.base.errors import HandleLookalike, HandleTaken, InvalidInput
from domain.base.model import Closed
from domain.cards.card import Card
from domain.cards.content import CardContent
from domain.cards.create import CardHandle
from domain.organisations.company.page import (
    MakingPage,
    NewCompanyPage,
    edit_page,
    make_page,
    page_version,
    read_page,
)
from domain.organisations.roles import NotAllowed
from domain.publishing.publication import (
    Change,
    LeadsElsewhere,
    NothingToChange,
    TooManyRenames,
    change_publication,
    rename_card,
)
from functions.cards.api import EndingOut
from functions.framework.clock import new_suffix
from functions.framework.operations import Answer, Call, operation
from functions.organisations.acting import acting_in


class CompanyPageOut(Closed):
    """The company page as those who change it have it. `published` is what viewers see, null when nothing.

    While it is `paused` or has an `ending` they see nothing either. `previous` is what undoing the last
    publication brings back.
    """

    id: str
    handle: str
    url: str
    draft: CardContent
    published: CardContent | None
    published_at: datetime | None
    previous: CardContent | None
    paused: bool
    former_handles: list[str]
    ending: EndingOut | None
    created_at: datetime
    updated_at: datetime


def _answer(card: Card, location: str | None = None) -> Answer:
    ending = card.ending and EndingOut(
        why=card.ending.why, successor=card.ending.successor, at=card.ending.at
    )
    out = CompanyPageOut(
        id=card.id,
        handle=card.handle,
        url=f"{wiring.site.origin()}/c/{card.handle}",
        draft=card.draft,
        published=card.published,
        published_at=card.published_at,
        previous=card.previous,
        paused=card.paused,
        former_handles=card.former_handles,
        ending=ending or None,
        created_at=card.created_at,
        updated_at=card.updated_at,
    )
    return Answer(out, card.version, location=location)


@operation(
    "Make the company page as a draft; repeating it changes nothing",
    body=NewCompanyPage,
    answer=CompanyPageOut,
    creates=True,
    conflicts=(HandleTaken, HandleLookalike, NotAllowed),
)
async def post_page(call: Call[NewCompanyPage]) -> Answer:
    by = await acting_in(call, "change_company_page")
    making = MakingPage(new_suffix(), call.now)
    card = await make_page(by, call.body, making, wiring.organisations.company.ports())
    return _answer(card, f"organisations/{by.organisation.id}/company-page")


@operation("The company page of an organisation", answer=CompanyPageOut, conflicts=(NotAllowed,))
async def get_page(call: Call) -> Answer:
    by = await acting_in(call, "change_company_page")
    return _answer(await read_page(by, cards=wiring.cards.store()))


@operation(
    "Change the draft of the company page; its pictures, company text, video and look are the brand's",
    body=CardContent,
    answer=CompanyPageOut,
    versioned=True,
    conflicts=(NotAllowed,),
)
async def put_page(call: Call[CardContent]) -> Answer:
    by = await acting_in(call, "change_company_page")
    return _answer(
        await edit_page(by, call.body, call.version, call.now, wiring.organisations.company.ports())
    )


@operation(
    "Rename the company page; the old name leads to the new one",
    body=CardHandle,
    answer=CompanyPageOut,
    versioned=True,
    conflicts=(HandleTaken, HandleLookalike, TooManyRenames, LeadsElsewhere, NotAllowed),
)
async def put_handle(call: Call[CardHandle]) -> Answer:
    by = await acting_in(call, "change_company_page")
    card = await rename_card(
        page_version(by, call.version),
        call.body.handle,
        now=call.now,
        ports=wiring.publishing.ports(),
        limiter=wiring.accounts.limiter(),
    )
    return _answer(card)


@operation(
    "Publish the draft of the company page",
    answer=CompanyPageOut,
    versioned=True,
    conflicts=(InvalidInput, LeadsElsewhere, NotAllowed),
)
async def publish(call: Call) -> Answer:
    return await _change(call, "publish")


@operation(
    "Take the company page from the public",
    answer=CompanyPageOut,
    versioned=True,
    conflicts=(LeadsElsewhere, NotAllowed),
)
async def unpublish(call: Call) -> Answer:
    return await _change(call, "unpublish")


@operation(
    "Hide the published company page for a while",
    answer=CompanyPageOut,
    versioned=True,
    conflicts=(NothingToChange, LeadsElsewhere, NotAllowed),
)
async def pause(call: Call) -> Answer:
    return await _change(call, "pause")


@operation(
    "Show the paused company page again",
    answer=CompanyPageOut,
    versioned=True,
    conflicts=(NothingToChange, LeadsElsewhere, NotAllowed),
)
async def resume(call: Call) -> Answer:
    return await _change(call, "resume")


@operation(
    "Undo the last publication of the company page: show what was published before",
    answer=CompanyPageOut,
    versioned=True,
    conflicts=(NothingToChange, LeadsElsewhere, NotAllowed),
)
async def undo(call: Call) -> Answer:
    return await _change(call, "undo")


async def _change(call: Call[Any, Any], change: Change) -> Answer:
    of = page_version(await acting_in(call, "change_company_page"), call.version)
    return _answer(await change_publication(of, change, now=call.now, ports=wiring.publishing.ports()))
