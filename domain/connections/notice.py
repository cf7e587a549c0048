"""The mail that tells a person that somebody asks to connect. It names nobody."""

import hashlib
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from domain.accounts.account import Account, AccountStore
from domain.base.errors import StaleVersion, Unavailable
from domain.base.limits import CONNECTION_MAILS, Limiter, TooManyRequests
from domain.base.texts import N_, Translate
from domain.connections.ports import LinkStore
from domain.notifications.claimed import CLAIMED_FOR
from domain.notifications.mail import Mail, Mailer, MailOrder

ASKED: Final = "connection"
_ASKS = (
    N_("Somebody asks to connect with you on iZwop."),
    N_("Until you accept, they see of your card what everybody who is signed in sees. You decide here:"),
    N_("If you decline, they are not told."),
)


def asked(account: Account, link_id: str, origin: str, at: datetime, translate: Translate) -> Mail:
    digest = hashlib.sha256(f"connection\n{account.id}\n{link_id}".encode()).hexdigest()[:32]
    language = account.mail_language
    asks, see, silent = (translate(paragraph, language) for paragraph in _ASKS)
    return Mail(
        id=f"connection.{digest}",
        to=account.email,
        at=at,
        subject=translate(N_("Somebody asks to connect"), language),
        text=f"{asks}\n\n{see}\n{origin}/my/requests\n\n{silent}\n",
    )


async def tell_of_request(
    order: MailOrder,
    *,
    origin: str,
    now: datetime,
    translate: Translate,
    accounts: AccountStore,
    links: LinkStore,
    limiter: Limiter,
    mailer: Mailer,
) -> timedelta | None:
    """Send the mail once for a request that still waits, or return the time to wait before a retry.

    An account gets a few of them in a day at most. A message waits while another one is at it, whose worker
    may have died. A claim is given up when sending fails. After a crash between sending and noting it, the
    same mail is sent again under the same id.
    """
    link = await links.get(order.account_id, order.subject_id)
    account = await accounts.get(order.account_id)
    if link is None or account is None or link.state != "waiting" or link.noticed_at is not None:
        return None
    if link.noticing_at is not None and now < link.noticing_at + CLAIMED_FOR:
        return CLAIMED_FOR
    is_first = link.noticing_at is None
    try:
        link = await links.save(link.model_copy(update={"noticing_at": now}))
    except StaleVersion:
        return CLAIMED_FOR
    try:
        if is_first:
            await limiter.take(CONNECTION_MAILS, account.id, now)
        await mailer.send(asked(account, link.id, origin, now, translate))
    except TooManyRequests:
        pass
    except Exception:
        with suppress(Unavailable, StaleVersion):  # the claim expires
            await links.save(link.model_copy(update={"noticing_at": now - CLAIMED_FOR}))
        raise
    # It may be answered at this moment, and then waits no more.
    with suppress(StaleVersion):
        await links.save(link.model_copy(update={"noticed_at": now}))
    return None
