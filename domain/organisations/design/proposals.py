"""A proposal: what a template should say by a designer, and how the organisation approves or declines it.

Approving one is a release of the template as any other. It shows in the release who designed it.
"""

import hashlib
from datetime import datetime
from typing import Annotated, Literal, NamedTuple, Protocol

from pydantic import Field

from domain.base.errors import Conflict, NotFound, StaleVersion, Unavailable
from domain.base.fields import Text
from domain.base.idempotency import request_hash
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.limits import MOST_TEMPLATES, LimitReached
from domain.base.model import Closed, Model
from domain.base.texts import N_
from domain.operations.orders import Order, new_order
from domain.organisations.brand.brand import BrandStore
from domain.organisations.design.design import TRIES, Design, DesignStore, Moment, Record, recorded
from domain.organisations.organisation import Acting, Settle
from domain.organisations.templates.rules import TemplateContent
from domain.organisations.templates.templates import APPLYING, Release, Template, TemplateStore

State = Literal["draft", "waiting", "approved", "declined"]


class AlreadyAnswered(Conflict):
    code = "already_answered"
    title = N_("The proposal has been answered or taken back already")


class TemplateChanged(Conflict):
    code = "template_changed"
    title = N_("The template was changed after this was proposed. Decline it, so that it is proposed anew.")


class Declining(Closed):
    """`reason` is what the designer reads."""

    reason: Annotated[Text, Field(max_length=1000)]


class Proposal(Model):
    """What a template should say. Without a `template_id` it is a new one.

    `base_number` is the release that was in force when it was proposed. `says` is what the designer wrote to
    the organisation, `reason` what they were answered. `answered_by` is a member. `request` is the hash of
    what it began with: the draft of the template at that time.
    """

    id: str
    org_id: str
    template_id: str | None
    base_number: int = 0
    content: TemplateContent
    says: str | None = None
    state: State = "draft"
    designer: str
    reason: str | None = None
    answered_by: str | None = None
    proposed_at: datetime | None = None
    mail_claimed_at: datetime | None = None
    mailed_at: datetime | None = None
    version: int = 1
    request: str = ""
    kept_until: datetime
    created_at: datetime
    updated_at: datetime
    etag: str | None = Field(default=None, exclude=True)

    def changed(self, at: datetime, **update: object) -> "Proposal":
        return self.model_copy(update={"version": self.version + 1, "updated_at": at, **update})

    def noted(self, **update: object) -> "Proposal":
        """With what only its mail is about: it stays the version that people see."""
        return self.model_copy(update=update)


class Approval(NamedTuple):
    """All that an approval stores: the template with its new release, and the order of what follows."""

    template: Template
    release: Release
    order: Order


class ProposalStore(Protocol):
    async def get(self, org_id: str, proposal_id: str) -> Proposal | None: ...
    async def all(self, org_id: str) -> list[Proposal]:
        """All that are kept, the newest first."""
        ...

    async def count(self, org_id: str) -> int: ...
    async def save(
        self,
        proposal: Proposal,
        design: Design,
        record: Record,
        *,
        approval: Approval | None = None,
        order: Order | None = None,
    ) -> Proposal:
        """Store a new or a changed one with the design and the record; `StaleVersion` if either was changed
        meanwhile, or the template of an approval.
        """
        ...

    async def note(self, proposal: Proposal) -> Proposal:
        """Store what is noted of its mail; `StaleVersion` if it was changed meanwhile."""
        ...


class ProposalPorts(NamedTuple):
    proposals: ProposalStore
    designs: DesignStore
    templates: TemplateStore
    brands: BrandStore
    settle: Settle


class ProposalVersion(NamedTuple):
    """A proposal as a member read it, to answer it."""

    by: Acting
    proposal_id: str
    version: int


async def read_proposal(by: Acting, proposal_id: str, *, proposals: ProposalStore) -> Proposal:
    """One that was proposed. What a designer still works on is not there for the organisation."""
    found = await proposals.get(by.organisation.id, proposal_id)
    if found is None or found.state == "draft":
        raise NotFound
    return found


