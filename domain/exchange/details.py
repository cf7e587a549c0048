"""The details that somebody leaves on a card, by the questions of its form."""

from typing import Annotated

from domain.base.errors import Fault, InvalidInput
from domain.base.fields import EmailAddress, Name, SavedNumber, ShortLine, Text
from domain.base.model import Closed
from domain.base.texts import N_
from domain.cards.described import Described
from domain.cards.exchange_form import QUESTIONS, ExchangeForm


class Details(Closed):
    name: Annotated[Name, Described("Name")]
    email: Annotated[EmailAddress | None, Described("E-mail", "email")] = None
    phone: Annotated[SavedNumber | None, Described("Phone", "phone")] = None
    organisation: Annotated[ShortLine | None, Described("Company or organisation")] = None
    title: Annotated[ShortLine | None, Described("Title")] = None
    message: Annotated[Text | None, Described("Message", "lines")] = None


def answers(details: Details, form: ExchangeForm) -> Details:
    """The details without what the form does not ask; refused if one that it needs is missing."""
    missing = [
        Fault("/" + question, "required", N_("is required"))
        for question in QUESTIONS
        if form.asks(question) == "required" and getattr(details, question) is None
    ]
    if missing:
        raise InvalidInput(missing)
    unasked = {question: None for question in QUESTIONS if form.asks(question) == "off"}
    return details.model_copy(update=unasked)
