"""What the pages of connections show of the other: their card as it is now, and what it said before."""

import asyncio
from collections.abc import Sequence
from typing import NamedTuple

import wiring.connections
from domain.connections.answering import look
from domain.connections.link import Link
from domain.connections.ports import view_of
from domain.connections.seen import Former, Linked, label_of, texts_of
from domain.visibility.view import CardView
from functions.framework.clock import now
from functions.framework.texts import _


class Row(NamedTuple):
    """A connection in a list; without a view the other's card is gone."""

    link: Link
    view: CardView | None


class Before(NamedTuple):
    label: str
    former: Former


async def rows_of(links: Sequence[Link]) -> list[Row]:
    """The connections with the cards of the others: a point read or two for each, beside each other."""
    ports = wiring.connections.ports()
    views = await asyncio.gather(*(view_of(link, ports) for link in links))
    return [Row(link, view) for link, view in zip(links, views, strict=True)]


async def looked_at(link: Link) -> tuple[CardView | None, Linked | None]:
    """The other's card, and what was seen of it: looking is noted, so that what goes is not lost."""
    ports = wiring.connections.ports()
    view = await view_of(link, ports)
    texts = {} if view is None else texts_of(view.content)
    return view, await look(link, now=now(), ports=ports, texts=texts)


def before(kept: Linked | None) -> list[Before]:
    return [Before(_(label_of(each.field)), each) for each in kept.former] if kept else []
