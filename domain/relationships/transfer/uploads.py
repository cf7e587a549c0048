"""A file of contacts as it comes in: recognised at once, kept sealed, and told in its likely readings."""

import hashlib
from datetime import datetime
from typing import NamedTuple

from domain.base.errors import Fault, InvalidInput
from domain.base.letters import Encoding, Reading, likely_readings
from domain.base.limits import IMPORTS, Limiter
from domain.base.texts import N_
from domain.relationships.keys import OwnerKeys
from domain.relationships.transfer.file import open_file
from domain.relationships.transfer.imports import (
    OVER,
    Import,
    ImportStore,
    ImportVersion,
    import_at,
    new_import,
    read_import,
)
from domain.relationships.transfer.ports import Aside
from domain.relationships.transfer.readers.record import MOST_BYTES, PROBLEMS, FileRefused
from domain.relationships.transfer.report import Row, read_rows
from domain.relationships.transfer.sealed_files import SOURCE, SealedFiles


class Intake(NamedTuple):
    """Stores that an upload goes to."""

    imports: ImportStore
    files: SealedFiles
    keys: OwnerKeys
    limiter: Limiter
    aside: Aside


async def receive_file(
    owner_id: str, content: bytes, phone_country: str, *, now: datetime, to: Intake
) -> Import:
    """The import of a file. The same file while it is under way is the same import, whoever sends it again.

    A file that was imported before begins a new import, whose report finds everybody who is there already.
    """
    form = await _recognised(content, None, to.aside)
    key = await to.keys.of(owner_id)
    digest = key.digest(hashlib.sha256(content).hexdigest()).hex()
    await to.limiter.take(IMPORTS, owner_id, now)
    earlier: datetime | None = None
    generation = 0
    while True:
        new = new_import(owner_id, digest, generation, now).model_copy(
            update={
                "stage": "reading" if form else "asking",
                "form": form,
                "phone_country": phone_country,
                "earlier_at": earlier,
            }
        )
        found = await to.imports.get(owner_id, new.id)
        if found is None:
            # The file first: an import without its file could not go on.
            await to.files.put(owner_id, new.id, SOURCE, content)
            if await to.imports.create(new):
                return await read_import(owner_id, new.id, imports=to.imports)
        elif found.stage not in OVER:
            return found
        else:
            earlier = found.written_at if found.stage == "done" else earlier
            generation += 1


async def choose_encoding(of: ImportVersion, encoding: Encoding, *, now: datetime, to: Intake) -> Import:
    """Read a file whose letters had to be asked, in the encoding that its owner chose."""
    found = await import_at(of, to.imports, "asking")
    content = await to.files.read(of.owner_id, found.id, SOURCE)
    form = await _recognised(content or b"", encoding, to.aside)
    return await to.imports.save(found.changed(now, stage="reading", form=form, encoding=encoding))


async def readings_of(found: Import, *, to: Intake) -> list[Reading]:
    """The two likely readings of a file whose letters are not known."""
    content = await to.files.read(found.owner_id, found.id, SOURCE)
    readings: list[Reading] = await to.aside(likely_readings, content) if content else []
    return readings


async def rows_of(found: Import, page: int, *, to: Intake) -> list[Row]:
    """The rows of a page of the report; none once it is no longer kept."""
    if not 0 <= page < len(found.pages):
        return []
    content = await to.files.read(found.owner_id, found.id, found.pages[page].name)
    return read_rows(content) if content else []


async def _recognised(content: bytes, encoding: str | None, aside: Aside) -> str | None:
    """The form of a file, None if its letters have to be asked; a file of no form is refused."""
    if len(content) > MOST_BYTES:
        raise InvalidInput([Fault("/file", "too_large", PROBLEMS["too_large"])])
    if not content:
        raise InvalidInput([Fault("/file", "empty", N_("Choose a file first"))])
    try:
        opened = await aside(open_file, content, encoding)
        if opened is None:
            # Whatever its letters are, its form has to be known.
            await aside(open_file, content, "windows-1252")
    except FileRefused as refusal:
        raise InvalidInput([Fault("/file", refusal.problem, PROBLEMS[refusal.problem])]) from None
    return opened.form if opened else None
