"""The mail that says that a connected system needs somebody. It says nothing of what flows."""

import hashlib
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from domain.accounts.account import Account, AccountStore
from domain.base.texts import N_, Translate
from domain.integrations.instructions import InstructionStore
from domain.integrations.source import TOLD_AFTER, Source, SourceStore
from domain.notifications.mail import Mail, Mailer, MailOrder
from domain.organisations.organisation import Organisation, OrganisationStore
from domain.organisations.roles import may

_SUBJECT: Final = N_("A connected system needs you")
_PAUSED: Final = N_("A system that your organisation has connected to iZwop is paused. See why, and mend it:")
_WAITING: Final = N_(
    "A system that your organisation has connected to iZwop has not answered for an hour. iZwop goes on"
    " trying, and nothing is lost. Look at it here:"
)


class MailPorts(NamedTuple):
    organisations: OrganisationStore
    sources: SourceStore
    instructions: InstructionStore
    accounts: AccountStore
    mailer: Mailer


def source_mail(source: Source, to: Account, origin: str, at: datetime, translate: Translate) -> Mail:
    said = f"source\n{source.id}\n{source.reason}\n{source.last_done_at}\n{to.id}"
    text = translate(_PAUSED if source.state == "paused" else _WAITING, to.mail_language)
    return Mail(
        id=f"source.{hashlib.sha256(said.encode()).hexdigest()[:32]}",
        to=to.email,
        at=at,
        subject=translate(_SUBJECT, to.mail_language),
        text=f"{text}\n{origin}/org/{source.org_id}/integrations/{source.id}\n",
    )


async def deliver_source(
    order: MailOrder, *, now: datetime, origin: str, translate: Translate, ports: MailPorts
) -> timedelta | None:
    """Send the mail, unless the source goes on meanwhile. Its id is the same when it is sent again."""
    source = await ports.sources.get(order.account_id, order.subject_id)
    organisation = await ports.organisations.get(order.account_id)
    if source is None or organisation is None or organisation.closed:
        return None
    if source.state != "paused" and source.failing < TOLD_AFTER:
        return None
    to = await _reader(source, organisation, ports)
    if to is not None:
        await ports.mailer.send(source_mail(source, to, origin, now, translate))
    return None


async def _reader(source: Source, organisation: Organisation, ports: MailPorts) -> Account | None:
    """Who ordered the flow or, when they may no longer do so, an owner."""
    given = source.instruction_id and await ports.instructions.get(source.org_id, source.instruction_id)
    for member_id in [*([given.by] if given else []), *organisation.owners]:
        member = await ports.organisations.member(organisation.id, member_id)
        if member is not None and member.has_joined and may(member.role, "connect_sources"):
            return await ports.accounts.get(member.account_id)
    return None
