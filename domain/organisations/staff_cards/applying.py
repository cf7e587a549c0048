"""What follows a release of a template: every card that follows the template says what it says now.

A card follows from the release, from what is known of its person, and from what they wrote. So the work may
do a card twice, and another release is undone by releasing the one before again. A card that already follows
a later release is left alone.
"""

import hashlib
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from datetime import datetime
from typing import Final, NamedTuple, Protocol

from domain.base.errors import StaleVersion, Unavailable
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.cards.card import Card
from domain.operations.orders import Order
from domain.operations.slices import Slice
from domain.operations.work import Failure, Progress, Work, WorkQueue, WorkStore, new_work, start_work
from domain.organisations.brand.brand import BrandStore
from domain.organisations.organisation import Member, Organisation
from domain.organisations.staff_cards.branding import in_brand
from domain.organisations.staff_cards.following import followed
from domain.organisations.templates.templates import APPLYING, Release, Template

# Cards that are saved in one batch of the store.
_PAGE: Final = 50
_TRIES: Final = 5


class Templates(Protocol):
    async def get(self, org_id: str, template_id: str) -> Template | None: ...
    async def get_release(self, org_id: str, template_id: str, number: int) -> Release | None: ...


class Cards(Protocol):
    async def of_template(self, org_id: str, template_id: str, limit: int, after: str) -> list[Card]:
        """Cards that follow a template, in the order of their ids, from the one after `after`."""
        ...

    async def count_of_template(self, org_id: str, template_id: str) -> int: ...
    async def save_all(self, cards: list[Card]) -> list[Card]:
        """Store cards of one organisation, all or none; `StaleVersion` if one was changed meanwhile."""
        ...

    async def get(self, account_id: str, card_id: str) -> Card | None: ...


class Organisations(Protocol):
    async def get(self, org_id: str) -> Organisation | None: ...
    async def find_members(self, org_id: str, ids: list[str]) -> list[Member]: ...


class Ports(NamedTuple):
    """`show_all` projects cards to the public, several at once."""

    templates: Templates
    cards: Cards
    organisations: Organisations
    brands: BrandStore
    show_all: Callable[[Iterable[Card]], Awaitable[None]]


def apply_id(org_id: str, template_id: str, number: int) -> str:
    """The id of the work that follows from a release."""
    text = f"{APPLYING} {org_id} {template_id} {number}"
    return make_id(ID_PREFIXES["work"], hashlib.sha256(text.encode()).digest()[:ID_BYTES])


async def order_apply(order: Order, *, templates: Templates, works: WorkStore, queue: WorkQueue) -> None:
    """Start the work that a release asks for. Safe to repeat."""
    template = await templates.get(order.owner_id, order.subject_id)
    if template is None:
        return
    release = await templates.get_release(template.org_id, template.id, template.number)
    if release is None:
        return
    work_id = apply_id(template.org_id, template.id, release.number)
    work = new_work(APPLYING, template.org_id, work_id, release.released_at)
    cursor = f"{template.id} {release.number} "
    await start_work(work.model_copy(update={"cursor": cursor}), works=works, queue=queue)


class _By(NamedTuple):
    """What cards are brought in line with."""

    release: Release
    organisation: Organisation
    now: datetime


class ApplyJob:
    """The cursor is the template, the number of the release, and the card that was done last."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    async def slice(self, work: Work, bound: Slice) -> Progress:
        template_id, number, after = work.cursor.split(" ")
        ports, org_id, done, failures = self._ports, work.owner_id, 0, list[Failure]()
        stored = await ports.templates.get_release(org_id, template_id, int(number))
        organisation = await ports.organisations.get(org_id)
        if stored is None or organisation is None:
            return Progress(work.cursor, 0, over=True)
        release = in_brand(stored, await ports.brands.get(org_id))
        by, total = _By(release, organisation, work.updated_at), work.total
        if total is None:
            total = await ports.cards.count_of_template(org_id, template_id)
        while not bound.is_over:
            cards = await ports.cards.of_template(org_id, template_id, _PAGE, after)
            if not cards:
                return Progress(work.cursor, done, over=True, total=total, failures=tuple(failures))
            failures += await self._page(cards, by)
            bound.spend(len(cards))
            done, after = done + len(cards), cards[-1].id
        cursor = f"{template_id} {number} {after}"
        return Progress(cursor, done, total=total, failures=tuple(failures))

    async def discard(self, work: Work) -> None:
        """Cards that were done stay so: releasing the release before again takes them back, too."""

    async def _page(self, cards: list[Card], by: _By) -> list[Failure]:
        """Bring cards in line and show them; those that somebody edits at this moment one by one."""
        wanted = await self._changed(cards, by)
        try:
            saved = await self._ports.cards.save_all(wanted)
        except StaleVersion:
            saved = [new for card in wanted if (new := await self._alone(card, by))]
        # One that was saved by a worker that died then is shown now.
        shown = {card.id: card for card in [*cards, *saved]}
        await self._ports.show_all(shown.values())
        return [
            Failure(item=card.id, code="incomplete") for card in saved if card.staff and card.staff.problems
        ]

    async def _changed(self, cards: list[Card], by: _By) -> list[Card]:
        """Those that do not follow the release yet, as they should be.

        People and the name of the organisation are read after the cards, so that of two who change a card at
        once the last one to save has seen what is known by now.
        """
        organisation = await self._ports.organisations.get(by.organisation.id) or by.organisation
        ids = [card.staff.member_id for card in cards if card.staff]
        found = await self._ports.organisations.find_members(by.organisation.id, ids)
        members = {each.id: each for each in found}

        def changed(card: Card) -> Card | None:
            member = card.staff and members.get(card.staff.member_id)
            return followed(card, member, by.release, organisation, by.now) if member else None

        return [new for card in cards if (new := changed(card)) is not None]

    async def _alone(self, card: Card, by: _By) -> Card | None:
        for _ in range(_TRIES):
            with suppress(StaleVersion):
                [saved] = await self._ports.cards.save_all([card])
                return saved
            present = await self._ports.cards.get(card.account_id, card.id)
            again = await self._changed([present], by) if present else []
            if not again:
                return present
            [card] = again
        raise Unavailable
