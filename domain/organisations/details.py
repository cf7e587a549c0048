"""What an organisation knows about a person, beyond their name and address."""

from typing import Annotated

from pydantic import Field

from domain.base.fields import ShortLine
from domain.base.model import Closed, Model

# What the organisation's own system calls the person.
ExternalId = Annotated[str, Field(min_length=1, max_length=200, pattern=r"^\S(.*\S)?$")]


class Details(Closed):
    """As the organisation writes them: a card whose template uses one that no card can have says so."""

    title: ShortLine | None = None
    department: ShortLine | None = None
    phone: ShortLine | None = None
    mobile: ShortLine | None = None
    location: ShortLine | None = None
    number: ShortLine | None = None


class Linked(Model):
    """What the directory of an organisation says of a person's name, part by part, and beside their address.

    Whom the directory deleted is `deleted`: it finds them no more, and makes them the same person again.
    """

    formatted: str | None = None
    given: str | None = None
    family: str | None = None
    display: str | None = None
    primary: bool | None = None
    deleted: bool = False
