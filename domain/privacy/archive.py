"""Zip files of a data copy: a part for each gathered page, and volumes that combine whole parts.

Each volume is a complete zip, no larger than a reply may be. It is written in blocks, so that only one part
is in memory at a time. The same parts give the same bytes.
"""

import io
import zipfile
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, Self

VOLUME_BYTES = 32 * 2**20
# Suffixes of files that are already compressed.
_STORED = (".jpg", ".png", ".webp")


class File(NamedTuple):
    """One file of a copy. Its name consists of our ids and words, never of text that a person entered."""

    name: str
    content: bytes


def write_part(files: Iterable[File], at: datetime) -> bytes:
    """Zip of some files, made in memory."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as part:
        for file in files:
            _add(part, file, at)
    return target.getvalue()


class VolumeWriter:
    """Writer of one volume. Each call returns the bytes that are complete and can be stored."""

    def __init__(self, folder: str, at: datetime) -> None:
        self._folder, self._at, self._end = folder, at, _WriteEnd()
        self._zip = zipfile.ZipFile(self._end, "w")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def add(self, files: Iterable[File]) -> bytes:
        """Add files, and return the bytes that are complete."""
        for file in files:
            _add(self._zip, file._replace(name=f"{self._folder}/{file.name}"), self._at)
        return self._end.take()

    def add_part(self, part: bytes) -> bytes:
        """Add the files of a part, and return the bytes that are complete."""
        with zipfile.ZipFile(io.BytesIO(part)) as opened:
            return self.add(File(entry.filename, opened.read(entry)) for entry in opened.infolist())

    def close(self) -> bytes:
        """Finish the volume, and return the rest of its bytes."""
        self._zip.close()
        return self._end.take()


def _add(archive: zipfile.ZipFile, file: File, at: datetime) -> None:
    entry = zipfile.ZipInfo(file.name, (at.year, at.month, at.day, at.hour, at.minute, at.second))
    entry.compress_type = zipfile.ZIP_STORED if file.name.endswith(_STORED) else zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    archive.writestr(entry, file.content)


class _WriteEnd(io.RawIOBase):
    """Output file that keeps the bytes after the last `take`. `zipfile` rewrites headers only there."""

    def __init__(self) -> None:
        super().__init__()
        self._taken, self._kept = 0, io.BytesIO()

    def take(self) -> bytes:
        content = self._kept.getvalue()
        self._taken, self._kept = self._taken + len(content), io.BytesIO()
        return content

    def writable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        return self._kept.write(data)

    def tell(self) -> int:
        return self._taken + self._kept.tell()

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        if whence != io.SEEK_SET or offset < self._taken:
            raise io.UnsupportedOperation
        self._kept.seek(offset - self._taken)
        return offset
