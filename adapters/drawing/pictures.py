"""Rewriting of uploaded pictures to small upright files that hold pixels and nothing else.

The size is read from the header before anything is decoded: a few kilobytes can claim gigabytes. Run as a
program, this module rewrites one picture within `CPU_SECONDS` and `DATA_BYTES`, and ends; it imports nothing
of the app, so that it starts fast.
"""

import io
import json
import os
import resource
import sys
from typing import TYPE_CHECKING, Final, NamedTuple

from adapters.drawing.headers import Refused, check_header, check_size

if TYPE_CHECKING:
    from PIL import Image

CPU_SECONDS: Final = 2
DATA_BYTES: Final = 112 * 1024 * 1024
# Smaller ones show no face on a sharp screen. A logo may be low, if it is wide.
MIN_PHOTO_SIDE: Final = 64
_BAND_PIXELS: Final = 500_000
# Lower priority than card pages on a machine with one core.
_NICE: Final = 5


class Rewritten(NamedTuple):
    """Files made of a picture as (form, extension, bytes), and its size in pixels."""

    files: list[tuple[str, str, bytes]]
    width: int
    height: int


class Form(NamedTuple):
    """Output file: its size (cropped to a square, or fitted in), format, and maximum of bytes."""

    name: str
    extension: str
    width: int
    height: int
    square: bool
    max_bytes: int


# The JPEG is for vCards, whose readers fail on larger ones; the small WebP is all that a page loads.
FORMS: Final[dict[str, tuple[Form, ...]]] = {
    "photo": (
        Form("webp", "webp", 512, 512, square=True, max_bytes=100_000),
        Form("small", "webp", 256, 256, square=True, max_bytes=7_000),
        Form("jpeg", "jpg", 512, 512, square=True, max_bytes=200_000),
    ),
    "contact": (
        Form("webp", "webp", 512, 512, square=True, max_bytes=100_000),
        Form("small", "webp", 128, 128, square=True, max_bytes=4_000),
        Form("jpeg", "jpg", 512, 512, square=True, max_bytes=200_000),
    ),
    "logo": (
        Form("webp", "webp", 512, 512, square=False, max_bytes=100_000),
        Form("small", "webp", 256, 256, square=False, max_bytes=7_000),
        Form("jpeg", "jpg", 512, 512, square=False, max_bytes=200_000),
    ),
    "cover": (
        Form("webp", "webp", 1600, 800, square=False, max_bytes=200_000),
        Form("small", "webp", 960, 480, square=False, max_bytes=30_000),
        Form("jpeg", "jpg", 1600, 800, square=False, max_bytes=300_000),
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
    """Upright pixels in sRGB, not larger than needed, without metadata."""
    from PIL import Image, ImageOps  # noqa: PLC0415

    check_header(content)
    # Our own limit is checked below, for every format alike.
    Image.MAX_IMAGE_PIXELS = None
    with Image.open(io.BytesIO(content), formats=["JPEG", "PNG", "WEBP"]) as opened:
        check_size(*opened.size)
        if all(form.square for form in forms) and min(opened.size) < MIN_PHOTO_SIDE:
            raise Refused("image_too_small")
        # Many phones append a second picture (MPO). It is dropped and does not count as an animation.
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


def _part(size: tuple[int, int], forms: tuple[Form, ...]) -> tuple[int, int, int, int]:
    """Part of a picture that its forms show: the centred square when all of them are squares."""
    width, height = size
    if not all(form.square for form in forms):
        return 0, 0, width, height
    side = min(width, height)
    left, top = (width - side) // 2, (height - side) // 2
    return left, top, left + side, top + side


def _room(size: tuple[int, int], forms: tuple[Form, ...]) -> tuple[int, int]:
    """Smallest size, in the same ratio, from which every form can be made; rotation does not matter."""
    width, height = size
    scale = max((max if form.square else min)(form.width / width, form.height / height) for form in forms)
    if scale >= 1:
        return size
    return max(1, round(width * scale)), max(1, round(height * scale))


def _reduced(picture: "Image.Image", part: tuple[int, int, int, int], room: tuple[int, int]) -> "Image.Image":
    """Part of the picture in eight bits, reduced by the largest whole factor that leaves `room`.

    It is converted band by band: a second copy of the whole in another mode would take twice the memory.
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
    """Convert to RGB, or to RGBA with transparency; CMYK and grey stay for their colour profile."""
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
            # A profile that is unreadable or for another mode is ignored.
            return picture.convert(mode)
    return picture.convert(mode)


def _sized(pixels: "Image.Image", form: Form) -> "Image.Image":
    from PIL import ImageOps  # noqa: PLC0415

    if form.square:
        # A small photo is not enlarged.
        edge = min(form.width, *pixels.size)
        return ImageOps.fit(pixels, (edge, edge))
    sized = pixels.copy()
    sized.thumbnail((form.width, form.height))
    return sized


def _encoded(picture: "Image.Image", form: Form) -> bytes:
    """Encode in the best quality within the form's bytes, or in the lowest."""
    from PIL import Image  # noqa: PLC0415

    if form.extension == "jpg" and picture.mode == "RGBA":
        flat = Image.new("RGB", picture.size, "white")
        flat.paste(picture, mask=picture.getchannel("A"))
        picture = flat
    data = _at_quality(picture, form, _QUALITIES[0])
    if len(data) <= form.max_bytes:
        return data
    # Binary search: each encoding of a large picture takes a tenth of a second.
    better, worse = 1, len(_QUALITIES) - 1
    tried: dict[int, bytes] = {}
    while better < worse:
        middle = (better + worse) // 2
        tried[middle] = _at_quality(picture, form, _QUALITIES[middle])
        better, worse = (better, middle) if len(tried[middle]) <= form.max_bytes else (middle + 1, worse)
    return tried.get(better) or _at_quality(picture, form, _QUALITIES[better])


def _at_quality(picture: "Image.Image", form: Form, quality: int) -> bytes:
    target = io.BytesIO()
    if form.extension == "jpg":
        picture.save(target, "JPEG", quality=quality, optimize=True, progressive=True)
    else:
        picture.save(target, "WEBP", quality=quality, method=4)
    return target.getvalue()


def main() -> None:
    """Rewrite the picture of standard input for the given purpose; print a line of JSON, then the files."""
    # No core dump: it would hold the picture with its metadata.
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
