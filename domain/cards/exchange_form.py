"""The form by which people leave their details on a card: whether it is there, and what it asks.

It belongs to the card, not to its draft: a change is shown at once, without a publication.
"""

from typing import Annotated, Final, Literal, get_args

from pydantic import Field

from domain.base.model import Closed

Ask = Literal["off", "optional", "required"]
# What the owner wants the details for. The text that people agree to follows from it.
Purpose = Literal["contact", "information", "meeting"]
ASKS: Final[tuple[Ask, ...]] = get_args(Ask)
PURPOSES: Final[tuple[Purpose, ...]] = get_args(Purpose)
# What a form can ask beside the name, in the order of the form.
QUESTIONS: Final = ("email", "phone", "organisation", "title", "message")


class ExchangeForm(Closed):
    """The name is always asked."""

    on: Annotated[bool, Field(strict=True)] = False
    purpose: Purpose = "contact"
    email: Ask = "optional"
    phone: Ask = "optional"
    organisation: Ask = "optional"
    title: Ask = "off"
    message: Ask = "off"

    def asks(self, question: str) -> Ask:
        asked: Ask = getattr(self, question)
        return asked
