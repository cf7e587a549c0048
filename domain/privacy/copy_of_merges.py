"""The histories of contacts in a copy, their merges of the last days, and which ones were told apart."""

from datetime import datetime
from typing import Any, Final, Protocol

from domain.privacy.sections import Counts, Item, Page, json_file
from domain.relationships.duplicates.merge import Merge
from domain.relationships.history.history import History

_EACH: Final = 100
# Begins the cursors of merges, and is that of the contacts that were told apart.
_MERGES, _APART = "merges:", "apart:"


class Histories(Protocol):
    async def page(
        self, owner_id: str, limit: int, cursor: str | None
    ) -> tuple[list[History], str | None]: ...


class Merges(Protocol):
    async def page(self, owner_id: str, limit: int, cursor: str | None) -> tuple[list[Merge], str | None]: ...


class Apart(Protocol):
    async def told_apart(self, owner_id: str) -> list[tuple[str, str]]:
        """Ids of the contacts that the owner said are not the same."""
        ...


class MergesSection:
    name, title = "histories", "What your contacts said before"
    note = "Values that you changed, contacts that you merged, and which ones you said are not the same."
    kinds: tuple[str, ...] = ("contact-history", "contact-merge", "not-same")

    def __init__(self, histories: Histories, merges: Merges, apart: Apart, counts: Counts) -> None:
        self._histories, self._merges, self._apart, self._counts = histories, merges, apart, counts

    async def count(self, account_id: str) -> int:
        histories, merges, apart = [await self._counts.count(account_id, kind) for kind in self.kinds]
        return -(-histories // _EACH) + -(-merges // _EACH) + min(1, apart)

    async def page(self, account_id: str, cursor: str | None, at: datetime) -> Page:  # noqa: ARG002
        cursor = cursor or ""
        if cursor == _APART:
            pairs = await self._apart.told_apart(account_id)
            return Page([_apart(pairs)] if pairs else [], None)
        if cursor.startswith(_MERGES):
            inner = cursor.removeprefix(_MERGES) or None
            merges, following = await self._merges.page(account_id, _EACH, inner)
            return Page([_merges(merges)] if merges else [], _MERGES + following if following else _APART)
        histories, following = await self._histories.page(account_id, _EACH, cursor or None)
        return Page([_histories(histories)] if histories else [], following or _MERGES)


def _histories(found: list[History]) -> Item:
    told = [
        {"contactId": each.contact_id, "past": [past.model_dump(mode="json") for past in each.past]}
        for each in found
    ]
    name = f"histories/histories-{found[0].contact_id}.json"
    return Item("Histories", [("Contacts", str(len(found)))], [json_file(name, told)])


def _merges(found: list[Merge]) -> Item:
    name = f"histories/merges-{found[0].id}.json"
    return Item("Merges", [("Number", str(len(found)))], [json_file(name, [_told(each) for each in found])])


def _told(merge: Merge) -> dict[str, Any]:
    return {
        "id": merge.id,
        "keptId": merge.kept_id,
        "goneId": merge.gone_id,
        "state": merge.state,
        "before": [each.content.model_dump(mode="json", by_alias=True) for each in (merge.kept, merge.gone)],
        "undoableUntil": merge.until.isoformat(),
        "createdAt": merge.created_at.isoformat(),
    }


def _apart(pairs: list[tuple[str, str]]) -> Item:
    return Item(
        "Not the same", [("Pairs", str(len(pairs)))], [json_file("histories/not-the-same.json", pairs)]
    )
