"""A strength in plain words: why a term has its points, what a state means, what an interaction was."""

from collections import Counter
from typing import Final

from domain.relationships.interactions.interaction import Direction, Kind, Source
from domain.relationships.strength.reading import Reading
from domain.relationships.strength.rhythm import (
    GROWS_FROM,
    State,
    cooling_after,
    dormant_from,
)
from domain.relationships.strength.sums import MOST_NEWEST, WEIGHTS
from domain.relationships.strength.terms import Correctable, Term, worth
from functions.framework.texts import N_, _, ngettext

KINDS: Final[dict[Kind, str]] = {
    "meeting": N_("Meeting"),
    "call": N_("Call"),
    "again": N_("Met again"),
    "exchange": N_("Exchange of details"),
    "mail": N_("E-mail"),
    "message": N_("Message"),
}
DIRECTIONS: Final[dict[Direction, str]] = {
    "mutual": N_("Both of you"),
    "out": N_("From you"),
    "in": N_("From them"),
}
SOURCES: Final[dict[Source, str]] = {
    "typed": N_("Logged by you"),
    "exchange": N_("From an exchange"),
    "connection": N_("From a connection"),
    "calendar": N_("From a calendar"),
}
TERMS: Final[dict[Term | Correctable, str]] = {
    "recency": N_("How recent"),
    "frequency": N_("How often"),
    "reciprocity": N_("Both ways"),
    "variety": N_("Different ways"),
    "longevity": N_("How long"),
    "importance": N_("Importance"),
    "overall": N_("All in all"),
}
STATES: Final[dict[State, str]] = {
    "growing": N_("Growing"),
    "steady": N_("Steady"),
    "cooling": N_("Cooling"),
    "dormant": N_("Dormant"),
}
_WINDOW: Final = 90
_MONTH, _YEAR = 30, 365


def term_words(term: Term | Correctable, reading: Reading) -> str:
    """Why a term has its points."""
    if term == "importance":
        return _("You gave importance %(number)s of 5", number=reading.strength.said.importance)
    if reading.strength.sums.last is None:
        return _("Nothing is logged yet")
    return {
        "recency": _recent,
        "frequency": _often,
        "reciprocity": _both_ways,
        "variety": _ways,
        "longevity": _long,
    }[term](reading)


def _recent(reading: Reading) -> str:
    day = reading.now.day
    then, kind = max(reading.strength.sums.newest, key=lambda each: (worth(each, day), each))
    if then == day:
        return _("Today: %(kind)s", kind=_(KINDS[kind]).lower())
    return ngettext(
        "Yesterday: %(kind)s", "%(num)s days ago: %(kind)s", day - then, kind=_(KINDS[kind]).lower()
    )


def counted(kind: Kind, number: int) -> str:
    """As `3 meetings`."""
    return {
        "meeting": lambda: ngettext("%(num)s meeting", "%(num)s meetings", number),
        "call": lambda: ngettext("%(num)s call", "%(num)s calls", number),
        "again": lambda: ngettext("met again once", "met again %(num)s times", number),
        "exchange": lambda: ngettext("%(num)s exchange", "%(num)s exchanges", number),
        "mail": lambda: ngettext("%(num)s e-mail", "%(num)s e-mails", number),
        "message": lambda: ngettext("%(num)s message", "%(num)s messages", number),
    }[kind]()


def _often(reading: Reading) -> str:
    newest = reading.strength.sums.newest
    within = [kind for day, kind in newest if reading.now.day - day < _WINDOW]
    if not within:
        return _("Nothing in %(days)s days, but earlier", days=_WINDOW)
    if len(within) == MOST_NEWEST and reading.strength.sums.number > MOST_NEWEST:
        return _("%(number)s times or more in %(days)s days", number=MOST_NEWEST, days=_WINDOW)
    numbers = Counter(within)
    told = ", ".join(counted(kind, numbers[kind]) for kind in WEIGHTS if numbers[kind])
    return _("%(what)s in %(days)s days", what=told, days=_WINDOW)


def _both_ways(reading: Reading) -> str:
    sums = reading.strength.sums
    if not sums.incoming:
        return _("You come to them; nothing comes back yet")
    if not sums.outgoing:
        return _("They come to you; nothing goes back yet")
    if 2 * min(sums.incoming, sums.outgoing) > max(sums.incoming, sums.outgoing):
        return _("About as much from them as from you")
    if sums.incoming > sums.outgoing:
        return _("More from them than from you")
    return _("More from you than from them")


def _ways(reading: Reading) -> str:
    return ngettext("One way of meeting or writing", "%(num)s ways of meeting or writing",
                    len(reading.strength.sums.kinds))  # fmt: skip


def _long(reading: Reading) -> str:
    sums = reading.strength.sums
    span = (sums.last or 0) - (sums.first or 0)
    if span < _MONTH:
        return _("Less than a month from the first time to the last")
    if span < 2 * _YEAR:
        return ngettext("%(num)s month from the first time to the last",
                        "%(num)s months from the first time to the last", span // _MONTH)  # fmt: skip
    return ngettext("%(num)s year from the first time to the last",
                    "%(num)s years from the first time to the last", span // _YEAR)  # fmt: skip


def state_rule(reading: Reading) -> str:
    """What the state follows from, with the days of this pair."""
    sums, state = reading.strength.sums, reading.now.state
    if sums.last is None:
        return _("Log when you met, called or wrote, and see how it goes.")
    silent = reading.now.day - sums.last
    if state == "dormant":
        return _("No contact for %(days)s days. Dormant begins at %(limit)s days for the two of you.",
                 days=silent, limit=dormant_from(sums))  # fmt: skip
    if state == "cooling":
        return _("No contact for %(days)s days. Cooling begins after %(limit)s days for the two of you.",
                 days=silent, limit=cooling_after(sums))  # fmt: skip
    if state == "growing":
        return _(
            "At least %(points)s points more than twelve weeks ago, and not back since.", points=GROWS_FROM
        )
    return _("Contact as usual. It would be cooling after %(limit)s days of silence.",
             limit=cooling_after(sums))  # fmt: skip
