"""The mail that says that a proposal waits: to who gave the access. It says nothing that anybody typed."""

import hashlib
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol

from domain.accounts.account import Account, AccountStore
from domain.base.errors import StaleVersion, Unavailable
from domain.base.texts import N_, Translate
from domain.notifications.claimed import CLAIMED_FOR
from domain.notifications.mail import Mail, Mailer, MailOrder
from domain.operations.orders import Order, new_order
from domain.organisations.design.design import DesignStore
from domain.organisations.design.proposals import Proposal, ProposalStore
from domain.organisations.organisation import Organisation, OrganisationStore

# Order of the mail; its subject is the proposal.
PROPOSAL_MAIL: Final = "proposal-mail"
_SUBJECT: Final = N_("A design waits for your answer")
_WAITS: Final = N_(
    "A designer of iZwop proposes how the cards of your organisation could be. See what would change, and"
    " approve or decline it:"
)
_NOTHING: Final = N_("Nothing changes before you approve it.")


class MailQueue(Protocol):
    async def send(self, message: MailOrder) -> None: ...


class MailPorts(NamedTuple):
    organisations: OrganisationStore
    designs: DesignStore
    proposals: ProposalStore
    accounts: AccountStore
    mailer: Mailer


def mail_order(proposal: Proposal, now: datetime) -> Order:
    return new_order(PROPOSAL_MAIL, proposal.org_id, proposal.id, now, container="organisations")


async def order_mail(order: Order, *, mails: MailQueue) -> None:
    """Queue the mail. Who sends it looks whether it is still due."""
    await mails.send(MailOrder(kind="proposal", account_id=order.owner_id, subject_id=order.subject_id))


def proposal_mail(proposal: Proposal, to: Account, origin: str, at: datetime, translate: Translate) -> Mail:
    said = f"proposal\n{proposal.id}\n{proposal.proposed_at}\n{to.id}"
    waits, nothing = (translate(text, to.mail_language) for text in (_WAITS, _NOTHING))
    place = f"{origin}/org/{proposal.org_id}/proposals/{proposal.id}"
    return Mail(
        id=f"proposal.{hashlib.sha256(said.encode()).hexdigest()[:32]}",
        to=to.email,
        at=at,
        subject=translate(_SUBJECT, to.mail_language),
        text=f"{waits}\n{place}\n\n{nothing}\n",
    )


async def deliver_proposal(
    order: MailOrder, *, now: datetime, origin: str, translate: Translate, ports: MailPorts
) -> timedelta | None:
    """Send the mail of a proposal that waits once, or return the time to wait before a retry.

    The first worker to claim it sends it; another one waits until that claim ends.
    """
    proposal = await ports.proposals.get(order.account_id, order.subject_id)
    organisation = await ports.organisations.get(order.account_id)
    if proposal is None or organisation is None or organisation.closed:
        return None
    if proposal.state != "waiting" or proposal.mailed_at is not None:
        return None
    to = await _reader(organisation, ports)
    if to is None:
        return None
    if proposal.mail_claimed_at is not None and proposal.mail_claimed_at > now - CLAIMED_FOR:
        return CLAIMED_FOR
    try:
        claimed = await ports.proposals.note(proposal.noted(mail_claimed_at=now))
    except StaleVersion:
        return CLAIMED_FOR
    try:
        await ports.mailer.send(proposal_mail(proposal, to, origin, now, translate))
    except Exception:
        with suppress(Unavailable, StaleVersion):  # the claim expires
            await ports.proposals.note(claimed.noted(mail_claimed_at=now - CLAIMED_FOR))
        raise
    with suppress(StaleVersion):  # answered or taken back at this moment
        await ports.proposals.note(claimed.noted(mailed_at=now))
    return None


async def _reader(organisation: Organisation, ports: MailPorts) -> Account | None:
    """Who gave the access or, when they have left, an owner."""
    design = await ports.designs.get(organisation.id)
    wanted = [design.grant.given_by] if design.grant else []
    for member_id in [*wanted, *organisation.owners]:
        member = await ports.organisations.member(organisation.id, member_id)
        if member is not None:
            return await ports.accounts.get(member.account_id)
    return None
