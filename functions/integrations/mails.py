"""The mail that says that a connected system needs somebody."""

from datetime import timedelta

import wiring.integrations
import wiring.site
from domain.integrations.mail import deliver_source
from domain.notifications.mail import MailOrder
from functions.framework.clock import now
from functions.framework.texts import in_language


async def send_source(order: MailOrder, by: str) -> timedelta | None:  # noqa: ARG001 - as all mails are sent
    return await deliver_source(
        order,
        now=now(),
        origin=wiring.site.origin(),
        translate=in_language,
        ports=wiring.integrations.mailing(),
    )
