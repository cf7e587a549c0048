"""The section of a contact's page with its reminders, and what waits on the page that opens on today."""

from typing import Any, Final

import wiring.relationships.reminders
from domain.relationships.contact import Contact
from domain.relationships.reminders.reminder import Reminder
from domain.relationships.reminders.reminders import MOST_OF_A_CONTACT, waiting_reminders
from functions.framework.callers import SignedIn
from functions.framework.clock import now
from functions.framework.texts import _
from functions.relationships.reminders.form import when
from functions.relationships.reminders.pages import A_WEEK

# What the page of today shows; the page of reminders has all.
_MOST_TODAY: Final = 5


async def values(person: SignedIn, contact: Contact) -> dict[str, Any]:
    """One query: a contact has few reminders."""
    reminders = wiring.relationships.reminders.reminders()
    found = await reminders.of_contact(person.account_id, contact.id, MOST_OF_A_CONTACT)
    return {
        "contact": contact,
        "open": [(each, contact) for each in found if each.state != "done"],
        "ended": [(each, contact) for each in found if each.state == "done"],
        "when": when,
        "in_a_week": (now().date() + A_WEEK).isoformat(),
    }


def text_of(reminder: Reminder) -> str:
    return _("This reminder cannot be read any more.") if reminder.unreadable else reminder.content.text


async def waiting_today(account_id: str) -> tuple[list[tuple[Reminder, Contact]], bool]:
    """The reminders that rang last, with their contacts, and whether more wait. One query if none do."""
    desk = wiring.relationships.reminders.desk()
    found, following = await waiting_reminders(account_id, _MOST_TODAY, None, desk=desk)
    return found, following is not None
