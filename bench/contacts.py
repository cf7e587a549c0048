"""Cost of pages of contacts and of a new one when an address book grows from 1,000 contacts to 50,000."""

import statistics
import time
from collections.abc import Awaitable, Callable, Mapping

import wiring.relationships
from bench import search
from bench.books import AT, FEW, MANY, SOME, Book, Charges, charges, filled
from bench.lines import Line, Target
from domain.relationships.contact import ContactContent
from domain.relationships.contacts import Creating, Filter, create_contact
from functions.framework.clock import new_id

PAGE, ROUNDS = 50, 20
# The local store looks at up to 1,000 entries of one index before it takes another one, and a small book has
# no more than these: the time of a list that three filters leave says nothing about growth.
FILTERED = "people, tag and group"
# Every fourth contact is a company, every fifth one has the tag, every tenth is in the group.
LISTS: dict[str, Callable[[Book], Filter]] = {
    "all contacts": lambda _: Filter(),
    "companies": lambda _: Filter(kind="entity"),
    "one tag": lambda book: Filter(tag=book.ids["Tag"]),
    "a tag of few": lambda book: Filter(tag=book.ids["Rare"]),
    FILTERED: lambda book: Filter("person", book.ids["Tag"], book.ids["Group"]),
}
GROWS = (Target("<=", 1.2), Target("<=", 1.2, "requestUnitsRatio"))


async def lines(settings: Mapping[str, str]) -> list[Line]:
    """Compare address books of three sizes. `settings` are those of a running cloud."""
    books = await filled()
    async with charges(settings) as counted:
        found = [await _compared(_page_of(name, wanted), books, counted) for name, wanted in LISTS.items()]
        found.append(await _compared(("a new contact", _make), books, counted))
        return found + await search.lines(books, counted)


Act = Callable[[Book], Awaitable[None]]


def _page_of(name: str, wanted: Callable[[Book], Filter]) -> tuple[str, Act]:
    async def page(book: Book) -> None:
        # The few are all on one page, from its beginning.
        start = None if name in ("a tag of few", FILTERED) else book.middle
        found, _ = await wiring.relationships.contacts().by_name(book.owner_id, wanted(book), PAGE, start)
        if len(found) < PAGE // 5:
            raise RuntimeError("the book has too few contacts for a page")

    return f"page of {PAGE}, {name}", page


async def _make(book: Book) -> None:
    content = ContactContent(name="Zuse Zuse")
    await create_contact(
        book.owner_id, content, Creating(new_id("con"), None, AT), book=wiring.relationships.book()
    )


async def _compared(measured: tuple[str, Act], books: Mapping[int, Book], counted: Charges) -> Line:
    name, act = measured
    spent: dict[int, list[float]] = {size: [] for size in books}
    charged: dict[int, float] = {}
    for _ in range(ROUNDS):
        for book in books.values():
            await counted.reset()
            began = time.perf_counter()
            await act(book)
            spent[book.size].append(time.perf_counter() - began)
            charged[book.size] = await counted.spent()
    # Fast rounds: what else the machine does comes on top.
    quick = {size: statistics.quantiles(spent[size])[0] for size in books}
    return Line(
        f"{name}: {MANY:,} / {FEW:,} contacts ({SOME:,}: {quick[SOME] * 1000:.1f} ms)",
        f"{quick[MANY] * 1000:.1f} ms, {charged[MANY]:g} RU",
        f"{quick[FEW] * 1000:.1f} ms, {charged[FEW]:g} RU",
        quick[MANY] / quick[FEW],
        GROWS[1:] if FILTERED in name else GROWS,
        {"requestUnits": charged[MANY], "requestUnitsRatio": round(charged[MANY] / charged[FEW], 2)},
    )
