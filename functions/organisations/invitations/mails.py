"""The mail with the link of an invitation."""

from datetime import timedelta

import wiring.accounts
import wiring.notifications
import wiring.organisations.invitations
import wiring.site
from domain.notifications.mail import MailOrder
from domain.organisations.invitations.mail import deliver_invitation
from functions.framework.clock import now
from functions.framework.texts import in_language


async def send_invitation(order: MailOrder, by: str) -> timedelta | None:  # noqa: ARG001 - as all mails are sent
    return await deliver_invitation(
        order,
        now=now(),
        origin=wiring.site.origin(),
        keys=wiring.organisations.invitations.link_keys(),
        translate=in_language,
        invitations=wiring.organisations.invitations.store(),
        limiter=wiring.accounts.limiter(),
        mailer=wiring.notifications.mailer(),
    )
