"""What a person without an account does, who has a link: give details, confirm, correct, withdraw."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, NamedTuple

from domain.base.errors import Fault, InvalidInput, NotFound, StaleVersion, Unavailable
from domain.base.ids import is_organisation
from domain.base.limits import (
    EXCHANGES,
    HELD_EXCHANGES,
    NETWORK_EXCHANGES,
    RECEIPT_MAILS,
    Limiter,
    Rate,
    TooManyRequests,
)
from domain.base.texts import N_
from domain.cards.exchange_form import ExchangeForm
from domain.exchange.details import Details, answers
from domain.exchange.exchange import (
    CONFIRM_WITHIN,
    CONTACT,
    KEEP,
    RECALL,
    RECEIPT,
    Consent,
    Exchange,
    ExchangeStore,
    Proof,
    ProofStore,
    order_for,
)
from domain.exchange.receipt import Parties, given_receipt, withdrawn_receipt
from domain.exchange.tokens import digest_of, link_of

# Signs what a receipt says.
Sign = Callable[[dict[str, Any]], str]
_TRIES = 4


class Giver(NamedTuple):
    """The stores that a person without an account works on; `key` makes links."""

    exchanges: ExchangeStore
    proofs: ProofStore
    sign: Sign
    key: bytes


class Place(NamedTuple):
    """The card on which details are left: whose it is, and what its form asks."""

    owner_id: str
    card_id: str
    handle: str
    form: ExchangeForm


class Admission(NamedTuple):
    """Whether details are held until they are confirmed, and whether a mail may go to their address."""

    held: bool
    mailed: bool


class Given(NamedTuple):
    """What somebody sends: their details, the text they agreed to, and how it is taken."""

    details: Details
    consent: Consent
    parties: Parties
    admission: Admission


async def admit(
    card_id: str, network: str | None, details: Details, *, now: datetime, limiter: Limiter
) -> Admission:
    """Say how details are taken. Where many were left of late, they have to be confirmed by mail.

    Refused is what nobody could confirm, and what would send one more mail to an address or to strangers.
    """
    by_network = network is None or await _takes(limiter, NETWORK_EXCHANGES, network, now)
    # One network does not use up what the card may take of others.
    held = not (by_network and await _takes(limiter, EXCHANGES, card_id, now))
    if held and details.email is None:
        detail = N_("is needed now: so many people have left their details that we ask each of them by mail")
        raise InvalidInput([Fault("/email", "required", detail)])
    if held:
        await limiter.take(HELD_EXCHANGES, card_id, now)
        await limiter.take(RECEIPT_MAILS, _mailbox(details), now)
        return Admission(held=True, mailed=True)
    mailed = details.email is not None and await _takes(limiter, RECEIPT_MAILS, _mailbox(details), now)
    return Admission(held=False, mailed=mailed)


async def _takes(limiter: Limiter, rate: Rate, subject: str, now: datetime) -> bool:
    try:
        await limiter.take(rate, subject, now)
    except TooManyRequests:
        return False
    return True


def _mailbox(details: Details) -> str:
    return (details.email or "").casefold()


async def give(exchange_id: str, place: Place, given: Given, *, now: datetime, giver: Giver) -> Exchange:
    """Store what was given, once for each form. The receipt and the proof follow by an order."""
    exchange = signed(exchange_id, place, given, now=now, giver=giver)
    if await giver.exchanges.create(exchange, [order_for(RECEIPT, place.owner_id, exchange_id, now)]):
        return exchange
    stored = await giver.exchanges.get(place.owner_id, exchange_id)
    if stored is None:
        raise Unavailable
    return stored


def signed(
    exchange_id: str, place: Place, given: Given, *, now: datetime, giver: Giver, by: str | None = None
) -> Exchange:
    """What is stored of what was given, with its receipt. `by` is the account of who is signed in."""
    details, held = answers(given.details, place.form), given.admission.held
    stays = is_organisation(place.owner_id) and not held
    unsigned = Exchange(
        id=exchange_id,
        owner_id=place.owner_id,
        card_id=place.card_id,
        handle=place.handle,
        state="unconfirmed" if held else "kept" if stays else "waiting",
        details=details,
        asked=place.form,
        consent=given.consent,
        receipt="",
        link=digest_of(link_of(exchange_id, giver.key)),
        # Without a mail there is nothing that a worker would still have to send.
        mailed_at=None if given.admission.mailed else now,
        given_at=now,
        settled_at=now if stays else None,
        until=None if stays else now + (CONFIRM_WITHIN if held else KEEP),
        updated_at=now,
        given_by=by,
    )
    return unsigned.model_copy(update={"receipt": giver.sign(given_receipt(unsigned, given.parties))})


async def of_link(
    link: str, *, now: datetime, exchanges: ExchangeStore, proofs: ProofStore
) -> tuple[Proof, Exchange | None]:
    """The proof of a link, and the exchange while its details are there."""
    proof = await proofs.get(digest_of(link))
    if proof is None:
        raise NotFound
    exchange = await exchanges.get(proof.owner_id, proof.exchange_id)
    if exchange is None or exchange.link != proof.link or exchange.is_over(now):
        return proof, None
    return proof, exchange


async def confirm(link: str, *, now: datetime, giver: Giver) -> Exchange:
    """Hand what was held to the owner of the card. A repetition changes nothing."""
    exchange = await _there(link, now, giver)
    if exchange.state != "unconfirmed":
        return exchange
    return await giver.exchanges.save(exchange.confirmed(now))


async def correct(link: str, details: Details, *, now: datetime, giver: Giver) -> Exchange:
    """Replace the details, also in the contact that the owner made of them."""
    for left in reversed(range(_TRIES)):
        exchange = await _there(link, now, giver)
        wanted = answers(details, exchange.asked)
        if exchange.details == wanted:
            return exchange
        orders = []
        if exchange.state == "kept" and exchange.contact_id is not None:
            orders = [order_for(CONTACT, exchange.owner_id, exchange.id, now)]
        try:
            changed = exchange.changed(now, details=wanted, corrected_at=now)
            return await giver.exchanges.save(changed, orders)
        except StaleVersion:
            # Changed by the owner or by a worker: the person alone says what their details are.
            if not left:
                raise
    raise StaleVersion


async def withdraw(link: str, *, now: datetime, giver: Giver) -> Exchange | None:
    """Drop the details at once; the contact and every system it went to follow by orders.

    Returns None where nothing was left to withdraw. A repetition changes nothing.
    """
    for left in reversed(range(_TRIES)):
        _proof, exchange = await of_link(link, now=now, exchanges=giver.exchanges, proofs=giver.proofs)
        if exchange is None or exchange.state == "withdrawn":
            return exchange
        gone = exchange.withdrawn(now, giver.sign(withdrawn_receipt(exchange, now)))
        subjects = [(CONTACT, exchange.id), (RECEIPT, exchange.id)]
        subjects += [(RECALL, f"{exchange.id}-{recipient}") for recipient in exchange.recipients]
        orders = [order_for(kind, exchange.owner_id, subject, now) for kind, subject in subjects]
        try:
            return await giver.exchanges.save(gone, orders)
        except StaleVersion:
            # The owner kept it at this moment, or a mail was marked as sent.
            if not left:
                raise
    raise StaleVersion


async def _there(link: str, now: datetime, giver: Giver) -> Exchange:
    _proof, exchange = await of_link(link, now=now, exchanges=giver.exchanges, proofs=giver.proofs)
    if exchange is None or not exchange.is_there:
        raise NotFound
    return exchange
