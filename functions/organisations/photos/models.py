"""What the API says of photos from a zip."""

from collections.abc import Mapping
from datetime import datetime

from pydantic import Field

from domain.base.limits import UNDO_TIME
from domain.base.model import Closed
from domain.operations.work import Work
from domain.organisations.photos.photos import (
    FAULTS,
    FITS,
    LEFT_OUT,
    STAYED,
    TAKEN_BACK,
    WAS_SET,
    Photos,
    Row,
    Stage,
)
from functions.framework.operations import Page
from functions.organisations.imports.models import ProgressOut

EFFECTS = {
    FITS: "fits",
    WAS_SET: "set",
    LEFT_OUT: "left_out",
    TAKEN_BACK: "taken_back",
    STAYED: "stayed",
}


class PhotoCounts(Closed):
    """How many files there are, and what becomes of them."""

    total: int
    fits: int
    set: int
    left_out: int
    taken_back: int
    stayed: int


class PhotosOut(Closed):
    """A zip of photos and how far it is."""

    id: str
    stage: Stage
    files: PhotoCounts
    progress: ProgressOut | None
    undo_until: datetime | None
    created_at: datetime
    updated_at: datetime


class PhotosList(Closed):
    data: list[PhotosOut]
    page: Page


class PhotoFault(Closed):
    code: str
    detail: str


class PhotoFileOut(Closed):
    """A file of the zip, by its number in it, and whose it is."""

    file: int
    name: str
    effect: str = Field(description="`fits`, `set`, `left_out`, `taken_back` or `stayed`.")
    member_id: str | None
    person: str
    fault: PhotoFault | None


class PhotoFileList(Closed):
    data: list[PhotoFileOut]
    page: Page


def out(found: Photos, work: Work | None, at: datetime) -> PhotosOut:
    set_at = found.set_at
    counts = {name: found.count(effect) for effect, name in EFFECTS.items()}
    return PhotosOut(
        id=found.id,
        stage=found.stage,
        files=PhotoCounts(total=len(found.effects), **counts),
        progress=ProgressOut(state=work.state, done=work.done, total=work.total) if work else None,
        undo_until=set_at + UNDO_TIME if set_at and found.can_be_undone(at) else None,
        created_at=found.created_at,
        updated_at=found.updated_at,
    )


def sentence(row: Row) -> tuple[str, Mapping[str, str]] | None:
    """Why a file is left out, or a photo stays, and what fills the place in it."""
    return (FAULTS[row.fault], {"what": row.what}) if row.fault else None


def file_out(row: Row) -> PhotoFileOut:
    told = sentence(row)
    detail = told[0] % told[1] if told else ""
    return PhotoFileOut(
        file=row.number,
        name=row.name,
        effect=EFFECTS[row.effect],
        member_id=row.member_id,
        person=row.person,
        fault=PhotoFault(code=row.fault, detail=detail) if row.fault else None,
    )
