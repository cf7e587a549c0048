"""A file of 10,000 people against bare batches of the SDK, and the memory of its writing."""

import time
import tracemalloc
from itertools import batched
from typing import Any, Final

import wiring
import wiring.operations
import wiring.organisations
import wiring.organisations.imports
import wiring.organisations.templates
from bench.lines import Line, Target
from bench.staged import carry_out
from domain.organisations.founding import NewOrganisation, create_organisation
from domain.organisations.imports.columns import Columns
from domain.organisations.imports.imports import Import, ImportVersion
from domain.organisations.imports.uploads import choose_columns, receive_file
from domain.organisations.imports.writing import start_writing
from domain.organisations.organisation import Acting, Creating, Person
from functions.framework.clock import new_id, now

# One less than an organisation may have: it has an owner.
FEW, MANY, BATCH = 1_000, 9_999, 100
_HEADER: Final = "Name,E-mail,External id,Title,Department,Phone,Location,Staff number"
# What a person is stored as: their document, and one for each value that they are known by.
_KINDS: Final = ["member", "member-key"]


async def lines() -> list[Line]:
    return [await _writing(), await _memory()]


def table(size: int) -> bytes:
    rows = (
        f"Person Name {number},person{number}@example.com,id-{number},Engineer,Department {number % 40},"
        f"+46 8 123 {number:05},Town {number % 9},{number}"
        for number in range(size)
    )
    return "\n".join([_HEADER, *rows]).encode()


async def an_organisation() -> Acting:
    organisations = wiring.organisations.store()
    account = new_id("acc")
    person = Person(account, "Ada Lovelace", "ada@example.com")
    made = await create_organisation(
        person,
        NewOrganisation(name="Analytical"),
        Creating(new_id("key"), now()),
        organisations=organisations,
        memberships=wiring.organisations.memberships(),
        settle=wiring.organisations.settle,
    )
    owner = await organisations.of_account(made.id, account)
    if owner is None:
        raise RuntimeError("the organisation has no owner")
    return Acting(made, owner)


async def checked(by: Acting, size: int) -> Import:
    """An import of so many people, whose rows are checked."""
    to = wiring.organisations.imports.intake()
    found = await receive_file(by, table(size), Creating(new_id("key"), now()), to=to)
    of, columns = ImportVersion(found.id, found.version), Columns(fields=found.fields)
    return await finished(await choose_columns(by, of, columns, now=now(), imports=to.imports))


async def written(by: Acting, found: Import) -> Import:
    started = await start_writing(
        by,
        ImportVersion(found.id, found.version),
        None,
        now=now(),
        imports=wiring.organisations.imports.store(),
        organisations=wiring.organisations.store(),
        releases=wiring.organisations.templates.releases(),
    )
    return await finished(started)


async def finished(found: Import) -> Import:
    """The import after the long work of its stage."""
    await carry_out(found.org_id, found)
    after = await wiring.organisations.imports.store().get(found.org_id, found.id)
    if after is None:
        raise RuntimeError("the import is gone")
    return after


async def _writing() -> Line:
    by = await an_organisation()
    began = time.perf_counter()
    found = await checked(by, MANY)
    checking = time.perf_counter() - began
    began = time.perf_counter()
    done = await written(by, found)
    writing = time.perf_counter() - began
    if done.count("n") != MANY:
        raise RuntimeError("not every row became a person")
    ours, reference = MANY / writing, MANY / await _bare(by.organisation.id)
    return Line(
        f"file of {MANY:,} people: rows a second / bare batches of {BATCH} of the same documents",
        f"{ours:,.0f} a second",
        f"{reference:,.0f} a second",
        ours / reference,
        (Target(">=", 0.5),),
        {"rowsCheckedASecond": round(MANY / checking)},
    )


async def _bare(org_id: str) -> float:
    """Seconds in which the SDK alone writes the same documents for another organisation."""
    other, spent = new_id("org"), 0.0
    container = await wiring.database().container("organisations")
    found = container.query_items(
        "SELECT * FROM c WHERE ARRAY_CONTAINS(@kinds, c.kind)",
        parameters=[{"name": "@kinds", "value": _KINDS}],
        partition_key=org_id,
    )
    copies = [_copied(dict(each), other) async for each in found]
    for some in batched(copies, BATCH, strict=False):
        began = time.perf_counter()
        await container.execute_item_batch([("create", (each,)) for each in some], partition_key=other)
        spent += time.perf_counter() - began
    return spent


def _copied(stored: dict[str, Any], org_id: str) -> dict[str, Any]:
    return {name: each for name, each in stored.items() if not name.startswith("_")} | {"orgId": org_id}


async def _memory() -> Line:
    """The most memory that writing takes, above what was there, for few people and for many."""
    peaks = {}
    for size in (FEW, MANY):
        by = await an_organisation()
        found = await checked(by, size)
        tracemalloc.start()
        await written(by, found)
        peaks[size] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    ours, reference = peaks[MANY], peaks[FEW]
    return Line(
        f"memory of writing a file of people: {MANY:,} / {FEW:,}",
        f"{ours / 1e6:.1f} MB",
        f"{reference / 1e6:.1f} MB",
        ours / reference,
        (Target("<=", 1.5),),
    )
