"""The organisations of an account, in the account's partition: what its switcher shows, one point read.

It is derived from the organisations' members, by an order after each change of a member.
"""

from datetime import datetime
from typing import Final, Protocol

from pydantic import Field

from domain.base.model import Model
from domain.organisations.roles import Role

MEMBERSHIP: Final = "org-membership"


class Membership(Model):
    """`name` is the organisation's when it was written; its pages show the name of now."""

    org_id: str
    name: str
    role: Role
    since: datetime


class Memberships(Model):
    account_id: str
    organisations: list[Membership] = Field(default=[])
    etag: str | None = Field(default=None, exclude=True)

    def without(self, org_id: str) -> "Memberships":
        left = [each for each in self.organisations if each.org_id != org_id]
        return self.model_copy(update={"organisations": left})

    def having(self, membership: Membership) -> "Memberships":
        others = self.without(membership.org_id).organisations
        found = sorted([*others, membership], key=lambda each: (each.since, each.org_id))
        return self.model_copy(update={"organisations": found})


class MembershipStore(Protocol):
    async def get(self, account_id: str) -> Memberships: ...
    async def save(self, memberships: Memberships) -> None:
        """Store them; `StaleVersion` if somebody else did meanwhile."""
        ...
