"""Answers and ends: accept, decline, withdraw, disconnect, block, unblock; the contact of a connection."""

from datetime import datetime
from typing import Final, Literal, NamedTuple

from domain.base.errors import Conflict, Fault, InvalidInput, NotFound, StaleVersion
from domain.base.texts import N_
from domain.connections.link import Link, State
from domain.connections.ports import LinkStore, Ports, view_of
from domain.connections.seen import Linked
from domain.connections.telling import say, settle
from domain.relationships.contacts import refuse_when_full

Act = Literal["accept", "decline", "withdraw", "disconnect", "block", "unblock"]

# States in which each act is possible, and those in which it is done already.
_FROM: Final[dict[Act, tuple[State, ...]]] = {
    "accept": ("waiting",),
    "decline": ("waiting",),
    "withdraw": ("asked",),
    "disconnect": ("connected",),
    "block": ("waiting", "asked", "connected", "declined", "ended"),
    "unblock": ("blocked",),
}
_DONE: Final[dict[Act, tuple[State, ...]]] = {
    "accept": ("connected",),
    "decline": ("declined",),
    "withdraw": ("ended",),
    "disconnect": ("ended",),
    "block": ("blocked",),
    "unblock": ("waiting", "declined", "ended"),
}


class WrongConnectionState(Conflict):
    code = "wrong_connection_state"
    title = N_("The connection is not in a state where this can be done")


class CardNotShown(Conflict):
    code = "card_not_shown"
    title = N_("Their card is not shown any more: choose one of your contacts")


class LinkVersion(NamedTuple):
    """Version of an owner's connection that a change is based on."""

    owner_id: str
    link_id: str
    version: int


async def read_link(owner_id: str, link_id: str, *, links: LinkStore) -> Link:
    link = await links.get(owner_id, link_id)
    if link is None:
        raise NotFound
    return link


async def answer(
    of: LinkVersion, act: Act, *, contact_id: str | None = None, now: datetime, ports: Ports
) -> Link:
    """Do one act; a repetition returns the connection as it is. Accepting may name an own contact for it."""
    link = await read_link(of.owner_id, of.link_id, links=ports.links)
    if link.state in _DONE[act]:
        return link
    if link.version != of.version:
        raise StaleVersion
    if link.state not in _FROM[act]:
        raise WrongConnectionState
    if contact_id is not None:
        await _refuse_unknown_contact(of.owner_id, contact_id, ports)
    changed = _changed(link, act, now)
    if act == "accept":
        kept = await ports.links.linked(link.owner_id, link.id)
        changed = changed.model_copy(update={"contact_id": contact_id or (kept and kept.contact_id)})
    return await say(changed, now=now, ports=ports)


def _changed(link: Link, act: Act, now: datetime) -> Link:
    if act == "accept":
        return link.wanted(now)
    if act in ("withdraw", "disconnect"):
        return link.left(now)
    if act == "decline":
        return link.declined(now)
    return link.closed(now) if act == "block" else link.opened(now)


async def choose_contact(of: LinkVersion, contact_id: str | None, *, now: datetime, ports: Ports) -> Link:
    """Keep the connection with another contact of one's own; without one, make a contact if it has none."""
    link = await read_link(of.owner_id, of.link_id, links=ports.links)
    if link.version != of.version:
        raise StaleVersion
    if link.state != "connected":
        raise WrongConnectionState
    kept = await ports.links.linked(link.owner_id, link.id)
    if contact_id is None:
        if kept is not None:
            return link
        await refuse_when_full(of.owner_id, ports.book.contacts)
        if await view_of(link, ports) is None:
            raise CardNotShown
        chosen = link.changed(now, contact_id=None, contacts_made=link.contacts_made + 1)
    else:
        await _refuse_unknown_contact(of.owner_id, contact_id, ports)
        if kept is not None and kept.contact_id != contact_id:
            await ports.links.save_linked(kept.model_copy(update={"contact_id": contact_id}))
        chosen = link.changed(now, contact_id=contact_id)
    return await settle(await ports.links.save(chosen), now=now, ports=ports)


async def _refuse_unknown_contact(owner_id: str, contact_id: str, ports: Ports) -> None:
    if await ports.book.contacts.get(owner_id, contact_id) is None:
        raise InvalidInput([Fault("/contactId", "unknown_contact", N_("is not one of your contacts"))])


async def look(link: Link, *, now: datetime, ports: Ports, texts: dict[str, list[str]]) -> Linked | None:
    """Note what the other's card says now; what it does not say any more becomes former."""
    kept = await ports.links.linked(link.owner_id, link.id)
    if kept is None or link.state != "connected":
        return kept
    looked = kept.looked(texts, now.date())
    if looked is kept:
        return kept
    try:
        return await ports.links.save_linked(looked)
    except StaleVersion:
        # Somebody else noted it at this moment.
        return looked
