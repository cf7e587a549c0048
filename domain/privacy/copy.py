"""Copy of an account's data, made as long work: gathered page by page, then written into volumes.

Gathering stores a part for each page of a section. A volume combines whole parts, in their order. Parts and
volumes are named by the lease of the worker that wrote them, so that the copy contains only those of slices
that were saved. All other files are deleted in a slice of its own after all volumes are saved, so that a
repetition of it keeps the same volumes.
"""

import hashlib
from collections.abc import AsyncGenerator, Collection, Sequence
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import Protocol

from pydantic import Field

from domain.base.errors import Conflict, NotFound
from domain.base.ids import ID_BYTES, ID_PREFIXES, make_id
from domain.base.limits import DOWNLOADS, Limiter
from domain.base.model import Model
from domain.base.texts import N_
from domain.operations.slices import Slice
from domain.operations.work import Progress, Work, WorkQueue, WorkStore, new_work, start_work
from domain.privacy.archive import VOLUME_BYTES, File, VolumeWriter, write_part
from domain.privacy.index_page import (
    Copied,
    Entry,
    read_entries,
    write_entries,
    write_index,
    write_manifest,
)
from domain.privacy.sections import Item, Section

COPY = "copy"
KEEP = timedelta(days=7)
MOST_A_DAY = 3


class TooManyCopies(Conflict):
    code = "too_many_copies"
    title = N_("%(most)s copies can be made in a day; try again tomorrow", most=MOST_A_DAY)


class Part(Model):
    """Gathered page of a section, stored as two pieces: a zip of its files, and its entries for the index."""

    name: str
    size: int


class Volume(Model):
    """Zip file of the copy that its owner downloads."""

    name: str
    size: int


class CopyCursor(Model):
    """Progress of a copy. `page` is the cursor within the section; `volumes` are those already written."""

    section: int = 0
    page: str | None = None
    parts: list[Part] = Field(default=[])
    volumes: list[Volume] = Field(default=[])

    @classmethod
    def of(cls, work: Work) -> "CopyCursor":
        return cls.model_validate_json(work.cursor) if work.cursor else cls()


class CopyFiles(Protocol):
    """Store of the pieces and volumes of copies, which keeps each for some days."""

    async def put_piece(self, account_id: str, work_id: str, name: str, content: bytes) -> None: ...
    async def read_piece(self, account_id: str, work_id: str, name: str) -> bytes | None: ...
    async def stage_volume(
        self, account_id: str, work_id: str, name: str, block: str, content: bytes
    ) -> None:
        """Store a block of a volume; the names of its blocks have the same length."""
        ...

    async def commit_volume(
        self, account_id: str, work_id: str, name: str, blocks: Sequence[str]
    ) -> None: ...
    async def read_volume(self, account_id: str, work_id: str, name: str) -> bytes | None: ...
    async def delete_copy(self, account_id: str, work_id: str, *, keep: Collection[str]) -> None:
        """Delete all files of a copy except the volumes of these names."""
        ...


class CopyJob:
    def __init__(self, sections: Sequence[Section], files: CopyFiles) -> None:
        self._sections, self._files = sections, files

    async def slice(self, work: Work, bound: Slice) -> Progress:
        cursor, done = CopyCursor.of(work), 0
        if self._is_whole(cursor):
            keep = [volume.name for volume in cursor.volumes]
            await self._files.delete_copy(work.owner_id, work.id, keep=keep)
            return Progress(work.cursor, 0, over=True)
        total = work.total or sum([await each.count(work.owner_id) for each in self._sections])
        while cursor.section < len(self._sections) and not bound.is_over:
            cursor, items = await self._gather(work, cursor)
            bound.spend(max(1, items))
            done += items
        while cursor.section == len(self._sections) and not self._is_whole(cursor) and not bound.is_over:
            volume = await self._write_volume(work, cursor, volumes_of(cursor.parts))
            if volume is None:
                # The pieces have expired while the work was paused: gather again.
                return Progress("", -work.done, total=None)
            cursor = cursor.model_copy(update={"volumes": [*cursor.volumes, volume]})
            bound.spend(100)
        return Progress(cursor.model_dump_json(), done, total=total)

    async def discard(self, work: Work) -> None:
        await self._files.delete_copy(work.owner_id, work.id, keep=())

    def _is_whole(self, cursor: CopyCursor) -> bool:
        """Whether every volume is written."""
        gathered = cursor.section == len(self._sections)
        return gathered and len(cursor.volumes) == len(volumes_of(cursor.parts))

    async def _gather(self, work: Work, cursor: CopyCursor) -> tuple[CopyCursor, int]:
        section = self._sections[cursor.section]
        page = await section.page(work.owner_id, cursor.page, work.created_at)
        name = f"{work.lease}-{len(cursor.parts):05}"
        part = write_part([file for item in page.items for file in item.files], work.created_at)
        entries = write_entries(_entry(section.name, item) for item in page.items)
        await self._files.put_piece(work.owner_id, work.id, f"{name}.zip", part)
        await self._files.put_piece(work.owner_id, work.id, f"{name}.json", entries)
        further = {
            "parts": [*cursor.parts, Part(name=name, size=len(part))],
            "page": page.following,
            "section": cursor.section + (page.following is None),
        }
        return cursor.model_copy(update=further), len(page.items)

    async def _write_volume(
        self, work: Work, cursor: CopyCursor, volumes: Sequence[Sequence[Part]]
    ) -> Volume | None:
        """Write the next volume in blocks; None when a part has expired."""
        name = f"{len(cursor.volumes) + 1}-{work.lease}"
        blocks, size = list[str](), 0
        with VolumeWriter(folder_of(work), work.created_at) as writer:
            async with aclosing(self._blocks(work, cursor, volumes, writer)) as contents:
                async for content in contents:
                    if content is None:
                        return None
                    blocks.append(f"{work.lease}-{len(blocks):05}")
                    await self._files.stage_volume(work.owner_id, work.id, name, blocks[-1], content)
                    size += len(content)
        await self._files.commit_volume(work.owner_id, work.id, name, blocks)
        return Volume(name=name, size=size)

    async def _blocks(
        self, work: Work, cursor: CopyCursor, volumes: Sequence[Sequence[Part]], writer: VolumeWriter
    ) -> AsyncGenerator[bytes | None]:
        """Blocks of the next volume, the first of which contains the index; None when a part has expired."""
        if not cursor.volumes:
            first = await self._first_files(work, cursor, len(volumes))
            yield None if first is None else writer.add(first)
        for part in volumes[len(cursor.volumes)]:
            content = await self._files.read_piece(work.owner_id, work.id, f"{part.name}.zip")
            if content is None:
                yield None
            elif block := writer.add_part(content):
                yield block
        yield writer.close()

    async def _first_files(self, work: Work, cursor: CopyCursor, volumes: int) -> list[File] | None:
        """Index and manifest of the whole copy; None when a part has expired."""
        entries: list[Entry] = []
        for part in cursor.parts:
            content = await self._files.read_piece(work.owner_id, work.id, f"{part.name}.json")
            if content is None:
                return None
            entries += read_entries(content)
        copied = Copied(work.owner_id, work.created_at, volumes)
        return [
            File("index.html", write_index(copied, self._sections, entries)),
            File("manifest.json", write_manifest(copied, self._sections, entries)),
        ]


