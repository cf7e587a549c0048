"""The mail that says that a proposal of a designer waits."""

from datetime import timedelta

import wiring.organisations.design
import wiring.site
from domain.notifications.mail import MailOrder
from domain.organisations.design.mail import deliver_proposal
from functions.framework.clock import now
from functions.framework.texts import in_language


async def send_proposal(order: MailOrder, by: str) -> timedelta | None:  # noqa: ARG001 - as all mails are sent
    return await deliver_proposal(
        order,
        now=now(),
        origin=wiring.site.origin(),
        translate=in_language,
        ports=wiring.organisations.design.mailing(),
    )
