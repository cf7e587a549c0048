"""A mail that is sent once, by the queue message that claims it on the account."""

from contextlib import suppress
from datetime import timedelta

from domain.accounts.account import AccountStore, ClaimedMail
from domain.base.errors import Unavailable
from domain.notifications.mail import Mail, Mailer

# Longer than sending a mail takes: an older claim is of a worker that died.
CLAIMED_FOR = timedelta(minutes=5)


async def send_claimed(
    kind: ClaimedMail, account_id: str, mail: Mail, *, by: str, accounts: AccountStore, mailer: Mailer
) -> timedelta | None:
    """Send the mail, or return the time to wait before a retry.

    `by` is the queue message's id: the first message to claim the mail sends it. Another one waits until that
    claim ends, since the first worker may have died. After a crash between sending and marking, the
    redelivered message sends again, under the same id of the mail. A claim is released when sending fails.
    """
    if not await accounts.claim_mail(kind, account_id, by=by, at=mail.at, stale=mail.at - CLAIMED_FOR):
        return CLAIMED_FOR
    try:
        await mailer.send(mail)
    except Exception:
        with suppress(Unavailable):  # the claim expires
            await accounts.give_up_mail(kind, account_id, by=by)
        raise
    return None
