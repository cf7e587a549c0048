"""The connections with companies in a copy: with whom, and what each company has of the account."""

from datetime import datetime
from typing import Any, Final, Protocol

from domain.companies.link import CompanyLink
from domain.exchange.exchange import Exchange
from domain.privacy.sections import Counts, Facts, Item, Page, json_file, moment

# Each of a page needs a point read in the company's own partition.
_LINKS: Final = 50
_KINDS: Final = {"company-connection": False, "company-connection-ended": True}
_STATES: Final = {
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
    kinds: tuple[str, ...] = tuple(_KINDS)

    def __init__(self, links: CompanyLinks, exchanges: Exchanges, counts: Counts) -> None:
        self._links, self._exchanges, self._counts = links, exchanges, counts

    async def count(self, account_id: str) -> int:
        return sum([await self._counts.count(account_id, kind) for kind in _KINDS])

    async def page(self, account_id: str, cursor: str | None, at: datetime) -> Page:  # noqa: ARG002
        """A page of those in force; after the last one its cursor leads to those that ended."""
        state, _colon, inner = (cursor or "here:").partition(":")
        ended = state == "ended"
        found, following = await self._links.page(account_id, _LINKS, inner or None, ended=ended)
        items = [_item(link, await self._exchanges.get(link.org_id, link.exchange_id)) for link in found]
        if following is not None:
            return Page(items, f"{state}:{following}")
        return Page(items, None if ended else "ended:")


def _item(link: CompanyLink, exchange: Exchange | None) -> Item:
    details = exchange.details if exchange else None
    facts: Facts = [
        ("Its page", f"/c/{link.handle}"),
        ("Since", moment(link.since)),
        ("State", _STATES[link.state]),
    ]
    if exchange is not None and details is not None:
        said = details.model_dump(exclude_none=True)
        facts += [("You agreed to", exchange.consent.text)]
        facts += [(f"It has: {name}", text) for name, text in said.items()]
    name = f"companies/{link.id}.json"
    return Item(link.name, facts, [json_file(name, _told(link, exchange))])


def _told(link: CompanyLink, exchange: Exchange | None) -> dict[str, Any]:
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
