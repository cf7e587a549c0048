"""The mail with the link to what somebody left on a card.

It repeats nothing that anybody typed, neither into the form nor on the card: the address may be another
person's, and a form must be of no use for sending them words.
"""

import hashlib
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from domain.base.errors import StaleVersion, Unavailable
from domain.base.texts import N_, Language, Translate
from domain.exchange.exchange import Exchange, ExchangeStore
from domain.exchange.tokens import link_again
from domain.notifications.claimed import CLAIMED_FOR
from domain.notifications.mail import Mail, Mailer, MailOrder

SUBJECT: Final = N_("Your details on a card")
CONFIRM: Final = N_("Confirm your details on a card")
_GIVEN: Final = N_("Somebody, probably you, left this address on this card:")
_SEE: Final = N_(
    "This is your receipt. You can see, correct and withdraw what you gave at any time, without an account:"
)
_HELD: Final = N_("They were not passed on yet. Open this link and confirm, or they are erased after a week:")
_NOT_YOU: Final = N_("If it was not you, open the link and withdraw. Nothing else is sent to you.")


def receipt_mail(exchange: Exchange, to: str, link: str, origin: str, translate: Translate) -> Mail:
    language: Language = exchange.consent.language
    held = exchange.state == "unconfirmed"
    digest = hashlib.sha256(f"exchange\n{exchange.id}".encode()).hexdigest()[:32]
    given, see, not_you = (translate(text, language) for text in (_GIVEN, _HELD if held else _SEE, _NOT_YOU))
    at = f"{origin}/exchange/{link}"
    return Mail(
        id=f"exchange.{digest}",
        to=to,
        at=exchange.given_at,
        subject=translate(CONFIRM if held else SUBJECT, language),
        text=f"{given}\n{origin}/c/{exchange.handle}\n\n{see}\n{at}\n\n{not_you}\n",
        unsubscribe=f"{at}/withdrawal",
    )


async def deliver_receipt(
    order: MailOrder,
    *,
    now: datetime,
    origin: str,
    keys: list[bytes],
    translate: Translate,
    exchanges: ExchangeStore,
    mailer: Mailer,
) -> timedelta | None:
    """Send the receipt once, or return the time to wait before a retry.

    The first worker to claim it sends it; another one waits until that claim ends. A withdrawn exchange has
    no address any more.
    """
    exchange = await exchanges.get(order.account_id, order.subject_id)
    if exchange is None or exchange.details is None or exchange.mailed_at is not None:
        return None
    link, to = link_again(exchange.id, exchange.link, keys), exchange.details.email
    if link is None or to is None:
        return None
    if exchange.mail_claimed_at is not None and exchange.mail_claimed_at > now - CLAIMED_FOR:
        return CLAIMED_FOR
    try:
        claimed = await exchanges.save(exchange.noted(mail_claimed_at=now))
    except StaleVersion:
        return CLAIMED_FOR
    try:
        await mailer.send(receipt_mail(exchange, to, link, origin, translate))
    except Exception:
        with suppress(Unavailable, StaleVersion):  # the claim expires
            await exchanges.save(claimed.noted(mail_claimed_at=None))
        raise
    with suppress(StaleVersion):
        # Corrected or kept at this moment: then the mail may come again, under the same id.
        await exchanges.save(claimed.noted(mailed_at=now))
    return None
