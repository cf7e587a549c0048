"""The connections in a copy: with whom, in which state, and what the other's card said before; and companies.

The other is named by the address of their card: their account is their own affair.
"""

from datetime import datetime
from typing import Any, Final, Protocol

from domain.companies.link import CompanyLink
from domain.connections.link import Link, State
from domain.connections.seen import Linked
from domain.exchange.exchange import Exchange
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


_COMPANY_KINDS: Final = {"company-connection": False, "company-connection-ended": True}
_COMPANY_STATES: Final = {
    "connected": "connected",
    "removed": "ended by the company, which has nothing of you",
    "ended": "ended by you",
}


class CompanyLinks(Protocol):
    async def page(
        self, owner_id: str, limit: int, cursor: str | None, *, ended: bool = False
    ) -> tuple[list[CompanyLink], str | None]: ...


class Exchanges(Protocol):
    async def get(self, owner_id: str, exchange_id: str) -> Exchange | None: ...


class CompaniesSection:
    name, title = "companies", "Companies that you are connected with"
    note = "What each of them has of you, the text that you agreed to, and those that ended lately."
    kinds: tuple[str, ...] = tuple(_COMPANY_KINDS)

    def __init__(self, links: CompanyLinks, exchanges: Exchanges, counts: Counts) -> None:
        self._links, self._exchanges, self._counts = links, exchanges, counts

    async def count(self, account_id: str) -> int:
        return sum([await self._counts.count(account_id, kind) for kind in _COMPANY_KINDS])

    async def page(self, account_id: str, cursor: str | None, at: datetime) -> Page:  # noqa: ARG002
        """A page of those in force; after the last one its cursor leads to those that ended."""
        state, _colon, inner = (cursor or "here:").partition(":")
        ended = state == "ended"
        found, following = await self._links.page(account_id, _LINKS, inner or None, ended=ended)
        items = [
            _company_item(link, await self._exchanges.get(link.org_id, link.exchange_id)) for link in found
        ]
        if following is not None:
            return Page(items, f"{state}:{following}")
        return Page(items, None if ended else "ended:")


def _company_item(link: CompanyLink, exchange: Exchange | None) -> Item:
    details = exchange.details if exchange else None
    facts: Facts = [
        ("Its page", f"/c/{link.handle}"),
        ("Since", moment(link.since)),
        ("State", _COMPANY_STATES[link.state]),
    ]
    if exchange is not None and details is not None:
        said = details.model_dump(exclude_none=True)
        facts += [("You agreed to", exchange.consent.text)]
        facts += [(f"It has: {name}", text) for name, text in said.items()]
    name = f"companies/{link.id}.json"
    return Item(link.name, facts, [json_file(name, _company_told(link, exchange))])


def _company_told(link: CompanyLink, exchange: Exchange | None) -> dict[str, Any]:
    return {
        "id": link.id,
        "name": link.name,
        "handle": link.handle,
        "state": link.state,
        "since": moment(link.since),
        "contactId": link.contact_id,
        "given": exchange.details.model_dump(mode="json") if exchange and exchange.details else None,
        "consent": exchange.consent.model_dump(mode="json") if exchange else None,
        "receipt": exchange.receipt if exchange else None,
    }
