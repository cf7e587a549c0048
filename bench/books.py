"""Address books of several sizes, for what must not cost more when they grow."""

import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import batched

import httpx

import wiring.relationships
from adapters.cosmos.relationships.contact_documents import contact_document, sealed_part
from domain.relationships.contact import Contact, ContactContent
from domain.relationships.tags import group_id, tag_id
from functions.framework.clock import new_id

FEW, SOME, MANY = 1_000, 10_000, 50_000
AT = datetime(2026, 11, 26, tzinfo=UTC)
_BATCH = 100
_SYLLABLES = ("ka", "lo", "mi", "ra", "te", "su", "no", "vi", "be", "da", "ro", "en", "el", "an", "is", "or")
# Room for contacts that are made, below the limit.
_ROOM = 100
# As many contacts have this tag in each book: how many are found is not what grows.
_RARE = 60


@dataclass
class Book:
    """An owner's address book, and the contact in its middle, by name."""

    owner_id: str
    size: int
    middle: str = ""
    ids: dict[str, str] = field(default_factory=dict)

    async def fill(self) -> None:
        items = wiring.relationships.contacts()._items  # noqa: SLF001 - as an import writes
        words = random.Random(self.size)  # noqa: S311 - names that are the same each time
        contacts = [self._contact(number, words) for number in range(self.size - _ROOM)]
        self.middle = sorted(contacts, key=lambda contact: contact.content.sort)[len(contacts) // 2].id
        key = await wiring.relationships.keys().of(self.owner_id)
        self.ids = {name: tag_id(key, name) for name in ("Tag", "Rare")} | {"Group": group_id(key, "Group")}
        for some in batched(contacts, _BATCH, strict=False):
            made = [contact_document(contact, sealed_part(contact, key)) for contact in some]
            await items.batch([("create", (each,)) for each in made], self.owner_id)

    def _contact(self, number: int, words: random.Random) -> Contact:
        def word() -> str:
            return "".join(words.choices(_SYLLABLES, k=words.randint(2, 4))).title()

        rare = number % (self.size // _RARE) == 0
        name = f"{word()} {word()}"
        content = ContactContent.model_validate(
            {
                "kind": "person" if number % 4 else "entity",
                "name": name,
                "title": words.choice(["Engineer", "Manager", "Director"]),
                "organisation": f"{word()} AB",
                "tags": [*([] if number % 5 else ["Tag"]), *(["Rare"] if rare else [])],
                "groups": [] if number % 10 else ["Group"],
                "emails": [{"address": f"{name.replace(' ', '.').lower()}{number}@example.com"}],
                "phones": [{"number": f"+4670174{number:05}"}],
                "addresses": [{"city": word()}],
            }
        )
        return Contact(
            id=new_id("con"), owner_id=self.owner_id, content=content, created_at=AT, updated_at=AT
        )


async def filled() -> dict[int, Book]:
    books = {size: Book(new_id("acc"), size) for size in (FEW, SOME, MANY)}
    for book in books.values():
        await book.fill()
    return books


class Charges:
    """What calls cost, by the records of the local store."""

    def __init__(self, store: httpx.AsyncClient) -> None:
        self._store = store

    async def reset(self) -> None:
        (await self._store.delete("calls")).raise_for_status()

    async def spent(self) -> float:
        records = (await self._store.get("calls")).raise_for_status().json()
        return round(sum(call["charge"] for call in records), 2)

    async def calls(self) -> int:
        return len((await self._store.get("calls")).raise_for_status().json())


@asynccontextmanager
async def charges(settings: Mapping[str, str]) -> AsyncIterator[Charges]:
    """`settings` are those of a running cloud."""
    async with httpx.AsyncClient(
        base_url=f"{settings['COSMOS_ENDPOINT'].rstrip('/')}/_local/",
        headers={"x-local-key": settings["COSMOS_KEY"]},
        trust_env=False,
    ) as store:
        yield Charges(store)
