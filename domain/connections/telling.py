"""What follows what one of the two says: the other side hears of it, and both do what is theirs to do.

What is said is stored with an order in the same batch. The order's effect tells the other side, whose
document is stored with an order of its own, and then settles: a contact for a new connection, a mail for a
new request, the end of live values. Every step may come twice, late, or after a crash.
"""

import hashlib
from contextlib import suppress
from datetime import datetime

from domain.base.errors import KeyReused, NotFound, StaleVersion, Unavailable
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.limits import LimitReached
from domain.connections.link import Link
from domain.connections.ports import TELLING, Ports, view_of
from domain.connections.seen import Linked, texts_of
from domain.operations.orders import Order, new_order
from domain.relationships.contact import ContactContent, Met
from domain.relationships.contacts import Creating, create_contact
from domain.relationships.interactions.interaction import Said
from domain.relationships.interactions.log import Logging, log_interaction
from domain.visibility.view import CardView

_TRIES = 4


async def say(link: Link, *, now: datetime, ports: Ports) -> Link:
    """Store what the owner said, and tell it at once if the store lets us; the order does it otherwise."""
    saved = await _store(link, now, ports)
    with suppress(Unavailable, StaleVersion):
        saved = await follow(saved, now=now, ports=ports)
    return saved


async def carry_out_telling(order: Order, *, now: datetime, ports: Ports) -> None:
    """The effect of an order: what `say` did not get to."""
    link = await ports.links.get(order.owner_id, order.subject_id)
    if link is not None:
        await follow(link, now=now, ports=ports)


async def follow(link: Link, *, now: datetime, ports: Ports) -> Link:
    heard = await _tell(link, now, ports)
    if heard is not None and heard.state == "connected":
        # Anything else waits for the order that is stored with it: how long an answer takes must not tell
        # whether a request is heard.
        with suppress(Unavailable, StaleVersion):
            await settle(heard, now=now, ports=ports)
    return await settle(link, now=now, ports=ports)


async def _store(link: Link, now: datetime, ports: Ports) -> Link:
    access = await ports.links.access(link.owner_id, link.mine.profile_id, link.other_id)
    if link.state == "waiting" and access.blocked:
        # The owner blocked the same person, who now comes through another profile of theirs.
        link = link.declined(now)
    after = access.after(link)
    order = new_order(TELLING, link.owner_id, link.id, now, container="relations")
    return await ports.links.save(link, None if after == access else after, order)


async def _tell(link: Link, now: datetime, ports: Ports) -> Link | None:
    """Store with the other what this side says; None if nothing is new to them."""
    if link.mine.version == 0:
        return None
    for left in reversed(range(_TRIES)):
        other = await ports.links.get(link.other_id, link.id)
        heard = link.mirrored(now) if other is None else other.heard(link.mine, now)
        if heard is other:
            return None
        try:
            return await _store(heard, now, ports)
        except StaleVersion:
            if not left:
                raise
    raise StaleVersion


async def settle(link: Link, *, now: datetime, ports: Ports) -> Link:
    """Do what the state of a connection asks of its owner's side."""
    if link.state == "connected":
        return await _keep_contact(link, now, ports)
    kept = await ports.links.linked(link.owner_id, link.id)
    if kept is not None and kept.seen:
        await ports.links.save_linked(kept.cut())
    if link.state == "waiting" and link.noticed_at is None:
        await ports.notices.somebody_asks(link.owner_id, link.id)
    return link


async def _keep_contact(link: Link, now: datetime, ports: Ports) -> Link:
    """Keep the connection with its contact, which is made if none was chosen.

    A contact that its owner erased is not made again.
    """
    if link.contact_id is not None and await ports.links.linked(link.owner_id, link.id) is not None:
        return link
    view = await view_of(link, ports)
    if link.contact_id is None:
        made = None if view is None else await _made(link, view, now, ports)
        if made is None:
            return link
        link = await ports.links.save(link.changed(now, contact_id=made))
    if link.contact_id and await ports.book.contacts.get(link.owner_id, link.contact_id) is not None:
        await _log(link, link.contact_id, now, ports)
        seen = {} if view is None else texts_of(view.content)
        await ports.links.save_linked(
            Linked(link_id=link.id, owner_id=link.owner_id, contact_id=link.contact_id, seen=seen)
        )
    return link


async def _made(link: Link, view: CardView, now: datetime, ports: Ports) -> str | None:
    """Id of the new contact; None where a full address book has no room for it."""
    contact_id = _contact_id(link)
    if await ports.book.contacts.get_with_deleted(link.owner_id, contact_id) is not None:
        return contact_id
    creating = Creating(contact_id, None, now)
    with suppress(LimitReached):
        await create_contact(link.owner_id, _content(link, view, now), creating, book=ports.book)
        return contact_id
    return None


async def _log(link: Link, contact_id: str, now: datetime, ports: Ports) -> None:
    """Keep it as an interaction that the two exchanged their cards, on the day they agreed. Once."""
    interaction_id = _id_of("interaction", f"{contact_id} {link.id}")
    said = Said(kind="exchange", day=link.since.date())
    with suppress(KeyReused, LimitReached, NotFound):
        await log_interaction(
            link.owner_id,
            contact_id,
            said,
            Logging(interaction_id, "connection", now),
            store=ports.interactions,
        )


def _content(link: Link, view: CardView, now: datetime) -> ContactContent:
    """A new contact: the name of the card, and by which card of one's own one met. The rest is shown live."""
    return ContactContent(
        name=view.content.name,
        name_parts=view.content.name_parts,
        met=Met(on=now.date(), card=link.mine.card_id),
    )


def _contact_id(link: Link) -> str:
    """The same each time the effect is repeated, and another for another connection of the two."""
    return _id_of("contact", f"{link.owner_id} {link.id} {link.mine.version} {link.contacts_made}")


def _id_of(kind: str, text: str) -> str:
    return make_id(ID_PREFIXES[kind], hashlib.sha256(f"{kind} {text}".encode()).digest()[:ID_BYTES])
