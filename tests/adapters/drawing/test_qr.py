"""QR codes, read back by zxing-cpp, jsQR and, where it is installed, zbar."""

import base64
import colorsys
import io
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Iterator

import pytest
import zxingcpp
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageDraw

from adapters.drawing.qr import LOGO_SHARE, PLAIN, QUIET_ZONE, Look, qr_png, qr_svg, qr_svg_with
from domain.base.errors import InvalidInput
from functions.cards.drawn import code_look, draw_code
from tests.readers import NpmReaders

URL = "https://cards.example.com/c/ada-lovelace-3f2a"
LONG = "https://cards.example.com/c/" + "a" * 60


@pytest.fixture(scope="module")
def npm() -> Iterator[NpmReaders]:
    readers = NpmReaders()
    yield readers
    readers.close()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data)).convert("RGB")


def read_by_zxing(image: Image.Image) -> list[str]:
    return [found.text for found in zxingcpp.read_barcodes(image, formats=zxingcpp.BarcodeFormat.QRCode)]


def read_by_jsqr(npm: NpmReaders, image: Image.Image) -> str | None:
    pixels = base64.b64encode(image.convert("RGBA").tobytes()).decode()
    return npm.read("jsqr", pixels=pixels, width=image.width, height=image.height)


def logo(size: tuple[int, int] = (300, 300), *, transparent: bool = False) -> bytes:
    """Dark and busy, which hides most of a code."""
    picture = Image.new("RGBA", size, (0, 0, 0, 0) if transparent else (120, 0, 30, 255))
    draw = ImageDraw.Draw(picture)
    for at in range(0, size[0], 20):
        draw.line((at, 0, size[0] - at, size[1]), fill="black", width=7)
    out = io.BytesIO()
    picture.save(out, "WEBP" if transparent else "PNG")
    return out.getvalue()


def svg_drawn(svg: str, scale: int = 6) -> Image.Image:
    """The picture of our SVG: its fields, its lines of modules, the logo over them."""
    root = ET.fromstring(svg)  # noqa: S314 - our own markup
    side = int(root.attrib["viewBox"].split()[2])
    picture = Image.new("RGB", (side * scale, side * scale), "white")
    draw = ImageDraw.Draw(picture)
    for node in root:
        tag = node.tag.rpartition("}")[2]
        if tag == "path" and "fill" in node.attrib:
            x, y, width, height = map(
                float, re.match(r"M([\d.]+) ([\d.]+)h([\d.]+)v([\d.]+)", node.attrib["d"]).groups()
            )
            box = (x * scale, y * scale, (x + width) * scale - 1, (y + height) * scale - 1)
            draw.rectangle(box, fill=node.attrib["fill"])
        elif tag == "path":
            lines(draw, node.attrib["d"], node.attrib["stroke"], scale)
        elif tag == "image":
            data = base64.b64decode(node.attrib["href"].partition(",")[2])
            width = round(float(node.attrib["width"]) * scale)
            inner = Image.open(io.BytesIO(data)).convert("RGBA")
            inner.thumbnail((width, width))
            picture.paste(inner, tuple(round(float(node.attrib[at]) * scale) for at in "xy"), inner)
    return picture


def lines(draw: ImageDraw.ImageDraw, path: str, colour: str, scale: int) -> None:
    x = y = 0.0
    for command, numbers in re.findall(r"([Mmh])([-\d. ]+)", path):
        values = [float(number) for number in re.findall(r"-?[\d.]+", numbers)]
        if command == "h":
            top = (y - 0.5) * scale
            draw.rectangle((x * scale, top, (x + values[0]) * scale - 1, top + scale - 1), fill=colour)
            x += values[0]
        else:
            x, y = values if command == "M" else (x + values[0], y + values[1])


