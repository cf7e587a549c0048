"""The texts of notes for the index and for results: only those of notes that are there."""

from adapters.cosmos.database import Database, Document, Items
from adapters.cosmos.documents import newest_first
from adapters.cosmos.relationships.contact_documents import CONTAINER, unsealed
from domain.relationships.keys import OwnerKey, OwnerKeys, Place
from domain.relationships.search.head import NoteText


class CosmosNoteTexts:
    def __init__(self, database: Database, keys: OwnerKeys) -> None:
        self._items, self._keys = Items(database, CONTAINER), keys

    async def note_texts(
        self, owner_id: str, limit: int, cursor: str | None
    ) -> tuple[list[NoteText], str | None]:
        found, following = await newest_first(self._items, "note", owner_id, limit, cursor)
        return await self._opened(owner_id, found), following

    async def notes_of(self, owner_id: str, note_ids: list[str]) -> list[NoteText]:
        sql = "SELECT * FROM c WHERE ARRAY_CONTAINS(@ids, c.id) AND c.kind = 'note'"
        return await self._opened(owner_id, await self._items.query(sql, owner_id, ids=note_ids))

    async def _opened(self, owner_id: str, found: list[Document]) -> list[NoteText]:
        key = await self._keys.of(owner_id)
        return [note for stored in found if (note := _opened(stored, key)) is not None]


def _opened(stored: Document, key: OwnerKey) -> NoteText | None:
    """The note for the index; None if it cannot be read."""
    private, note_id = stored["private"], stored["id"]
    text = unsealed(private["text"], Place("note", note_id, private["version"]), key)
    if text is None:
        return None
    return NoteText(note_id, stored["contactId"], stored["body"]["version"], text)
