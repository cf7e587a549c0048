"""Sections of a copy: the cards and their visits."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from pydantic import BaseModel

from domain.cards.card import Card, Ending, Kept, PublishedCard
from domain.cards.content import FIELDS, CardContent
from domain.cards.links import links_of
from domain.formats.vcard3 import write_vcard
from domain.privacy.archive import File
from domain.privacy.sections import Facts, Item, Page, WithDeleted, json_file, moment
from domain.publishing.publication import PROJECTED
from domain.visibility.rule import shown_to
from domain.visibility.view import Viewer, view_for
from domain.visits.counting import Counted

# Cards of one page, which becomes one part of the copy.
_CARDS = 20
_VISITED = 5
# The retention of counts.
_MONTHS = 25
_SEEN_BY = {
    "public": "everyone",
    "signed_in": "people who are signed in",
    "connections": "your connections",
    "private": "only you",
}
_DONE = {"view": "Views", "save": "Contacts saved", "click": "Links followed"}


class Traffic(Protocol):
    async def months(self, subject_id: str, months: Sequence[str]) -> Mapping[str, Mapping[Counted, int]]: ...


class CardsSection:
    name, title = "cards", "Your cards"
    note = "What each card says now, what is published of it, and who may see each part."
    kinds: tuple[str, ...] = ("card", "deleted-card")

    def __init__(self, cards: WithDeleted[Card], origin: str) -> None:
        self._cards, self._origin = cards, origin

    async def count(self, account_id: str) -> int:
        return await self._cards.count(account_id)

    async def page(self, account_id: str, cursor: str | None, at: datetime) -> Page:  # noqa: ARG002
        found, following = await self._cards.page(account_id, _CARDS, cursor)
        return Page([self._item(card.as_it_was, card.kept) for card in found], following)

    def _item(self, card: Card, kept: Kept | None) -> Item:
        # The prefix is needed because Windows cannot open a file called con or aux.
        name = f"cards/card-{card.handle}"
        url = f"{self._origin}/c/{card.handle}"
        files = [json_file(f"{name}.json", _told(card, kept, url))]
        if card.published is not None and card.published_at is not None:
            shown = PublishedCard(
                handle=card.handle,
                card_id=card.id,
                version=card.version,
                content=shown_to(card.published, PROJECTED),
                published_at=card.published_at,
            )
            view = view_for(shown, Viewer(signed_in=True, connected=True))
            files.append(File(f"{name}.vcf", write_vcard(view, url)))
        return Item(f"{card.draft.name} ({card.handle})", [*_state(card, kept, url), *_content(card)], files)


class VisitsSection:
    name, title = "visits", "Visits of your cards"
    note = "How often each card was looked at, by day. Nothing is kept that says who came."
    kinds: tuple[str, ...] = ("rollup",)

    def __init__(self, cards: WithDeleted[Card], traffic: Traffic) -> None:
        self._cards, self._traffic = cards, traffic

    async def count(self, account_id: str) -> int:
        return await self._cards.count(account_id)

    async def page(self, account_id: str, cursor: str | None, at: datetime) -> Page:
        found, following = await self._cards.page(account_id, _VISITED, cursor)
        items = []
        for card in (each.as_it_was for each in found):
            months = list(_months(card.created_at, at))
            items.append(_visits(card, await self._traffic.months(card.id, months)))
        return Page(items, following)


def _told(card: Card, kept: Kept | None, url: str) -> dict[str, Any]:
    return {
        "id": card.id,
        "profileId": card.profile_id,
        "handle": card.handle,
        "url": url,
        "formerHandles": card.former_handles,
        "draft": _json(card.draft),
        "published": _json(card.published),
        "publishedAt": card.published_at and card.published_at.isoformat(),
        "previous": _json(card.previous),
        "paused": card.paused,
        "ending": _json(card.ending),
        "restorableUntil": kept and kept.until.isoformat(),
        "createdAt": card.created_at.isoformat(),
        "updatedAt": card.updated_at.isoformat(),
    }


def _json(content: BaseModel | None) -> Any:
    return None if content is None else content.model_dump(mode="json", by_alias=True)


def _state(card: Card, kept: Kept | None, url: str) -> Facts:
    published = moment(card.published_at) or "no"
    facts = [("Address", url), ("Published", published + (", paused" if card.paused else ""))]
    if kept is not None:
        facts.append(("Deleted", f"can be taken back until {moment(kept.until)}"))
    if card.ending is not None:
        facts.append(("Over", _over(card.ending)))
    if card.former_handles:
        facts.append(("Former names", ", ".join(card.former_handles)))
    return [*facts, ("Made", moment(card.created_at)), ("Changed", moment(card.updated_at))]


def _over(ending: Ending) -> str:
    leads = f"links lead to {ending.successor}" if ending.successor else "links show nothing"
    return f"{ending.why.replace('_', ' ')}, {moment(ending.at)}; {leads}"


def _content(card: Card) -> Iterator[tuple[str, str]]:
    yield from _said("", card.draft)
    if card.published is not None and card.published != card.draft:
        yield from _said("Published: ", card.published)


def _said(prefix: str, content: CardContent) -> Iterator[tuple[str, str]]:
    """Label and text of every value of the content."""
    for name, field in FIELDS.items():
        value = getattr(content, name)
        audience = getattr(content.audiences, name, None)
        for entry in value if isinstance(value, list) else [value] if value else []:
            seen_by = getattr(entry, "audience", audience)
            words = _words(entry) + (f" (seen by {_SEEN_BY[seen_by]})" if seen_by else "")
            yield prefix + field.label, words


def _words(value: Any) -> str:
    if not isinstance(value, BaseModel):
        return str(value)
    return ", ".join(str(part) for name, part in value if part is not None and name != "audience")


def _months(first: datetime, last: datetime) -> Iterator[str]:
    begun = first.year * 12 + first.month - 1
    ended = last.year * 12 + last.month - 1
    for number in range(max(begun, ended - _MONTHS + 1), ended + 1):
        yield f"{number // 12}-{number % 12 + 1:02}"


def _visits(card: Card, months: Mapping[str, Mapping[Counted, int]]) -> Item:
    known: dict[str, str] = {}
    for content in (card.previous, card.draft, card.published):
        known |= links_of(content) if content else {}
    target = io.StringIO()
    table = csv.writer(target)
    table.writerow(["day", "what", "link", "count"])
    totals = dict.fromkeys(_DONE, 0)
    for month in sorted(months):
        for (day, kind, link), number in sorted(months[month].items()):
            table.writerow([f"{month}-{day:02}", kind, known.get(link, link), number])
            totals[kind] += number
    facts = [(_DONE[kind], str(number)) for kind, number in totals.items()]
    file = File(f"visits/visits-{card.handle}.csv", target.getvalue().encode())
    return Item(f"{card.draft.name} ({card.handle})", facts, [file])
