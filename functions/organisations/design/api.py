"""`/api/v1/organisations/{organisationId}/design`: the order of a design, and the access of a designer."""

import secrets
from datetime import datetime

import wiring.organisations.design
from domain.base.errors import KeyReused
from domain.base.model import Closed
from domain.organisations.design.design import (
    AlreadyOrdered,
    Days,
    Design,
    Moment,
    NobodyAsks,
    What,
    live_grant,
)
from domain.organisations.design.ordering import (
    Giving,
    NewDesignOrder,
    end_order,
    give_grant,
    order_design,
    revoke,
    turn_down,
)
from domain.organisations.organisation import Acting, Creating
from domain.organisations.roles import NotAllowed
from functions.framework.clock import new_id
from functions.framework.operations import Answer, Call, Page, operation
from functions.organisations.acting import acting_in


class DesignOrderOut(Closed):
    """An order that is open. `orderedBy` is a member."""

    wishes: str
    ordered_by: str
    ordered_at: datetime


class AskingOut(Closed):
    """A designer who asks for access."""

    designer: str
    asked_at: datetime


class GrantOut(Closed):
    """Access of one designer; it holds while it is `live`. `givenBy` is a member."""

    designer: str
    days: Days
    given_by: str
    given_at: datetime
    until: datetime
    ended_at: datetime | None
    live: bool


class DesignOut(Closed):
    """`waiting` are the proposals that nobody has answered."""

    order: DesignOrderOut | None
    asking: AskingOut | None
    grant: GrantOut | None
    waiting: list[str]


class RecordOut(Closed):
    """Something that was done: by the member `memberId`, or by a designer where there is none.

    `about` is the name of the template.
    """

    id: str
    what: What
    member_id: str | None
    designer: str | None
    about: str
    template_id: str | None
    proposal_id: str | None
    at: datetime


class RecordList(Closed):
    data: list[RecordOut]
    page: Page


def _out(by: Acting, design: Design, now: datetime) -> DesignOut:
    order = design.order if design.is_open else None
    asking, grant = design.asking, design.grant
    return DesignOut(
        order=order
        and DesignOrderOut(wishes=order.wishes, ordered_by=order.ordered_by, ordered_at=order.ordered_at),
        asking=asking and AskingOut(designer=asking.designer.name, asked_at=asking.asked_at),
        grant=grant
        and GrantOut(
            designer=grant.designer.name,
            days=grant.days,
            given_by=grant.given_by,
            given_at=grant.given_at,
            until=grant.until,
            ended_at=grant.ended_at,
            live=live_grant(design, by.organisation, now) is not None,
        ),
        waiting=design.waiting,
    )


def moment_of[B, Q](call: Call[B, Q]) -> Moment:
    return Moment(call.now, new_id("rec"))


@operation("The order of a design, and the access of a designer", answer=DesignOut, conflicts=(NotAllowed,))
async def get_design(call: Call) -> Answer:
    by = await acting_in(call, "see_templates")
    design = await wiring.organisations.design.store().get(by.organisation.id)
    return Answer(_out(by, design, call.now), design.version)


@operation(
    "Order a design from iZwop's designers",
    body=NewDesignOrder,
    answer=DesignOut,
    creates=True,
    conflicts=(KeyReused, AlreadyOrdered, NotAllowed),
)
async def post_order(call: Call[NewDesignOrder]) -> Answer:
    by = await acting_in(call, "order_design")
    creating = Creating(call.key or secrets.token_hex(), call.now)
    made = await order_design(
        by, call.body, creating, moment_of(call), wiring.organisations.design.ordering()
    )
    place = f"organisations/{by.organisation.id}/design"
    return Answer(_out(by, made, call.now), made.version, location=place)


@operation("End the order, and the access with it", versioned=True, conflicts=(NotAllowed,))
async def delete_order(call: Call) -> Answer:
    by = await acting_in(call, "order_design")
    ports = wiring.organisations.design.ordering()
    await end_order(by, version=call.version, moment=moment_of(call), ports=ports)
    return Answer()


@operation("Give the designer who asks no access", versioned=True, conflicts=(NobodyAsks, NotAllowed))
async def delete_request(call: Call) -> Answer:
    by = await acting_in(call, "order_design")
    ports = wiring.organisations.design.ordering()
    await turn_down(by, version=call.version, moment=moment_of(call), ports=ports)
    return Answer()


@operation(
    "Give the designer who asks access to the templates, for so many days",
    body=Giving,
    answer=DesignOut,
    versioned=True,
    fresh=True,
    conflicts=(NobodyAsks, NotAllowed),
)
async def put_grant(call: Call[Giving]) -> Answer:
    by = await acting_in(call, "order_design")
    ports = wiring.organisations.design.ordering()
    given = await give_grant(by, call.body, version=call.version, moment=moment_of(call), ports=ports)
    return Answer(_out(by, given, call.now), given.version)


@operation("End the access of the designer at once, if there is one", conflicts=(NotAllowed,))
async def delete_grant(call: Call) -> Answer:
    by = await acting_in(call, "order_design")
    await revoke(by, moment=moment_of(call), ports=wiring.organisations.design.ordering())
    return Answer()


@operation(
    "What was done for the design, and by whom; the latest first",
    answer=RecordList,
    lists=True,
    conflicts=(NotAllowed,),
)
async def list_records(call: Call) -> Answer:
    by = await acting_in(call, "see_templates")
    found, following = await wiring.organisations.design.store().records(
        by.organisation.id, call.limit, call.cursor
    )
    data = [
        RecordOut(
            id=each.id,
            what=each.what,
            member_id=each.member_id,
            designer=each.designer,
            about=each.about,
            template_id=each.template_id,
            proposal_id=each.proposal_id,
            at=each.at,
        )
        for each in found
    ]
    return Answer(RecordList(data=data, page=Page(next=following)))
