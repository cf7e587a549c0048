"""Health report: the dependencies, the waiting work, and the status. It contains no personal data."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Literal

from domain.base.model import Closed

# The host tries a message five times within three minutes, and housekeeping runs every minute. Older work has
# been missed by both.
LATE_AFTER = timedelta(minutes=10)

_NOT_NEEDED = frozenset({"accounts", "identity", "pictures", "settings"})

Status = Literal["ok", "late", "failing"]


class Dependency(Closed):
    name: str
    reachable: bool
    milliseconds: int


class Waiting(Closed):
    """Waiting work of one kind. `set_aside` counts poison messages."""

    name: str
    count: int
    oldest_at: datetime | None = None
    set_aside: int = 0


class Health(Closed):
    """Health of the product. `failing`: a needed dependency is down. `late`: another is, or work is late."""

    status: Status
    version: str
    checked_at: datetime
    dependencies: list[Dependency]
    waiting: list[Waiting]


class PublicHealth(Closed):
    """Health for the public. `version` tells whether the requested version is the running one."""

    status: Literal["ok", "not_ok"]
    version: bool | None = None


def for_everybody(health: Health, asked: str | None) -> PublicHealth:
    return PublicHealth(
        status="ok" if health.status == "ok" else "not_ok",
        version=None if asked is None else asked == health.version,
    )


def judge(
    dependencies: Collection[Dependency], waiting: Collection[Waiting], *, version: str, at: datetime
) -> Health:
    status: Status = "ok"
    away = {dependency.name for dependency in dependencies if not dependency.reachable}
    if away or any(_is_late(work, at) for work in waiting):
        status = "late"
    # Azure replaces instances that fail. A new instance is no remedy for a dependency that cards do not need,
    # nor for wrong settings, which it would have as well.
    if away - _NOT_NEEDED:
        status = "failing"
    return Health(
        status=status, version=version, checked_at=at, dependencies=list(dependencies), waiting=list(waiting)
    )


def _is_late(work: Waiting, at: datetime) -> bool:
    return work.set_aside > 0 or (work.oldest_at is not None and at - work.oldest_at > LATE_AFTER)
