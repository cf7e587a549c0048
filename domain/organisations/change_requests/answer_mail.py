"""The mail that says that a request was decided, to who asked. It says neither how nor what was asked for."""

import hashlib
from datetime import datetime, timedelta
from typing import Final, NamedTuple, Protocol

from domain.accounts.account import Account, AccountStore
from domain.base.texts import N_, Translate
from domain.notifications.mail import Mail, Mailer, MailOrder
from domain.operations.orders import Order
from domain.organisations.change_requests.requests import ChangeRequest, RequestStore
from domain.organisations.change_requests.told import Telling, ToldStore, tell_once
from domain.organisations.organisation import OrganisationStore

_SUBJECT: Final = N_("Your request was decided")
_DECIDED: Final = N_("Your request to change your card in an organisation was decided. Here you see how:")
_WHERE: Final = N_("You also find it on the page Today, until you put it aside.")


class MailQueue(Protocol):
    async def send(self, message: MailOrder) -> None: ...


class MailPorts(NamedTuple):
    organisations: OrganisationStore
    requests: RequestStore
    told: ToldStore
    accounts: AccountStore
    mailer: Mailer


async def order_answer_mail(order: Order, *, mails: MailQueue) -> None:
    """Queue the mail. Who sends it looks whether it is still due."""
    await mails.send(MailOrder(kind="request-answer", account_id=order.owner_id, subject_id=order.subject_id))


def answer_mail(request: ChangeRequest, to: Account, origin: str, at: datetime, translate: Translate) -> Mail:
    decided, where = (translate(text, to.mail_language) for text in (_DECIDED, _WHERE))
    digest = hashlib.sha256(f"request answer\n{request.id}".encode()).hexdigest()[:32]
    return Mail(
        id=f"request-answer.{digest}",
        to=to.email,
        at=at,
        subject=translate(_SUBJECT, to.mail_language),
        text=f"{decided}\n{origin}/org/{request.org_id}/requests/{request.id}\n\n{where}\n",
    )


async def deliver_answer(
    order: MailOrder, *, by: str, now: datetime, origin: str, translate: Translate, ports: MailPorts
) -> timedelta | None:
    """Send the mail of a decided request once, or return the time to wait before a retry.

    Nobody gets one who has left, has seen the answer, or has decided it themselves.
    """
    request = await ports.requests.get(order.account_id, order.subject_id)
    organisation = await ports.organisations.get(order.account_id)
    if request is None or organisation is None or organisation.closed:
        return None
    if not request.is_decided or request.seen or request.decided_by == request.member_id:
        return None
    member = await ports.organisations.member(request.org_id, request.member_id)
    account = await ports.accounts.get(member.account_id) if member and member.has_joined else None
    if account is None:
        return None
    mail = answer_mail(request, account, origin, now, translate)
    of = Telling(request.org_id, request.id, request.created_at, by)
    return await tell_once(of, mail, now=now, told=ports.told, mailer=ports.mailer)
