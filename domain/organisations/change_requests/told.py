"""What somebody was told of by mail: a record of its own, so that a mail about requests is sent once."""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import NamedTuple, Protocol

from pydantic import Field

from domain.base.errors import StaleVersion, Unavailable
from domain.base.model import Model
from domain.notifications.claimed import CLAIMED_FOR
from domain.notifications.mail import Mail, Mailer


class Told(Model):
    """`subject_id` is a request, or a member who decides. `until` is the time up to which they were told."""

    org_id: str
    subject_id: str
    until: datetime | None = None
    claimed_at: datetime | None = None
    claimed_by: str = ""
    etag: str | None = Field(default=None, exclude=True)

    def changed(self, **update: object) -> "Told":
        return self.model_copy(update=update)


class ToldStore(Protocol):
    async def get(self, org_id: str, subject_id: str) -> Told | None: ...
    async def save(self, told: Told) -> Told:
        """Store a new or a changed one; `StaleVersion` if somebody else did meanwhile."""
        ...


class Telling(NamedTuple):
    """What a mail tells of, up to a time. `by` is the queue message that has it sent."""

    org_id: str
    subject_id: str
    until: datetime
    by: str


async def tell_once(
    of: Telling, mail: Mail, *, now: datetime, told: ToldStore, mailer: Mailer
) -> timedelta | None:
    """Send the mail once, or return the time to wait before a retry.

    The first worker to claim it sends it; another one waits until that claim ends.
    """
    found = await told.get(of.org_id, of.subject_id) or Told(org_id=of.org_id, subject_id=of.subject_id)
    if found.until is not None and found.until >= of.until:
        return None
    if found.claimed_at is not None and found.claimed_at > now - CLAIMED_FOR:
        return CLAIMED_FOR
    try:
        claimed = await told.save(found.changed(claimed_at=now, claimed_by=of.by))
    except StaleVersion:
        return CLAIMED_FOR
    try:
        await mailer.send(mail)
    except Exception:
        with suppress(Unavailable, StaleVersion):  # the claim expires
            await told.save(claimed.changed(claimed_at=None))
        raise
    with suppress(StaleVersion):  # another worker has taken this one for dead
        await told.save(claimed.changed(claimed_at=None, until=of.until))
    return None
