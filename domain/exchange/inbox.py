"""What a card's owner does with details that people left: keep as a contact, dismiss, take back."""

from datetime import datetime

from domain.base.errors import NotFound, StaleVersion
from domain.base.limits import LimitReached
from domain.exchange.effects import InContact, agree
from domain.exchange.exchange import (
    CONTACT,
    MOST_RECIPIENTS,
    AlreadySettled,
    Exchange,
    ExchangeStore,
    ExchangeVersion,
    order_for,
    read_exchange,
)
from domain.relationships.contacts import refuse_when_full

_TRIES = 4


async def keep(of: ExchangeVersion, *, now: datetime, ports: InContact) -> Exchange:
    """Have the details become a contact. Kept already, it stays as it is: the button can be pressed twice."""
    exchange = await read_exchange(of.owner_id, of.exchange_id, now, ports.exchanges)
    if exchange.state != "kept":
        _refuse_stale(exchange, of)
        exchange = await _kept(exchange, now, ports)
    await agree(of.owner_id, of.exchange_id, ports=ports)
    return exchange


async def _kept(exchange: Exchange, now: datetime, ports: InContact) -> Exchange:
    await refuse_when_full(exchange.owner_id, ports.contacts)
    order = order_for(CONTACT, exchange.owner_id, exchange.id, now)
    return await ports.exchanges.save(exchange.kept(now), [order])


async def dismiss(of: ExchangeVersion, *, now: datetime, exchanges: ExchangeStore) -> Exchange:
    """Put the details away; they are erased a day later."""
    exchange = await read_exchange(of.owner_id, of.exchange_id, now, exchanges)
    if exchange.state == "dismissed":
        return exchange
    if exchange.state != "waiting":
        raise AlreadySettled
    _refuse_stale(exchange, of)
    return await exchanges.save(exchange.dismissed(now))


async def take_back(of: ExchangeVersion, *, now: datetime, exchanges: ExchangeStore) -> Exchange:
    """Put dismissed details back among those that wait."""
    exchange = await read_exchange(of.owner_id, of.exchange_id, now, exchanges)
    if exchange.state == "waiting":
        return exchange
    if exchange.state != "dismissed":
        raise AlreadySettled
    _refuse_stale(exchange, of)
    return await exchanges.save(exchange.waiting_again(now))


def _refuse_stale(exchange: Exchange, of: ExchangeVersion) -> None:
    if exchange.version != of.version:
        raise StaleVersion


async def went_to(owner_id: str, contact_id: str, recipient: str, *, exchanges: ExchangeStore) -> None:
    """Remember that a contact goes to a system, before it does: a withdrawal is then told to it."""
    for exchange in await exchanges.of_contact(owner_id, contact_id):
        await _remember(exchange, recipient, exchanges)


async def _remember(exchange: Exchange, recipient: str, exchanges: ExchangeStore) -> None:
    for left in reversed(range(_TRIES)):
        if recipient in exchange.recipients:
            return
        if len(exchange.recipients) >= MOST_RECIPIENTS:
            raise LimitReached
        try:
            recipients = [*exchange.recipients, recipient]
            await exchanges.save(exchange.noted(recipients=recipients))
        except StaleVersion:
            found = await exchanges.get(exchange.owner_id, exchange.id) if left else None
            if found is None or found.state != "kept":
                raise NotFound from None
            exchange = found
        else:
            return
