"""Pictures: what strangers send becomes small upright files that hold pixels and nothing else.

The size is read from the header before anything is decoded: a few kilobytes can claim gigabytes. Run as a
program, this module rewrites one picture within `CPU_SECONDS` and `DATA_BYTES`, and ends; it needs nothing of
the app, so that it starts fast.
"""

import io
import json
import os
import re
import resource
import sys
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from PIL import Image

MAX_PIXELS: Final = 16_000_000
MAX_SIDE: Final = 16_384
MIN_SIDE: Final = 32
# Its decoder keeps the whole picture four times over, whatever size is wanted of it.
MAX_WEBP_PIXELS: Final = 4_000_000
# A JPEG of several scans is kept whole until the last of them, in two bytes for each pixel of each colour.
MAX_COEFFICIENTS: Final = 76_000_000
# Every scan of a progressive JPEG goes over all its pixels; cameras and editors make about ten.
MAX_SCANS: Final = 64
MAX_SEGMENTS: Final = 2000
# Pillow joins them one by one, each time copying all of those before; a camera writes one.
MAX_EXIF: Final = 16

CPU_SECONDS: Final = 2
DATA_BYTES: Final = 112 * 1024 * 1024
_BAND_PIXELS: Final = 500_000
# The least that leaves the pages of cards their time on a machine with one core.
_NICE: Final = 5


