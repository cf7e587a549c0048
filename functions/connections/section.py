"""The section of a contact's page about the connections that the contact stands for."""

from typing import TYPE_CHECKING, Any, Final, NamedTuple

import wiring.connections
from domain.connections.link import Link
from domain.visibility.view import CardView
from functions.connections.shown import Before, before, looked_at
from functions.framework.callers import SignedIn

if TYPE_CHECKING:
    from domain.relationships.contact import Contact

# One person may be connected through several profiles; nobody has many.
_MOST: Final = 5


class Shown(NamedTuple):
    """A connection of a contact; `view` is there while they are connected and the other's card is shown."""

    link: Link
    view: CardView | None
    before: list[Before]


async def values(person: SignedIn, contact: "Contact") -> dict[str, Any]:
    return {"connections": await _connections(person, contact)}


async def _connections(person: SignedIn, contact: "Contact") -> list[Shown]:
    links = wiring.connections.links()
    found = []
    for kept in await links.linked_with(person.account_id, contact.id, _MOST):
        link = await links.get(person.account_id, kept.link_id)
        if link is not None:
            view, looked = await looked_at(link)
            found.append(Shown(link, view if link.state == "connected" else None, before(looked)))
    return found
