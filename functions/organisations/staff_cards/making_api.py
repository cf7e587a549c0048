"""`/api/v1/organisations/{organisationId}/new-staff-cards`: cards for several people or all of them."""

import secrets

import wiring.operations
import wiring.organisations
import wiring.organisations.templates
from domain.base.errors import KeyReused
from domain.base.model import Closed
from domain.organisations.organisation import Creating
from domain.organisations.roles import NotAllowed
from domain.organisations.staff_cards.making import NotInForce
from domain.organisations.staff_cards.making_many import (
    MissingStaffCards,
    NewStaffCards,
    make_chosen,
    start_making,
)
from functions.framework.operations import Answer, Call, operation
from functions.operations.api import WorkOut, work_out
from functions.organisations.acting import acting_in


class MadeCard(Closed):
    """What became of one member; `code` says why they have no card."""

    member_id: str
    code: str | None


class MadeCards(Closed):
    data: list[MadeCard]


@operation(
    "Make and show the cards of several members; repeating it changes nothing",
    body=NewStaffCards,
    answer=MadeCards,
    conflicts=(NotAllowed, NotInForce),
)
async def post_many(call: Call[NewStaffCards]) -> Answer:
    by = await acting_in(call, "change_staff_cards")
    done = await make_chosen(
        by,
        call.body,
        members=wiring.organisations.store(),
        releases=wiring.organisations.templates.releases(),
        make=wiring.organisations.templates.make_cards,
    )
    return Answer(MadeCards(data=[MadeCard(member_id=each, code=code) for each, code in done]))


@operation(
    "Begin to make the cards of all members without one",
    body=MissingStaffCards,
    answer=WorkOut,
    creates=True,
    conflicts=(KeyReused, NotAllowed, NotInForce),
)
async def post_missing(call: Call[MissingStaffCards]) -> Answer:
    by = await acting_in(call, "change_staff_cards")
    work = await start_making(
        by,
        call.body,
        Creating(call.key or secrets.token_hex(), call.now),
        releases=wiring.organisations.templates.releases(),
        works=wiring.operations.works(),
        queue=wiring.operations.work_queue(),
    )
    place = f"organisations/{by.organisation.id}/work/{work.id}"
    return Answer(work_out(work), work.version, location=place)
