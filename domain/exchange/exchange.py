"""An exchange: what somebody without an account left on a card, what they agreed to, and what became of it.

`details` are the person's own and can be corrected or withdrawn by them at any time. `in_contact` is what of
them the owner's contact has, so that a correction or a withdrawal finds it there. `link` is the hash of the
person's link, `receipt` the signed receipt, which says nothing of the details. `recipients` are the systems
that the contact went to.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final, Literal, NamedTuple, Protocol, Self

from pydantic import Field

from domain.base.errors import Conflict, NotFound
from domain.base.ids import ID_BYTES, ID_PREFIXES, is_organisation, make_id
from domain.base.limits import UNDO_TIME
from domain.base.model import Model
from domain.base.texts import N_, Language
from domain.cards.exchange_form import ExchangeForm
from domain.exchange.details import Details
from domain.operations.orders import Order, new_order

# Held until the link in the mail is opened; waiting for the owner; settled by the owner; withdrawn.
State = Literal["unconfirmed", "waiting", "kept", "dismissed", "withdrawn"]
# What the owner does not keep is erased after this time.
KEEP: Final = timedelta(days=90)
# What nobody confirms is erased sooner.
CONFIRM_WITHIN: Final = timedelta(days=7)
MOST_RECIPIENTS: Final = 50
# Kinds of orders: to keep the proof and send the receipt, to have the contact agree with the exchange, to
# tell one recipient of the withdrawal.
RECEIPT, CONTACT, RECALL = "exchange-receipt", "exchange-contact", "exchange-recall"


class AlreadySettled(Conflict):
    code = "exchange_settled"
    title = N_("This was kept, dismissed or withdrawn meanwhile")


class Consent(Model):
    """The text that the person agreed to, as they saw it, and which version of which text it is."""

    text: str
    version: str
    language: Language

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


class Exchange(Model):
    """Stored exchange. A withdrawn one has neither details nor a contact.

    What an organisation gets is kept until it is withdrawn or deleted, and becomes nobody's contact. Who is
    signed in and connects with it is `given_by`, which the store keeps beside the exchange.
    """

    id: str
    owner_id: str
    card_id: str
    handle: str
    state: State
    details: Details | None
    asked: ExchangeForm
    consent: Consent
    receipt: str
    link: str
    contact_id: str | None = None
    in_contact: Details | None = None
    contact_made: bool = False
    recipients: list[str] = Field(default=[], max_length=MOST_RECIPIENTS)
    mailed_at: datetime | None = None
    mail_claimed_at: datetime | None = None
    given_at: datetime
    corrected_at: datetime | None = None
    settled_at: datetime | None = None
    until: datetime | None = Field(description="When it is erased, unless the owner keeps it before.")
    version: int = 1
    updated_at: datetime
    given_by: str | None = Field(default=None, exclude=True)
    etag: str | None = Field(default=None, exclude=True)

    def changed(self, at: datetime, **update: object) -> Self:
        return self.model_copy(update={"version": self.version + 1, "updated_at": at, **update})

    def noted(self, **update: object) -> Self:
        """With what a worker notes, which is no change to the people who see it."""
        return self.model_copy(update=update)

    @property
    def is_there(self) -> bool:
        """Whether there are details that the person can see and correct."""
        return self.details is not None and self.state in ("unconfirmed", "waiting", "kept", "dismissed")

    def is_over(self, now: datetime) -> bool:
        return self.until is not None and now >= self.until

    def confirmed(self, at: datetime) -> Self:
        if is_organisation(self.owner_id):
            return self.changed(at, state="kept", settled_at=at, until=None)
        return self.changed(at, state="waiting", until=self.given_at + KEEP)

    def kept(self, at: datetime) -> Self:
        return self.changed(
            at,
            state="kept",
            contact_id=contact_id_of(self),
            in_contact=self.details,
            settled_at=at,
            until=None,
        )

    def dismissed(self, at: datetime) -> Self:
        return self.changed(at, state="dismissed", settled_at=at, until=at + UNDO_TIME)

    def waiting_again(self, at: datetime) -> Self:
        return self.changed(at, state="waiting", settled_at=None, until=self.given_at + KEEP)

    def withdrawn(self, at: datetime, receipt: str) -> Self:
        """Without what the person said, but for what an effect still has to find in the contact."""
        return self.changed(at, state="withdrawn", details=None, receipt=receipt, settled_at=at, until=None)

    def deleted(self, at: datetime) -> Self:
        """Deleted by the organisation, at once and for good."""
        return self.changed(at, state="dismissed", details=None, settled_at=at, until=None)


def order_for(kind: str, owner_id: str, subject_id: str, at: datetime) -> Order:
    """An order that is stored with an exchange, where its owner has them."""
    if is_organisation(owner_id):
        return new_order(kind, owner_id, subject_id, at, container="organisations")
    return new_order(kind, owner_id, subject_id, at, container="relations")


def contact_id_of(exchange: Exchange) -> str:
    """Id of the contact that keeping makes: always the same, and not to be guessed."""
    return _made_for("contact", exchange)


def interaction_id_of(exchange: Exchange) -> str:
    """Id of the interaction that is logged with the contact."""
    return _made_for("interaction", exchange)


def _made_for(kind: str, exchange: Exchange) -> str:
    digest = hashlib.sha256(f"{kind} of {exchange.owner_id} {exchange.id}".encode()).digest()
    return make_id(ID_PREFIXES[kind], digest[:ID_BYTES])


class ExchangeVersion(NamedTuple):
    """Version of an owner's exchange that a change is based on."""

    owner_id: str
    exchange_id: str
    version: int


class Proof(Model):
    """What remains of an exchange, under the hash of its link: that consent was given, and until when.

    It holds no details and no name, only what shows that a receipt is the one that was given.
    """

    link: str
    owner_id: str
    exchange_id: str
    receipt_sha256: str
    given_at: datetime
    withdrawn_at: datetime | None = None


class ExchangeStore(Protocol):
    async def get(self, owner_id: str, exchange_id: str) -> Exchange | None: ...
    async def create(self, exchange: Exchange, orders: Sequence[Order]) -> bool:
        """Store a new exchange with its orders; False if there is one of this id."""
        ...

    async def save(self, exchange: Exchange, orders: Sequence[Order] = ()) -> Exchange:
        """Store a change with the orders that follow it; `StaleVersion` if it was changed meanwhile."""
        ...

    async def of_contact(self, owner_id: str, contact_id: str) -> list[Exchange]:
        """The exchanges that one contact was made from."""
        ...

    async def list(
        self, owner_id: str, state: State, limit: int, cursor: str | None
    ) -> tuple[list[Exchange], str | None]: ...


class ProofStore(Protocol):
    async def get(self, link: str) -> Proof | None: ...
    async def put(self, proof: Proof) -> None: ...


async def read_exchange(owner_id: str, exchange_id: str, now: datetime, exchanges: ExchangeStore) -> Exchange:
    """An exchange that its owner may see: not one that is held, over, or withdrawn."""
    exchange = await exchanges.get(owner_id, exchange_id)
    if exchange is None or not exchange.is_there or exchange.is_over(now) or exchange.state == "unconfirmed":
        raise NotFound
    return exchange