def folder_of(work: Work) -> str:
    """Name of the folder in each volume, and of the downloaded file."""
    return f"izwop-copy-{work.created_at:%Y-%m-%d}"


def volumes_of(parts: Sequence[Part]) -> list[list[Part]]:
    """Parts of each volume: as many as fit, and at least one."""
    volumes: list[list[Part]] = []
    room = 0
    for part in parts:
        if part.size > room:
            volumes.append([])
            room = VOLUME_BYTES
        volumes[-1].append(part)
        room -= part.size
    return volumes


async def start_copy(
    account_id: str, *, key: str | None, now: datetime, works: WorkStore, queue: WorkQueue
) -> Work:
    """Start a copy, at most three a day. Return the copy of this key, or the unfinished one, if one exists.

    Concurrent requests derive the same id from the latest copy, so that they start only one.
    """
    found = await works.of_kind(account_id, COPY)
    known = next((work for work in found if key is not None and work.key == key), None)
    under_way = known or next((work for work in found if not work.is_over), None)
    if under_way is not None:
        return under_way
    if sum(now - work.created_at < timedelta(days=1) for work in found) >= MOST_A_DAY:
        raise TooManyCopies
    new = new_work(COPY, account_id, _next_id(account_id, found, now), now, key=key)
    return await start_work(new, works=works, queue=queue)


def _next_id(account_id: str, found: Sequence[Work], now: datetime) -> str:
    latest = found[0].id if found else ""
    digest = hashlib.sha256(f"{account_id} {latest} {now:%Y-%m-%d}".encode()).digest()
    return make_id(ID_PREFIXES["work"], digest[:ID_BYTES])


async def latest_copies(
    account_id: str, *, now: datetime, works: WorkStore
) -> tuple[Work | None, Work | None]:
    """The latest copy, and the latest that can be downloaded now, which may be an earlier one."""
    found = await works.of_kind(account_id, COPY)
    return next(iter(found), None), next((work for work in found if is_kept(work, now)), None)


async def read_copy(
    account_id: str,
    work_id: str,
    volume: int,
    *,
    now: datetime,
    works: WorkStore,
    files: CopyFiles,
    limiter: Limiter,
) -> tuple[Work, bytes]:
    """Volume of a finished copy that has not expired."""
    work = await works.get(account_id, work_id)
    if work is None or work.kind != COPY or not is_kept(work, now):
        raise NotFound
    volumes = CopyCursor.of(work).volumes
    if not 1 <= volume <= len(volumes):
        raise NotFound
    await limiter.take(DOWNLOADS, account_id, now)
    content = await files.read_volume(account_id, work_id, volumes[volume - 1].name)
    if content is None:
        raise NotFound
    return work, content


def is_kept(work: Work, now: datetime) -> bool:
    """Whether the copy can be downloaded now."""
    return work.state == "done" and work.ended_at is not None and now < work.ended_at + KEEP


def _entry(section: str, item: Item) -> Entry:
    return Entry(section, item.title, item.facts, [file.name for file in item.files])
