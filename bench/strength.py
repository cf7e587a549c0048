"""Cost of an interaction, whatever the size of the address book, and of the weekly job for many owners."""

import random
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import batched

import httpx

import wiring.relationships
import wiring.relationships.strength
from adapters.cosmos.relationships.contact_documents import contact_document
from adapters.cosmos.relationships.interactions import strength_document
from bench.lines import Line, Target
from domain.operations.slices import Slice
from domain.operations.work import new_work
from domain.relationships.contact import Contact, ContactContent
from domain.relationships.interactions.interaction import Entry, Kind, Said, number_of
from domain.relationships.interactions.log import Logging, log_interaction
from domain.relationships.strength.strength import Since, Strength, date_of
from domain.relationships.strength.terms import Settings, score_on
from domain.relationships.strength.weekly import STRENGTHS, StrengthsJob
from functions.framework.clock import new_id

FEW, MANY = 1_000, 10_000
BATCH, ROUNDS = 100, 30
AT = datetime(2026, 11, 26, 12, tzinfo=UTC)
TODAY = number_of(AT.date())
SAME = (Target("<=", 2, "calls"), Target("<=", 1.2, "requestUnitsRatio"), Target("<=", 1.2))
# The weekly job is for this many owners; of some of them every contact is simulated.
OWNERS, CONTACTS, SIMULATED, WEEKS = 10_000, 500, 6, 26
KINDS: tuple[Kind, ...] = ("meeting", "call", "mail", "message")


async def lines(settings: Mapping[str, str]) -> list[Line]:
    """`settings` are those of a running cloud."""
    store = httpx.AsyncClient(
        base_url=f"{settings['COSMOS_ENDPOINT'].rstrip('/')}/_local/",
        headers={"x-local-key": settings["COSMOS_KEY"]},
        trust_env=False,
    )
    async with store:
        return [await _interaction(store), _arithmetic(), await _weekly(store)]


