"""The key above the keys by which owners' private texts are sealed."""

from functools import cache

from pydantic import Field

from settings import read
from settings.fields import Group, SealingKey


class Relationships(Group):
    relations_key: SealingKey = Field(
        alias="RELATIONS_KEY",
        description="32 random bytes in base64; wraps the key of each owner's notes, tags and search.",
    )


@cache
def load() -> Relationships:
    """Raise `WrongSettings` when one of them is wrong."""
    return read(Relationships)
