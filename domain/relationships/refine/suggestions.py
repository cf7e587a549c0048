"""Whom to get in touch with, and why: who is cooling, who was met at the same event, who has been silent.

Each list is one range of one index, read as far as ten can be shown, so that its cost does not grow with the
number of contacts. A suggestion comes back after a dismissal only when its reason is another one.
"""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple, Protocol

from domain.base.errors import NotFound
from domain.base.folding import fold
from domain.relationships.contact import Contact, Met
from domain.relationships.interactions.interaction import number_of
from domain.relationships.keys import OwnerKey, OwnerKeys
from domain.relationships.refine.dismissals import Dismissal, Dismissing, Kind
from domain.relationships.strength.rhythm import State
from domain.relationships.strength.series import week_of
from domain.relationships.strength.strength import Now, Strength, date_of

# Shown of each kind.
MOST_SHOWN: Final = 10
_PAGE, _PAGES = 30, 4
# How long an event is a reason, and how many that were met lately are looked at.
_EVENT_COUNTS: Final = timedelta(days=180)
_MOST_MET: Final = 100
_STATES: Final[dict[Kind, State]] = {"cooling": "cooling", "silent": "dormant"}


class Event(NamedTuple):
    """Where and when the contact was met, and how many others were met there."""

    name: str
    on: date
    others: int


class Suggestion(NamedTuple):
    """A contact to get in touch with. `weeks` is how long it has been silent; None if nothing is known."""

    contact: Contact
    kind: Kind
    reason: str
    score: int
    last: date | None
    weeks: int | None
    event: Event | None = None


class Asked(NamedTuple):
    """Whose suggestions, of which day. `key` makes the keys of reasons."""

    owner_id: str
    today: date
    key: OwnerKey


class Strengths(Protocol):
    async def in_state(
        self, owner_id: str, state: State, limit: int, cursor: str | None = None
    ) -> tuple[list[Strength], str | None]: ...


class Refining(Protocol):
    async def strengths_of(self, owner_id: str, contact_ids: Sequence[str]) -> dict[str, Strength]: ...
    async def met_lately(self, owner_id: str, first: date, last: date, most: int) -> list[str]:
        """Ids of the contacts that were met at an event between two days, the latest first."""
        ...

    async def dismissals(self, owner_id: str, contact_ids: Sequence[str]) -> list[Dismissal]: ...
    async def dismiss(self, dismissal: Dismissal) -> None: ...
    async def take_back(self, owner_id: str, contact_id: str, kind: str) -> None: ...


class Contacts(Protocol):
    async def get(self, owner_id: str, contact_id: str) -> Contact | None: ...
    async def find(self, owner_id: str, contact_ids: list[str]) -> list[Contact]: ...


class Ports(NamedTuple):
    contacts: Contacts
    strengths: Strengths
    refining: Refining
    keys: OwnerKeys


async def suggestions(owner_id: str, kind: Kind, *, today: date, ports: Ports) -> list[Suggestion]:
    """The first suggestions of a kind, the strongest first; those of events by their days."""
    asked = Asked(owner_id, today, await ports.keys.of(owner_id))
    if kind == "event":
        return (await _wanted(owner_id, await _met(asked, ports), ports))[:MOST_SHOWN]
    shown: list[Suggestion] = []
    cursor: str | None = None
    for _ in range(_PAGES):
        page, cursor = await ports.strengths.in_state(owner_id, _STATES[kind], _PAGE, cursor)
        shown += await _wanted(owner_id, await _silent(asked, page, kind, ports), ports)
        if cursor is None or len(shown) >= MOST_SHOWN:
            break
    return shown[:MOST_SHOWN]


async def dismiss(owner_id: str, contact_id: str, said: Dismissing, *, now: datetime, ports: Ports) -> None:
    """Do not suggest the contact for this reason any more. Idempotent."""
    await _refuse_absent(owner_id, contact_id, ports)
    dismissal = Dismissal(owner_id=owner_id, contact_id=contact_id, at=now, **said.model_dump())
    await ports.refining.dismiss(dismissal)


