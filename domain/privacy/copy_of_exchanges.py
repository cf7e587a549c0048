"""What people left on one's cards in a copy: a file for each, with the receipt of what they agreed to."""

from datetime import datetime
from typing import Any, Final, Protocol

from domain.exchange.exchange import Exchange, State
from domain.privacy.sections import Counts, Facts, Item, Page, json_file, moment

_EACH: Final = 50
_STATES: Final[dict[State, str]] = {
    "waiting": "waits for you",
    "kept": "kept as a contact",
    "dismissed": "dismissed, can be taken back for a day",
}


class Exchanges(Protocol):
    async def list(
        self, owner_id: str, state: State, limit: int, cursor: str | None
    ) -> tuple[list[Exchange], str | None]: ...


class ExchangesSection:
    name, title = "exchanges", "What people left on your cards"
    note = "Details that people without an account gave you, and the text that each of them agreed to."
    kinds: tuple[str, ...] = ("exchange", "kept-exchange", "dismissed-exchange")

    def __init__(self, exchanges: Exchanges, counts: Counts) -> None:
        self._exchanges, self._counts = exchanges, counts

    async def count(self, account_id: str) -> int:
        return sum([await self._counts.count(account_id, kind) for kind in self.kinds])

    async def page(self, account_id: str, cursor: str | None, at: datetime) -> Page:
        """A page of one state; after the last page of a state its cursor leads to the next one."""
        state, _, inner = (cursor or "waiting:").partition(":")
        states = list(_STATES)
        here = states.index(next(each for each in states if each == state))
        found, following = await self._exchanges.list(account_id, states[here], _EACH, inner or None)
        items = [_item(each) for each in found if not each.is_over(at)]
        if following is not None:
            return Page(items, f"{state}:{following}")
        return Page(items, f"{states[here + 1]}:" if here + 1 < len(states) else None)


def _item(exchange: Exchange) -> Item:
    details = exchange.details
    facts: Facts = [
        ("Left on", moment(exchange.given_at)),
        ("On the card", exchange.handle),
        ("State", _STATES[exchange.state]),
        ("They agreed to", exchange.consent.text),
    ]
    if details is not None:
        said = details.model_dump(exclude_none=True)
        facts += [(name.capitalize(), text) for name, text in said.items()]
    name = f"exchanges/exchange-{exchange.id}"
    return Item(details.name if details else "Withdrawn", facts, [json_file(f"{name}.json", _told(exchange))])


def _told(exchange: Exchange) -> dict[str, Any]:
    return {
        "id": exchange.id,
        "cardId": exchange.card_id,
        "state": exchange.state,
        "details": exchange.details and exchange.details.model_dump(mode="json"),
        "consent": {**exchange.consent.model_dump(mode="json"), "sha256": exchange.consent.sha256},
        "receipt": exchange.receipt,
        "contactId": exchange.contact_id,
        "givenAt": exchange.given_at.isoformat(),
        "correctedAt": exchange.corrected_at and exchange.corrected_at.isoformat(),
    }
