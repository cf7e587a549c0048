"""Checks of a picture's header before anything is decoded: they bound the work of decoding."""

import re
from typing import Final

MAX_PIXELS: Final = 16_000_000
MAX_SIDE: Final = 16_384
MIN_SIDE: Final = 32
# The WebP decoder holds the whole picture four times, at any output size.
MAX_WEBP_PIXELS: Final = 4_000_000
# A JPEG of several scans is held until the last of them, with two bytes for each pixel of each colour.
MAX_COEFFICIENTS: Final = 76_000_000
# Every scan of a progressive JPEG covers all its pixels; cameras and editors write about ten.
MAX_SCANS: Final = 64
MAX_SEGMENTS: Final = 2000
# Pillow joins these segments one by one, each time copying all before; a camera writes one.
MAX_EXIF: Final = 16


class Refused(Exception):
    """The file is not an accepted picture; `problem` is the code of the reason."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


def check_header(content: bytes) -> None:
    if content.startswith(b"\xff\xd8\xff"):
        _check_jpeg(content)
    elif content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        _check_webp(content)
    elif not content.startswith(b"\x89PNG\r\n\x1a\n"):
        raise Refused("image_type_refused")


# Markers with a length, and the end marker; a decoder skips any other byte after FF.
_MARKER = re.compile(b"\xff[\xc0-\xcf\xd9-\xfe]")
_FRAME = re.compile(b"\xff[\xc0-\xc3\xc5-\xc7\xc9-\xcb\xcd-\xcf]")
_SCAN, _END = b"\xff\xda", b"\xff\xd9"


def _check_jpeg(content: bytes) -> None:
    """Refuse a JPEG that is costly to decode, by its segments up to the end (ITU T.81, B.1.1)."""
    # Counted at any place: Pillow finds segments at other places than the standard does.
    if content.count(b"Exif\x00\x00") > MAX_EXIF:
        raise Refused("image_too_costly")
    scans, segments, at, frame = 0, 0, 2, b""
    while (marker := _MARKER.search(content, at)) and marker[0] != _END:
        body = content[marker.end() : marker.end() + 20]
        frame = frame or (body if _FRAME.match(marker[0]) else b"")
        scans += marker[0] == _SCAN
        segments += 1
        at = marker.end() + int.from_bytes(body[:2])
    if scans > MAX_SCANS:
        raise Refused("image_broken")
    if segments > MAX_SEGMENTS or (scans > 1 and _coefficients(frame) > MAX_COEFFICIENTS):
        raise Refused("image_too_costly")


def _coefficients(frame: bytes) -> int:
    """Bytes that a decoder holds of a JPEG with several scans, by its frame header (B.2.2)."""
    height, width = int.from_bytes(frame[3:5]), int.from_bytes(frame[5:7])
    # Across and down, in four bits each, for every third byte: the colours one by one.
    shares = (
        [(byte >> 4, byte & 15) for byte in frame[9 : 8 + 3 * min(frame[7], 4) : 3]] if frame[7:8] else []
    )
    most = max((across for across, _ in shares), default=1) * max((down for _, down in shares), default=1)
    return 2 * width * height * sum(across * down for across, down in shares) // max(most, 1)


def _check_webp(content: bytes) -> None:
    """Refuse by the header alone: opening a WebP allocates memory for the whole picture (RFC 9649)."""
    chunk, head = content[12:16], content[20:30]
    size = 0, 0
    if chunk == b"VP8X":
        if head[0] & 0x02:
            raise Refused("image_animated")
        size = _number(head[4:7]) + 1, _number(head[7:10]) + 1
    elif chunk == b"VP8L":
        bits = _number(head[1:5])
        size = 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    elif chunk == b"VP8 ":
        size = _number(head[6:8]) & 0x3FFF, _number(head[8:10]) & 0x3FFF
    check_size(*size)
    if size[0] * size[1] > MAX_WEBP_PIXELS:
        raise Refused("image_too_costly")


def _number(data: bytes) -> int:
    return int.from_bytes(data, "little")


def check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise Refused("image_too_many_pixels")
    if min(width, height) < MIN_SIDE:
        raise Refused("image_too_small")
