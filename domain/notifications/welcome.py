"""The mail that welcomes an account holder. It contains no personal data."""

import hashlib
from datetime import datetime, timedelta

from domain.accounts.account import Account, AccountStore
from domain.base.texts import N_, Translate
from domain.notifications.claimed import send_claimed
from domain.notifications.mail import Mail, Mailer, MailOrder

# Paragraphs of the welcome mail; the address of the start page follows the second.
_WELCOME = (
    N_("Welcome to iZwop."),
    N_("Your account is ready. Make your first card and publish it when you like:"),
    N_("Nothing is public until you publish it."),
)


def welcome(account: Account, origin: str, at: datetime, translate: Translate) -> Mail:
    digest = hashlib.sha256(f"welcome\n{account.id}".encode()).hexdigest()[:32]
    language = account.mail_language
    hello, ready, private = (translate(paragraph, language) for paragraph in _WELCOME)
    return Mail(
        id=f"welcome.{digest}",
        to=account.email,
        at=at,
        subject=translate(N_("Welcome to iZwop"), language),
        text=f"{hello}\n\n{ready}\n{origin}/my\n\n{private}\n",
    )


async def deliver(
    order: MailOrder,
    *,
    by: str,
    origin: str,
    now: datetime,
    translate: Translate,
    accounts: AccountStore,
    mailer: Mailer,
) -> timedelta | None:
    """Send the ordered mail once, in its receiver's language, or return the time to wait before a retry.

    A deleted or welcomed account gets no mail. `by` is the queue message's id (see `claimed.py`).
    """
    account = await accounts.get(order.account_id)
    if account is None or account.welcomed_at is not None:
        return None
    mail = welcome(account, origin, now, translate)
    again_after = await send_claimed("welcoming", account.id, mail, by=by, accounts=accounts, mailer=mailer)
    if again_after is None:
        await accounts.mark_welcomed(account.id, now)
    return again_after
