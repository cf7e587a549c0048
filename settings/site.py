"""Public address of iZwop."""

from functools import cache

from pydantic import Field

from settings import read
from settings.fields import Group, Origin


class Site(Group):
    public_origin: Origin = Field(
        alias="PUBLIC_ORIGIN",
        description="The origin people see, like https://izwop.com; links start with it.",
    )


@cache
def load() -> Site:
    """Raise `WrongSettings` when one of them is wrong."""
    return read(Site)
