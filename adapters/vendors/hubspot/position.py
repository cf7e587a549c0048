"""Where a pull goes on: JSON text, in milliseconds of HubSpot's clock.

A run lists everything (the first one, and one a week), or searches what changed since the last one and then
looks at what was archived. Between runs the mode is `idle`.
"""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Final, Literal, NamedTuple, Self

from domain.integrations.connectors import VendorRecord

# HubSpot's search finds a change a little later than it happens.
OVERLAP: Final = 2 * 60 * 1000
# What was deleted for good is in no list of deletions: a whole list finds it.
LISTED_AGAIN: Final = 7 * 24 * 60 * 60 * 1000
# Each further page of archived records makes their next listing later, so that it costs a call a run.
ARCHIVED_LATER: Final = 15 * 60 * 1000
# Of changes that are known, so that the overlap shows none twice.
MOST_RECENT: Final = 40


def milliseconds(at: datetime) -> int:
    return round(at.timestamp() * 1000)


class Position(NamedTuple):
    """`part` is the place of the vendor's type among those of the object. `after` is where a listing goes on.

    `since` begins the window of this run, and `at` what is left of it. `tied` is set while the many records
    that changed at the very moment `at` are read by their ids: those after it are left. `recent` are the
    latest changes that were shown, as id and time. `listed` is when the last whole listing began, and
    `archived` the last one of archived records, which is due again at `due`; `pages` counts those of now.
    """

    mode: Literal["idle", "list", "search", "archived"] = "list"
    part: int = 0
    after: str = ""
    since: int = 0
    at: int = 0
    tied: str | None = None
    began: int = 0
    recent: tuple[tuple[str, int], ...] = ()
    listed: int = 0
    archived: int = 0
    due: int = 0
    pages: int = 0

    @classmethod
    def read(cls, text: str) -> Self:
        if not text:
            return cls()
        known = json.loads(text)
        return cls(**known | {"recent": tuple((id_, at) for id_, at in known.get("recent", ()))})

    def __str__(self) -> str:
        """What differs from the defaults; the mode in any case."""
        defaults = Position()._asdict()
        told = {name: value for name, value in self._asdict().items() if value != defaults[name]}
        return json.dumps({"mode": self.mode} | told, separators=(",", ":"))

    def opened(self, now: int) -> Self:
        """The first position of a run, if none goes on."""
        if self.mode != "idle":
            return self
        fresh = self._replace(part=0, after="", at=self.since, tied=None, began=0, pages=0)
        return fresh._replace(mode="list" if now - self.listed >= LISTED_AGAIN else "search")

    def begun(self, at: int) -> Self:
        """With the time of the run's first answer."""
        return self if self.began else self._replace(began=at)

    def shown(self, records: Iterable[VendorRecord]) -> Self:
        """With these as the latest changes. One more than is used is kept, which says that there are more."""
        times = dict(self.recent) | {
            each.id: milliseconds(each.changed_at) for each in records if each.changed_at
        }
        latest = sorted(times.items(), key=lambda each: (each[1], each[0]))[-MOST_RECENT - 1 :]
        return self._replace(recent=tuple(latest))

    def over(self) -> "Position":
        """Where the next run begins: a little before the latest change that was seen, or before this run.

        If more changed in that time than is remembered, it begins with this run, so that the same many are
        not read for ever.
        """
        since = self.since
        if self.recent:
            since = max(since, min(self.began, self.recent[-1][1]) - OVERLAP)
        if len(self.recent) > MOST_RECENT and self.recent[0][1] >= since:
            since = max(since, self.began - OVERLAP)
        recent = tuple(each for each in self.recent if each[1] >= since)[-MOST_RECENT:]
        kept = Position("idle", since=since, recent=recent, listed=self.listed)
        if self.mode == "list":
            return kept._replace(listed=self.began, archived=self.began)
        if self.mode == "archived":
            later = (self.pages - self.part - 1) * ARCHIVED_LATER
            return kept._replace(archived=self.began, due=self.began + later)
        return kept._replace(archived=self.archived, due=self.due)
