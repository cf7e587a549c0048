"""The organisations of an account, in the account's partition: what its switcher shows, one point read.

It is derived from the organisations' members, by an order after each change of a member.
"""

from datetime import datetime
from typing import Final, Protocol

from pydantic import Field

from domain.base.model import Model
from domain.organisations.roles import Role

MEMBERSHIP: Final = "org-membership"
# Of all its members: after a closing, a taking back and a new name.
ALL_MEMBERSHIPS: Final = "org-closing"
_MOST_CLOSED: Final = 20


class Membership(Model):
    """`name` is the organisation's when it was written; its pages show the name of now."""

    org_id: str
    name: str
    role: Role
    since: datetime
    member_id: str = ""


class ClosedOrganisation(Model):
    """An organisation that the account has closed, and may take back before `until`."""

    org_id: str
    name: str
    version: int
    until: datetime


class Memberships(Model):
    account_id: str
    organisations: list[Membership] = Field(default=[])
    closed: list[ClosedOrganisation] = Field(default=[])
    etag: str | None = Field(default=None, exclude=True)

    def without(self, org_id: str) -> "Memberships":
        left = [each for each in self.organisations if each.org_id != org_id]
        closed = [each for each in self.closed if each.org_id != org_id]
        return self.model_copy(update={"organisations": left, "closed": closed})

    def having(self, membership: Membership) -> "Memberships":
        others = self.without(membership.org_id)
        found = sorted([*others.organisations, membership], key=lambda each: (each.since, each.org_id))
        return others.model_copy(update={"organisations": found})

    def having_closed(self, closed: ClosedOrganisation) -> "Memberships":
        """The latest only: what was closed long ago cannot be taken back."""
        others = self.without(closed.org_id)
        found = sorted([*others.closed, closed], key=lambda each: (each.until, each.org_id))
        return others.model_copy(update={"closed": found[-_MOST_CLOSED:]})


class MembershipStore(Protocol):
    async def get(self, account_id: str) -> Memberships: ...
    async def save(self, memberships: Memberships) -> None:
        """Store them; `StaleVersion` if somebody else did meanwhile."""
        ...
