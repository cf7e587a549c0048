"""An interaction: that owner and contact met, called or wrote, and on which day. Never what was said.

Interactions are facts of metadata: the kind, the direction, the day, where the fact came from.
"""

from datetime import date, datetime
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from domain.base.model import Closed, Model

# `again` is to meet somebody again by chance; `exchange` is to exchange cards or details.
Kind = Literal["meeting", "call", "again", "exchange", "mail", "message"]
# Who came to whom: they to the owner, the owner to them, or both.
Direction = Literal["in", "out", "mutual"]
Source = Literal["typed", "exchange", "connection", "calendar"]
InteractionId = Annotated[str, Field(max_length=40, json_schema_extra={"pattern": "^int_[a-z2-7]{26}$"})]

# Day 0 of the sums of strengths. It never changes: stored sums are counted from here.
LANDMARK = date(2000, 1, 3)
MOST_INTERACTIONS = 5_000


def _since_the_landmark(day: date) -> date:
    if day < LANDMARK:
        raise PydanticCustomError("too_early", "must not be before 3 January 2000")
    return day


Day = Annotated[date, AfterValidator(_since_the_landmark)]


def number_of(day: date) -> int:
    """Days from the landmark."""
    return (day - LANDMARK).days


class Entry(NamedTuple):
    """What counts of an interaction."""

    day: int
    kind: Kind
    direction: Direction


class Said(Closed):
    """What is known of an interaction."""

    kind: Kind
    direction: Direction = "mutual"
    day: Day


class Interaction(Model):
    """Stored interaction of an owner with a contact. An `ignored` one is kept and does not count.

    `file` is the work that read it from a calendar, so that the whole file can be undone.
    """

    id: str
    owner_id: str
    contact_id: str
    said: Said
    source: Source
    ignored: bool = False
    file: str | None = None
    version: int = 1
    created_at: datetime
    updated_at: datetime
    etag: str | None = Field(default=None, exclude=True)

    @property
    def entry(self) -> Entry:
        return Entry(number_of(self.said.day), self.said.kind, self.said.direction)

    def changed(self, at: datetime, **update: object) -> Self:
        return self.model_copy(update={"version": self.version + 1, "updated_at": at, **update})
