"""Exchanges of accounts and of organisations, each where its owner's things are."""

from collections.abc import Sequence

from domain.base.ids import is_organisation
from domain.exchange.exchange import Exchange, ExchangeStore, State
from domain.operations.orders import Order


class ExchangesByOwner:
    def __init__(self, of_accounts: ExchangeStore, of_organisations: ExchangeStore) -> None:
        self._of_accounts, self._of_organisations = of_accounts, of_organisations

    def _of(self, owner_id: str) -> ExchangeStore:
        return self._of_organisations if is_organisation(owner_id) else self._of_accounts

    async def get(self, owner_id: str, exchange_id: str) -> Exchange | None:
        return await self._of(owner_id).get(owner_id, exchange_id)

    async def create(self, exchange: Exchange, orders: Sequence[Order]) -> bool:
        return await self._of(exchange.owner_id).create(exchange, orders)

    async def save(self, exchange: Exchange, orders: Sequence[Order] = ()) -> Exchange:
        return await self._of(exchange.owner_id).save(exchange, orders)

    async def of_contact(self, owner_id: str, contact_id: str) -> list[Exchange]:
        return await self._of(owner_id).of_contact(owner_id, contact_id)

    async def list(
        self, owner_id: str, state: State, limit: int, cursor: str | None
    ) -> tuple[list[Exchange], str | None]:
        return await self._of(owner_id).list(owner_id, state, limit, cursor)
