"""The mail with the link to what somebody left on a card."""

from datetime import timedelta

import wiring.exchange
import wiring.notifications
import wiring.site
from domain.exchange.mail import deliver_receipt
from domain.notifications.mail import MailOrder
from functions.framework.clock import now
from functions.framework.texts import in_language


async def send_receipt(order: MailOrder, by: str) -> timedelta | None:  # noqa: ARG001 - as all mails are sent
    return await deliver_receipt(
        order,
        now=now(),
        origin=wiring.site.origin(),
        keys=wiring.exchange.keys(),
        translate=in_language,
        exchanges=wiring.exchange.all_exchanges(),
        mailer=wiring.notifications.mailer(),
    )
