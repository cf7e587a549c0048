"""Calendar files that an owner looks at or has logged, for a week, and the contacts that they name."""

from itertools import batched

from adapters.cosmos.database import Database, Items, instant
from adapters.cosmos.documents import document, from_document, newest_first
from adapters.cosmos.relationships.contact_documents import CONTAINER, PARTITION
from domain.relationships.calendar.file import KEPT, CalendarFile

_KIND = "calendar-file"
_TTL = int(KEPT.total_seconds())
# Addresses of one query.
_TOGETHER = 20


class CosmosCalendarFiles:
    def __init__(self, database: Database) -> None:
        self._items = Items(database, CONTAINER)

    async def create(self, made: CalendarFile) -> bool:
        extra = {"createdAt": instant(made.created_at), "ttl": _TTL}
        return await self._items.create(
            document(_KIND, made.id, made.owner_id, made, partition=PARTITION, **extra)
        )

    async def get(self, owner_id: str, file_id: str) -> CalendarFile | None:
        stored = await self._items.read(file_id, owner_id)
        return from_document(CalendarFile, stored) if stored and stored["kind"] == _KIND else None

    async def newest(
        self, owner_id: str, limit: int, cursor: str | None
    ) -> tuple[list[CalendarFile], str | None]:
        """A page of the files, newest first."""
        found, following = await newest_first(self._items, _KIND, owner_id, limit, cursor)
        return [from_document(CalendarFile, stored) for stored in found], following

    async def with_addresses(self, owner_id: str, addresses: list[str]) -> dict[str, list[str]]:
        """The ids of the contacts that have one of these e-mail addresses, by address."""
        found: dict[str, list[str]] = {}
        for some in batched(addresses, _TOGETHER, strict=False):
            names = [f"a{number}" for number in range(len(some))]
            wanted = " OR ".join(f"ARRAY_CONTAINS(c.emails, @{name})" for name in names)
            sql = f"SELECT c.id, c.emails FROM c WHERE c.kind = 'contact' AND ({wanted})"  # noqa: S608
            given = dict(zip(names, some, strict=True))
            for stored in await self._items.query(sql, owner_id, **given):
                for address in set(some) & set(stored["emails"]):
                    found.setdefault(address, []).append(stored["id"])
        return found
