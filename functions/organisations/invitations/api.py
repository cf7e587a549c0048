"""`/api/v1/organisations/{organisationId}/invitations`: who is invited and has not answered."""

import secrets
from datetime import datetime

import wiring.organisations.invitations
from domain.base.errors import KeyReused
from domain.base.limits import LimitReached
from domain.base.model import Closed
from domain.organisations.invitations.invitation import Invitation
from domain.organisations.invitations.inviting import (
    InvitationVersion,
    Invite,
    invite,
    read_invitation,
    resend,
    withdraw,
)
from domain.organisations.organisation import Creating
from domain.organisations.roles import InvitedRole, NotAllowed
from functions.framework.operations import Answer, Call, Page, operation
from functions.framework.texts import language
from functions.organisations.acting import acting_in


class InvitationOut(Closed):
    """An invitation that waits. `invitedBy` is the member who sent it first."""

    id: str
    address: str
    role: InvitedRole
    invited_by: str
    sent_at: datetime
    expires_at: datetime


class Invitations(Closed):
    data: list[InvitationOut]


class InvitationList(Invitations):
    page: Page


def _out(invitation: Invitation) -> InvitationOut:
    return InvitationOut(
        id=invitation.id,
        address=invitation.address or "",
        role=invitation.role,
        invited_by=invitation.invited_by,
        sent_at=invitation.sent_at,
        expires_at=invitation.expires_at,
    )


def _version_of[B](call: Call[B]) -> InvitationVersion:
    return InvitationVersion(call.params["invitationId"], call.version)


@operation(
    "Invitations that wait, the newest first",
    answer=InvitationList,
    lists=True,
    conflicts=(NotAllowed,),
)
async def list_invitations(call: Call) -> Answer:
    by = await acting_in(call, "see_invitations")
    found, following = await wiring.organisations.invitations.store().waiting(
        by.organisation.id, call.now, call.limit, call.cursor
    )
    return Answer(InvitationList(data=[_out(each) for each in found], page=Page(next=following)))


@operation(
    "Invite addresses, all of them or none; each gets a mail with a link in the language of the request",
    body=Invite,
    answer=Invitations,
    creates=True,
    conflicts=(NotAllowed, KeyReused, LimitReached),
)
async def post_invitations(call: Call[Invite]) -> Answer:
    by = await acting_in(call, "invite")
    made = await invite(
        by,
        call.body,
        Creating(call.key or secrets.token_hex(32), call.now),
        language=language(),
        ports=wiring.organisations.invitations.inviting(),
    )
    place = f"organisations/{by.organisation.id}/invitations"
    return Answer(Invitations(data=[_out(each) for each in made]), location=place)


@operation("One invitation that waits", answer=InvitationOut, conflicts=(NotAllowed,))
async def get_invitation(call: Call) -> Answer:
    by = await acting_in(call, "see_invitations")
    found = await read_invitation(
        by, call.params["invitationId"], now=call.now, invitations=wiring.organisations.invitations.store()
    )
    return Answer(_out(found), found.version)


@operation(
    "Send an invitation again, with a new link; the one before opens nothing any more",
    answer=InvitationOut,
    versioned=True,
    conflicts=(NotAllowed,),
)
async def put_sending(call: Call) -> Answer:
    by = await acting_in(call, "invite")
    sent = await resend(
        by, _version_of(call), now=call.now, ports=wiring.organisations.invitations.inviting()
    )
    return Answer(_out(sent), sent.version)


@operation("Withdraw an invitation; its link opens nothing any more", versioned=True, conflicts=(NotAllowed,))
async def delete_invitation(call: Call) -> Answer:
    by = await acting_in(call, "invite")
    await withdraw(by, _version_of(call), now=call.now, ports=wiring.organisations.invitations.inviting())
    return Answer()
