"""Lines of a vCard file, of either version: escaping, folding, photos.

Every user value passes through `text` or `uri`, and so cannot end its line.
"""

import binascii
import re

# Some address books refuse larger photos, and phones show them small.
MAX_PHOTO = 200 * 1024

_BREAKS = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
# A tab is white space like any other in a value (RFC 6350 §3.3).
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f]")
_ALL_CONTROLS = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029]")
_SPECIAL = re.compile("[\x00-\x1f\x7f\x85\u2028\u2029\\\\;,]")
_FOLD = 75


def text(value: str) -> str:
    if not _SPECIAL.search(value):
        return value
    plain = _CONTROLS.sub("", _BREAKS.sub("\n", value))
    return plain.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def structured(*parts: str) -> str:
    return ";".join([text(part) for part in parts])


def uri(value: str) -> str:
    """A link with `;` and `,` percent-encoded, because readers disagree on escaping them."""
    if not _SPECIAL.search(value):
        return value
    return _ALL_CONTROLS.sub("", value).replace(";", "%3B").replace(",", "%2C")


def photo_data(photo: bytes | None) -> str | None:
    """JPEG in base64, or None without a photo that address books accept."""
    if photo is None or len(photo) > MAX_PHOTO:
        return None
    return binascii.b2a_base64(photo, newline=False).decode("ascii")


def file_of(lines: list[str]) -> bytes:
    return "".join([_folded(line) for line in lines]).encode()


def _folded(line: str) -> str:
    """Fold a line into pieces of at most 75 octets, never cut inside a character."""
    if line.isascii():
        if len(line) <= _FOLD:
            return line + "\r\n"
        rest = [line[at : at + _FOLD - 1] for at in range(_FOLD, len(line), _FOLD - 1)]
        return "\r\n ".join([line[:_FOLD], *rest]) + "\r\n"
    data = line.encode()
    pieces: list[str] = []
    start, room = 0, _FOLD
    while len(data) - start > room:
        end = start + room
        while data[end] & 0xC0 == 0x80:  # noqa: PLR2004 - a UTF-8 continuation byte
            end -= 1
        pieces.append(data[start:end].decode())
        start, room = end, _FOLD - 1
    return "\r\n ".join([*pieces, data[start:].decode()]) + "\r\n"
