"""Asking somebody to connect, from one of their cards and through one of one's own."""

from datetime import datetime

from domain.base.errors import Conflict, Fault, InvalidInput
from domain.base.limits import CONNECTION_REQUESTS, MOST_ASKED, MOST_CARDS, LimitReached
from domain.base.texts import N_
from domain.cards.card import Card, PublishedCard
from domain.connections.link import QUIET_TIME, Link, Side, link_id
from domain.connections.ports import Cards, Ports, card_to_ask
from domain.connections.telling import say


class OwnCard(Conflict):
    code = "own_card"
    field = "/handle"
    title = N_("This is your own card")


class BlockedByYou(Conflict):
    code = "blocked_by_you"
    title = N_("You have blocked this person. Unblock them first.")


class NoPublishedCard(Conflict):
    code = "no_published_card"
    title = N_("Publish a card first: it is what the other person sees of you")


async def live_cards(account_id: str, cards: Cards) -> list[Card]:
    """The cards that an account can ask with, newest first."""
    found, _following = await cards.list(account_id, MOST_CARDS, None)
    return [card for card in found if card.is_live]


async def ask(account_id: str, handle: str, card_id: str | None, *, now: datetime, ports: Ports) -> Link:
    """Ask to connect; who was asked by the other accepts so. Asking twice is asking once.

    The answer is the same whatever the other person did before: declined, blocked, or nothing.
    """
    theirs = await card_to_ask(handle, ports.take)
    if theirs.owner_id == account_id:
        raise OwnCard
    own = await _card_to_show(account_id, card_id, ports.cards)
    mine = Side(profile_id=own.profile_id, card_id=own.id, handle=own.handle)
    link = await ports.links.get(account_id, link_id(own.profile_id, theirs.profile_id))
    if link is None:
        link = _first(account_id, mine, theirs, now)
    elif link.blocked:
        raise BlockedByYou
    elif link.state == "connected" or _just_asked(link, now):
        return link
    await ports.limiter.take(CONNECTION_REQUESTS, account_id, now)
    if await ports.links.count(account_id, "asked") >= MOST_ASKED:
        raise LimitReached(
            N_("You may have asked %(most)s people who have not answered. Withdraw one.", most=MOST_ASKED)
        )
    shown = link.mine.model_copy(update={"card_id": own.id, "handle": own.handle})
    return await say(await _fresh(link.wanted(now, shown), ports), now=now, ports=ports)


def _just_asked(link: Link, now: datetime) -> bool:
    return link.state == "asked" and link.mine.at is not None and now < link.mine.at + QUIET_TIME


def _first(account_id: str, mine: Side, theirs: PublishedCard, now: datetime) -> Link:
    return Link(
        id=link_id(mine.profile_id, theirs.profile_id),
        owner_id=account_id,
        other_id=theirs.owner_id,
        mine=mine,
        theirs=Side(profile_id=theirs.profile_id, card_id=theirs.card_id, handle=theirs.handle),
        version=0,
        since=now,
    )


async def _fresh(link: Link, ports: Ports) -> Link:
    """The connection without a contact that its owner has erased meanwhile: a new one is made."""
    if link.contact_id is None or await ports.links.linked(link.owner_id, link.id) is not None:
        return link
    return link.model_copy(update={"contact_id": None})


async def _card_to_show(account_id: str, card_id: str | None, cards: Cards) -> Card:
    if card_id is None:
        live = await live_cards(account_id, cards)
        if not live:
            raise NoPublishedCard
        return live[0]
    card = await cards.get(account_id, card_id)
    if card is None or not card.is_live:
        detail = N_("is not one of your published cards")
        raise InvalidInput([Fault("/cardId", "not_published", detail)])
    return card