@pytest.mark.parametrize("url", [URL, LONG])
@pytest.mark.parametrize("size", [128, 129, 200, 255, 512, 777, 1000, 2047, 2048])
@pytest.mark.parametrize("picture", [None, logo()], ids=["plain", "logo"])
def test_a_png_of_every_size_has_exactly_this_size_and_is_read(
    npm: NpmReaders, url: str, size: int, picture: bytes | None
) -> None:
    image = opened(qr_png(url, Look(size=size), picture))
    assert image.size == (size, size)
    assert read_by_zxing(image) == [url]
    assert read_by_jsqr(npm, image) == url


@pytest.mark.parametrize("picture", [None, logo()], ids=["plain", "logo"])
def test_modules_stay_sharp_and_the_rest_is_a_wider_quiet_zone(picture: bytes | None) -> None:
    exact, odd = (opened(qr_png(URL, Look("#1a3c8c", "#fff8e0", size), picture)) for size in (490, 523))
    # 49 modules with the quiet zone: ten pixels each, and 33 pixels are left.
    assert odd.crop((16, 16, 506, 506)).tobytes() == exact.tobytes()
    odd.paste((0xFF, 0xF8, 0xE0), (16, 16, 506, 506))
    assert odd.getcolors() == [(523 * 523, (0xFF, 0xF8, 0xE0))]


@pytest.mark.parametrize("size", [128, 777, 2048])
def test_an_svg_has_exactly_the_size_and_still_scales(size: int) -> None:
    for picture in (None, logo()):
        root = ET.fromstring(qr_svg_with(URL, Look(size=size), picture))  # noqa: S314 - our own markup
        assert (root.attrib["width"], root.attrib["height"]) == (str(size), str(size))
        assert "viewBox" in root.attrib


@pytest.mark.parametrize("picture", [logo(), logo((400, 100)), logo((40, 90)), logo(transparent=True)])
@pytest.mark.parametrize("size", [256, 1024])
def test_a_code_with_a_logo_is_read(npm: NpmReaders, picture: bytes, size: int) -> None:
    for image in (
        opened(qr_png(URL, Look(size=size), picture)),
        svg_drawn(qr_svg_with(URL, PLAIN, picture)),
    ):
        assert read_by_zxing(image) == [URL]
        assert read_by_jsqr(npm, image) == URL


def test_a_logo_covers_at_most_a_quarter_of_the_side() -> None:
    plain, covered = opened(qr_png(URL)), opened(qr_png(URL, PLAIN, logo()))
    assert plain.size == covered.size
    changed = [
        (x, y)
        for x in range(plain.width)
        for y in range(plain.height)
        if plain.getpixel((x, y)) != covered.getpixel((x, y))
    ]
    quiet = next(x for x in range(plain.width) if plain.getpixel((x, x)) == (0, 0, 0))
    for axis in (0, 1):
        along = [point[axis] for point in changed]
        assert max(along) - min(along) + 1 <= (plain.width - 2 * quiet) * LOGO_SHARE
        assert abs(max(along) + min(along) + 1 - plain.width) <= quiet / QUIET_ZONE


def test_the_svg_is_the_same_code_as_the_png() -> None:
    assert read_by_zxing(svg_drawn(qr_svg(URL))) == [URL]
    assert 'viewBox="0 0 ' in qr_svg(URL)


@pytest.mark.parametrize(
    ("dark", "light", "faults"),
    [
        ("#000000", "#ffffff", []),
        ("#1a3c8c", "#fff8e0", []),
        ("#8b0000", "#ffffff", []),
        ("#ffffff", "#000000", [("fg", "inverted_colours")]),
        ("#ff0000", "#000000", [("fg", "inverted_colours")]),
        ("#123456", "#123456", [("fg", "inverted_colours")]),
        ("#ffff00", "#ffffff", [("fg", "low_contrast")]),
        ("#999999", "#ffffff", [("fg", "low_contrast")]),
        ("#ff0000", "#ffffff", [("fg", "low_contrast")]),
        ("#000000", "#0000ff", [("fg", "low_contrast")]),
        ("red", "#ffffff", [("fg", "invalid_format")]),
        ("#fff", "url(x)", [("fg", "invalid_format"), ("bg", "invalid_format")]),
    ],
)
def test_colours_that_cameras_do_not_read_are_refused(dark: str, light: str, faults: list) -> None:
    assert [(fault.field, fault.code) for fault in Look(dark, light).faults()] == faults


