"""Reading a strength and why it is so, and correcting it."""

from datetime import datetime
from typing import NamedTuple, Protocol

from pydantic import Field

from domain.base.errors import NotFound, StaleVersion
from domain.base.model import Closed
from domain.relationships.interactions.interaction import number_of
from domain.relationships.interactions.log import Interactions, Kept, strength_of
from domain.relationships.strength.series import Point
from domain.relationships.strength.strength import Now, Strength
from domain.relationships.strength.terms import Correctable, Points, Settings

_TRIES = 5
# Pages among which the strongest are looked for. More are equal within the slack of their stored scores.
_PAGES = 4


class Corrections(Closed):
    """By how many points the owner finds terms, or the whole, too low; below zero: too high."""

    corrections: dict[Correctable, Points] = Field(default={})


class Reading(NamedTuple):
    """A strength on a day. `strength` has the version that is stored, and the importance of the contact."""

    strength: Strength
    now: Now
    weeks: list[Point]


def _read(kept: Kept, owner_id: str, contact_id: str, today: int) -> Reading:
    strength = strength_of(kept, owner_id, contact_id, today).touched(today)
    version = kept.strength.version if kept.strength else 1
    strength = strength.model_copy(update={"version": version})
    return Reading(strength, strength.on(today), strength.weeks(today))


async def read_strength(owner_id: str, contact_id: str, *, now: datetime, store: Interactions) -> Reading:
    """The strength of today, in one call, whether or not it was written since."""
    kept = await store.kept(owner_id, contact_id)
    if kept is None:
        raise NotFound
    return _read(kept, owner_id, contact_id, number_of(now.date()))


async def correct(
    owner_id: str,
    contact_id: str,
    wanted: Corrections,
    *,
    version: int,
    now: datetime,
    store: Interactions,
) -> Reading:
    """Set the owner's corrections in place of those before. They count from today on."""
    today = number_of(now.date())
    kept = await store.kept(owner_id, contact_id)
    if kept is None:
        raise NotFound
    reading = _read(kept, owner_id, contact_id, today)
    if reading.strength.version != version:
        raise StaleVersion
    said = Settings(
        importance=kept.importance,
        corrections={term: points for term, points in wanted.corrections.items() if points},
    )
    changed = reading.strength.setting(said, today)
    if kept.strength is not None and changed.said == kept.strength.said:
        return reading
    changed = changed.model_copy(update={"version": version + 1})
    await store.save(None, changed)
    return Reading(changed, changed.on(today), changed.weeks(today))


async def follow_contact(owner_id: str, contact_id: str, *, now: datetime, store: Interactions) -> None:
    """Write the strength anew where the contact's importance has changed. Idempotent."""
    for left in reversed(range(_TRIES)):
        kept = await store.kept(owner_id, contact_id)
        if kept is None or kept.strength is None or kept.strength.said.importance == kept.importance:
            return
        today = number_of(now.date())
        try:
            await store.save(None, strength_of(kept, owner_id, contact_id, today).touched(today))
        except StaleVersion:
            if not left:
                raise
        else:
            return


class MovedInteractions(Interactions, Protocol):
    async def take_in(self, owner_id: str, contact_id: str) -> None:
        """Put interactions that came from another contact into this one's timeline."""
        ...


async def count_anew(owner_id: str, contact_id: str, *, now: datetime, store: MovedInteractions) -> None:
    """Count a contact's strength from its interactions, after some came or went with a merge. Idempotent."""
    await store.take_in(owner_id, contact_id)
    for left in reversed(range(_TRIES)):
        kept = await store.kept(owner_id, contact_id)
        if kept is None:
            return
        today = number_of(now.date())
        found = await store.all_of(owner_id, contact_id)
        if not found and kept.strength is None:
            return
        entries = [each.entry for each in found if not each.ignored]
        strength = strength_of(kept, owner_id, contact_id, today).counted(entries, today)
        try:
            await store.save(None, strength)
        except StaleVersion:
            if not left:
                raise
        else:
            return


class Ranked(Protocol):
    async def strengths(
        self, owner_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Strength], str | None]:
        """A page of an owner's strengths in the order of their stored scores, the highest first."""
        ...


async def strongest(
    owner_id: str, number: int, *, now: datetime, store: Ranked
) -> list[tuple[Strength, Now]]:
    """The strongest of an owner's relationships today, the strongest first.

    A stored score is today's or a little more, so that the first pages have all of them.
    """
    today, found, cursor = number_of(now.date()), list[tuple[Strength, Now]](), None
    for _ in range(_PAGES):
        page, cursor = await store.strengths(owner_id, number, cursor)
        found += [(each, each.on(today)) for each in page]
        found.sort(key=lambda each: (-each[1].score.score, each[0].contact_id))
        if cursor is None or (len(found) >= number and found[number - 1][1].score.score >= page[-1].score):
            break
    return found[:number]
