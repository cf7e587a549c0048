"""Cost of the search when an address book grows from 1,000 contacts to 50,000."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import wiring.relationships
import wiring.relationships.search
from adapters.search_shelf import Shelf
from bench.books import AT, FEW, MANY, Book, Charges
from bench.lines import Line, Target, median_ratio
from domain.operations.slices import Slice
from domain.relationships.search.building import build_now
from domain.relationships.search.head import opened_snapshot
from domain.relationships.search.looked import Looked
from domain.relationships.search.upkeep import search

ROUNDS = 40
COLD_SECONDS = 0.15
GROWS = (Target("<=", 1.2), Target("<=", 1.2, "requestUnitsRatio"))
# What is typed, letter by letter, and what is looked for.
TYPED = ("k", "ka", "kal", "kalo", "mira te", "0701", "070 174 00", "engineer", "tag", "kalo eng")


@dataclass
class Searched:
    """An owner's address book with its index, and the worker that has it open."""

    book: Book
    shelf: Shelf

    async def ask(self, text: str) -> float:
        """The seconds of a keystroke."""
        ports = wiring.relationships.search.ports()
        began = time.perf_counter()
        found, _ = await search(self.book.owner_id, Looked(text), AT, ports=ports, shelf=self.shelf)
        seconds = time.perf_counter() - began
        if not found:
            raise RuntimeError("nobody was found")
        return seconds

    async def read(self) -> float:
        """The seconds of one point read, of a contact."""
        began = time.perf_counter()
        await wiring.relationships.contacts().get(self.book.owner_id, self.book.middle)
        return time.perf_counter() - began


async def lines(books: Mapping[int, Book], counted: Charges) -> list[Line]:
    """Compare the books of the fewest and of the most contacts."""
    stores, shelf, built = wiring.relationships.search.stores(), Shelf(), {}
    for size, book in books.items():
        began = time.perf_counter()
        if not await build_now(book.owner_id, AT, Slice(lambda: 0.0, items=size), stores=stores):
            raise RuntimeError("the index is not built")
        built[size] = time.perf_counter() - began
    few, many = (Searched(books[size], shelf) for size in (FEW, MANY))
    return [
        await _keystrokes(few, many, counted),
        await _against_a_read(many),
        await _cold(many.book.owner_id),
        _building(built),
    ]


async def _keystrokes(few: Searched, many: Searched, counted: Charges) -> Line:
    charged = {}
    for searched in (few, many):
        for text in TYPED:
            await searched.ask(text)
        await counted.reset()
        await searched.ask(TYPED[0])
        charged[searched.book.size] = await counted.spent()
    pairs = [(await many.ask(text), await few.ask(text)) for _ in range(ROUNDS) for text in TYPED]
    ours, reference = (statistics.median(side) * 1000 for side in zip(*pairs, strict=True))
    return Line(
        f"keystroke of a search: {MANY:,} / {FEW:,} contacts",
        f"{ours:.1f} ms, {charged[MANY]:g} RU",
        f"{reference:.1f} ms, {charged[FEW]:g} RU",
        median_ratio(pairs),
        GROWS,
        {"requestUnits": charged[MANY], "requestUnitsRatio": round(charged[MANY] / charged[FEW], 2)},
    )


async def _against_a_read(many: Searched) -> Line:
    pairs = [(await many.ask(text), await many.read()) for _ in range(ROUNDS) for text in TYPED]
    ours, reference = (statistics.median(side) * 1000 for side in zip(*pairs, strict=True))
    return Line(
        f"keystroke among {MANY:,} contacts / point read",
        f"{ours:.1f} ms",
        f"{reference:.1f} ms",
        median_ratio(pairs),
        (Target("<=", 2),),
    )


async def _cold(owner_id: str) -> Line:
    """Decrypt, inflate and open the index, as a worker does that has not got it."""
    stores = wiring.relationships.search.stores()
    head, key = await stores.heads.get(owner_id), await stores.keys.of(owner_id)
    if head is None or head.snapshot is None:
        raise RuntimeError("there is no snapshot")
    name, base = head.snapshot, head.base
    sealed = await stores.snapshots.get(owner_id, name) or b""

    def opened() -> None:
        index = opened_snapshot(sealed, key, name, base)
        index.find(Looked(TYPED[2]))
        index.close()

    seconds = min(_seconds(opened) for _ in range(5))
    return Line(
        f"cold open of an index of {MANY:,} contacts, and its first answer",
        f"{seconds * 1000:.0f} ms, {len(sealed) / 1e6:.1f} MB sealed",
        f"{COLD_SECONDS * 1000:.0f} ms",
        seconds / COLD_SECONDS,
        (Target("<=", 1),),
        {"sealedBytes": len(sealed)},
    )


def _seconds(call: Callable[[], None]) -> float:
    began = time.process_time()
    call()
    return time.process_time() - began


def _building(built: Mapping[int, float]) -> Line:
    return Line(
        f"an index built from its contacts, a contact: {MANY:,} / {FEW:,} contacts",
        f"{built[MANY]:.1f} s in all",
        f"{built[FEW]:.1f} s in all",
        built[MANY] / MANY / (built[FEW] / FEW),
        (Target("<=", 1.5),),
    )
