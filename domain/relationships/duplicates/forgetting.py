"""What somebody withdraws is forgotten where it is kept for undoing, too: in histories and in merges."""

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, Protocol

from domain.relationships.contact import Contact, ContactContent
from domain.relationships.duplicates.merge import Before, Merge
from domain.relationships.history.history import History, Past


class Theirs(NamedTuple):
    """What is forgotten: how a content is without it, and whether a past value says it."""

    taken_out: Callable[[ContactContent], ContactContent]
    says: Callable[[Past], bool]


class KeptBefore(Protocol):
    async def contact(self, owner_id: str, contact_id: str) -> Contact | None: ...
    async def save_contact(self, contact: Contact) -> None: ...
    async def history(self, owner_id: str, contact_id: str) -> History: ...
    async def save_history(self, history: History) -> None: ...
    async def merges_of(self, owner_id: str, contact_ids: list[str]) -> list[Merge]:
        """The merges into any of these contacts, the oldest first."""
        ...

    async def save_merge(self, merge: Merge) -> None: ...


class Forgetting:
    """Each of the stores refuses with `StaleVersion` what was changed meanwhile; all of it may run again."""

    def __init__(self, store: KeptBefore) -> None:
        self._store = store

    async def forget(self, owner_id: str, contact_id: str, theirs: Theirs, now: datetime) -> None:
        """Forget what a contact said, also in those that it was merged into, but for what these say now."""
        line = await self._line(owner_id, contact_id)
        holding = {contact_id}
        for merge in await self._store.merges_of(owner_id, [each.id for each in line]):
            await self._forget_in_merge(merge, holding, theirs)
            if merge.gone_id in holding and merge.state == "done":
                holding.add(merge.kept_id)
        for contact in line:
            if contact.id in holding:
                await self._forget_in_history(owner_id, contact.id, theirs)
            if contact.merged_into is not None and contact.until is not None:
                content = theirs.taken_out(contact.content)
                if content != contact.content:
                    await self._store.save_contact(contact.changed(now, content=content))

    async def _line(self, owner_id: str, contact_id: str) -> list[Contact]:
        """The contact, the one that it was merged into, and so on."""
        line: list[Contact] = []
        contact = await self._store.contact(owner_id, contact_id)
        while contact is not None and contact.id not in {each.id for each in line}:
            line.append(contact)
            into = contact.merged_into
            contact = await self._store.contact(owner_id, into) if into else None
        return line

    async def _forget_in_merge(self, merge: Merge, holding: set[str], theirs: Theirs) -> None:
        changed = merge.model_copy(
            update={
                "kept": _without(merge.kept, theirs) if merge.kept_id in holding else merge.kept,
                "gone": _without(merge.gone, theirs) if merge.gone_id in holding else merge.gone,
            }
        )
        if {merge.kept_id, merge.gone_id} & holding:
            changed = changed.model_copy(update={"merged": theirs.taken_out(merge.merged)})
        if changed != merge:
            await self._store.save_merge(changed)

    async def _forget_in_history(self, owner_id: str, contact_id: str, theirs: Theirs) -> None:
        history = await self._store.history(owner_id, contact_id)
        changed = history.without(theirs.says, theirs.taken_out)
        if changed.past != history.past or changed.last != history.last:
            await self._store.save_history(changed)


def _without(before: Before, theirs: Theirs) -> Before:
    return before.model_copy(update={"content": theirs.taken_out(before.content)})
