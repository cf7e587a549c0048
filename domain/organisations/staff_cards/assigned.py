"""Cards say what their person's template says now of what is known now, and who is new gets one.

It is done for some people at once, again until nothing is left to do. What a card follows from is read after
the card, and the card is stored only if it did not change since: so of two who do this at once, who saves
last has seen the latest.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Final, NamedTuple, Protocol

from domain.base.errors import HandleLookalike, HandleTaken, NotFound, StaleVersion, Unavailable
from domain.cards.card import Card
from domain.operations.slices import Slice
from domain.operations.work import Failure, Progress, Work
from domain.organisations.brand.brand import BrandStore
from domain.organisations.organisation import Member, MemberFilter, Organisation
from domain.organisations.staff_cards.following import in_line
from domain.organisations.staff_cards.making import (
    NotInForce,
    StaffPorts,
    card_for,
    in_force_if_any,
    staff_card_id,
)
from domain.organisations.teams.team import Teams, TeamStore
from domain.organisations.templates.assigning import AssignmentStore, template_for
from domain.organisations.templates.templates import Release, TemplateStore

# People whose cards are changed in one batch of the store, each with an order.
_PAGE: Final = 50
_TRIES: Final = 5


class People(Protocol):
    async def get(self, org_id: str) -> Organisation | None: ...
    async def find_members(self, org_id: str, ids: list[str]) -> list[Member]: ...
    async def members(
        self, org_id: str, wanted: MemberFilter, limit: int, cursor: str | None
    ) -> tuple[list[Member], str | None]: ...


class Cards(Protocol):
    async def find(self, org_id: str, ids: list[str]) -> list[Card]:
        """The cards of these ids that are there."""
        ...

    async def save_and_order_all(self, cards: list[Card]) -> list[Card]:
        """Store cards of one organisation with the orders to show them: all, or `StaleVersion`."""
        ...


class AssignedPorts(NamedTuple):
    people: People
    teams: TeamStore
    templates: TemplateStore
    assignments: AssignmentStore
    brands: BrandStore
    cards: Cards
    staff: StaffPorts
    show_all: Callable[[Iterable[Card]], Awaitable[None]]


class _Wanted(NamedTuple):
    """What cards follow from: each person with the release of their template, if they have one."""

    organisation: Organisation
    releases: list[tuple[Member, Release | None]]
    new: set[str]


async def bring_in_line(
    org_id: str, member_ids: list[str], now: datetime, ports: AssignedPorts
) -> list[Failure]:
    """Bring the cards of these people in line with their templates. Safe to repeat, in any order."""
    for _ in range(_TRIES):
        cards = await cards_of(org_id, member_ids, ports.cards)
        wanted = await _wanted(org_id, member_ids, cards, ports)
        if wanted is None:
            return []
        changed, failures, made = list[Card](), list[Failure](), 0
        for member, release in wanted.releases:
            card = cards.get(member.id)
            if release is None:
                continue
            if card and (new := in_line(card, member, release, wanted.organisation, now)):
                changed.append(new)
            # Also one that a worker made who died before it was shown.
            elif not (card and card.was_published) and member.id in wanted.new:
                done = await _make(wanted.organisation, member, release, now, ports)
                made += done
                failures += [] if done else [Failure(item=member.id, code="not_made")]
        if not (changed or made):
            return failures
        with suppress(StaleVersion):
            await ports.show_all(await ports.cards.save_and_order_all(changed))
    raise Unavailable


async def cards_of(org_id: str, member_ids: list[str], cards: Cards) -> dict[str, Card]:
    """Staff cards by member."""
    found = await cards.find(org_id, [staff_card_id(org_id, each) for each in member_ids])
    return {card.staff.member_id: card for card in found if card.staff}


async def _wanted(
    org_id: str, member_ids: list[str], cards: Mapping[str, Card], ports: AssignedPorts
) -> _Wanted | None:
    """Without a template of their own, people keep that of their card."""
    organisation = await ports.people.get(org_id)
    if organisation is None or organisation.erasing:
        return None
    members = await ports.people.find_members(org_id, member_ids)
    assignments = await ports.assignments.get(org_id)
    content = assignments.in_force
    teams = await ports.teams.get(org_id) if content.teams else Teams(org_id=org_id)
    templates = {
        member.id: template_for(member, teams, content) or _followed_by(cards.get(member.id))
        for member in members
    }
    releases = {
        template: await in_force_if_any(org_id, template, templates=ports.templates, brands=ports.brands)
        for template in sorted({each for each in templates.values() if each})
    }
    return _Wanted(
        organisation,
        [(member, releases.get(templates[member.id] or "")) for member in members],
        {member.id for member in members if assignments.is_new(member)},
    )


def _followed_by(card: Card | None) -> str | None:
    return card.staff.template_id if card and card.staff else None


async def _make(
    organisation: Organisation, member: Member, release: Release, now: datetime, ports: AssignedPorts
) -> bool:
    """Make the card of somebody new; False where it cannot be made."""
    try:
        await card_for(member, release, organisation, now, ports.staff)
    except (HandleTaken, HandleLookalike, NotFound, NotInForce):
        return False
    return True


class AssignJob:
    """Brings cards in line. The cursor is `all` and the member done last, or `of` and members to be done."""

    def __init__(self, ports: AssignedPorts) -> None:
        self._ports = ports

    async def slice(self, work: Work, bound: Slice) -> Progress:
        cursor, done, failures, over = work.cursor, 0, list[Failure](), False
        while not (over or bound.is_over):
            ids, cursor, over = await self._next(work.owner_id, cursor)
            failures += await bring_in_line(work.owner_id, ids, work.updated_at, self._ports) if ids else []
            bound.spend(max(1, len(ids)))
            done += len(ids)
        return Progress(cursor, done, over=over, failures=tuple(failures))

    async def discard(self, work: Work) -> None:
        """Cards that were done stay so."""

    async def _next(self, org_id: str, cursor: str) -> tuple[list[str], str, bool]:
        """Some members, the cursor after them, and whether they are the last ones."""
        mode, _, rest = cursor.partition(" ")
        if mode == "of":
            ids = rest.split()
            return ids[:_PAGE], " ".join(["of", *ids[_PAGE:]]), len(ids) <= _PAGE
        found, following = await self._ports.people.members(org_id, MemberFilter(), _PAGE, rest or None)
        return [each.id for each in found], f"all {following or rest}", following is None
