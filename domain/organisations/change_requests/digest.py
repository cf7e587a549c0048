"""The mail that says how many requests wait, to those who decide: at most one a day, in the morning.

A new request orders the long work of the next morning, which has one id for a day. It queues a mail for each
of those who decide. Whoever was told of the newest request that waits is not told again.
"""

import hashlib
from datetime import UTC, datetime, time, timedelta
from typing import Final, NamedTuple, Protocol

from domain.accounts.account import Account
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.texts import N_, Translate
from domain.notifications.mail import Mail, MailOrder
from domain.operations.orders import Order
from domain.operations.slices import Slice
from domain.operations.work import Progress, Work, WorkStore, new_work
from domain.organisations.change_requests.answer_mail import MailPorts, MailQueue
from domain.organisations.change_requests.requests import DIGEST, RequestStore
from domain.organisations.change_requests.told import Telling, tell_once
from domain.organisations.organisation import Member, OrganisationStore
from domain.organisations.roles import ALLOWED, ROLES, Role, may

MORNING: Final = time(5, tzinfo=UTC)
_PAGE: Final = 50
_DECIDERS: Final[list[Role]] = [role for role in ROLES if role in ALLOWED["decide_requests"]]
_SUBJECT: Final = N_("Requests wait for an answer")
_ONCE: Final = N_("You get this mail once a day at most, and only if a new request has come.")


class Deciders(Protocol):
    async def with_role(self, org_id: str, role: Role, limit: int, after: str) -> list[Member]:
        """People with a role by their ids, from the one after `after`."""
        ...


class DigestPorts(NamedTuple):
    organisations: OrganisationStore
    requests: RequestStore
    deciders: Deciders
    mails: MailQueue


def next_morning(now: datetime) -> datetime:
    today = datetime.combine(now.date(), MORNING)
    return today if today > now else today + timedelta(days=1)


def digest_id(org_id: str, at: datetime) -> str:
    """Id of the work of a morning, whichever request orders it."""
    text = f"{DIGEST} {org_id} {at.date().isoformat()}"
    return make_id(ID_PREFIXES["work"], hashlib.sha256(text.encode()).digest()[:ID_BYTES])


async def order_digest(
    order: Order, *, now: datetime, organisations: OrganisationStore, works: WorkStore
) -> None:
    """Have those who decide told next morning. The timer of long work finds it then."""
    if await organisations.get(order.owner_id) is None:
        return
    at = next_morning(now)
    work = new_work(DIGEST, order.owner_id, digest_id(order.owner_id, at), now)
    await works.create(work.model_copy(update={"due_at": at}))


class DigestJob:
    """The cursor is a role that decides, and the member who was looked at last."""

    def __init__(self, ports: DigestPorts) -> None:
        self._ports = ports

    async def slice(self, work: Work, bound: Slice) -> Progress:
        ports, org_id, done = self._ports, work.owner_id, 0
        organisation = await ports.organisations.get(org_id)
        if organisation is None or organisation.closed or not await ports.requests.count_waiting(org_id):
            return Progress(work.cursor, 0, over=True)
        role, _, after = work.cursor.partition(" ")
        roles = _DECIDERS[_DECIDERS.index(role) :] if role in _DECIDERS else _DECIDERS
        while roles and not bound.is_over:
            found = await ports.deciders.with_role(org_id, roles[0], _PAGE, after)
            for each in found:
                if each.has_joined:
                    order = MailOrder(kind="requests-waiting", account_id=org_id, subject_id=each.id)
                    await ports.mails.send(order)
            bound.spend(max(1, len(found)))
            done, after = done + len(found), found[-1].id if found else after
            if len(found) < _PAGE:
                roles, after = roles[1:], ""
        cursor = f"{roles[0]} {after}" if roles else work.cursor
        return Progress(cursor, done, over=not roles)

    async def discard(self, work: Work) -> None:
        """What was queued is sent."""


class Digest(NamedTuple):
    """Who is told of what, and how many requests wait."""

    of: Telling
    number: int
    to: Account
    at: datetime


def digest_mail(digest: Digest, origin: str, translate: Translate) -> Mail:
    of, to = digest.of, digest.to
    said = f"requests waiting\n{of.org_id}\n{of.subject_id}\n{of.until}"
    waiting = N_("Requests to change cards that wait for an answer: %(number)s", number=digest.number)
    number, once = (translate(text, to.mail_language) for text in (waiting, _ONCE))
    return Mail(
        id=f"requests-waiting.{hashlib.sha256(said.encode()).hexdigest()[:32]}",
        to=to.email,
        at=digest.at,
        subject=translate(_SUBJECT, to.mail_language),
        text=f"{number}\n{origin}/org/{of.org_id}/requests\n\n{once}\n",
    )


async def deliver_digest(
    order: MailOrder, *, by: str, now: datetime, origin: str, translate: Translate, ports: MailPorts
) -> timedelta | None:
    """Send the mail to one who decides, or return the time to wait before a retry.

    Nobody gets one who decides no more, or was told of the newest request that waits.
    """
    org_id = order.account_id
    organisation = await ports.organisations.get(org_id)
    member = await ports.organisations.member(org_id, order.subject_id)
    if organisation is None or organisation.closed or member is None:
        return None
    newest, _more = await ports.requests.waiting(org_id, 1, None)
    account = await ports.accounts.get(member.account_id) if member.has_joined else None
    if account is None or not newest or not may(member.role, "decide_requests"):
        return None
    of = Telling(org_id, member.id, newest[0].created_at, by)
    digest = Digest(of, await ports.requests.count_waiting(org_id), account, now)
    mail = digest_mail(digest, origin, translate)
    return await tell_once(of, mail, now=now, told=ports.told, mailer=ports.mailer)
