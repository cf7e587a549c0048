"""The reminders in a copy, a hundred in each file, and the suggestions that the owner dismissed."""

from datetime import datetime
from typing import Any, Final, Protocol

from domain.privacy.sections import Counts, Facts, Item, Page, WithDeleted, json_file
from domain.relationships.refine.dismissals import Dismissal
from domain.relationships.reminders.reminder import Reminder

# Reminders of one page, which becomes one part of the copy and one entry of its index.
_REMINDERS: Final = 100
_KINDS: Final = ("reminder", "deleted-reminder")


class Dismissals(Protocol):
    async def list(
        self, owner_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Dismissal], str | None]: ...


class RemindersSection:
    name, title = "reminders", "Your reminders"
    note = (
        "What you wanted to be reminded of about your contacts, and what you did about it. Only you see it."
    )
    kinds: tuple[str, ...] = _KINDS

    def __init__(self, reminders: WithDeleted[Reminder], counts: Counts) -> None:
        self._reminders, self._counts = reminders, counts

    async def count(self, account_id: str) -> int:
        return sum([-(-await self._counts.count(account_id, kind) // _REMINDERS) for kind in _KINDS])

    async def page(self, account_id: str, cursor: str | None, at: datetime) -> Page:  # noqa: ARG002
        found, following = await self._reminders.page(account_id, _REMINDERS, cursor)
        return Page([_reminders(found)] if found else [], following)


class DismissalsSection:
    name, title = "dismissals", "Suggestions that you dismissed"
    note = "Whom you did not want to be told about, and for which kind of reason."
    kinds: tuple[str, ...] = ("dismissal",)

    def __init__(self, dismissals: Dismissals, counts: Counts) -> None:
        self._dismissals, self._counts = dismissals, counts

    async def count(self, account_id: str) -> int:
        return -(-await self._counts.count(account_id, "dismissal") // _REMINDERS)

    async def page(self, account_id: str, cursor: str | None, at: datetime) -> Page:  # noqa: ARG002
        found, following = await self._dismissals.list(account_id, _REMINDERS, cursor)
        if not found:
            return Page([], following)
        told = [each.model_dump(mode="json", exclude={"owner_id"}) for each in found]
        name = f"dismissals/dismissals-{found[0].kind}-{found[0].contact_id}.json"
        return Page([Item("Dismissed", [("Number", str(len(found)))], [json_file(name, told)])], following)


def _reminders(found: list[Reminder]) -> Item:
    facts: Facts = [("Reminders", str(len(found)))]
    facts += [("About", reminder.content.text) for reminder in found]
    if found[0].deleted:
        facts.append(("Deleted", "can be taken back for a day"))
    files = [json_file(f"reminders/reminders-{found[0].id}.json", [_told(each) for each in found])]
    return Item("Deleted reminders" if found[0].deleted else "Reminders", facts, files)


def _told(reminder: Reminder) -> dict[str, Any]:
    return {
        "id": reminder.id,
        "contactId": reminder.contact_id,
        "content": reminder.content.model_dump(mode="json", by_alias=True),
        "unreadable": reminder.unreadable,
        "state": reminder.state,
        "dueAt": reminder.due_at and reminder.due_at.isoformat(),
        "waitingSince": reminder.rang_at and reminder.rang_at.isoformat(),
        "history": [act.model_dump(mode="json") for act in reminder.history],
        "restorableUntil": reminder.until and reminder.until.isoformat(),
        "createdAt": reminder.created_at.isoformat(),
        "updatedAt": reminder.updated_at.isoformat(),
    }
