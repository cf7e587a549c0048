"""Queue messages of visits, in the formats of this release and the one before."""

from collections import Counter
from typing import Literal

from pydantic import ConfigDict, Field

from domain.base.model import Model
from domain.visits.batches import VisitBatch
from domain.visits.counting import Increment, Visit


class NumberedVisit(Visit):
    event_id: str = Field(pattern="^evt_[a-z2-7]{26}$")


class NumberedVisits(Model):
    """Queue message of releases before batches, with an id for each visit. It may wait for seven days."""

    model_config = ConfigDict(extra="forbid")

    version: Literal[1] = 1
    visits: list[NumberedVisit] = Field(min_length=1, max_length=100)

    def increments(self) -> list[Increment]:
        return [
            Increment(
                visit.event_id,
                visit.subject_id,
                f"{visit.day:%Y-%m}",
                Counter([(visit.day.day, visit.kind, visit.link or "")]),
            )
            for visit in self.visits
        ]


class _Versioned(Model):
    version: Literal[1, 2]


def read_message(body: bytes) -> list[Increment]:
    """Increments of a queue message of either format."""
    form = NumberedVisits if _Versioned.model_validate_json(body).version == 1 else VisitBatch
    return form.model_validate_json(body).increments()