def colours(lightness: st.SearchStrategy[float]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda hue, light, strength: (
            "#" + "".join(f"{round(255 * part):02x}" for part in colorsys.hls_to_rgb(hue, light, strength))
        ),
        st.floats(0, 1),
        lightness,
        st.floats(0, 1),
    )


@settings(max_examples=60, deadline=None)
@given(colours(st.floats(0, 0.5)), colours(st.floats(0.4, 1)), st.booleans())
def test_accepted_colours_are_read(npm: NpmReaders, dark: str, light: str, with_logo: bool) -> None:
    look = Look(dark, light, 256)
    assume(not look.faults())
    image = opened(qr_png(URL, look, logo() if with_logo else None))
    assert read_by_zxing(image) == [URL]
    assert read_by_jsqr(npm, image) == URL


@pytest.mark.skipif(not shutil.which("zbarimg"), reason="no zbarimg: install Debian's zbar-tools")
@pytest.mark.parametrize(
    ("dark", "light"),
    [
        ("#000000", "#ffffff"),
        ("#1a3c8c", "#fff8e0"),
        ("#000000", "#ff0000"),
        ("#000000", "#777777"),
        ("#0000ff", "#ffffff"),
        ("#767676", "#ffffff"),
    ],
)
def test_zbar_reads_them(tmp_path, dark: str, light: str) -> None:
    look = Look(dark, light)
    assert look.faults() == []
    for picture in (None, logo()):
        file = tmp_path / "code.png"
        file.write_bytes(qr_png(URL, look, picture))
        done = subprocess.run(["zbarimg", "-q", "--raw", file], capture_output=True, text=True, check=False)
        assert done.stdout.strip() == URL


def test_the_options_of_an_address() -> None:
    assert code_look({}) == PLAIN
    assert code_look({"fg": "#1A3C8C", "bg": "fff8e0", "size": "1024"}) == Look("#1a3c8c", "#fff8e0", 1024)


@pytest.mark.parametrize(
    ("query", "faults"),
    [
        ({"size": "127"}, {("size", "out_of_range")}),
        ({"size": "2049"}, {("size", "out_of_range")}),
        ({"size": "²"}, {("size", "out_of_range")}),
        ({"size": "9" * 5000}, {("size", "out_of_range")}),
        ({"size": ""}, {("size", "out_of_range")}),
        ({"fg": ""}, {("fg", "invalid_format")}),
        ({"fg": '"/><script>'}, {("fg", "invalid_format")}),
        ({"bg": "#12345"}, {("bg", "invalid_format")}),
        ({"bg": "ffffff\n"}, {("bg", "invalid_format")}),
        ({"fg": "fff", "size": "1"}, {("fg", "invalid_format"), ("size", "out_of_range")}),
        ({"fg": "eeeeee"}, {("fg", "low_contrast")}),
        ({"bg": "000000"}, {("fg", "inverted_colours")}),
    ],
)
def test_unusable_options_are_refused_by_name(query: dict, faults: set) -> None:
    with pytest.raises(InvalidInput) as refused:
        code_look(query)
    assert {(fault.field, fault.code) for fault in refused.value.faults} == faults


@pytest.mark.parametrize("form", ["qr.svg", "qr.png"])
def test_a_drawn_code_has_its_colours(form: str) -> None:
    data = draw_code(form, URL, Look("#1a3c8c", "#fff8e0"), logo())
    image = opened(data) if form == "qr.png" else svg_drawn(data.decode())
    assert read_by_zxing(image) == [URL]
    assert image.getpixel((1, 1)) == (0xFF, 0xF8, 0xE0)
    assert (0x1A, 0x3C, 0x8C) in {colour for _, colour in image.getcolors(100_000)}


def test_a_logo_that_is_too_large_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adapters.drawing.qr.LOGO_SHARE", 0.75)
    assert read_by_zxing(opened(qr_png(URL, PLAIN, logo()))) == []