async def list_proposals(by: Acting, *, proposals: ProposalStore) -> list[Proposal]:
    return [each for each in await proposals.all(by.organisation.id) if each.state != "draft"]


async def decline(
    of: ProposalVersion, answer: Declining, *, moment: Moment, ports: ProposalPorts
) -> Proposal:
    for _ in range(TRIES):
        proposal, design = await _waiting(of, ports)
        update = {"state": "declined", "reason": answer.reason, "answered_by": of.by.member.id}
        declined = proposal.changed(moment.now, **update)
        try:
            return await ports.proposals.save(
                declined, _answered(design, proposal), _record(of, declined, design, moment)
            )
        except StaleVersion:
            continue
    raise Unavailable


async def approve(of: ProposalVersion, *, moment: Moment, ports: ProposalPorts) -> Proposal:
    """Put what was proposed in force. Long work brings the cards in line, as after any release."""
    for _ in range(TRIES):
        proposal, design = await _waiting(of, ports)
        template = await _template(of, proposal, moment.now, ports.templates)
        release = Release(
            template_id=template.id,
            org_id=template.org_id,
            number=template.number + 1,
            content=proposal.content,
            released_by=of.by.member.id,
            released_at=moment.now,
            designed_by=proposal.designer,
        )
        order = new_order(APPLYING, template.org_id, template.id, moment.now, container="organisations")
        released = template.model_copy(update={"number": release.number})
        update = {"state": "approved", "answered_by": of.by.member.id, "template_id": template.id}
        approved = proposal.changed(moment.now, **update)
        try:
            saved = await ports.proposals.save(
                approved,
                _answered(design, proposal),
                _record(of, approved, design, moment),
                approval=Approval(released, release, order),
            )
        except StaleVersion:
            continue
        await ports.settle(order)
        return saved
    raise Unavailable


async def _waiting(of: ProposalVersion, ports: ProposalPorts) -> tuple[Proposal, Design]:
    """The design is read first: what changes the proposal later changes the design as well."""
    design = await ports.designs.get(of.by.organisation.id)
    found = await read_proposal(of.by, of.proposal_id, proposals=ports.proposals)
    if found.state != "waiting":
        raise AlreadyAnswered
    if found.version != of.version:
        raise StaleVersion
    return found, design


async def _template(
    of: ProposalVersion, proposal: Proposal, now: datetime, templates: TemplateStore
) -> Template:
    """The template that an approval puts in force, as it is to be stored but for the number."""
    org_id = of.by.organisation.id
    if proposal.template_id is not None:
        found = await templates.get(org_id, proposal.template_id)
        if found is None or found.number != proposal.base_number:
            raise TemplateChanged
        draft = await _draft_after(proposal, found, templates)
        return found.changed(now, draft=draft)
    if len(await templates.all(org_id)) >= MOST_TEMPLATES:
        raise LimitReached(N_("An organisation may have %(most)s templates.", most=MOST_TEMPLATES))
    text = f"template {org_id} {proposal.id}"
    return Template(
        id=make_id(ID_PREFIXES["template"], hashlib.sha256(text.encode()).digest()[:ID_BYTES]),
        org_id=org_id,
        draft=proposal.content,
        created_at=now,
        updated_at=now,
    )


async def _draft_after(proposal: Proposal, template: Template, templates: TemplateStore) -> TemplateContent:
    """What is approved, unless somebody of the organisation has a draft of their own: that one stays."""
    if request_hash(template.draft) == proposal.request:
        return proposal.content
    in_force = await templates.get_release(template.org_id, template.id, template.number)
    its_own = in_force is None or in_force.content != template.draft
    return template.draft if its_own else proposal.content


def _answered(design: Design, proposal: Proposal) -> Design:
    return design.acted(waiting=[each for each in design.waiting if each != proposal.id])


def _record(of: ProposalVersion, proposal: Proposal, design: Design, moment: Moment) -> Record:
    return recorded(
        design,
        "approved" if proposal.state == "approved" else "declined",
        moment,
        member_id=of.by.member.id,
        designer=proposal.designer,
        about=proposal.content.name,
        template_id=proposal.template_id,
        proposal_id=proposal.id,
    )
