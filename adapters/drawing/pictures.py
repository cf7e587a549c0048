"""Pictures: what strangers send becomes small upright files that hold pixels and nothing else.

The size is read from the header before anything is decoded: a few kilobytes can claim gigabytes.
"""

import asyncio
import io
import re
from typing import TYPE_CHECKING, Final, NamedTuple

from domain.cards.content import Purpose
from domain.images.image import Picture, PictureRefused

if TYPE_CHECKING:
    from PIL import Image

MAX_PIXELS: Final = 16_000_000
# Every scan of a progressive JPEG goes over all its pixels; cameras and editors make about ten.
MAX_SCANS: Final = 64


class Form(NamedTuple):
    """A file to make: its size (cut to a square, or fitted in), format, and most bytes."""

    name: str
    extension: str
    width: int
    height: int
    square: bool
    max_bytes: int


# The JPEG goes into vCards, whose readers choke on more; the small WebP is all that a page loads.
FORMS: Final[dict[Purpose, tuple[Form, ...]]] = {
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


class PillowPictures:
    """Rewrites one picture at a time: one can take 300 MB, and a worker has one core."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(1)

    async def rewrite(self, content: bytes, purpose: Purpose) -> Picture:
        async with self._turn:
            return await asyncio.to_thread(rewrite, content, FORMS[purpose])


def rewrite(content: bytes, forms: tuple[Form, ...]) -> Picture:
    """Make the files of a picture; its size is that of the first. Raises `PictureRefused`."""
    try:
        pixels = _pixels(content, forms)
    except (PictureRefused, MemoryError):
        raise
    except Exception:  # noqa: BLE001 - decoders raise anything at a hostile file, and it is the file's fault
        raise PictureRefused("image_broken") from None
    files, sizes = [], []
    for form in forms:
        sized = _sized(pixels, form)
        files.append((form.name, form.extension, _encoded(sized, form)))
        sizes.append(sized.size)
    width, height = sizes[0]
    return Picture(files, width, height)


def _pixels(content: bytes, forms: tuple[Form, ...]) -> "Image.Image":
    """The picture upright, in sRGB, not much larger than needed, with nothing but pixels."""
    from PIL import Image, ImageOps  # noqa: PLC0415

    _check_header(content)
    # Our own limit is checked below, for every format alike.
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(io.BytesIO(content), formats=["JPEG", "PNG", "WEBP"]) as opened:
        _check_size(*opened.size)
        # Many phones put a second picture behind the first (MPO); that one is left out, it does not move.
        if opened.format in ("PNG", "WEBP") and getattr(opened, "is_animated", False):
            raise PictureRefused("image_animated")
        room = _room(opened.size, forms)
        opened.draft("RGB", room)
        opened.load()
        profile, orientation = opened.info.get("icc_profile"), opened.getexif().get(0x0112)
        reduced = _in_eight_bits(opened)
        if reduced.size != room:
            reduced = reduced.resize(room, reducing_gap=2.0)
    plain = _in_srgb(reduced, profile)
    clean = Image.new(plain.mode, plain.size)
    clean.paste(plain)
    if orientation in range(2, 9):
        clean.getexif()[0x0112] = orientation
        clean = ImageOps.exif_transpose(clean)
    return clean


def _check_header(content: bytes) -> None:
    if content.startswith(b"\xff\xd8\xff"):
        if _scans(content) > MAX_SCANS:
            raise PictureRefused("image_broken")
    elif content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        _check_webp(content)
    elif not content.startswith(b"\x89PNG\r\n\x1a\n"):
        raise PictureRefused("image_type_refused")


# Those that carry a length, and the end; a decoder skips whatever else follows FF, byte by byte.
_MARKER = re.compile(b"\xff[\xc0-\xcf\xd9-\xfe]")


def _scans(content: bytes) -> int:
    """How many scans a JPEG has up to its end (ITU T.81, B.1.1)."""
    scans, at = 0, 2
    while (marker := _MARKER.search(content, at)) and marker[0] != b"\xff\xd9":
        scans += marker[0] == b"\xff\xda"
        at = marker.end() + int.from_bytes(content[marker.end() : marker.end() + 2])
    return scans


def _check_webp(content: bytes) -> None:
    """Refuse by the header alone: merely opening a WebP makes room for the whole of it (RFC 9649)."""
    chunk, head = content[12:16], content[20:30]
    if chunk == b"VP8X":
        if head[0] & 0x02:
            raise PictureRefused("image_animated")
        _check_size(*(1 + int.from_bytes(head[at : at + 3], "little") for at in (4, 7)))
    elif chunk == b"VP8L":
        bits = int.from_bytes(head[1:5], "little")
        _check_size(1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF))
    elif chunk == b"VP8 ":
        _check_size(*(int.from_bytes(head[at : at + 2], "little") & 0x3FFF for at in (6, 8)))


def _check_size(width: int, height: int) -> None:
    if width * height > MAX_PIXELS:
        raise PictureRefused("image_too_many_pixels")


def _room(size: tuple[int, int], forms: tuple[Form, ...]) -> tuple[int, int]:
    """The least size, keeping the ratio, from which every form can be made; turning it changes nothing."""
    width, height = size
    scale = max((max if form.square else min)(form.width / width, form.height / height) for form in forms)
    if scale >= 1:
        return size
    return max(1, round(width * scale)), max(1, round(height * scale))


def _in_eight_bits(picture: "Image.Image") -> "Image.Image":
    """RGB, or RGBA where something shows through; CMYK and grey stay for their colour profile."""
    if picture.mode.startswith("I"):
        # Plain conversion would cut 16 bits off at 255.
        return picture.point(lambda value: value / 256).convert("L")
    if picture.has_transparency_data:
        return picture.convert("RGBA")
    return picture.copy() if picture.mode in ("RGB", "CMYK", "L") else picture.convert("RGB")


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
