"""`/api/v1/organisations/{organisationId}/proposals`: what designers proposed, its effect, and the answer."""

from datetime import datetime

import wiring.operations
import wiring.organisations.design
import wiring.organisations.templates
from domain.base.errors import StaleVersion
from domain.base.limits import LimitReached
from domain.base.model import Closed
from domain.organisations.design.effects import read_effect, start_counting
from domain.organisations.design.proposals import (
    AlreadyAnswered,
    Declining,
    Proposal,
    ProposalVersion,
    State,
    TemplateChanged,
    approve,
    decline,
    list_proposals,
    read_proposal,
)
from domain.organisations.roles import NotAllowed
from domain.organisations.staff_cards.effects import NotCounted
from domain.organisations.templates.rules import TemplateContent
from functions.framework.operations import Answer, Call, operation
from functions.operations.api import WorkOut, work_out
from functions.organisations.acting import acting_in
from functions.organisations.design.api import moment_of
from functions.organisations.templates.effect_api import EffectOut, effect_out


class ProposalOut(Closed):
    """What a designer proposes that a template should say; a new one if there is no `templateId`.

    `says` is the designer's word with it, `reason` what they were answered. `answeredBy` is a member.
    """

    id: str
    template_id: str | None
    content: TemplateContent
    designer: str
    says: str | None
    state: State
    reason: str | None
    answered_by: str | None
    proposed_at: datetime | None
    updated_at: datetime


class ProposalList(Closed):
    data: list[ProposalOut]


def _out(proposal: Proposal) -> ProposalOut:
    return ProposalOut(
        id=proposal.id,
        template_id=proposal.template_id,
        content=proposal.content,
        designer=proposal.designer,
        says=proposal.says,
        state=proposal.state,
        reason=proposal.reason,
        answered_by=proposal.answered_by,
        proposed_at=proposal.proposed_at,
        updated_at=proposal.updated_at,
    )


@operation("What designers have proposed, the newest first", answer=ProposalList, conflicts=(NotAllowed,))
async def list_all(call: Call) -> Answer:
    by = await acting_in(call, "see_templates")
    found = await list_proposals(by, proposals=wiring.organisations.design.proposals())
    return Answer(ProposalList(data=[_out(each) for each in found]))


@operation("One proposal", answer=ProposalOut, conflicts=(NotAllowed,))
async def get_proposal(call: Call) -> Answer:
    by = await acting_in(call, "see_templates")
    proposals = wiring.organisations.design.proposals()
    found = await read_proposal(by, call.params["proposalId"], proposals=proposals)
    return Answer(_out(found), found.version)


@operation(
    "Begin to count what an approval would change; repeating it begins nothing more",
    answer=WorkOut,
    versioned=True,
    conflicts=(NotAllowed,),
)
async def post_effect(call: Call) -> Answer:
    by = await acting_in(call, "see_templates")
    proposals = wiring.organisations.design.proposals()
    found = await read_proposal(by, call.params["proposalId"], proposals=proposals)
    if found.version != call.version:
        raise StaleVersion
    works, queue = wiring.operations.works(), wiring.operations.work_queue()
    work = await start_counting(found, call.now, works=works, queue=queue)
    return Answer(work_out(work), work.version)


@operation(
    "What an approval would change, as far as it is counted",
    answer=EffectOut,
    conflicts=(NotAllowed, NotCounted),
)
async def get_effect(call: Call) -> Answer:
    by = await acting_in(call, "see_templates")
    proposals = wiring.organisations.design.proposals()
    found = await read_proposal(by, call.params["proposalId"], proposals=proposals)
    effect = await read_effect(found, effects=wiring.organisations.templates.effects())
    return Answer(effect_out(effect))


@operation(
    "Approve a proposal: the template says it from now on, and its cards follow",
    answer=ProposalOut,
    versioned=True,
    conflicts=(AlreadyAnswered, LimitReached, NotAllowed, TemplateChanged),
)
async def put_approval(call: Call) -> Answer:
    by = await acting_in(call, "release_templates")
    of = ProposalVersion(by, call.params["proposalId"], call.version)
    done = await approve(of, moment=moment_of(call), ports=wiring.organisations.design.proposing())
    return Answer(_out(done), done.version)


@operation(
    "Decline a proposal with a reason, which the designer reads",
    body=Declining,
    answer=ProposalOut,
    versioned=True,
    conflicts=(AlreadyAnswered, NotAllowed),
)
async def put_refusal(call: Call[Declining]) -> Answer:
    by = await acting_in(call, "release_templates")
    of = ProposalVersion(by, call.params["proposalId"], call.version)
    ports = wiring.organisations.design.proposing()
    done = await decline(of, call.body, moment=moment_of(call), ports=ports)
    return Answer(_out(done), done.version)