@dataclass
class Book:
    """An owner with contacts, each with a strength of a year."""

    owner_id: str
    size: int
    ids: list[str]

    @classmethod
    async def filled(cls, size: int) -> "Book":
        book = cls(new_id("acc"), size, [new_id("con") for _ in range(size)])
        items = wiring.relationships.contacts()._items  # noqa: SLF001 - as an import writes
        for some in batched(book.ids, BATCH // 2, strict=False):
            documents = [each for contact in some for each in book._documents(contact)]
            await items.batch([("create", (document,)) for document in documents], book.owner_id)
        return book

    def _documents(self, contact_id: str) -> list[dict]:
        contact = Contact(
            id=contact_id,
            owner_id=self.owner_id,
            content=ContactContent(name=f"Person {contact_id}"),
            created_at=AT,
            updated_at=AT,
        )
        entries = [Entry(TODAY - 360 + 30 * each, "meeting", "mutual") for each in range(12)]
        strength = _fresh(self.owner_id, contact_id).counted(entries, TODAY - 7)
        return [contact_document(contact, None), strength_document(strength)]


def _fresh(owner_id: str, contact_id: str) -> Strength:
    said = [Since(day=TODAY - 2_000, said=Settings())]
    return Strength(owner_id=owner_id, contact_id=contact_id, settings=said)


async def _calls(store: httpx.AsyncClient, act: object) -> tuple[float, int, float]:
    """Seconds, calls and request units of what is done, by the store's call records."""
    (await store.delete("calls")).raise_for_status()
    began = time.perf_counter()
    await act  # type: ignore[misc]
    seconds = time.perf_counter() - began
    records = (await store.get("calls")).raise_for_status().json()
    return seconds, len(records), sum(call["charge"] for call in records)


async def _interaction(store: httpx.AsyncClient) -> Line:
    spent: dict[int, list[float]] = {FEW: [], MANY: []}
    charged: dict[int, float] = {}
    most = 0
    books = [await Book.filled(size) for size in (FEW, MANY)]
    for number in range(ROUNDS):
        for book in books:
            logging = Logging(new_id("int"), "typed", AT)
            act = log_interaction(
                book.owner_id,
                book.ids[number],
                Said(kind="meeting", day=AT.date()),
                logging,
                store=wiring.relationships.strength.interactions(),
            )
            seconds, calls, charged[book.size] = await _calls(store, act)
            spent[book.size].append(seconds)
            # The first calls of a client also ask where things are.
            most = max(most, calls if number else 0)
    ours, reference = (statistics.quantiles(spent[size])[0] for size in (MANY, FEW))
    return Line(
        f"an interaction logged: {MANY:,} / {FEW:,} contacts",
        f"{ours * 1000:.1f} ms, {charged[MANY]:.1f} RU, {most} calls",
        f"{reference * 1000:.1f} ms, {charged[FEW]:.1f} RU",
        ours / reference,
        SAME,
        {
            "calls": most,
            "requestUnits": round(charged[MANY], 1),
            "requestUnitsRatio": round(charged[MANY] / charged[FEW], 2),
        },
    )


def _arithmetic() -> Line:
    """One interaction applied and explained, against reading and writing the stored strength as JSON."""
    entries = [Entry(TODAY - 9 * each, KINDS[each % len(KINDS)], "mutual") for each in reversed(range(60))]
    strength = _fresh("acc", "con").counted(entries, TODAY)
    stored, new = strength.model_dump_json(), Entry(TODAY, "call", "in")
    apply = _microseconds(lambda: strength.sums.plus(new))
    explain = _microseconds(lambda: score_on(TODAY, strength.sums, Settings()))
    whole = _microseconds(lambda: strength.plus(new, TODAY))
    parsed = _microseconds(lambda: Strength.model_validate_json(stored).model_dump_json())
    return Line(
        "an interaction applied and explained, without the store",
        f"{apply:.0f} + {explain:.0f} us; with its next due day {whole:.0f} us",
        f"{parsed:.0f} us to read and write it as JSON",
        (apply + explain) / parsed,
        (Target("<=", 5),),
    )


def _microseconds(act: object) -> float:
    rounds = []
    for _ in range(7):
        began = time.perf_counter()
        for _ in range(200):
            act()  # type: ignore[operator]
        rounds.append((time.perf_counter() - began) / 200)
    return min(rounds) * 1e6


async def _weekly(store: httpx.AsyncClient) -> Line:
    simulated = [_due_in_weeks(random.Random(seed)) for seed in range(SIMULATED)]  # noqa: S311 - no secret
    touched = sum(times for times, _ in simulated) / SIMULATED / WEEKS
    # One of the simulated owners, as stored: the job touches those that are due by the simulation, no others.
    left = simulated[0][1]
    owner = new_id("acc")
    contacts = [each.model_copy(update={"owner_id": owner}) for each in left]
    items = wiring.relationships.contacts()._items  # noqa: SLF001 - as an import writes
    for some in batched(contacts, BATCH, strict=False):
        await items.batch([("create", (strength_document(each),)) for each in some], owner)
    at = AT + timedelta(days=28)
    due = sum(each.due is not None and date_of(each.due) <= at.date() for each in contacts)
    job = StrengthsJob(wiring.relationships.strength.interactions())
    work = new_work(STRENGTHS, owner, new_id("job"), at)
    done = []

    async def act() -> None:
        done.append((await job.slice(work, Slice(time.monotonic))).done)

    seconds, _calls_made, charge = await _calls(store, act())
    if done != [due]:
        raise RuntimeError(f"the job touched {done[0]} strengths where {due} were due")
    each = charge / due
    whole, everything = touched * OWNERS, OWNERS * CONTACTS
    return Line(
        f"the weekly job for {OWNERS:,} owners of {CONTACTS} contacts: touched / all",
        f"{touched:.1f} an owner, {whole * each / 1e6:.2f} M RU, {whole * seconds / due:.0f} s of one worker",
        f"{CONTACTS} an owner, {everything * each / 1e6:.1f} M RU",
        whole / everything,
        (Target("<=", 0.05),),
        {"touchedAnOwner": round(touched, 1), "requestUnitsEach": round(each, 2), "slice": due},
    )


def _due_in_weeks(chance: random.Random) -> tuple[int, list[Strength]]:
    """How often one owner's strengths came due in the last weeks of two years, and the strengths then."""
    last, touched, left = TODAY, 0, []
    for _ in range(CONTACTS):
        day = last - 730 + chance.randrange(700)
        # Few people are met every week, most a few times a year, and half of them are lost sight of.
        usual = min(900.0, 45 * chance.paretovariate(0.7))
        ends = last - chance.choice((0, chance.randrange(730)))
        strength = _fresh("acc", new_id("con"))
        while day <= min(last, ends):
            strength, times = _touched_until(strength, day, last)
            touched += times
            kind = chance.choice(KINDS)
            strength = strength.plus(Entry(day, kind, chance.choice(("in", "out", "mutual"))), day)
            day += max(1, round(chance.expovariate(1 / usual)))
        strength, times = _touched_until(strength, last, last)
        touched += times
        left.append(strength)
    return touched, left


def _touched_until(strength: Strength, day: int, last: int) -> tuple[Strength, int]:
    """The strength after the job touched it whenever it was due, and how often in the weeks that count."""
    times = 0
    while strength.due is not None and strength.due <= day:
        times += strength.due > last - 7 * WEEKS
        strength = strength.touched(strength.due)
    return strength, times