class Refused(Exception):
    """The file is not a picture that is taken; `problem` is its code."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class Rewritten(NamedTuple):
    """The files made of a picture as (form, extension, bytes), and its size in pixels."""

    files: list[tuple[str, str, bytes]]
    width: int
    height: int


class Form(NamedTuple):
    """A file to make: its size (cut to a square, or fitted in), format, and most bytes."""

    name: str
    extension: str
    width: int
    height: int
    square: bool
    max_bytes: int


# The JPEG goes into vCards, whose readers choke on more; the small WebP is all that a page loads.
FORMS: Final[dict[str, tuple[Form, ...]]] = {
    "photo": (
        Form("webp", "webp", 512, 512, square=True, max_bytes=100_000),
        Form("small", "webp", 256, 256, square=True, max_bytes=7_000),
        Form("jpeg", "jpg", 512, 512, square=True, max_bytes=200_000),
    ),
    "logo": (
        Form("webp", "webp", 512, 512, square=False, max_bytes=100_000),
        Form("small", "webp", 256, 256, square=False, max_bytes=7_000),
        Form("jpeg", "jpg", 512, 512, square=False, max_bytes=200_000),
    ),
    "companyImage": (
        Form("webp", "webp", 1200, 1200, square=False, max_bytes=200_000),
        Form("small", "webp", 720, 720, square=False, max_bytes=30_000),
        Form("jpeg", "jpg", 1200, 1200, square=False, max_bytes=300_000),
    ),
}
_QUALITIES: Final = (82, 72, 60, 45, 30, 15)


def rewrite(content: bytes, forms: tuple[Form, ...]) -> Rewritten:
    """Make the files of a picture; its size is that of the first. Raises `Refused`."""
    try:
        pixels = _pixels(content, forms)
    except Refused:
        raise
    except MemoryError:
        raise Refused("image_too_costly") from None
    except Exception:  # noqa: BLE001 - decoders raise anything at a hostile file, and it is the file's fault
        raise Refused("image_broken") from None
    files, sizes = [], []
    for form in forms:
        sized = _sized(pixels, form)
        files.append((form.name, form.extension, _encoded(sized, form)))
        sizes.append(sized.size)
    width, height = sizes[0]
    return Rewritten(files, width, height)


def _pixels(content: bytes, forms: tuple[Form, ...]) -> "Image.Image":
    """The picture upright, in sRGB, not larger than needed, with nothing but pixels."""
    from PIL import Image, ImageOps  # noqa: PLC0415

    _check_header(content)
    # Our own limit is checked below, for every format alike.
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(io.BytesIO(content), formats=["JPEG", "PNG", "WEBP"]) as opened:
        _check_size(*opened.size)
        # Many phones put a second picture behind the first (MPO); that one is left out, it does not move.
        if opened.format in ("PNG", "WEBP") and getattr(opened, "is_animated", False):
            raise Refused("image_animated")
        opened.draft("RGB", _room(opened.size, forms))
        opened.load()
        profile, orientation = opened.info.get("icc_profile"), opened.getexif().get(0x0112)
        left, top, right, bottom = part = _part(opened.size, forms)
        room = _room((right - left, bottom - top), forms)
        reduced = _reduced(opened, part, room)
    if reduced.size != room:
        reduced = reduced.resize(room)
    plain = _in_srgb(reduced, profile)
    clean = Image.new(plain.mode, plain.size)
    clean.paste(plain)
    if orientation in range(2, 9):
        clean.getexif()[0x0112] = orientation
        clean = ImageOps.exif_transpose(clean)
    return clean


def _check_header(content: bytes) -> None:
    if content.startswith(b"\xff\xd8\xff"):
        _check_jpeg(content)
    elif content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        _check_webp(content)
    elif not content.startswith(b"\x89PNG\r\n\x1a\n"):
        raise Refused("image_type_refused")


# Those that carry a length, and the end; a decoder skips whatever else follows FF, byte by byte.
_MARKER = re.compile(b"\xff[\xc0-\xcf\xd9-\xfe]")
_FRAME = re.compile(b"\xff[\xc0-\xc3\xc5-\xc7\xc9-\xcb\xcd-\xcf]")
_SCAN, _END = b"\xff\xda", b"\xff\xd9"


def _check_jpeg(content: bytes) -> None:
    """Refuse what would take a decoder long by its segments up to the end (ITU T.81, B.1.1)."""
    # Counted anywhere: where Pillow finds a segment differs from where the standard does.
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
    """Bytes that a decoder keeps of a JPEG with more scans than one, by its frame header (B.2.2)."""
    height, width = int.from_bytes(frame[3:5]), int.from_bytes(frame[5:7])
    # Across and down, in four bits each, for every third byte: the colours one by one.
    shares = (
        [(byte >> 4, byte & 15) for byte in frame[9 : 8 + 3 * min(frame[7], 4) : 3]] if frame[7:8] else []
    )
    most = max((across for across, _ in shares), default=1) * max((down for _, down in shares), default=1)
    return 2 * width * height * sum(across * down for across, down in shares) // max(most, 1)


def _check_webp(content: bytes) -> None:
    """Refuse by the header alone: merely opening a WebP makes room for the whole of it (RFC 9649)."""
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
    _check_size(*size)
    if size[0] * size[1] > MAX_WEBP_PIXELS:
        raise Refused("image_too_costly")


def _number(data: bytes) -> int:
    return int.from_bytes(data, "little")


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS or max(width, height) > MAX_SIDE:
        raise Refused("image_too_many_pixels")
    if min(width, height) < MIN_SIDE:
        raise Refused("image_too_small")


def _part(size: tuple[int, int], forms: tuple[Form, ...]) -> tuple[int, int, int, int]:
    """The part of a picture that its forms show: the square in its middle when all are squares."""
    width, height = size
    if not all(form.square for form in forms):
        return 0, 0, width, height
    side = min(width, height)
    left, top = (width - side) // 2, (height - side) // 2
    return left, top, left + side, top + side


def _room(size: tuple[int, int], forms: tuple[Form, ...]) -> tuple[int, int]:
    """The least size, keeping the ratio, from which every form can be made; turning it changes nothing."""
    width, height = size
    scale = max((max if form.square else min)(form.width / width, form.height / height) for form in forms)
    if scale >= 1:
        return size
    return max(1, round(width * scale)), max(1, round(height * scale))


def _reduced(picture: "Image.Image", part: tuple[int, int, int, int], room: tuple[int, int]) -> "Image.Image":
    """A part of the picture in eight bits, as much smaller as whole steps allow that leave `room`.

    It goes band by band: the whole in another mode beside the whole would take twice the memory.
    """
    from PIL import Image  # noqa: PLC0415

    left, top, right, bottom = part
    step = max(1, min((right - left) // room[0], (bottom - top) // room[1]))
    rows, bands = max(1, _BAND_PIXELS // (right - left) // step) * step, []
    for start in range(top, bottom, rows):
        band = _in_eight_bits(picture.crop((left, start, right, min(start + rows, bottom))))
        bands.append(band.reduce(step) if step > 1 else band)
    whole = Image.new(bands[0].mode, (bands[0].width, sum(band.height for band in bands)))
    for place, band in enumerate(bands):
        whole.paste(band, (0, place * (rows // step)))
    return whole


def _in_eight_bits(picture: "Image.Image") -> "Image.Image":
    """RGB, or RGBA where something shows through; CMYK and grey stay for their colour profile."""
    if picture.mode.startswith("I"):
        # Plain conversion would cut 16 bits off at 255.
        return picture.point(lambda value: value / 256).convert("L")
    if picture.has_transparency_data and picture.mode != "RGBA":
        return picture.convert("RGBA")
    return picture if picture.mode in ("RGB", "RGBA", "CMYK", "L") else picture.convert("RGB")


def _in_srgb(picture: "Image.Image", profile: bytes | None) -> "Image.Image":
    from PIL import ImageCms  # noqa: PLC0415

    mode = "RGBA" if picture.mode == "RGBA" else "RGB"
    if profile:
        try:
            source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            target = ImageCms.createProfile("sRGB")
            if (changed := ImageCms.profileToProfile(picture, source, target, outputMode=mode)) is not None:
                return changed
        except (ImageCms.PyCMSError, OSError, ValueError):
            # A profile that cannot be read, or is for other colours, says nothing about this picture.
            return picture.convert(mode)
    return picture.convert(mode)


def _sized(pixels: "Image.Image", form: Form) -> "Image.Image":
    from PIL import ImageOps  # noqa: PLC0415

    if form.square:
        # A small photo is not made larger than it is.
        edge = min(form.width, *pixels.size)
        return ImageOps.fit(pixels, (edge, edge))
    sized = pixels.copy()
    sized.thumbnail((form.width, form.height))
    return sized


def _encoded(picture: "Image.Image", form: Form) -> bytes:
    from PIL import Image  # noqa: PLC0415

    jpeg = form.extension == "jpg"
    if jpeg and picture.mode == "RGBA":
        flat = Image.new("RGB", picture.size, "white")
        flat.paste(picture, mask=picture.getchannel("A"))
        picture = flat
    data = b""
    for quality in _QUALITIES:
        target = io.BytesIO()
        if jpeg:
            picture.save(target, "JPEG", quality=quality, optimize=True, progressive=True)
        else:
            picture.save(target, "WEBP", quality=quality, method=4)
        data = target.getvalue()
        if len(data) <= form.max_bytes:
            break
    return data


def main() -> None:
    """Rewrite the picture of standard input for the purpose named; answer a line of JSON, then the files."""
    # A core file would keep the picture as it was sent.
    for limited, most in (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, CPU_SECONDS),
        (resource.RLIMIT_DATA, DATA_BYTES),
    ):
        resource.setrlimit(limited, (most, resource.getrlimit(limited)[1]))
    os.nice(_NICE)
    head, data = _answer(sys.stdin.buffer.read(), FORMS[sys.argv[1]])
    sys.stdout.buffer.write(json.dumps(head).encode() + b"\n" + data)


def _answer(content: bytes, forms: tuple[Form, ...]) -> tuple[dict[str, object], bytes]:
    try:
        made = rewrite(content, forms)
    except Refused as refused:
        return {"problem": refused.problem}, b""
    except MemoryError:
        return {"problem": "image_too_costly"}, b""
    files = [(name, extension, len(data)) for name, extension, data in made.files]
    head = {"width": made.width, "height": made.height, "files": files}
    return head, b"".join(data for _, _, data in made.files)


if __name__ == "__main__":
    main()
