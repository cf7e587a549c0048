"""Logging of interactions, and taking them back. Each change of an interaction changes the strength with it.

A change is one read and one batch, however many contacts and interactions there are. Only where it reaches
back into a week that is over, or takes away what the sums do not hold, are the contact's interactions read.
"""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, Protocol

from domain.base.errors import Fault, InvalidInput, KeyReused, NotFound, StaleVersion, Unavailable
from domain.base.limits import LimitReached
from domain.base.texts import N_
from domain.relationships.interactions.interaction import (
    MOST_INTERACTIONS,
    Entry,
    Interaction,
    Said,
    Source,
    number_of,
)
from domain.relationships.strength.strength import Since, Strength
from domain.relationships.strength.sums import NotKept
from domain.relationships.strength.terms import Settings

_TRIES = 5


class Kept(NamedTuple):
    """What a change of an interaction is based on. `gone` is a deleted one, as long as it can come back.

    `known` is whether the id of the interaction was ever used.
    """

    importance: int
    strength: Strength | None = None
    interaction: Interaction | None = None
    gone: Interaction | None = None
    known: bool = False


class Change(NamedTuple):
    """One interaction before and after; None where it is not there."""

    before: Interaction | None
    after: Interaction | None


class Interactions(Protocol):
    async def kept(self, owner_id: str, contact_id: str, interaction_id: str = "") -> Kept | None:
        """Everything that a change needs, in one call; None where the owner has no such contact."""
        ...

    async def all_of(self, owner_id: str, contact_id: str) -> list[Interaction]: ...
    async def save(self, change: Change | None, strength: Strength) -> None:
        """Store both or neither; `StaleVersion` if one was changed meanwhile."""
        ...


class Logging(NamedTuple):
    """What a new interaction needs beside what is said: its id, where it comes from, the time."""

    interaction_id: str
    source: Source
    now: datetime
    file: str | None = None


class One(NamedTuple):
    """An interaction of an owner's contact."""

    owner_id: str
    contact_id: str
    interaction_id: str
    version: int = 0


async def log_interaction(
    owner_id: str, contact_id: str, said: Said, logging: Logging, *, store: Interactions
) -> Interaction:
    """Keep an interaction with a contact. A repetition under the same id returns the first.

    The id is made from what happened, where the same event may be told twice.
    """
    if said.day > logging.now.date():
        raise InvalidInput([Fault("/day", "in_the_future", N_("must not be in the future"))])
    made = Interaction(
        id=logging.interaction_id,
        owner_id=owner_id,
        contact_id=contact_id,
        said=said,
        source=logging.source,
        file=logging.file,
        created_at=logging.now,
        updated_at=logging.now,
    )

    def add(kept: Kept) -> Change | None:
        found = kept.interaction
        if found is not None and found.said == said and found.contact_id == contact_id:
            return None
        if kept.known:
            raise KeyReused
        _refuse_too_many(kept)
        return Change(None, made)

    return await _changed(One(owner_id, contact_id, made.id), add, logging.now, store) or made


async def ignore_interaction(of: One, *, ignored: bool, now: datetime, store: Interactions) -> Interaction:
    """Keep the interaction without counting it, or count it again."""

    def ignore(kept: Kept) -> Change | None:
        found = _found(kept, of)
        if found.ignored == ignored:
            return None
        return Change(found, found.changed(now, ignored=ignored))

    return await _changed(of, ignore, now, store) or await read_interaction(of, store=store)


async def delete_interaction(of: One, *, now: datetime, store: Interactions) -> None:
    """Take the interaction back, as if it had never been. For a day it can be restored."""

    def delete(kept: Kept) -> Change | None:
        return Change(_found(kept, of), None)

    await _changed(of, delete, now, store)


async def restore_interaction(of: One, *, now: datetime, store: Interactions) -> Interaction:
    """Bring a deleted interaction back as it was; a repetition returns it."""

    def restore(kept: Kept) -> Change | None:
        if kept.interaction is not None and kept.interaction.contact_id == of.contact_id:
            return None
        if kept.gone is None or kept.gone.contact_id != of.contact_id:
            raise NotFound
        _refuse_too_many(kept)
        return Change(None, kept.gone.changed(now))

    return await _changed(of, restore, now, store) or await read_interaction(of, store=store)


def _refuse_too_many(kept: Kept) -> None:
    if kept.strength is not None and kept.strength.sums.number >= MOST_INTERACTIONS:
        detail = N_("A contact may have %(most)s interactions. Delete some of them.", most=MOST_INTERACTIONS)
        raise LimitReached(detail)


async def read_interaction(of: One, *, store: Interactions) -> Interaction:
    kept = await store.kept(of.owner_id, of.contact_id, of.interaction_id)
    if kept is None or kept.interaction is None or kept.interaction.contact_id != of.contact_id:
        raise NotFound
    return kept.interaction


def _found(kept: Kept, of: One) -> Interaction:
    found = kept.interaction
    if found is None or found.contact_id != of.contact_id:
        raise NotFound
    if found.version != of.version:
        raise StaleVersion
    return found


async def _changed(
    of: One, act: Callable[[Kept], Change | None], now: datetime, store: Interactions
) -> Interaction | None:
    """Do the change on top of what others change meanwhile; return the interaction, None if deleted."""
    today = number_of(now.date())
    for _ in range(_TRIES):
        kept = await store.kept(of.owner_id, of.contact_id, of.interaction_id)
        if kept is None:
            raise NotFound
        change = act(kept)
        if change is None:
            return kept.interaction
        strength = strength_of(kept, of.owner_id, of.contact_id, today)
        try:
            await store.save(change, await _strength_after(change, strength, today, store))
        except StaleVersion:
            continue
        return change.after
    raise Unavailable


def strength_of(kept: Kept, owner_id: str, contact_id: str, today: int) -> Strength:
    """The contact's strength with the importance that the contact has now, for the next version of it."""
    strength = kept.strength or Strength(
        owner_id=owner_id,
        contact_id=contact_id,
        settings=[Since(day=today, said=Settings(importance=kept.importance))],
    )
    said = strength.said.model_copy(update={"importance": kept.importance})
    return strength.setting(said, today).model_copy(update={"version": strength.version + 1})


async def _strength_after(change: Change, strength: Strength, today: int, store: Interactions) -> Strength:
    gone, come = _counting(change.before), _counting(change.after)
    try:
        if gone is not None:
            strength = strength.minus(gone, today)
        if come is not None:
            strength = strength.plus(come, today)
    except NotKept:
        return await _counted_anew(change, strength, today, store)
    return strength.touched(today)


async def _counted_anew(change: Change, strength: Strength, today: int, store: Interactions) -> Strength:
    changed = {each.id for each in change if each is not None}
    others = await store.all_of(strength.owner_id, strength.contact_id)
    left = [each for each in others if each.id not in changed]
    entries = [_counting(each) for each in (*left, change.after)]
    return strength.counted([entry for entry in entries if entry is not None], today)


def _counting(interaction: Interaction | None) -> Entry | None:
    return None if interaction is None or interaction.ignored else interaction.entry
