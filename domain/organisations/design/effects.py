"""What the approval of a proposal would change: it is counted as the effect of a draft is."""

import hashlib
from datetime import datetime
from typing import Final, Protocol

from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.operations.slices import Slice
from domain.operations.work import Progress, Work, WorkQueue, WorkStore, new_work, start_work
from domain.organisations.design.proposals import Proposal
from domain.organisations.organisation import Acting
from domain.organisations.staff_cards.effects import (
    BeforeAfter,
    Draft,
    Effect,
    EffectPorts,
    EffectStore,
    NotCounted,
    as_released,
    count_on,
    effect_on,
)
from domain.organisations.templates.templates import Template

PROPOSED: Final = "proposal-effect"


class Proposals(Protocol):
    async def get(self, org_id: str, proposal_id: str) -> Proposal | None: ...


def as_proposed(template: Template, proposal: Proposal) -> Template:
    """The template with what was proposed as its draft."""
    return template.model_copy(update={"draft": proposal.content})


async def start_counting(proposal: Proposal, now: datetime, *, works: WorkStore, queue: WorkQueue) -> Work:
    """Count the effect of a proposal. Repeating it begins nothing more."""
    text = f"{PROPOSED} {proposal.org_id} {proposal.id} {proposal.version}"
    work_id = make_id(ID_PREFIXES["work"], hashlib.sha256(text.encode()).digest()[:ID_BYTES])
    work = new_work(PROPOSED, proposal.org_id, work_id, now)
    cursor = f"{proposal.id} {proposal.version}"
    return await start_work(work.model_copy(update={"cursor": cursor}), works=works, queue=queue)


class ProposalEffectJob:
    """The cursor is the proposal and its version."""

    def __init__(self, proposals: Proposals, ports: EffectPorts) -> None:
        self._proposals, self._ports = proposals, ports

    async def slice(self, work: Work, bound: Slice) -> Progress:
        proposal_id, version = work.cursor.split(" ")
        ports = self._ports
        proposal = await self._proposals.get(work.owner_id, proposal_id)
        organisation = await ports.organisations.get(work.owner_id)
        if proposal is None or organisation is None or proposal.version != int(version):
            return Progress(work.cursor, 0, over=True)
        template = await ports.templates.get(work.owner_id, proposal.template_id or "")
        if template is None:
            return Progress(work.cursor, 0, over=True)
        release = as_released(as_proposed(template, proposal))
        return await count_on(work, bound, Draft(proposal.id, proposal.version, release), organisation, ports)

    async def discard(self, work: Work) -> None:
        """The next version of the proposal replaces what was counted."""


async def read_effect(proposal: Proposal, *, effects: EffectStore) -> Effect:
    """The effect of the proposal as it is now, as far as it is counted. A new template has none."""
    if proposal.template_id is None:
        return Effect(
            org_id=proposal.org_id,
            template_id=proposal.id,
            version=proposal.version,
            over=True,
            counted_at=proposal.updated_at,
        )
    effect = await effects.get(proposal.org_id, proposal.id)
    if effect is None or effect.version != proposal.version:
        raise NotCounted
    return effect


async def effect_of_one(
    by: Acting, proposal: Proposal, template: Template, card_id: str, *, ports: EffectPorts
) -> BeforeAfter:
    """What one card says now, and what it would say after the approval."""
    return await effect_on(by, as_proposed(template, proposal), card_id, ports=ports)
