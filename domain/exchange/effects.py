"""What follows changes of an exchange, by orders: the proof and the receipt, the contact, the recipients.

Each may be carried out twice, in any order, and after a crash anywhere.
"""

import hashlib
from collections.abc import Mapping
from contextlib import suppress
from typing import NamedTuple, Protocol

from domain.base.errors import KeyReused, NotFound, StaleVersion
from domain.exchange.details import Details
from domain.exchange.exchange import (
    Exchange,
    ExchangeStore,
    Proof,
    ProofStore,
    contact_id_of,
    interaction_id_of,
)
from domain.exchange.in_contact import corrected, is_empty, made_from, says, taken_out
from domain.notifications.mail import MailOrder
from domain.operations.orders import Order
from domain.relationships.contact import Contact
from domain.relationships.contacts import ContactStore, erase
from domain.relationships.duplicates.forgetting import Forgetting, Theirs
from domain.relationships.interactions.interaction import Said
from domain.relationships.interactions.log import Interactions, Logging, log_interaction

_TRIES = 5


class MailQueue(Protocol):
    async def send(self, message: MailOrder) -> None: ...


class Recipient(Protocol):
    """A system that contacts go to, and that forgets one when its person withdraws. May be told twice."""

    async def forget(self, owner_id: str, exchange_id: str) -> None: ...


class Surroundings(Protocol):
    async def has_more(self, owner_id: str, contact_id: str) -> bool:
        """Whether the owner wrote something about the contact beside it, such as a note."""
        ...


class InContact(NamedTuple):
    """The stores in which a contact and its exchange agree."""

    exchanges: ExchangeStore
    contacts: ContactStore
    surroundings: Surroundings
    interactions: Interactions
    before: Forgetting


async def prove(exchange: Exchange, *, proofs: ProofStore) -> None:
    """Keep what shows that the consent was given, and until when. By it a link finds its exchange."""
    await proofs.put(
        Proof(
            link=exchange.link,
            owner_id=exchange.owner_id,
            exchange_id=exchange.id,
            receipt_sha256=hashlib.sha256(exchange.receipt.encode()).hexdigest(),
            given_at=exchange.given_at,
            withdrawn_at=exchange.settled_at if exchange.state == "withdrawn" else None,
        )
    )


async def carry_out_receipt(
    order: Order, *, exchanges: ExchangeStore, proofs: ProofStore, mails: MailQueue
) -> None:
    exchange = await exchanges.get(order.owner_id, order.subject_id)
    if exchange is None:
        return
    await prove(exchange, proofs=proofs)
    await order_mail(exchange, mails=mails)


async def order_mail(exchange: Exchange, *, mails: MailQueue) -> None:
    """Order the mail with the link, unless it was sent or there is nothing that it could lead to."""
    if exchange.mailed_at is None and exchange.details is not None:
        await mails.send(
            MailOrder(kind="exchange-receipt", account_id=exchange.owner_id, subject_id=exchange.id)
        )


async def carry_out_contact(order: Order, *, ports: InContact) -> None:
    """Have the contact agree, and then forget what a withdrawn exchange had in it.

    Not before the order is due: a request that makes the contact at the moment of the withdrawal has then
    ended, and what it made is found.
    """
    await agree(order.owner_id, order.subject_id, ports=ports)
    exchange = await ports.exchanges.get(order.owner_id, order.subject_id)
    if exchange is not None and exchange.state == "withdrawn" and exchange.in_contact is not None:
        await ports.exchanges.save(exchange.noted(in_contact=None))


async def carry_out_recall(order: Order, *, recipients: Mapping[str, Recipient]) -> None:
    exchange_id, _, recipient = order.subject_id.partition("-")
    await recipients[recipient].forget(order.owner_id, exchange_id)


async def agree(owner_id: str, exchange_id: str, *, ports: InContact) -> None:
    """Have the contact say what the exchange says: made, corrected, or without what was withdrawn.

    When either was changed meanwhile, it begins again with what is stored now.
    """
    for left in reversed(range(_TRIES)):
        exchange = await ports.exchanges.get(owner_id, exchange_id)
        if exchange is None or exchange.contact_id is None or exchange.in_contact is None:
            return
        try:
            if exchange.state == "withdrawn":
                await _take_out(exchange, exchange.contact_id, exchange.in_contact, ports)
            else:
                await _bring_up(exchange, exchange.contact_id, exchange.in_contact, ports)
        except StaleVersion:
            if not left:
                raise
        else:
            return


async def _bring_up(exchange: Exchange, contact_id: str, before: Details, ports: InContact) -> None:
    at, after = exchange.updated_at, exchange.details or before
    if not exchange.contact_made:
        new = Contact(
            id=contact_id,
            owner_id=exchange.owner_id,
            content=made_from(exchange, before),
            created_at=at,
            updated_at=at,
        )
        # Of this id there can only be the contact that an earlier try made.
        await ports.contacts.create(new, None)
        await _log(exchange, contact_id, ports.interactions)
        # Fails if the exchange was withdrawn meanwhile: what was just made is then taken out again.
        exchange = await ports.exchanges.save(exchange.noted(contact_made=True))
    if after == before:
        return
    contact = await ports.contacts.get_with_deleted(exchange.owner_id, contact_id)
    if contact is not None and not _is_erased(contact):
        content = corrected(contact.content, before, after, at.date())
        if content != contact.content:
            await ports.contacts.save(contact.changed(at, content=content))
    await ports.exchanges.save(exchange.noted(in_contact=after))


async def _log(exchange: Exchange, contact_id: str, interactions: Interactions) -> None:
    """Log that they met, once: not again where the owner has taken that back or deleted the contact."""
    said = Said(kind="exchange", day=exchange.given_at.date())
    logging = Logging(interaction_id_of(exchange), "exchange", exchange.updated_at)
    with suppress(NotFound, KeyReused):
        await log_interaction(exchange.owner_id, contact_id, said, logging, store=interactions)


async def _take_out(exchange: Exchange, contact_id: str, details: Details, ports: InContact) -> None:
    contact = await ports.contacts.get_with_deleted(exchange.owner_id, contact_id)
    if contact is None or _is_erased(contact):
        return
    at = exchange.updated_at
    others = [
        each.in_contact
        for each in await ports.exchanges.of_contact(exchange.owner_id, contact_id)
        if each.id != exchange.id and each.in_contact is not None
    ]
    content = taken_out(contact.content, exchange, details, others)
    if is_empty(content) and not await ports.surroundings.has_more(exchange.owner_id, contact_id):
        await erase(contact.model_copy(update={"deleted": True}), at, contacts=ports.contacts)
        return
    if content != contact.content:
        await ports.contacts.save(contact.changed(at, content=content))
    theirs = Theirs(
        lambda before: taken_out(before, exchange, details, others),
        lambda past: says(past, exchange, details, others),
    )
    await ports.before.forget(exchange.owner_id, contact_id_of(exchange), theirs, at)


def _is_erased(contact: Contact) -> bool:
    return contact.deleted and contact.until is None
