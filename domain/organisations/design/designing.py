"""What a designer does under the access that an organisation gave: proposals, and nothing else."""

from collections.abc import Awaitable, Callable
from typing import Annotated, NamedTuple

from pydantic import Field

from domain.base.errors import Conflict, KeyReused, NotFound, StaleVersion, Unavailable
from domain.base.fields import Text
from domain.base.idempotency import request_hash
from domain.base.limits import MOST_PROPOSALS, LimitReached
from domain.base.model import Closed
from domain.base.texts import N_
from domain.organisations.design.access import Designing, record_of
from domain.organisations.design.design import KEPT, TRIES, Design, Moment, What, proposal_id
from domain.organisations.design.mail import mail_order
from domain.organisations.design.proposals import Proposal, ProposalPorts, State
from domain.organisations.templates.rules import TemplateContent
from domain.organisations.templates.templates import NothingToRelease, check_content


class NotADraft(Conflict):
    code = "not_a_draft"
    title = N_("The proposal waits for an answer, or has one. Take it back to change it.")


class Proposing(Closed):
    """`says` is what the organisation reads with the proposal."""

    says: Annotated[Text | None, Field(max_length=1000)] = None


class Beginning(NamedTuple):
    """What a proposal begins with. Without a `template_id` it is a new template."""

    content: TemplateContent
    template_id: str | None
    key: str


class DraftVersion(NamedTuple):
    proposal_id: str
    version: int


# Reads who acts anew, and refuses who has no access any more.
Access = Callable[[], Awaitable[Designing]]


async def begin(access: Access, new: Beginning, *, moment: Moment, ports: ProposalPorts) -> Proposal:
    """Begin a proposal. A repetition under the same key returns the first one."""
    for _ in range(TRIES):
        by = await access()
        org_id = by.organisation.id
        item = proposal_id(org_id, by.designer, new.key)
        if (done := await ports.proposals.get(org_id, item)) is not None:
            if done.request != request_hash(new.content):
                raise KeyReused
            return done
        await check_content(org_id, new.content, brands=ports.brands)
        if await ports.proposals.count(org_id) >= MOST_PROPOSALS:
            raise LimitReached(
                N_("An organisation may have %(most)s proposals of designers.", most=MOST_PROPOSALS)
            )
        proposal = Proposal(
            id=item,
            org_id=org_id,
            template_id=new.template_id,
            content=new.content,
            designer=by.designer.name,
            request=request_hash(new.content),
            kept_until=by.grant.until + KEPT,
            created_at=moment.now,
            updated_at=moment.now,
        )
        try:
            return await _saved(by, proposal, "begun", moment, ports)
        except StaleVersion:
            continue
    raise Unavailable


async def read_draft(by: Designing, item: str, *, ports: ProposalPorts) -> Proposal:
    found = await ports.proposals.get(by.organisation.id, item)
    if found is None:
        raise NotFound
    return found


async def change(
    access: Access, of: DraftVersion, content: TemplateContent, *, moment: Moment, ports: ProposalPorts
) -> Proposal:
    """Change what a draft says. A declined proposal is a draft again then."""

    async def changed(by: Designing, proposal: Proposal) -> Proposal:
        await check_content(by.organisation.id, content, brands=ports.brands)
        _refuse_unless(proposal, "draft", "declined")
        return _of(by, proposal, moment, content=content, state="draft")

    return await _change(access, of, "changed", changed, moment=moment, ports=ports)


async def propose(
    access: Access, of: DraftVersion, new: Proposing, *, moment: Moment, ports: ProposalPorts
) -> Proposal:
    """Show a draft to the organisation, for its template as that is now."""

    async def proposed(by: Designing, proposal: Proposal) -> Proposal:
        _refuse_unless(proposal, "draft")
        base = 0
        if proposal.template_id is not None:
            template = await ports.templates.get(proposal.org_id, proposal.template_id)
            if template is None:
                raise NotFound
            in_force = await ports.templates.get_release(template.org_id, template.id, template.number)
            if in_force is not None and in_force.content == proposal.content:
                raise NothingToRelease
            base = template.number
        update = {"state": "waiting", "base_number": base, "says": new.says, "proposed_at": moment.now}
        fresh = {"reason": None, "answered_by": None, "mail_claimed_at": None, "mailed_at": None}
        return _of(by, proposal, moment, **update, **fresh)

    return await _change(access, of, "proposed", proposed, moment=moment, ports=ports)


async def take_back(access: Access, of: DraftVersion, *, moment: Moment, ports: ProposalPorts) -> Proposal:
    """Make a proposal that waits a draft again."""

    async def taken(by: Designing, proposal: Proposal) -> Proposal:
        _refuse_unless(proposal, "waiting")
        return _of(by, proposal, moment, state="draft")

    return await _change(access, of, "taken_back", taken, moment=moment, ports=ports)


def _refuse_unless(proposal: Proposal, *states: State) -> None:
    if proposal.state not in states:
        raise NotADraft


def _of(by: Designing, proposal: Proposal, moment: Moment, **update: object) -> Proposal:
    """The proposal as this designer leaves it."""
    kept_until = max(proposal.kept_until, by.grant.until + KEPT)
    return proposal.changed(moment.now, designer=by.designer.name, kept_until=kept_until, **update)


async def _change(
    access: Access,
    of: DraftVersion,
    what: What,
    change: Callable[[Designing, Proposal], Awaitable[Proposal]],
    *,
    moment: Moment,
    ports: ProposalPorts,
) -> Proposal:
    for _ in range(TRIES):
        by = await access()
        found = await read_draft(by, of.proposal_id, ports=ports)
        if found.version != of.version:
            raise StaleVersion
        changed = await change(by, found)
        try:
            return await _saved(by, changed, what, moment, ports)
        except StaleVersion:
            continue
    raise Unavailable


async def _saved(
    by: Designing, proposal: Proposal, what: What, moment: Moment, ports: ProposalPorts
) -> Proposal:
    record = record_of(
        by,
        what,
        moment,
        about=proposal.content.name,
        template_id=proposal.template_id,
        proposal_id=proposal.id,
    )
    order = mail_order(proposal, moment.now) if proposal.state == "waiting" else None
    saved = await ports.proposals.save(proposal, _with(by.design, proposal), record, order=order)
    if order is not None:
        await ports.settle(order)
    return saved


def _with(design: Design, proposal: Proposal) -> Design:
    """The design with the proposal among those that wait, if it does."""
    others = [each for each in design.waiting if each != proposal.id]
    return design.acted(waiting=[*others, proposal.id] if proposal.state == "waiting" else others)
