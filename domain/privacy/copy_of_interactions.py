"""The interactions with contacts in a copy, and the strengths that follow from them, a hundred in a file."""

from datetime import date, datetime
from typing import Any, Final, Protocol

from domain.privacy.sections import Counts, Facts, Item, Page, json_file
from domain.relationships.interactions.interaction import LANDMARK, Interaction
from domain.relationships.strength.series import end_of
from domain.relationships.strength.strength import Strength, date_of

_EACH: Final = 100
# Begins the cursors of deleted interactions and of strengths, which follow.
_DELETED, _STRENGTHS = "deleted:", "strengths:"


class Kept(Protocol):
    async def between(
        self, owner_id: str, first: date, last: date, limit: int, after: str = ""
    ) -> tuple[list[Interaction], str | None]: ...
    async def list_deleted(
        self, owner_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Interaction], str | None]: ...
    async def strengths(
        self, owner_id: str, limit: int, cursor: str | None
    ) -> tuple[list[Strength], str | None]: ...


class InteractionsSection:
    name, title = "interactions", "Your interactions with contacts"
    note = (
        "When you met, called or wrote, never what was said, and what follows from it: the strength of each"
        " relationship, week by week. Nobody else sees it."
    )
    kinds: tuple[str, ...] = ("interaction", "deleted-interaction", "strength")

    def __init__(self, kept: Kept, counts: Counts) -> None:
        self._kept, self._counts = kept, counts

    async def count(self, account_id: str) -> int:
        return sum([-(-await self._counts.count(account_id, kind) // _EACH) for kind in self.kinds])

    async def page(self, account_id: str, cursor: str | None, at: datetime) -> Page:
        cursor = cursor or ""
        if cursor.startswith(_STRENGTHS):
            inner = cursor.removeprefix(_STRENGTHS) or None
            strengths, following = await self._kept.strengths(account_id, _EACH, inner)
            items = [_strengths(strengths)] if strengths else []
            return Page(items, following and _STRENGTHS + following)
        if cursor.startswith(_DELETED):
            inner = cursor.removeprefix(_DELETED) or None
            found, following = await self._kept.list_deleted(account_id, _EACH, inner)
            items = [_interactions(found, "Deleted interactions")] if found else []
            return Page(items, _DELETED + following if following else _STRENGTHS)
        found, following = await self._kept.between(account_id, LANDMARK, at.date(), _EACH, cursor)
        items = [_interactions(found, "Interactions")] if found else []
        return Page(items, following or _DELETED)


def _interactions(found: list[Interaction], title: str) -> Item:
    days = sorted(each.said.day for each in found)
    facts: Facts = [("Number", str(len(found))), ("Days", f"{days[0]} to {days[-1]}")]
    name = f"interactions/interactions-{found[0].id}.json"
    return Item(title, facts, [json_file(name, [_told(each) for each in found])])


def _told(each: Interaction) -> dict[str, Any]:
    return {
        "id": each.id,
        "contactId": each.contact_id,
        **each.said.model_dump(mode="json", by_alias=True),
        "source": each.source,
        "ignored": each.ignored,
        "createdAt": each.created_at.isoformat(),
    }


def _strengths(found: list[Strength]) -> Item:
    name = f"interactions/strengths-{found[0].contact_id}.json"
    return Item(
        "Strengths", [("Number", str(len(found)))], [json_file(name, [_strength(each) for each in found])]
    )


def _strength(each: Strength) -> dict[str, Any]:
    weeks = each.weeks((each.next_week or 0) * 7)
    return {
        "contactId": each.contact_id,
        "score": each.score,
        "state": each.state,
        "corrections": each.said.corrections,
        "weeks": [
            {"until": date_of(end_of(point.week)).isoformat(), "score": point.score, "terms": point.terms}
            for point in weeks
        ],
    }
