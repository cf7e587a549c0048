"""A connection of an account with an organisation, as the account keeps it.

What the person gave is an exchange in the organisation's partition, and says by itself whether it stands. The
person's own document follows it, and never the other way round: it may come late, twice and in any order.
"""

import hashlib
from datetime import datetime
from typing import Literal, Protocol

from pydantic import Field

from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.model import Model
from domain.exchange.exchange import Exchange

# Ended by the person, or by the organisation, which deleted what it had.
CompanyState = Literal["connected", "ended", "removed"]
_STATES: dict[str, CompanyState] = {"kept": "connected", "withdrawn": "ended", "dismissed": "removed"}
# The kind of order by which the person's document follows the exchange, and the one to end all of an account.
COMPANY_LINK, LEAVE_COMPANIES = "company-connection", "leave-companies"


class CompanyLink(Model):
    """`number` counts how often they connected, and `exchange_id` is what was given the last time.

    `contact_made` is the number for which the contact was made, once.
    """

    id: str
    owner_id: str
    org_id: str
    card_id: str
    handle: str
    name: str
    number: int
    exchange_id: str
    state: CompanyState = "connected"
    contact_id: str | None = None
    contact_made: int = 0
    since: datetime
    version: int = 1
    etag: str | None = Field(default=None, exclude=True)

    def changed(self, **update: object) -> "CompanyLink":
        return self.model_copy(update={"version": self.version + 1, **update})

    @property
    def contact_to_make(self) -> str:
        """Id of the contact that this connection makes: always the same, and another one after it ended."""
        return _id_of("contact", f"{self.id} {self.number}")


class CompanyLinkStore(Protocol):
    async def get(self, owner_id: str, link_id: str) -> CompanyLink | None: ...
    async def save(self, link: CompanyLink) -> CompanyLink:
        """Store it, or refuse with `StaleVersion` if it was changed or made meanwhile."""
        ...

    async def count(self, owner_id: str) -> int:
        """How many the account has that it did not end."""
        ...

    async def page(
        self, owner_id: str, limit: int, cursor: str | None
    ) -> tuple[list[CompanyLink], str | None]:
        """A page of those that the account did not end, the newest first."""
        ...


def company_link_id(account_id: str, org_id: str) -> str:
    return _id_of("company", f"{account_id} {org_id}")


def exchange_id_of(account_id: str, org_id: str, number: int) -> str:
    """Id of what the account gives when it connects for this time: of two at once one is stored."""
    return _id_of("exchange", f"{account_id} {org_id} {number}")


def _id_of(kind: str, text: str) -> str:
    return make_id(ID_PREFIXES[kind], hashlib.sha256(f"company {kind} {text}".encode()).digest()[:ID_BYTES])


def following(link: CompanyLink | None, exchange: Exchange, name: str) -> CompanyLink | None:
    """The account's document after what is stored of the exchange; as it is if there is nothing to follow."""
    state, account_id = _STATES.get(exchange.state), exchange.given_by
    if state is None or account_id is None:
        return link
    number = link.number + 1 if link else 1
    if exchange.id == exchange_id_of(account_id, exchange.owner_id, number):
        new = CompanyLink(
            id=company_link_id(account_id, exchange.owner_id),
            owner_id=account_id,
            org_id=exchange.owner_id,
            card_id=exchange.card_id,
            handle=exchange.handle,
            name=name,
            number=number,
            exchange_id=exchange.id,
            state=state,
            since=exchange.given_at,
        )
        if link is None:
            return new
        return new.model_copy(
            update={
                "etag": link.etag,
                "version": link.version + 1,
                "contact_id": link.contact_id,
                "contact_made": link.contact_made,
            }
        )
    if link is None or link.exchange_id != exchange.id or link.state != "connected" or state == "connected":
        return link
    return link.changed(state=state)
