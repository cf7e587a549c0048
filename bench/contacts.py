"""Cost of a page of contacts when an address book grows from 1,000 contacts to 10,000."""

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import batched

import httpx

import wiring.relationships
from adapters.cosmos.database import Items
from adapters.cosmos.relationships.contact_documents import contact_document, sealed_part
from bench.lines import Line, Target
from domain.relationships.contact import Contact, ContactContent
from domain.relationships.contacts import Filter
from functions.framework.clock import new_id

FEW, MANY = 1_000, 10_000
BATCH, PAGE, ROUNDS = 100, 50, 20
AT = datetime(2026, 11, 26, tzinfo=UTC)
# Every fourth contact is a company, every fifth one has the tag.
LISTS = {
    "all contacts": Filter(),
    "companies": Filter(kind="entity"),
    "one tag": Filter(tag="tag"),
}
GROWS = (Target("<=", 1.2), Target("<=", 1.2, "requestUnitsRatio"))


@dataclass
class Book:
    """An owner's address book, and the contact in its middle, by name."""

    owner_id: str
    size: int
    middle: str = ""

    async def fill(self, items: Items) -> None:
        contacts = [self._contact(number) for number in range(self.size)]
        self.middle = sorted(contacts, key=lambda contact: contact.content.sort)[self.size // 2].id
        key = await wiring.relationships.keys().of(self.owner_id)
        for some in batched(contacts, BATCH, strict=False):
            made = [contact_document(contact, sealed_part(contact, key)) for contact in some]
            await items.batch([("create", (each,)) for each in made], self.owner_id)

    def _contact(self, number: int) -> Contact:
        content = ContactContent.model_validate(
            {
                "kind": "person" if number % 4 else "entity",
                "name": f"Person {number * 7_919 % self.size:05}",
                "tags": [] if number % 5 else ["Tag"],
                "emails": [{"address": f"person{number}@example.com"}],
            }
        )
        return Contact(
            id=new_id("con"), owner_id=self.owner_id, content=content, created_at=AT, updated_at=AT
        )


async def lines(settings: Mapping[str, str]) -> list[Line]:
    """Compare two address books. `settings` are those of a running cloud."""
    store = httpx.AsyncClient(
        base_url=f"{settings['COSMOS_ENDPOINT'].rstrip('/')}/_local/",
        headers={"x-local-key": settings["COSMOS_KEY"]},
        trust_env=False,
    )
    few, many = Book(new_id("acc"), FEW), Book(new_id("acc"), MANY)
    for book in (few, many):
        await book.fill(wiring.relationships.contacts()._items)  # noqa: SLF001 - as an import writes
    async with store:
        return [await _compared(name, wanted, few, many, store) for name, wanted in LISTS.items()]


async def _compared(name: str, wanted: Filter, few: Book, many: Book, store: httpx.AsyncClient) -> Line:
    spent: dict[int, list[float]] = {FEW: [], MANY: []}
    charged: dict[int, float] = {}
    for _ in range(ROUNDS):
        for book in (few, many):
            seconds, charged[book.size] = await _page(book, wanted, store)
            spent[book.size].append(seconds)
    # Fast rounds: what else the machine does comes on top.
    ours, reference = (statistics.quantiles(spent[size])[0] for size in (MANY, FEW))
    return Line(
        f"page of {PAGE} from the middle, {name}: {MANY:,} / {FEW:,} contacts",
        f"{ours * 1000:.1f} ms, {charged[MANY]:g} RU",
        f"{reference * 1000:.1f} ms, {charged[FEW]:g} RU",
        ours / reference,
        GROWS,
        {"requestUnits": charged[MANY], "requestUnitsRatio": round(charged[MANY] / charged[FEW], 2)},
    )


async def _page(book: Book, wanted: Filter, store: httpx.AsyncClient) -> tuple[float, float]:
    """The seconds of a page, and its request units by the store's call records."""
    if wanted.tag is not None:
        from domain.relationships.tags import tag_id

        wanted = wanted._replace(tag=tag_id(await wiring.relationships.keys().of(book.owner_id), "Tag"))
    (await store.delete("calls")).raise_for_status()
    began = time.perf_counter()
    found, following = await wiring.relationships.contacts().by_name(book.owner_id, wanted, PAGE, book.middle)
    seconds = time.perf_counter() - began
    if len(found) != PAGE or following is None:
        raise RuntimeError("the book has too few contacts for a page")
    records = (await store.get("calls")).raise_for_status().json()
    return seconds, round(sum(call["charge"] for call in records), 2)
