"""What the keys of owners have sealed in documents: the list of kinds, and sealing anew after a rotation."""

import time
from collections.abc import Awaitable, Callable
from typing import Any, Final, NamedTuple

from adapters.cosmos.database import Database, Document, Items
from adapters.cosmos.documents import newest_first
from adapters.cosmos.relationships.contact_documents import CONTAINER, PARTITION
from domain.base.errors import StaleVersion
from domain.operations.slices import Slice
from domain.relationships.keys import OwnerKey, OwnerKeys, Place, Unreadable
from domain.relationships.rotation import Resealed

_PAGE: Final = 100


class SealedKind(NamedTuple):
    """A kind of documents, the member in which it has sealed texts, and the place of each by its name there.

    `single` kinds have one document in a partition, whose id is the kind.
    """

    kind: str
    member: str
    places: Callable[[Document], dict[str, Place]]
    single: bool = False


def _private(kind: str) -> Callable[[Document], dict[str, Place]]:
    return lambda stored: {"text": Place(kind, stored["id"], stored["private"]["version"])}


def _whole(kind: str) -> Callable[[Document], dict[str, Place]]:
    return lambda stored: {"text": Place(kind, stored["id"])}


def _exchanged(stored: Document) -> dict[str, Place]:
    version = stored["body"]["version"]
    return {name: Place(f"exchange-{name}", stored["id"], version) for name in stored["private"]}


# A sibling is a line here. What is gone within a month needs none: the earlier key is kept for longer.
SEALED: Final = (
    SealedKind("contact", "private", _private("contact")),
    SealedKind("deleted-contact", "private", _private("contact")),
    SealedKind("contact-tags", "body", _whole("contact-tags"), single=True),
    SealedKind("contact-history", "body", _whole("contact-history")),
    SealedKind("contact-merge", "body", _whole("contact-merge")),
    SealedKind("note", "private", _private("note")),
    SealedKind("deleted-note", "private", _private("note")),
    SealedKind("reminder", "private", _private("reminder")),
    SealedKind("deleted-reminder", "private", _private("reminder")),
    SealedKind("exchange", "private", _exchanged),
    SealedKind("kept-exchange", "private", _exchanged),
    SealedKind("dismissed-exchange", "private", _exchanged),
    SealedKind("withdrawn-exchange", "private", _exchanged),
)


class CosmosSealed:
    def __init__(self, database: Database, keys: OwnerKeys, clock: Callable[[], float] = time.time) -> None:
        self._items, self._keys, self._clock = Items(database, CONTAINER), keys, clock

    async def reseal(self, owner_id: str, cursor: str, bound: Slice) -> Resealed:
        """Seal with the current key what an earlier one sealed, from the cursor on until the bound.

        The cursor is a place in the list of kinds, and that of a page of documents. What is written meanwhile
        is sealed with the current key already.
        """
        key, done, unreadable = await self._keys.of(owner_id), 0, list[str]()
        number, _, following = cursor.partition(" ")
        at, after = int(number or 0), following or None
        while at < len(SEALED):
            if bound.is_over:
                return Resealed(f"{at} {after or ''}", done, over=False, unreadable=tuple(unreadable))
            found, after = await self._page(owner_id, SEALED[at], after)
            for stored in found:
                bound.spend()
                try:
                    done += await self._anew(stored, SEALED[at], key)
                except Unreadable:
                    unreadable.append(stored["id"])
            at += after is None
        return Resealed("", done, over=True, unreadable=tuple(unreadable))

    async def _page(
        self, owner_id: str, sealed: SealedKind, after: str | None
    ) -> tuple[list[Document], str | None]:
        if not sealed.single:
            return await newest_first(self._items, sealed.kind, owner_id, _PAGE, after)
        stored = await self._items.read(sealed.kind, owner_id)
        return ([stored] if stored else []), None

    async def _anew(self, stored: Document, sealed: SealedKind, key: OwnerKey) -> bool:
        member = stored.get(sealed.member)
        if member is None:
            return False
        places = {
            name: place for name, place in sealed.places(stored).items() if not key.is_current(member[name])
        }
        if not places:
            return False
        anew = {name: key.seal(key.unseal(member[name], place), place) for name, place in places.items()}
        own = {name: value for name, value in stored.items() if not name.startswith("_")}
        if "ttl" in own:
            # The store counts it from the latest write, and this one keeps nothing for longer.
            own["ttl"] = max(1, own["ttl"] - max(0, int(self._clock()) - stored["_ts"]))
        try:
            await self._items.replace(own | {sealed.member: member | anew}, stored["_etag"])
        except StaleVersion:
            return False
        return True


Write = Callable[[list[tuple[Any, ...]]], Awaitable[list[Document]]]
"""Does all operations or none."""


async def replaced(items: Items, new: Document, etag: str, *also: Document, write: Write) -> Document:
    """Replace the version that was read with `etag`, and store the others in the same batch.

    That it was only sealed anew since is no conflict.
    """
    try:
        return await _replace(new, etag, also, write)
    except StaleVersion:
        stored = await items.read(new["id"], new[PARTITION])
        if stored is None or stored["body"].get("version") != new["body"]["version"] - 1:
            raise
        # A merge of contacts may have moved it.
        moved = {"contactId": stored["contactId"]} if "contactId" in new and "contactId" in stored else {}
        return await _replace(new | moved, stored["_etag"], also, write)


async def _replace(new: Document, etag: str, also: tuple[Document, ...], write: Write) -> Document:
    operations: list[tuple[Any, ...]] = [("replace", (new["id"], new), {"if_match_etag": etag})]
    operations += [("upsert", (each,)) for each in also]
    stored: Document = (await write(operations))[0]["resourceBody"]
    return stored
