"""The zip of a copy, made piece by piece: parts as they are gathered, then volumes of whole parts.

A volume is a zip of its own, no larger than a reply may be. It is handed on block by block, so that no more
than a part of it is ever in memory; the same parts make the same bytes.
"""

import io
import zipfile
from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple, Self

VOLUME_BYTES = 32 * 2**20
# Of pictures that are compressed already.
_STORED = (".jpg", ".png", ".webp")


class File(NamedTuple):
    """One file of a copy; its name is made of our own ids and words, never of what a person wrote."""

    name: str
    content: bytes


def write_part(files: Iterable[File], at: datetime) -> bytes:
    """A zip of some files, small enough for memory."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as part:
        for file in files:
            _add(part, file, at)
    return target.getvalue()


class VolumeWriter:
    """Writes one volume; what is complete of it is taken away and given to the store."""

    def __init__(self, folder: str, at: datetime) -> None:
        self._folder, self._at, self._end = folder, at, _WriteEnd()
        self._zip = zipfile.ZipFile(self._end, "w")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._zip.close()

    def add(self, files: Iterable[File]) -> bytes:
        """Add files, and return what can be handed on."""
        for file in files:
            _add(self._zip, file._replace(name=f"{self._folder}/{file.name}"), self._at)
        return self._end.take()

    def add_part(self, part: bytes) -> bytes:
        """Add the files of a part, and return what can be handed on."""
        with zipfile.ZipFile(io.BytesIO(part)) as opened:
            return self.add(File(entry.filename, opened.read(entry)) for entry in opened.infolist())

    def close(self) -> bytes:
        """The rest of the volume."""
        self._zip.close()
        return self._end.take()


def _add(archive: zipfile.ZipFile, file: File, at: datetime) -> None:
    entry = zipfile.ZipInfo(file.name, (at.year, at.month, at.day, at.hour, at.minute, at.second))
    entry.compress_type = zipfile.ZIP_STORED if file.name.endswith(_STORED) else zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    archive.writestr(entry, file.content)


class _WriteEnd(io.RawIOBase):
    """The end of a file whose beginning was taken away. Headers are written again only within the end."""

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
