"""The details that somebody leaves on a card, by the questions of its form."""

from collections.abc import Mapping

from domain.base.errors import Fault, InvalidInput
from domain.base.fields import EmailAddress, Name, SavedNumber, ShortLine, Text
from domain.base.model import Closed
from domain.base.texts import N_
from domain.cards.exchange_form import QUESTIONS, ExchangeForm


class Details(Closed):
    name: Name
    email: EmailAddress | None = None
    phone: SavedNumber | None = None
    organisation: ShortLine | None = None
    title: ShortLine | None = None
    message: Text | None = None


def missing(values: Mapping[str, object], form: ExchangeForm) -> list[Fault]:
    """A fault for every answer that the form needs and that is not there."""
    return [
        Fault("/" + question, "required", N_("is required"))
        for question in QUESTIONS
        if form.asks(question) == "required" and values[question] is None
    ]


def answers(details: Details, form: ExchangeForm) -> Details:
    """The details without what the form does not ask; refused if one that it needs is missing."""
    if faults := missing(details.model_dump(), form):
        raise InvalidInput(faults)
    unasked = {question: None for question in QUESTIONS if form.asks(question) == "off"}
    return details.model_copy(update=unasked)
