"""The connections in a copy: with whom, in which state, and what the other's card said before.

The other is named by the address of their card: their account is their own affair.
"""

from datetime import datetime
from typing import Any, Final, Protocol

from domain.connections.link import Link, State
from domain.connections.seen import Linked
from domain.privacy.sections import Counts, Facts, Item, Page, json_file, moment

# Connections of one page, which becomes one part of the copy.
_LINKS = 50
_KINDS: Final[dict[State, str]] = {
    "connected": "connection",
    "waiting": "connection-request",
    "asked": "connection-asked",
    "blocked": "connection-blocked",
    "ended": "connection-ended",
}
_TITLES: Final[dict[State, str]] = {
    "connected": "Connected",
    "waiting": "Waiting for your answer",
    "asked": "Asked by you",
    "blocked": "Blocked by you",
    "ended": "Ended or declined",
}


class Links(Protocol):
    async def page(
        self, owner_id: str, state: State, limit: int, cursor: str | None
    ) -> tuple[list[Link], str | None]: ...
    async def linked(self, owner_id: str, link_id: str) -> Linked | None: ...


class ConnectionsSection:
    name, title = "connections", "Your connections"
    note = "With whom you agreed to be connected, whom you asked, and what their cards said before."
    kinds: tuple[str, ...] = (*_KINDS.values(), "connection-seen")

    def __init__(self, links: Links, counts: Counts) -> None:
        self._links, self._counts = links, counts

    async def count(self, account_id: str) -> int:
        return sum([-(-await self._counts.count(account_id, kind) // _LINKS) for kind in _KINDS.values()])

    async def page(self, account_id: str, cursor: str | None, at: datetime) -> Page:  # noqa: ARG002
        states = list(_KINDS)
        name, _colon, inner = (cursor or f"{states[0]}:").partition(":")
        state = next(each for each in states if each == name)
        found, following = await self._links.page(account_id, state, _LINKS, inner or None)
        told = [_told(link, await self._links.linked(account_id, link.id)) for link in found]
        items = [_item(state, told)] if told else []
        if following is not None:
            return Page(items, f"{state}:{following}")
        rest = states[states.index(state) + 1 :]
        return Page(items, f"{rest[0]}:" if rest else None)


def _item(state: State, told: list[dict[str, Any]]) -> Item:
    facts: Facts = [
        ("Connections", str(len(told))),
        ("Cards", ", ".join(f"/c/{each['theirCard']}" for each in told)),
    ]
    return Item(_TITLES[state], facts, [json_file(f"connections/{state}-{told[0]['id']}.json", told)])


def _told(link: Link, seen: Linked | None) -> dict[str, Any]:
    return {
        "id": link.id,
        "state": link.state,
        "since": moment(link.since),
        "theirCard": link.theirs.handle,
        "yourCard": link.mine.card_id,
        "contactId": seen.contact_id if seen else link.contact_id,
        "declinedAt": moment(link.declined_at),
        "says": seen.seen if seen else {},
        "saidBefore": [each.model_dump(mode="json") for each in seen.former] if seen else [],
    }
