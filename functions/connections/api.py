"""`/api/v1/connections` and `/api/v1/connection-requests`: what the caller and others agreed on."""

import asyncio
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

import wiring.connections
from domain.base.errors import Fault, InvalidInput, NotFound
from domain.base.limits import LimitReached
from domain.base.model import Closed
from domain.base.texts import N_
from domain.connections.answering import (
    Act,
    CardNotShown,
    LinkVersion,
    WrongConnectionState,
    answer,
    choose_contact,
    look,
    read_link,
)
from domain.connections.asking import BlockedByYou, NoPublishedCard, OwnCard, ask
from domain.connections.link import Link, State
from domain.connections.ports import view_of
from domain.connections.seen import Linked, texts_of
from functions.framework.operations import Answer, Call, Page, operation

Handle = Annotated[str, Field(max_length=40, pattern="^[a-z0-9-]+$")]
_CardId = Annotated[str, Field(max_length=40, pattern="^crd_[a-z2-7]{26}$")]
_ContactId = Annotated[str, Field(max_length=40, pattern="^con_[a-z2-7]{26}$")]


class ConnectionOut(Closed):
    """One connection from the caller's side. `handle` is the other's card, `cardId` the caller's own.

    `declined` and `ended` ones are in no list. A person who is declined or blocked is not told: for them the
    request is still `asked`.
    """

    id: str
    state: State
    handle: str
    card_id: str
    contact_id: str | None
    since: datetime


class ConnectionList(Closed):
    data: list[ConnectionOut]
    page: Page


class FormerOut(Closed):
    field: str
    text: str
    until: date


class ConnectionDetails(ConnectionOut):
    """`says` are the values of the other's card that the caller sees now, by field; None if it is gone.

    `former` is what it said before, as far as the caller saw it.
    """

    says: dict[str, list[str]] | None
    former: list[FormerOut]


class RequestFilter(Closed):
    state: Literal["waiting", "asked", "blocked"] = "waiting"


class Request(Closed):
    """Whom to ask, by the handle of their card, and the published card of one's own that they see."""

    handle: Handle
    card_id: _CardId | None = None


class Acceptance(Closed):
    """`contactId` names a contact of one's own for this person; without it a new one is made."""

    contact_id: _ContactId | None = None


async def _out(link: Link) -> ConnectionOut:
    # What was seen knows the contact after a merge or an erasure; without a contact there is none of it.
    kept = await wiring.connections.links().linked(link.owner_id, link.id) if link.contact_id else None
    return ConnectionOut(**_facts(link, kept))


def _facts(link: Link, kept: Linked | None) -> dict[str, object]:
    return {
        "id": link.id,
        "state": link.state,
        "handle": link.theirs.handle,
        "card_id": link.mine.card_id,
        "contact_id": kept.contact_id if kept else None,
        "since": link.since,
    }


async def _answered(link: Link, location: str | None = None) -> Answer:
    return Answer(await _out(link), link.version, location=location)


def _version_of[B, Q](call: Call[B, Q]) -> LinkVersion:
    return LinkVersion(call.account_id, call.params["connectionId"], call.version)


async def _list[Q](call: Call[None, Q], state: State) -> Answer:
    found, following = await wiring.connections.links().page(call.account_id, state, call.limit, call.cursor)
    data = await asyncio.gather(*(_out(link) for link in found))
    return Answer(ConnectionList(data=list(data), page=Page(next=following)))


async def _do[B](call: Call[B], act: Act, contact_id: str | None = None) -> Link:
    return await answer(
        _version_of(call), act, contact_id=contact_id, now=call.now, ports=wiring.connections.ports()
    )


@operation("The account's connections, the newest first", answer=ConnectionList, lists=True)
async def list_connections(call: Call) -> Answer:
    return await _list(call, "connected")


@operation(
    "Requests that wait for the account, that it made, or people it has blocked; the newest first",
    query=RequestFilter,
    answer=ConnectionList,
    lists=True,
)
async def list_requests(call: Call[None, RequestFilter]) -> Answer:
    return await _list(call, call.query.state)


@operation(
    "Ask somebody to connect; a request that they made is accepted, and asking again changes nothing",
    body=Request,
    answer=ConnectionOut,
    creates=True,
    conflicts=(OwnCard, BlockedByYou, NoPublishedCard, LimitReached),
)
async def post_request(call: Call[Request]) -> Answer:
    ports, wanted = wiring.connections.ports(), call.body
    try:
        link = await ask(call.account_id, wanted.handle, wanted.card_id, now=call.now, ports=ports)
    except NotFound:
        detail = N_("is not the handle of a card that can be seen")
        raise InvalidInput([Fault("/handle", "unknown_card", detail)]) from None
    return await _answered(link, f"connections/{link.id}")


@operation("One connection or request, with what the other's card says now", answer=ConnectionDetails)
async def get_connection(call: Call) -> Answer:
    ports = wiring.connections.ports()
    link = await read_link(call.account_id, call.params["connectionId"], links=ports.links)
    view = await view_of(link, ports)
    says = None if view is None else texts_of(view.content)
    kept = await look(link, now=call.now, ports=ports, texts=says or {})
    former = [FormerOut(**each.model_dump()) for each in kept.former] if kept else []
    details = ConnectionDetails(**_facts(link, kept), says=says, former=former)
    return Answer(details, link.version)


@operation(
    "Accept a request",
    body=Acceptance,
    answer=ConnectionOut,
    versioned=True,
    conflicts=(WrongConnectionState,),
)
async def accept(call: Call[Acceptance]) -> Answer:
    return await _answered(await _do(call, "accept", call.body.contact_id))


@operation(
    "Decline a request; who asked is not told",
    answer=ConnectionOut,
    versioned=True,
    conflicts=(WrongConnectionState,),
)
async def decline(call: Call) -> Answer:
    return await _answered(await _do(call, "decline"))


@operation("Withdraw a request", versioned=True, conflicts=(WrongConnectionState,))
async def withdraw(call: Call) -> Answer:
    await _do(call, "withdraw")
    return Answer()


@operation(
    "Disconnect: neither sees the other's values for connections any more",
    versioned=True,
    conflicts=(WrongConnectionState,),
)
async def disconnect(call: Call) -> Answer:
    await _do(call, "disconnect")
    return Answer()


@operation(
    "Block a person; they are not told",
    answer=ConnectionOut,
    versioned=True,
    conflicts=(WrongConnectionState,),
)
async def block(call: Call) -> Answer:
    return await _answered(await _do(call, "block"))


@operation("Unblock a person", versioned=True, conflicts=(WrongConnectionState,))
async def unblock(call: Call) -> Answer:
    await _do(call, "unblock")
    return Answer()


@operation(
    "Keep a connection with another contact of one's own, or with a new one",
    body=Acceptance,
    answer=ConnectionOut,
    versioned=True,
    conflicts=(WrongConnectionState, CardNotShown, LimitReached),
)
async def put_contact(call: Call[Acceptance]) -> Answer:
    link = await choose_contact(
        _version_of(call), call.body.contact_id, now=call.now, ports=wiring.connections.ports()
    )
    return await _answered(link)