async def take_back(owner_id: str, contact_id: str, kind: Kind, *, ports: Ports) -> None:
    """Suggest it again. Idempotent."""
    await _refuse_absent(owner_id, contact_id, ports)
    await ports.refining.take_back(owner_id, contact_id, kind)


async def _refuse_absent(owner_id: str, contact_id: str, ports: Ports) -> None:
    if await ports.contacts.get(owner_id, contact_id) is None:
        raise NotFound


async def _wanted(owner_id: str, found: list[Suggestion], ports: Ports) -> list[Suggestion]:
    """Those that were not dismissed for this reason."""
    ids = [each.contact.id for each in found]
    gone = {
        (each.contact_id, each.kind, each.reason) for each in await ports.refining.dismissals(owner_id, ids)
    }
    return [each for each in found if (each.contact.id, each.kind, each.reason) not in gone]


async def _silent(asked: Asked, page: list[Strength], kind: Kind, ports: Ports) -> list[Suggestion]:
    """Contacts of a page of strengths whose state is still that one today."""
    now = {each.contact_id: _today(each, asked) for each in page}
    still = [each for each in page if now[each.contact_id].state == _STATES[kind]]
    there = await _in_use(asked.owner_id, [each.contact_id for each in still], ports)
    return [
        Suggestion(
            contact=there[each.contact_id],
            kind=kind,
            reason=_reason(asked.key, kind, str(each.sums.last)),
            score=now[each.contact_id].score.score,
            last=_last(each),
            weeks=_weeks(_last(each), asked.today),
        )
        for each in still
        if each.contact_id in there
    ]


async def _met(asked: Asked, ports: Ports) -> list[Suggestion]:
    """Contacts who were met at an event with others, and with whom nothing has happened since its day."""
    since = asked.today - _EVENT_COUNTS
    ids = await ports.refining.met_lately(asked.owner_id, since, asked.today, _MOST_MET)
    there = await _in_use(asked.owner_id, ids, ports)
    strengths = await ports.refining.strengths_of(asked.owner_id, list(there))
    groups: dict[tuple[str, date], list[Contact]] = defaultdict(list)
    for contact in (there[each] for each in ids if each in there):
        met = contact.content.met
        if met is not None and met.event and met.on:
            groups[fold(met.event), met.on].append(contact)
    return [
        _of_event(asked, contact, len(members) - 1, strengths.get(contact.id))
        for (_event, on), members in groups.items()
        for contact in (members if len(members) > 1 else [])
        if not _since(strengths.get(contact.id), on)
    ]


def _of_event(asked: Asked, contact: Contact, others: int, strength: Strength | None) -> Suggestion:
    met = contact.content.met or Met()
    event = Event(met.event or "", met.on or asked.today, others)
    last = _last(strength)
    return Suggestion(
        contact=contact,
        kind="event",
        reason=_reason(asked.key, "event", f"{fold(event.name)}\n{event.on}"),
        score=_today(strength, asked).score.score if strength else 0,
        last=last,
        weeks=_weeks(last, asked.today),
        event=event,
    )


def _since(strength: Strength | None, on: date) -> bool:
    """Whether something happened after a day."""
    last = _last(strength)
    return last is not None and last > on


async def _in_use(owner_id: str, ids: list[str], ports: Ports) -> dict[str, Contact]:
    found = await ports.contacts.find(owner_id, ids) if ids else []
    return {contact.id: contact for contact in found if not contact.content.archived}


def _today(strength: Strength, asked: Asked) -> Now:
    day = number_of(asked.today)
    return strength.filled(week_of(day)).read_on(day)


def _last(strength: Strength | None) -> date | None:
    if strength is None or strength.sums.last is None:
        return None
    return date_of(strength.sums.last)


def _weeks(last: date | None, today: date) -> int | None:
    return None if last is None else (today - last).days // 7


def _reason(key: OwnerKey, kind: Kind, what: str) -> str:
    """A key that changes with the reason and tells nothing of it."""
    return key.digest(f"suggestion\n{kind}\n{what}").hex()[:32]
