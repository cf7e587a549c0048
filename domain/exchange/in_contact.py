"""What the owner's contact has of an exchange: made from it, corrected with it, and taken out again.

A value counts as the person's while it has the source `exchange` and says what they gave; the name, the
title, the organisation and the message while they say what they gave. What the owner typed stays.
"""

from collections.abc import Iterable
from datetime import date
from typing import Any, Final

from domain.base.texts import N_
from domain.exchange.details import Details
from domain.exchange.exchange import Exchange
from domain.relationships.contact import (
    ContactContent,
    ContactEmail,
    ContactPhone,
    CustomField,
    Met,
    Value,
)
from domain.relationships.history.history import Past, text_of

# The field of one's own in which a message stands.
MESSAGE: Final = N_("Message")
# The name of a contact whose details were withdrawn, while the owner's own words about it are kept.
NAMELESS: Final = N_("Details withdrawn")
_LINES: Final = ("name", "title", "organisation")


def made_from(exchange: Exchange, details: Details) -> ContactContent:
    """The contact that keeping makes."""
    since = exchange.given_at.date()
    return ContactContent(
        kind="person",
        name=details.name,
        title=details.title,
        organisation=details.organisation,
        emails=_emails(details, since),
        phones=_phones(details, since),
        custom_fields=_messages(details),
        met=_met(exchange),
    )


def _emails(details: Details, since: date) -> list[ContactEmail]:
    if details.email is None:
        return []
    return [ContactEmail(address=details.email, source="exchange", since=since)]


def _phones(details: Details, since: date) -> list[ContactPhone]:
    if details.phone is None:
        return []
    return [ContactPhone(number=details.phone, source="exchange", since=since)]


def _messages(details: Details) -> list[CustomField]:
    return [CustomField(label=MESSAGE, text=details.message)] if details.message else []


def _met(exchange: Exchange) -> Met:
    return Met(on=exchange.given_at.date(), card=exchange.card_id)


def corrected(content: ContactContent, before: Details, after: Details, today: date) -> ContactContent:
    """The contact with the person's corrections, where it still says what they said before."""
    update: dict[str, Any] = {
        line: getattr(after, line)
        for line in _LINES
        if getattr(content, line) == getattr(before, line) and getattr(after, line) != getattr(before, line)
    }
    update["emails"] = _replaced(content.emails, _emails(before, today), _emails(after, today))
    update["phones"] = _replaced(content.phones, _phones(before, today), _phones(after, today))
    update["custom_fields"] = _replaced_field(content.custom_fields, before, after)
    return content.model_copy(update=update)


def _replaced[V: Value](values: list[V], before: list[V], after: list[V]) -> list[V]:
    """The values with the new one in the place of the old one; once done, it changes nothing more."""
    if before == after:
        return values
    place = next((at for at, value in enumerate(values) if _is_theirs(value, before)), None)
    others = {value.said for at, value in enumerate(values) if at != place}
    new = [value for value in after if value.said not in others]
    if place is not None:
        return [*values[:place], *new, *values[place + 1 :]]
    # Without an old value it is one more; the owner may have deleted an old one that is gone.
    return values if before else [*values, *new]


def _replaced_field(fields: list[CustomField], before: Details, after: Details) -> list[CustomField]:
    old, new = _messages(before), _messages(after)
    if old == new:
        return fields
    if old and old[0] in fields:
        at = fields.index(old[0])
        return [*fields[:at], *new, *fields[at + 1 :]]
    return fields if old or new[0] in fields else [*fields, *new]


def taken_out(
    content: ContactContent, exchange: Exchange, details: Details, others: Iterable[Details]
) -> ContactContent:
    """The contact without what came only from this exchange; `others` are details of the same contact."""
    since = exchange.given_at.date()
    others = list(others)
    said = {value.said for each in others for value in (*_emails(each, since), *_phones(each, since))}
    update: dict[str, Any] = {
        line: None if getattr(details, line) not in {getattr(each, line) for each in others} else theirs
        for line in _LINES
        if (theirs := getattr(content, line)) is not None and theirs == getattr(details, line)
    }
    if "name" in update and update["name"] is None:
        update["name"] = NAMELESS
    update["emails"] = [
        value
        for value in content.emails
        if value.said in said or not _is_theirs(value, _emails(details, since))
    ]
    update["phones"] = [
        value
        for value in content.phones
        if value.said in said or not _is_theirs(value, _phones(details, since))
    ]
    update["custom_fields"] = [own for own in content.custom_fields if own not in _messages(details)]
    if content.met == _met(exchange):
        update["met"] = None
    return content.model_copy(update=update)


def says(past: Past, exchange: Exchange, details: Details, others: Iterable[Details]) -> bool:
    """Whether a past value is one that came only from this exchange."""
    if past.source not in (None, "exchange"):
        return False
    shared = {text for each in others for text in _texts(exchange, each).get(past.field, ())}
    theirs = _texts(exchange, details).get(past.field, ())
    # Behind a value there may be the label that it had.
    return any(
        past.text == text or past.text.startswith(f"{text} (") for text in theirs if text not in shared
    )


def _texts(exchange: Exchange, details: Details) -> dict[str, list[str]]:
    """What the details say in each field of a contact, as a history has it."""
    content = made_from(exchange, details)
    lists = {
        name: [text_of(value) for value in getattr(content, name)]
        for name in ("emails", "phones", "custom_fields")
    }
    lines = {name: [text] for name in (*_LINES, "met") if (text := text_of(getattr(content, name)))}
    return lists | lines


def _is_theirs(value: Value, given: Iterable[Value]) -> bool:
    return value.source == "exchange" and value.said in {each.said for each in given}


def is_empty(content: ContactContent) -> bool:
    """Whether nothing of the owner's is left in a contact that was taken out of."""
    return content.model_copy(update={"archived": False}) == ContactContent(name=NAMELESS)
