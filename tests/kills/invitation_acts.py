"""What a dying worker does with invitations: invite, send a mail, join."""

from datetime import datetime
from typing import Any

import wiring.accounts
import wiring.notifications
import wiring.organisations
import wiring.organisations.invitations
from domain.base.errors import NotFound
from domain.notifications.mail import MailOrder
from domain.organisations.invitations.inviting import Invite, invite
from domain.organisations.invitations.joining import join
from domain.organisations.invitations.mail import deliver_invitation
from domain.organisations.organisation import Creating, Person, acting
from functions.framework.texts import in_language


async def _invite(order: dict[str, Any], at: datetime) -> str:
    store = wiring.organisations.store()
    by = await acting(order["org"], order["owner"], "invite", organisations=store)
    made = await invite(
        by,
        Invite(addresses=order["addresses"]),
        Creating(order["key"], at),
        language="en",
        ports=wiring.organisations.invitations.inviting(),
    )
    return " ".join(each.id for each in made)


async def _deliver(order: dict[str, Any], at: datetime) -> str:
    again = await deliver_invitation(
        MailOrder(kind="invitation", account_id=order["org"], subject_id=order["id"]),
        now=at,
        origin="https://izwop.test",
        keys=wiring.organisations.invitations.link_keys(),
        translate=in_language,
        invitations=wiring.organisations.invitations.store(),
        limiter=wiring.accounts.limiter(),
        mailer=wiring.notifications.mailer(),
    )
    return "done" if again is None else "later"


async def _join(order: dict[str, Any], at: datetime) -> str:
    """Join by a link; "nothing" where it leads nowhere."""
    person = Person(order["owner"], "Grace", order["address"])
    try:
        return (
            await join(order["link"], person, now=at, ports=wiring.organisations.invitations.joining())
        ).id
    except NotFound:
        return "nothing"


INVITATION_ACTS = {"invite": _invite, "deliver invitation": _deliver, "join": _join}
