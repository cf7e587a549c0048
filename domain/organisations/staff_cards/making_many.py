"""Cards for several people at once: for those who are chosen, or as long work for everybody without one.

The card of a person has one id, so that doing it twice makes none twice.
"""

import hashlib
from collections.abc import Awaitable, Callable
from typing import Annotated, Final, NamedTuple, Protocol

from pydantic import Field

from domain.base.errors import KeyReused, NotFound
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.model import Closed
from domain.cards.card import Card
from domain.operations.slices import Slice
from domain.operations.work import Failure, Progress, Work, WorkQueue, WorkStore, new_work, start_work
from domain.organisations.brand.brand import BrandStore
from domain.organisations.organisation import (
    Acting,
    Creating,
    Member,
    MemberFilter,
    MemberId,
    Organisation,
)
from domain.organisations.staff_cards.making import in_force, in_force_if_any, staff_card_id
from domain.organisations.templates.templates import Release, TemplateStore

MAKING: Final = "make-staff-cards"
MOST_AT_ONCE: Final = 100
_PAGE: Final = 50


class NewStaffCards(Closed):
    """`members` are made a card each."""

    template_id: str
    members: Annotated[list[MemberId], Field(min_length=1, max_length=MOST_AT_ONCE)]


class MissingStaffCards(Closed):
    template_id: str


class Releases(NamedTuple):
    """Where the release of a template that is in force comes from."""

    templates: TemplateStore
    brands: BrandStore


class Cards(Protocol):
    async def find(self, org_id: str, ids: list[str]) -> list[Card]: ...


class Organisations(Protocol):
    async def get(self, org_id: str) -> Organisation | None: ...
    async def count_members(self, org_id: str) -> int: ...
    async def members(
        self, org_id: str, wanted: MemberFilter, limit: int, cursor: str | None
    ) -> tuple[list[Member], str | None]: ...


Make = Callable[[list[Member], Release, Organisation], Awaitable[list[Failure]]]


class Ports(NamedTuple):
    """`make` makes the cards of these members, several at once, and tells what failed."""

    releases: Releases
    cards: Cards
    organisations: Organisations
    make: Make


class Members(Protocol):
    async def find_members(self, org_id: str, ids: list[str]) -> list[Member]: ...


async def make_chosen(
    by: Acting, new: NewStaffCards, *, members: Members, releases: Releases, make: Make
) -> list[tuple[str, str | None]]:
    """Make the cards of these members: of each, None, or the code of why they have none."""
    org_id = by.organisation.id
    release = await in_force(org_id, new.template_id, **releases._asdict())
    wanted = list(dict.fromkeys(new.members))
    found = await members.find_members(org_id, wanted)
    failed = {each.item: each.code for each in await make(found, release, by.organisation)}
    known = {each.id for each in found}
    return [(each, failed.get(each) if each in known else NotFound.code) for each in wanted]


async def start_making(
    by: Acting,
    missing: MissingStaffCards,
    creating: Creating,
    *,
    releases: Releases,
    works: WorkStore,
    queue: WorkQueue,
) -> Work:
    """Begin to make cards for everybody without one. Repeating it under the same key begins nothing more."""
    org_id = by.organisation.id
    await in_force(org_id, missing.template_id, **releases._asdict())
    text = f"{MAKING} {org_id} {by.member.id} {creating.key}"
    work_id = make_id(ID_PREFIXES["work"], hashlib.sha256(text.encode()).digest()[:ID_BYTES])
    work = new_work(MAKING, org_id, work_id, creating.now)
    begins = work.model_copy(update={"cursor": f"{missing.template_id} "})
    started = await start_work(begins, works=works, queue=queue)
    if started.cursor.partition(" ")[0] != missing.template_id:
        raise KeyReused
    return started


class MakeJob:
    """The cursor is the template, and the member who was looked at last."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def slice(self, work: Work, bound: Slice) -> Progress:
        template_id, after = work.cursor.split(" ")
        ports, org_id, done, failures = self._ports, work.owner_id, 0, list[Failure]()
        organisation, release = (
            await ports.organisations.get(org_id),
            await in_force_if_any(org_id, template_id, **ports.releases._asdict()),
        )
        if organisation is None or organisation.closed or release is None:
            return Progress(work.cursor, 0, over=True)
        total = work.total or await ports.organisations.count_members(org_id)
        while not bound.is_over:
            people, following = await ports.organisations.members(
                org_id, MemberFilter(), _PAGE, after or None
            )
            failures += await ports.make(await self._without(org_id, people), release, organisation)
            bound.spend(max(1, len(people)))
            done, after = done + len(people), following or after
            if following is None:
                return Progress(work.cursor, done, over=True, total=total, failures=tuple(failures))
        return Progress(f"{template_id} {after}", done, total=total, failures=tuple(failures))

    async def discard(self, work: Work) -> None:
        """Cards that were made stay."""

    async def _without(self, org_id: str, people: list[Member]) -> list[Member]:
        ids = {staff_card_id(org_id, each.id): each for each in people}
        found = await self._ports.cards.find(org_id, list(ids)) if ids else []
        # One that a worker made who died then is shown by making it again.
        having = {card.id for card in found if card.was_published}
        return [each for card_id, each in ids.items() if card_id not in having]
