"""The mail with the link of an invitation.

It says nothing that anybody typed, not even what the organisation is called: the address may be anybody's,
and an invitation must be of no use for sending them words. The page that it leads to says who invites.
"""

import hashlib
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Final

from domain.base.errors import StaleVersion, Unavailable
from domain.base.limits import MAILBOX_INVITATIONS, Limiter, TooManyRequests
from domain.base.texts import N_, Translate
from domain.notifications.claimed import CLAIMED_FOR
from domain.notifications.mail import Mail, Mailer, MailOrder
from domain.organisations.invitations.invitation import VALID_FOR, Invitation, InvitationStore, folded
from domain.organisations.invitations.links import link_again

SUBJECT: Final = N_("You are invited to an organisation in iZwop")
_INVITED: Final = N_("An organisation invites you to join it in iZwop. Here you see which one, and as what:")
_HOW: Final = N_(
    "Sign in with this address to join. The link works once, and for %(days)s days.", days=VALID_FOR.days
)
_NOT_YOU: Final = N_("If you do not know about it, do nothing: without you nothing happens.")


def invitation_mail(invitation: Invitation, to: str, link: str, origin: str, translate: Translate) -> Mail:
    said = f"invitation\n{invitation.id}\n{invitation.generation}"
    language = invitation.language
    invited, how, not_you = (translate(text, language) for text in (_INVITED, _HOW, _NOT_YOU))
    return Mail(
        id=f"invitation.{hashlib.sha256(said.encode()).hexdigest()[:32]}",
        to=to,
        at=invitation.sent_at,
        subject=translate(SUBJECT, language),
        text=f"{invited}\n{origin}/join/{link}\n\n{how}\n\n{not_you}\n",
    )


async def deliver_invitation(
    order: MailOrder,
    *,
    now: datetime,
    origin: str,
    keys: list[bytes],
    translate: Translate,
    invitations: InvitationStore,
    limiter: Limiter,
    mailer: Mailer,
) -> timedelta | None:
    """Send the mail of an open invitation once, or return the time to wait before a retry.

    The first worker to claim it sends it; another one waits until that claim ends. An address gets a few of
    them in a day, of all organisations: beyond that no mail is sent, and who invites is not told, because it
    would tell them of the others.
    """
    invitation = await invitations.get(order.account_id, order.subject_id)
    if invitation is None or not invitation.is_open(now) or invitation.mailed_at is not None:
        return None
    link, to = _link(invitation, keys), invitation.address
    if link is None or to is None:
        return None
    if invitation.mail_claimed_at is not None and invitation.mail_claimed_at > now - CLAIMED_FOR:
        return CLAIMED_FOR
    is_first = invitation.mail_claimed_at is None
    try:
        claimed = await invitations.save(invitation.noted(mail_claimed_at=now))
    except StaleVersion:
        return CLAIMED_FOR
    try:
        if is_first:
            await limiter.take(MAILBOX_INVITATIONS, folded(to), now)
        await mailer.send(invitation_mail(invitation, to, link, origin, translate))
    except TooManyRequests:
        pass
    except Exception:
        with suppress(Unavailable, StaleVersion):  # the claim expires
            await invitations.save(claimed.noted(mail_claimed_at=now - CLAIMED_FOR))
        raise
    with suppress(StaleVersion):
        # Withdrawn, sent again or used at this moment: then this mail is of no matter any more.
        await invitations.save(claimed.noted(mailed_at=now))
    return None


def _link(invitation: Invitation, keys: list[bytes]) -> str | None:
    return link_again(invitation.org_id, invitation.id, invitation.generation, invitation.digest, keys)
