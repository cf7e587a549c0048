"""A zip of photos: everything that it claims is checked, and everything that it unpacks to, before any use.

Its table is read only if it is small, each file only as far as it may go, and one lie refuses all of it.
"""

import io
import struct
import unicodedata
import zlib
from collections.abc import Sequence
from typing import Final, NamedTuple
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from domain.base.errors import Fault, InvalidInput
from domain.base.texts import N_
from domain.images.image import MAX_BYTES

MOST_ZIP: Final = 40_000_000
MOST_PHOTOS: Final = 1000
MOST_UNPACKED: Final = 80_000_000
# Pictures are packed already: what shrinks more than that is no picture.
MOST_RATIO: Final = 100
# The table of a thousand files, with what a computer puts beside each.
_MOST_TABLE: Final = 1_000_000
_LONGEST: Final = 260
_END, _END_SIZE, _ZIP64, _ZIP64_SIZE = b"PK\x05\x06", 22, b"PK\x06\x07", 20
_LOCAL: Final = struct.Struct("<4s5H3L2H")
_ENCRYPTED: Final = 0x1
ENDINGS: Final = ("jpg", "jpeg", "png", "webp")
# What computers add to a zip by themselves.
_ADDED_FOLDER, _ADDED = "__MACOSX/", frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})


class Packed(NamedTuple):
    """A file of a zip. `key` is its name without the ending: what a person is known by."""

    name: str
    key: str
    is_picture: bool


def refused(code: str, detail: str) -> InvalidInput:
    return InvalidInput([Fault("/file", code, detail)])


def check_archive(content: bytes) -> list[Packed]:
    """The files of a zip, each of which is unpacked once; refuse it if one of them may not be in it."""
    if len(content) > MOST_ZIP:
        raise refused("too_large", N_("The file is larger than %(most)s MB", most=MOST_ZIP // 1_000_000))
    _check_table(content)
    try:
        archive = ZipFile(io.BytesIO(content))
    except (BadZipFile, ValueError, NotImplementedError, struct.error):
        raise _broken() from None
    entries = _entries(archive)
    if not entries:
        raise refused("empty", N_("There are no files in this zip"))
    if len(entries) > MOST_PHOTOS:
        raise refused(
            "too_many_files", N_("There are more than %(most)s files in this zip", most=MOST_PHOTOS)
        )
    for entry in entries:
        _check_claims(entry)
    if sum(entry.file_size for entry in entries) > MOST_UNPACKED:
        most = MOST_UNPACKED // 1_000_000
        raise refused("too_large", N_("The files are larger than %(most)s MB together", most=most))
    return [_packed(entry, _unpacked(content, archive, entry)) for entry in entries]


class Archive:
    """A zip that was checked, to take one file after the other from it."""

    def __init__(self, content: bytes) -> None:
        self._content = content
        self._archive = ZipFile(io.BytesIO(content))
        self._entries = _entries(self._archive)

    def read(self, number: int) -> bytes:
        return _unpacked(self._content, self._archive, self._entries[number])


def _entries(archive: ZipFile) -> Sequence[ZipInfo]:
    return [
        entry
        for entry in archive.infolist()
        if not entry.filename.startswith(_ADDED_FOLDER) and entry.filename not in _ADDED
    ]


def _broken(name: str = "") -> InvalidInput:
    if name:
        return refused("broken", N_("%(name)s cannot be unpacked: the zip is damaged", name=name))
    return refused("broken", N_("The file is not a zip, or it is damaged"))


def _check_table(content: bytes) -> None:
    """Refuse a table of files that is large: reading it would take much memory."""
    at = content.rfind(_END, -(1 << 16) - _END_SIZE)
    if at < 0 or at + _END_SIZE > len(content):
        raise _broken()
    (size,) = struct.unpack_from("<L", content, at + 12)
    if content[max(0, at - _ZIP64_SIZE) : at].startswith(_ZIP64) or size > _MOST_TABLE:
        raise refused(
            "too_many_files", N_("There are more than %(most)s files in this zip", most=MOST_PHOTOS)
        )


def _check_claims(entry: ZipInfo) -> None:
    name = _shown(entry.filename)
    if "/" in entry.filename or "\\" in entry.orig_filename or "\0" in entry.orig_filename:
        raise refused(
            "path", N_("%(name)s is in a folder. Pack the pictures themselves, without a folder", name=name)
        )
    if len(entry.filename) > _LONGEST:
        raise refused("name_too_long", N_("%(name)s has too long a name", name=name))
    if entry.flag_bits & _ENCRYPTED:
        raise refused("encrypted", N_("%(name)s is locked with a password", name=name))
    if entry.filename.lower().endswith(".zip"):
        raise refused("nested", N_("%(name)s is a zip in the zip", name=name))
    if entry.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise refused("packing_refused", N_("%(name)s is packed in a way that we do not read", name=name))
    if entry.file_size > MAX_BYTES:
        raise refused(
            "photo_too_large",
            N_("%(name)s is larger than %(most)s MB", name=name, most=MAX_BYTES // 1_000_000),
        )
    if entry.file_size > MOST_RATIO * max(1, entry.compress_size):
        raise refused("ratio", N_("%(name)s unpacks to far more than a picture does", name=name))


def _unpacked(content: bytes, archive: ZipFile, entry: ZipInfo) -> bytes:
    """A file as its entry claims it; refused when it is longer, shorter or another one."""
    name = _shown(entry.filename)
    try:
        # The library compares the two heads of the file, and refuses files that overlap.
        archive.open(entry).close()
        head = _LOCAL.unpack_from(content, entry.header_offset)
    except (BadZipFile, ValueError, NotImplementedError, RuntimeError, OSError, EOFError, struct.error):
        raise _broken(name) from None
    start = entry.header_offset + _LOCAL.size + head[-2] + head[-1]
    packed = memoryview(content)[start : start + entry.compress_size]
    if entry.compress_type == ZIP_STORED:
        unpacked, whole = bytes(packed), len(packed) == entry.compress_size
    else:
        reader = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            # One byte more than it claims, by which a lie is seen.
            unpacked = reader.decompress(packed, entry.file_size + 1)
        except zlib.error:
            raise _broken(name) from None
        whole = reader.eof
    if not whole or len(unpacked) != entry.file_size or zlib.crc32(unpacked) != entry.CRC:
        raise _broken(name)
    if unpacked.startswith(b"PK\x03\x04"):
        raise refused("nested", N_("%(name)s is a zip in the zip", name=name))
    return unpacked


def _packed(entry: ZipInfo, content: bytes) -> Packed:
    name = unicodedata.normalize("NFC", entry.filename)
    key, _dot, ending = name.rpartition(".")
    is_picture = bool(key) and ending.lower() in ENDINGS and _is_picture(content)
    return Packed(_shown(name), key.strip(), is_picture)


def _is_picture(content: bytes) -> bool:
    if content.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")):
        return True
    return content.startswith(b"RIFF") and content[8:12] == b"WEBP"


def _shown(name: str) -> str:
    """A name as it is told: in one line, and not too long."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in name)[:120]
