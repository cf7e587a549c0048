"""Who follows somebody who leaves: the organisation's rule, a choice for one person, and a change afterwards.

What is chosen is kept, and not where it led: a colleague who gets a card later, and a company page that is
made later, are found then.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final, Literal, NamedTuple, Protocol

from pydantic import Field

from domain.base.errors import Fault, InvalidInput, NotFound, StaleVersion
from domain.base.model import Model
from domain.base.texts import N_
from domain.cards.card import Card, CardVersion, StaffSuccessor
from domain.organisations.organisation import Acting, OrganisationStore
from domain.organisations.staff_cards.making import staff_card_id

# Contacts that somebody makes by a staff card are in their own account, which the organisation never sees.
# There is no other rule: their notes, and what others gave them, are theirs.
ContactsRule = Literal["keep"]
CONTACTS_RULE: Final[ContactsRule] = "keep"

# Gives the handle of the organisation's company page, if it has one.
CompanyPage = Callable[[str], Awaitable[str | None]]


class LeavingRule(Model):
    """Where the links of those lead who leave from now on."""

    org_id: str
    successor: StaffSuccessor = Field(default_factory=StaffSuccessor)
    version: int = 1
    etag: str | None = Field(default=None, exclude=True)


class LeavingRules(Protocol):
    async def get(self, org_id: str) -> LeavingRule: ...
    async def save(self, rule: LeavingRule) -> LeavingRule:
        """Store it; `StaleVersion` if somebody else did meanwhile."""
        ...


class Cards(Protocol):
    async def get(self, account_id: str, card_id: str) -> Card | None: ...
    async def save_and_order_projection(self, card: Card) -> Card: ...


class SuccessorPorts(NamedTuple):
    organisations: OrganisationStore
    cards: Cards
    rules: LeavingRules
    company_page: CompanyPage


async def handle_of(org_id: str, successor: StaffSuccessor, ports: SuccessorPorts) -> str | None:
    """The handle that the links lead to now."""
    if successor.to == "company_page":
        return await ports.company_page(org_id)
    if successor.member_id is None:
        return None
    card = await ports.cards.get(org_id, staff_card_id(org_id, successor.member_id))
    return card.handle if card is not None and card.was_published else None


async def vetted(
    by: Acting, wanted: StaffSuccessor, ports: SuccessorPorts, *, of: str | None = None
) -> StaffSuccessor:
    """The choice, if it can be made: a colleague is somebody else of the organisation with a card."""
    if wanted.to != "colleague":
        return StaffSuccessor(to=wanted.to)
    if wanted.member_id is None:
        raise _refused("required", N_("is required"))
    if wanted.member_id == of:
        raise _refused("same_person", N_("is the person who leaves"))
    there = await ports.organisations.member(by.organisation.id, wanted.member_id)
    if there is None or await handle_of(by.organisation.id, wanted, ports) is None:
        raise _refused("no_staff_card", N_("has no staff card in this organisation"))
    return wanted


async def change_rule(
    by: Acting, wanted: StaffSuccessor, *, version: int, ports: SuccessorPorts
) -> LeavingRule:
    """Change it for those who leave from now on."""
    rule = await ports.rules.get(by.organisation.id)
    if rule.version != version:
        raise StaleVersion
    successor = await vetted(by, wanted, ports)
    return await ports.rules.save(rule.model_copy(update={"successor": successor, "version": version + 1}))


async def read_leaver(by: Acting, card_id: str, *, cards: Cards) -> Card:
    """The card of somebody who has left."""
    card = await cards.get(by.organisation.id, card_id)
    if card is None or card.staff is None or card.staff.left_at is None:
        raise NotFound
    return card


async def change_successor(
    by: Acting, of: CardVersion, wanted: StaffSuccessor, *, now: datetime, ports: SuccessorPorts
) -> Card:
    """Name another successor for a leaver's card. What follows brings its links in line."""
    card = await read_leaver(by, of.card_id, cards=ports.cards)
    if card.version != of.version:
        raise StaleVersion
    if card.staff is None:
        raise NotFound
    successor = await vetted(by, wanted, ports, of=card.staff.member_id)
    staff = card.staff.model_copy(update={"successor": successor})
    return await ports.cards.save_and_order_projection(card.changed(now, staff=staff))


def _refused(code: str, detail: str) -> InvalidInput:
    return InvalidInput([Fault("/memberId", code, detail)])
