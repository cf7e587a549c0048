"""The mail that says how many reminders wait. It names nobody and says nothing of what they are about."""

import hashlib
from datetime import datetime, timedelta

from domain.accounts.account import Account, AccountStore
from domain.base.texts import N_, Translate
from domain.notifications.claimed import send_claimed
from domain.notifications.mail import Mail, Mailer, MailOrder


def reminding(account: Account, order: MailOrder, origin: str, now: datetime, translate: Translate) -> Mail:
    digest = hashlib.sha256(f"reminders\n{account.id}\n{order.at}".encode()).hexdigest()[:32]
    language = account.mail_language
    waiting = translate(N_("Reminders that wait for you: %(number)s", number=order.number), language)
    look = translate(N_("Who they are about, only you can see:"), language)
    switch = translate(N_("You can switch these mails off in your account:"), language)
    return Mail(
        id=f"reminders.{digest}",
        to=account.email,
        at=now,
        subject=translate(N_("Your reminders in iZwop"), language),
        text=f"{waiting}\n\n{look}\n{origin}/my\n\n{switch}\n{origin}/my/account#mails\n",
    )


async def remind(
    order: MailOrder,
    *,
    by: str,
    origin: str,
    now: datetime,
    translate: Translate,
    accounts: AccountStore,
    mailer: Mailer,
) -> timedelta | None:
    """Send the ordered mail once, or return the time to wait before a retry (see `claimed.py`).

    Nobody gets one who is deleted, does not want any, or got this one or a later one.
    """
    account = await accounts.get(order.account_id)
    if account is None or order.at is None or not account.wants_reminders(order.at):
        return None
    mail = reminding(account, order, origin, now, translate)
    again_after = await send_claimed("reminding", account.id, mail, by=by, accounts=accounts, mailer=mailer)
    if again_after is None:
        await accounts.mark_reminded(account.id, order.at)
    return again_after
