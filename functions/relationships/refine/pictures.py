"""The four pictures of relationships, with their words and their tables."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any, Final, NamedTuple

import wiring.relationships
import wiring.relationships.refine
import wiring.relationships.strength
from domain.relationships.contact import Contact
from domain.relationships.interactions.interaction import Interaction, number_of
from domain.relationships.pictures.curve import Course, Event, curve
from domain.relationships.pictures.map import MOST_SHOWN, Relation, Words, relations_map, strongest
from domain.relationships.pictures.shapes import Picture, Said
from domain.relationships.pictures.timeline import Moment, timeline
from domain.relationships.pictures.year import Names, heat
from domain.relationships.strength.reading import strongest as strongest_on
from domain.relationships.strength.series import end_of, week_of
from domain.relationships.strength.strength import Strength, date_of
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.filters import day, months
from functions.framework.texts import N_, _, ngettext
from functions.relationships.strength.words import DIRECTIONS, KINDS

# Two years of a curve.
_MOST_WEEKS: Final = 105
_MOST_EVENTS: Final = 100
# Interactions of a year that are counted, far above a busy one.
_MOST_OF_A_YEAR: Final = 5000
_DAYS: Final = (N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun"))
_LETTERS_OF_A_MONTH: Final = 3


class Drawn(NamedTuple):
    """A picture, what stands above it, and the same as a table; `numbers` names columns of numbers."""

    name: str
    picture: Picture
    columns: Sequence[str]
    rows: Sequence[Sequence[Any]]
    numbers: Sequence[int] = ()


async def of_contact(person: SignedIn, contact: Contact) -> dict[str, Any]:
    """The curve of one contact, for its page; none before anything is logged."""
    store = wiring.relationships.strength.interactions()
    strength = await store.strength(person.account_id, contact.id)
    if strength is None or strength.first_week is None:
        return {"drawn": None}
    found, _following = await store.newest(person.account_id, contact.id, _MOST_EVENTS, None)
    return {"drawn": _curve(contact, strength, found, now().date())}


def _kinds() -> dict[str, str]:
    return {kind: _(name) for kind, name in KINDS.items()}


def _month(on: date) -> str:
    return f"{months()[on.month - 1][:_LETTERS_OF_A_MONTH]} {on.year}"


def _short_day(on: date) -> str:
    return f"{on.day} {months()[on.month - 1][:_LETTERS_OF_A_MONTH]}"


def _curve(contact: Contact, strength: Strength, found: Sequence[Interaction], today: date) -> Drawn:
    """Weeks that are over, as they were, and this week as it is today."""
    day_number = number_of(today)
    points = [(point.week, point.score) for point in strength.weeks(day_number)]
    points.append((week_of(day_number), strength.on(day_number).score.score))
    points = points[-_MOST_WEEKS:]
    first, scores = points[0][0], [score for _week, score in points]
    events = [
        Event(week_of(number_of(each.said.day)) - first, each.said.kind) for each in found if not each.ignored
    ]
    name = contact.content.name
    said = Said(
        _("Strength of your relationship with %(name)s, week by week", name=name),
        _(
            "Between %(low)s and %(high)s of 100 points since %(day)s, and %(now)s today.",
            low=min(scores),
            high=max(scores),
            now=scores[-1],
            day=day(min(date_of(end_of(first)), today), year=True),
        ),
    )
    course = Course(date_of(end_of(first)), scores, sorted(events))
    rows = [(day(min(date_of(end_of(week)), today), year=True), score) for week, score in reversed(points)]
    return Drawn(
        _("Week by week"), curve(said, course, _kinds(), _month), (_("Week until"), _("Points")), rows, (1,)
    )


def timeline_of(contact: Contact, found: Sequence[Interaction]) -> Drawn:
    """A line down the page with what happened, the newest first; there is something."""
    kinds = _kinds()
    moments = [
        Moment(
            each.said.day, each.said.kind, f"{kinds[each.said.kind]} · {_(DIRECTIONS[each.said.direction])}"
        )
        for each in found
    ]
    said = Said(
        _("What happened with %(name)s", name=contact.content.name),
        ngettext("The last time, on %(day)s.", "The last %(num)s times, the newest on %(day)s first.",
                 len(moments), day=day(moments[0].on, year=True)),
    )  # fmt: skip
    rows = [(day(each.on, year=True), each.text) for each in moments]
    return Drawn(_("Timeline"), timeline(said, moments, _short_day), (_("Day"), _("What")), rows)


async def of_person(account_id: str, at: datetime) -> Drawn | None:
    """The map of the strongest relationships: pages of strengths, and one query for their contacts."""
    store = wiring.relationships.strength.interactions()
    found = await strongest_on(account_id, MOST_SHOWN, now=at, store=store)
    if not found:
        return None
    ids = [each.contact_id for each, _now in found]
    contacts = await wiring.relationships.contacts().find(account_id, ids)
    there = {contact.id: contact.content for contact in contacts}
    relations = strongest(
        [
            Relation(
                content.name,
                today.score.score,
                content.groups[0] if content.groups else "",
                content.kind == "entity",
            )
            for each, today in found
            if (content := there.get(each.contact_id)) and not content.archived
        ]
    )
    said = Said(
        _("Map of your relationships"),
        ngettext(
            "One contact: the nearer to the middle, the stronger.",
            "%(num)s contacts: the nearer to the middle, the stronger. A sector for each group.",
            len(relations),
        ),
    )
    words = Words(_("You"), _("No group"), _("Other groups"), _("A person"), _("A company or institution"))
    rows = [(each.name, each.group or _("No group"), each.strength) for each in relations]
    columns = (_("Name"), _("Group"), _("Points"))
    return Drawn(
        _("Your strongest relationships"), relations_map(said, relations, words), columns, rows, (2,)
    )


async def of_year(account_id: str, year: int) -> Drawn:
    """The days of a year: one query."""
    found = await wiring.relationships.refine.refining().days_of(
        account_id, date(year, 1, 1), date(year, 12, 31), _MOST_OF_A_YEAR
    )
    counts = Counter(found)
    said = Said(
        _("Your interactions in %(year)s", year=year),
        ngettext("One interaction.", "%(num)s interactions.", len(found))
        + (
            " " + _("Most on %(day)s.", day=day(max(counts, key=lambda on: (counts[on], on))))
            if counts
            else ""
        ),
    )
    short = [name[:_LETTERS_OF_A_MONTH] for name in months()]
    names = Names([_(name) for name in _DAYS], short, _("none"), _("4 or more a day"))
    by_month = Counter(on.month for on in found)
    rows = [(name, by_month[month]) for month, name in enumerate(months(), 1)]
    return Drawn(str(year), heat(said, year, counts, names), (_("Month"), _("Interactions")), rows, (1,))
