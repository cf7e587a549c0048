"""Suggestions that the owner does not want to see: remembered until their reason is another one."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field

from domain.base.model import Closed, Model

# Why a contact is suggested: the relationship cools, it has been silent for long, both were met at an event.
Kind = Literal["cooling", "silent", "event"]
# What tells one reason from another and says nothing: 32 digits of a keyed digest.
ReasonKey = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]


class Dismissing(Closed):
    """Names the kind of suggestion and the reason that is dismissed, as the suggestion gave them."""

    kind: Kind
    reason: ReasonKey


class Dismissal(Model):
    """Stored dismissal of one kind of suggestion about a contact."""

    owner_id: str
    contact_id: str
    kind: Kind
    reason: str
    at: datetime
