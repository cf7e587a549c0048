"""Public address of iZwop, who runs it, and what its public pages show."""

from functools import cache

from pydantic import Field

from settings import read
from settings.fields import EmailContact, Group, Origin


class Site(Group):
    public_origin: Origin = Field(
        alias="PUBLIC_ORIGIN",
        description="The origin people see, like https://izwop.com; links start with it.",
    )
    controller_name: str = Field(
        default="iZwop",
        min_length=2,
        max_length=200,
        alias="CONTROLLER_NAME",
        description="Who answers for people's data, as the privacy notice names them, 2 to 200 characters.",
    )
    contact_email: EmailContact = Field(
        default="privacy@izwop.com",
        alias="CONTACT_EMAIL",
        description="The address that people write to, by the help and the notice, like privacy@izwop.com.",
    )
    example_handle: str | None = Field(
        default=None,
        pattern="^[a-z0-9-]{3,40}$",
        alias="EXAMPLE_HANDLE",
        description="The handle of the card that the home page shows as an example.",
    )


@cache
def load() -> Site:
    """Raise `WrongSettings` when one of them is wrong."""
    return read(Site)
