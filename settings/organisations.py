"""The resolver that is asked for the records which prove domains."""

from functools import cache

from pydantic import Field

from settings import read
from settings.fields import Group


class Organisations(Group):
    dns_resolver: str | None = Field(
        default=None,
        pattern=r"^([0-9]{1,3}(\.[0-9]{1,3}){3}|\[[0-9a-fA-F:]+\]):[0-9]{1,5}$",
        alias="DNS_RESOLVER",
        description="The address and port of the DNS resolver, like 10.0.0.4:53, if not the machine's own.",
    )


@cache
def load() -> Organisations:
    """Raise `WrongSettings` when one of them is wrong."""
    return read(Organisations)
