"""How iZwop is: what it depends on, the work that waits, and the verdict. Says nothing about anybody."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Literal

from domain.base.model import Closed

# The host tries a message five times within three minutes, and housekeeping comes every minute: what waits
# longer than this is not merely on its way.
LATE_AFTER = timedelta(minutes=10)

_NOT_NEEDED = frozenset({"accounts", "identity", "pictures", "settings"})

Status = Literal["ok", "late", "failing"]


class Dependency(Closed):
    name: str
    reachable: bool
    milliseconds: int


class Waiting(Closed):
    """Work of one kind that nobody has done yet. `set_aside` counts what was tried in vain."""

    name: str
    count: int
    oldest_at: datetime | None = None
    set_aside: int = 0


class Health(Closed):
    """`failing`: what cards are served from is away. `late`: cards are served, but something else is not."""

    status: Status
    version: str
    checked_at: datetime
    dependencies: list[Dependency]
    waiting: list[Waiting]


class PublicHealth(Closed):
    """What everybody may know. `version` says whether the version that was asked for is the one that runs."""

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
    # Azure replaces instances that fail. What cards can be served without is no reason to, nor are settings,
    # which another instance has as well.
    if away - _NOT_NEEDED:
        status = "failing"
    return Health(
        status=status, version=version, checked_at=at, dependencies=list(dependencies), waiting=list(waiting)
    )


def _is_late(work: Waiting, at: datetime) -> bool:
    return work.set_aside > 0 or (work.oldest_at is not None and at - work.oldest_at > LATE_AFTER)
