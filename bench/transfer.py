"""Import of 10,000 vCards against bare batches of the SDK, its memory, and the reader on hostile files."""

import time
import tracemalloc
from collections.abc import Iterator
from itertools import batched

import wiring.operations
import wiring.relationships
import wiring.relationships.transfer
from adapters.cosmos.relationships.contact_documents import contact_document, sealed_part
from bench.lines import Line, Target
from bench.staged import carry_out
from domain.relationships.transfer.file import open_file
from domain.relationships.transfer.imports import Import, start_writing
from domain.relationships.transfer.imports import ImportVersion as Version
from domain.relationships.transfer.readers.record import FileRefused
from domain.relationships.transfer.uploads import receive_file
from functions.framework.clock import new_id, now

FEW, MANY, BATCH = 1_000, 10_000, 100
HOSTILE = {
    "TEL;a====…": "BEGIN:VCARD\nTEL;a" + "=" * 1_000_000,
    "nested cards": "BEGIN:VCARD\n" * 80_000,
    "lines": "BEGIN:VCARD\n" + "A:\n" * 300_000,
    "folds": "BEGIN:VCARD\nNOTE:a" + "\n x" * 300_000,
    "escapes": "BEGIN:VCARD\nN:" + "\\," * 500_000 + "\nEND:VCARD\n",
}


async def lines() -> list[Line]:
    return [await _writing(), await _memory(), _hostile()]


def cards(size: int) -> bytes:
    return "".join(map(_card, range(size))).encode()


def _card(number: int) -> str:
    return (
        f"BEGIN:VCARD\r\nVERSION:3.0\r\nN:Name {number};Person;;;\r\nFN:Person Name {number}\r\n"
        f"EMAIL;TYPE=WORK:person{number}@example.com\r\nTEL;TYPE=CELL:+4670174{number % 100 + 600:04}\r\n"
        f"ORG:Company {number % 500}\r\nTITLE:Engineer\r\nADR;TYPE=WORK:;;Street {number};Town;;111 22;SE\r\n"
        f"CATEGORIES:Tag {number % 20}\r\nNOTE:We met in room {number}.\r\nEND:VCARD\r\n"
    )


async def read(owner: str, size: int) -> Import:
    """An import of so many cards, read."""
    to = wiring.relationships.transfer.intake()
    found = await receive_file(owner, cards(size), "SE", now=now(), to=to)
    return await finished(found)


async def finished(found: Import) -> Import:
    """The import after the long work of its stage."""
    await carry_out(found.owner_id, found)
    after = await wiring.relationships.transfer.imports().get(found.owner_id, found.id)
    if after is None:
        raise RuntimeError("the import is gone")
    return after


async def write(found: Import) -> Import:
    imports, contacts = wiring.relationships.transfer.imports(), wiring.relationships.contacts()
    of = Version(found.owner_id, found.id, found.version)
    return await finished(await start_writing(of, now=now(), imports=imports, contacts=contacts))


async def _writing() -> Line:
    owner = new_id("acc")
    began = time.perf_counter()
    found = await read(owner, MANY)
    reading = time.perf_counter() - began
    began = time.perf_counter()
    done = await write(found)
    writing = time.perf_counter() - began
    if done.written != MANY:
        raise RuntimeError("not every card became a contact")
    bare = await _bare(owner)
    ours, reference = MANY / writing, MANY / bare
    return Line(
        f"import of {MANY:,} vCards: contacts a second / bare batches of {BATCH}",
        f"{ours:,.0f} a second",
        f"{reference:,.0f} a second",
        ours / reference,
        (Target(">=", 0.5),),
        {"cardsReadASecond": round(MANY / reading)},
    )


async def _bare(owner: str) -> float:
    """Seconds in which the SDK alone writes the same documents for somebody else."""
    other, contacts = new_id("acc"), wiring.relationships.contacts()
    key = await wiring.relationships.keys().of(other)
    container = await wiring.database().container("relations")
    spent, cursor = 0.0, None
    while True:
        page, cursor = await contacts.list(owner, BATCH, cursor)
        copies = [each.model_copy(update={"owner_id": other, "id": new_id("con")}) for each in page]
        documents = [contact_document(each, sealed_part(each, key)) for each in copies]
        for some in batched(documents, BATCH, strict=False):
            began = time.perf_counter()
            await container.execute_item_batch([("create", (each,)) for each in some], partition_key=other)
            spent += time.perf_counter() - began
        if cursor is None:
            return spent


async def _memory() -> Line:
    """The most memory that reading and writing take, above what was there, for few cards and for many."""
    peaks = {}
    for size in (FEW, MANY):
        owner = new_id("acc")
        found = await read(owner, size)
        tracemalloc.start()
        await write(found)
        peaks[size] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    ours, reference = peaks[MANY], peaks[FEW]
    return Line(
        f"memory of writing an import: {MANY:,} / {FEW:,} contacts",
        f"{ours / 1e6:.1f} MB",
        f"{reference / 1e6:.1f} MB",
        ours / reference,
        (Target("<=", 1.5),),
    )


def _hostile() -> Line:
    """The slowest of the hostile files, against a millisecond and a microsecond a byte."""
    name, seconds, allowed = max(
        ((name, _seconds(text), 0.001 + 1e-6 * len(text)) for name, text in HOSTILE.items()),
        key=lambda each: each[1] / each[2],
    )
    return Line(
        f"vCard reader on hostile files, the slowest ({name}) / 1 ms + 1 µs a byte",
        f"{seconds * 1e3:.0f} ms",
        f"{allowed * 1e3:.0f} ms",
        seconds / allowed,
        (Target("<=", 1),),
    )


def _seconds(text: str) -> float:
    content = text.encode()
    began = time.process_time()
    try:
        for _ in _records(content):
            pass
    except FileRefused:
        pass
    return time.process_time() - began


def _records(content: bytes) -> Iterator[object]:
    opened = open_file(content)
    return iter(()) if opened is None else opened.records
