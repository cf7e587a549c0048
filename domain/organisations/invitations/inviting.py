"""Inviting people, sending an invitation again, withdrawing it: one batch each, with the order of mails."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Annotated, Final, NamedTuple, Protocol

from pydantic import Field

from domain.base.errors import Fault, InvalidInput, KeyReused, NotFound, StaleVersion
from domain.base.fields import EmailAddress
from domain.base.idempotency import request_hash
from domain.base.limits import INVITATION_MAILS, MOST_INVITATIONS, Limiter, LimitReached
from domain.base.model import Closed
from domain.base.texts import N_, Language
from domain.notifications.mail import MailOrder
from domain.operations.orders import Order, new_order
from domain.organisations.invitations.invitation import (
    VALID_FOR,
    Invitation,
    InvitationStore,
    Round,
    folded,
    invitation_id,
)
from domain.organisations.invitations.links import digest_of
from domain.organisations.organisation import Acting, Creating, Settle
from domain.organisations.roles import InvitedRole

# Order of mails: its subject is a round of invitations, or one that is sent again.
MAILS: Final = "invitation-mails"
# A batch of the store takes a hundred operations.
MOST_AT_ONCE: Final = 50
_TRIES: Final = 5


class Invite(Closed):
    addresses: Annotated[list[EmailAddress], Field(min_length=1, max_length=MOST_AT_ONCE)]
    role: InvitedRole = "member"


class MailQueue(Protocol):
    async def send(self, message: MailOrder) -> None: ...


class Inviting(NamedTuple):
    """What invitations need. `keys` make links: the first makes new ones, all are accepted."""

    invitations: InvitationStore
    limiter: Limiter
    keys: list[bytes]
    settle: Settle


class InvitationVersion(NamedTuple):
    """An invitation as somebody read it."""

    invitation_id: str
    version: int


async def invite(
    by: Acting, wanted: Invite, creating: Creating, *, language: Language, ports: Inviting
) -> list[Invitation]:
    """Invite every address, or none. A repetition under the same key returns the first invitations.

    The mails are in the language of who invites.
    """
    org_id = by.organisation.id
    # Programs of two people may choose the same key.
    key = hashlib.sha256(f"{by.member.id} {creating.key}".encode()).hexdigest()
    if (done := await ports.invitations.round(org_id, key)) is not None:
        return await _repeated(done, wanted, ports)
    for tried in range(_TRIES):
        known = await invitations_to(org_id, wanted.addresses, ports)
        _refuse_waiting(wanted, known, creating.now)
        if not tried:
            await _admit(org_id, len({folded(each) for each in wanted.addresses}), creating.now, ports)
        how = Sending(org_id, creating.now, language, by.member.id)
        made = made_for(dict.fromkeys(wanted.addresses, wanted.role), known, how, ports.keys[0])
        sent = Round(
            key=key,
            org_id=org_id,
            request=request_hash(wanted),
            invitations=[each.id for each in made],
        )
        order = mails_order(org_id, key, creating.now)
        if await ports.invitations.create(sent, made, order):
            await ports.settle(order)
            return made
        if (done := await ports.invitations.round(org_id, key)) is not None:
            return await _repeated(done, wanted, ports)
    raise StaleVersion


async def _repeated(done: Round, wanted: Invite, ports: Inviting) -> list[Invitation]:
    if done.request != request_hash(wanted):
        raise KeyReused
    found = {each.id: each for each in await ports.invitations.find(done.org_id, done.invitations)}
    return [found[each] for each in done.invitations if each in found and found[each].address is not None]


async def invitations_to(org_id: str, addresses: Sequence[str], ports: Inviting) -> dict[str, Invitation]:
    """The invitations there are for these addresses, by folded address; made with any of the keys."""
    ids = {
        invitation_id(org_id, address, key): folded(address) for key in ports.keys for address in addresses
    }
    return {ids[each.id]: each for each in await ports.invitations.find(org_id, list(ids))}


def _refuse_waiting(wanted: Invite, known: dict[str, Invitation], now: datetime) -> None:
    places = [
        f"/addresses/{at}"
        for at, address in enumerate(wanted.addresses)
        if (found := known.get(folded(address))) is not None and found.is_open(now)
    ]
    faults = [
        Fault(place, "already_invited", "is invited already: send that invitation again") for place in places
    ]
    if faults:
        raise InvalidInput(faults)


async def _admit(org_id: str, number: int, now: datetime, ports: Inviting) -> None:
    if await ports.invitations.count_waiting(org_id, now) + number > MOST_INVITATIONS:
        raise LimitReached(
            N_(
                "An organisation may have %(most)s invitations that wait. Withdraw some first.",
                most=MOST_INVITATIONS,
            )
        )
    await ports.limiter.take(INVITATION_MAILS, org_id, now, number)


class Sending(NamedTuple):
    """How invitations are sent: by which member, in which language, and in which run, if in one."""

    org_id: str
    at: datetime
    language: Language
    invited_by: str
    run: str | None = None


def made_for(
    wanted: Mapping[str, InvitedRole], known: Mapping[str, Invitation], how: Sending, key: bytes
) -> list[Invitation]:
    """An invitation for each address; one that ended is used again, and its old links stay void."""
    made: dict[str, Invitation] = {}
    for address, role in wanted.items():
        if (place := folded(address)) in made:
            continue
        said = {"address": address, "role": role} | {
            "language": how.language, "invited_by": how.invited_by, "run": how.run
        }  # fmt: skip
        if (ended := known.get(place)) is not None:
            made[place] = ended.sent_again(key, how.at, **said)
            continue
        item = invitation_id(how.org_id, address, key)
        new = Invitation(
            id=item,
            org_id=how.org_id,
            digest=digest_of(how.org_id, item, 1, key),
            address=address,
            role=role,
            language=how.language,
            invited_by=how.invited_by,
            run=how.run,
            sent_at=how.at,
            expires_at=how.at + VALID_FOR,
            updated_at=how.at,
        )
        made[place] = new
    return list(made.values())


async def read_invitation(
    by: Acting, item: str, *, now: datetime, invitations: InvitationStore
) -> Invitation:
    """One that waits; an ended one is as if it had never been."""
    found = await invitations.get(by.organisation.id, item)
    if found is None or not found.is_open(now):
        raise NotFound
    return found


async def resend(by: Acting, of: InvitationVersion, *, now: datetime, ports: Inviting) -> Invitation:
    """Send an invitation again, with a new link and fourteen new days; the link before is void."""
    await _read(by, of, now, ports.invitations)
    await ports.limiter.take(INVITATION_MAILS, by.organisation.id, now)
    order = mails_order(by.organisation.id, of.invitation_id, now)
    sent = await _changed(
        by, of, lambda found: found.sent_again(ports.keys[0], now), order, now=now, ports=ports
    )
    await ports.settle(order)
    return sent


async def withdraw(by: Acting, of: InvitationVersion, *, now: datetime, ports: Inviting) -> None:
    await _changed(by, of, lambda found: found.ended("withdrawn", now), now=now, ports=ports)


async def _changed(
    by: Acting,
    of: InvitationVersion,
    change: Callable[[Invitation], Invitation],
    order: Order | None = None,
    *,
    now: datetime,
    ports: Inviting,
) -> Invitation:
    """Change the version that was read. What is noted of its mail meanwhile is no other version."""
    for left in reversed(range(_TRIES)):
        found = await _read(by, of, now, ports.invitations)
        try:
            return await ports.invitations.save(change(found), order)
        except StaleVersion:
            if not left:
                raise
    raise StaleVersion


async def _read(by: Acting, of: InvitationVersion, now: datetime, invitations: InvitationStore) -> Invitation:
    found = await read_invitation(by, of.invitation_id, now=now, invitations=invitations)
    if found.version != of.version:
        raise StaleVersion
    return found


def mails_order(org_id: str, subject: str, at: datetime) -> Order:
    return new_order(MAILS, org_id, subject, at, container="organisations")


async def order_mails(order: Order, *, invitations: InvitationStore, mails: MailQueue) -> None:
    """Queue the mails of a round, or of one invitation. Who sends them looks whether they are still due."""
    sent = await invitations.round(order.owner_id, order.subject_id)
    for item in [order.subject_id] if sent is None else sent.invitations:
        await mails.send(MailOrder(kind="invitation", account_id=order.owner_id, subject_id=item))
