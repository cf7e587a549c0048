"""The picture beside links to a card: its size, its texts, and letters that our fonts do not have."""

import hashlib
import io
import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from PIL import Image, ImageChops

from adapters.drawing.lettering import FONTS, REGULAR, STRONG, drawable, fitted, font, letters
from adapters.drawing.link_preview import HEIGHT, MOST_BYTES, WIDTH, Said, draw_preview
from adapters.drawing.qr import luminance

SUMS = {
    "Inter-Regular.ttf": "8c7c7beaa18f42cb634bb3baec04d1a7f420dc60023eac7fcbc95f83b1305b0d",
    "Inter-SemiBold.ttf": "0f7763f181391e293ed97b8febf1051306f56a3046fdfe10afba29ad3ce55525",
    "LICENSE.txt": "5dd548d31a85f756e01d63e00d7faf1e324103ed3e9102fcbbabf2cc2db6dd39",
}
TEXT_AREA = (480, 40, 1160, 500)
FACE_AREA = (80, 145, 420, 485)


def said(name: str = "Ada Lovelace", **changes: object) -> Said:
    return Said(name, None, None, name[:1], "#2b4472", None)._replace(**changes)


def drawn(what: Said) -> Image.Image:
    data = draw_preview(what)
    assert len(data) < MOST_BYTES
    opened = Image.open(io.BytesIO(data))
    assert (opened.format, opened.mode, opened.size) == ("JPEG", "RGB", (WIDTH, HEIGHT))
    return opened


def photo(colour: str = "#e01010", *, noise: bool = False) -> bytes:
    out = io.BytesIO()
    plain = Image.new("RGB", (512, 512), colour)
    noisy = Image.merge("RGB", [Image.effect_noise((512, 512), 120) for _ in range(3)])
    (noisy if noise else plain).save(out, "JPEG", quality=95)
    return out.getvalue()


def differs(one: Image.Image, other: Image.Image, area: tuple[int, int, int, int]) -> bool:
    """Whether more than the noise of JPEG is different in this part."""
    difference = ImageChops.difference(one.crop(area), other.crop(area))
    return max(most for _, most in difference.getextrema()) > 48


def test_the_fonts_are_the_ones_that_were_vetted() -> None:
    files = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in FONTS.iterdir()}
    assert {name: files[name] for name in SUMS} == SUMS
    assert files.keys() == {*SUMS, "README.md"}
    assert sum((FONTS / name).stat().st_size for name in (REGULAR, STRONG)) < 300_000


@pytest.mark.parametrize("name", [REGULAR, STRONG])
def test_every_letter_of_the_map_has_a_shape_of_its_own_in_both_fonts(name: str) -> None:
    style = font(name, 40)
    box = bytes(style.getmask("\uffff"))
    assert box.strip(b"\0")
    assert [each for each in letters() if bytes(style.getmask(each)) == box] == []
    assert bytes(style.getmask("王")) == bytes(style.getmask("م")) == box


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ada Lovelace", "Ada Lovelace"),
        ("Łukasz Żółć", "Łukasz Żółć"),
        ("Nguyễn Thị Bích", "Nguyễn Thị Bích"),
        ("Zoe\u0308", "Zoë"),
        ("Νίκος Ὀδυσσεύς", "Νίκος Ὀδυσσεύς"),
        ("Жанна Щукина", "Жанна Щукина"),
        ("Ада Ґонґадзе", "Ада Ґонґадзе"),
        ("Ada 🚀 Lovelace 👩🏽\u200d💻", "Ada Lovelace"),
        ("Ada\u200b ❤️", "Ada"),
        ("  two\n lines ", "two lines"),
        ("🚀", ""),
        ("王小明", ""),
        ("Ada 王", ""),
        ("محمد علي", ""),
        ("שרה", ""),
        ("नेहा", ""),
        ("ไทย", ""),
        ("x\u0301", ""),  # has no composed form, and plain layout would set the accent beside it
        ("", ""),
        (None, ""),
    ],
)
def test_a_text_is_drawn_whole_or_not_at_all(text: str | None, shown: str) -> None:
    assert drawable(text) == shown


@pytest.mark.parametrize("name", ["王小明", "محمد علي", "🚀🚀", "नेहा"])
def test_letters_that_we_lack_leave_a_person_and_no_boxes(name: str) -> None:
    picture = drawn(said(name))
    assert not differs(picture, drawn(said("🚀")), (0, 0, WIDTH, HEIGHT))
    # In the middle, because nothing stands beside it.
    assert not differs(picture, picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT), (430, 145, 770, 485))
    assert differs(picture, drawn(said("🚀", colour="#000000")), (560, 260, 640, 300))


def test_what_is_readable_stands_beside_the_shape() -> None:
    picture = drawn(said("王小明", title="Engineer"))
    assert differs(picture, drawn(said("王小明", title="Producer")), TEXT_AREA)
    assert not differs(picture, drawn(said("李雷", title="Engineer")), (0, 0, WIDTH, HEIGHT))


@pytest.mark.parametrize("part", ["name", "title", "organisation", "initials", "colour", "photo"])
def test_every_part_is_seen(part: str) -> None:
    full = said(title="Analyst", organisation="Engines")
    other = full._replace(**{part: {"colour": "#a05030", "photo": photo()}.get(part, "Other")})
    area = FACE_AREA if part in ("initials", "photo", "colour") else TEXT_AREA
    assert differs(drawn(full), drawn(other), area)


def test_a_photo_takes_the_place_of_the_initials() -> None:
    middle = drawn(said(photo=photo())).getpixel((250, 315))
    assert middle[0] > 200
    assert middle[1] < 40
    assert not differs(drawn(said(photo=photo())), drawn(said(photo=photo(), initials="X")), FACE_AREA)


@pytest.mark.parametrize("form", ["L", "CMYK"])
def test_photos_in_grey_and_in_the_colours_of_print_are_drawn(form: str) -> None:
    out = io.BytesIO()
    Image.new(form, (64, 64)).save(out, "JPEG")
    drawn(said(photo=out.getvalue()))


def test_the_hardest_photo_is_small_enough_for_every_network() -> None:
    drawn(said("W" * 120, title="M" * 120, organisation="Q" * 120, photo=photo(noise=True)))


LONG = "Wolfgang Amadeus Theophilus Sigismundus "


@example("Wolfgang Max Theophilus Sigismund", "Wolf " * 12, "Wolf " * 12)
@example(LONG * 3, LONG * 3, LONG * 3)
@settings(max_examples=25, deadline=None)
@given(*[st.text("abW MÅЖΩ-.,'1王🚀\u0301\u202e\n", max_size=160) for _ in range(3)])
def test_no_text_leaves_its_place(name: str, title: str, organisation: str) -> None:
    what = said(name, title=title, organisation=organisation, initials="A")
    picture, empty = drawn(what), drawn(said("🚀", initials="A"))
    brand = (980, 540, WIDTH, HEIGHT)
    for area in ((WIDTH - 78, 0, WIDTH, HEIGHT), (0, 0, WIDTH, 40), (480, 590, WIDTH, HEIGHT), brand):
        assert not differs(picture, empty, area)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 0xFFFFFF))
def test_letters_are_read_on_every_colour(number: int) -> None:
    """At least 3 to 1 everywhere, as WCAG 1.4.3 asks for large text."""
    colour = f"#{number:06x}"
    inks = {each: luminance(each) for each in ("#ffffff", "#1b1b1e")}
    letter = drawn(said("I", colour=colour, initials="l")).getpixel((250, 315))
    ink = min(inks.values(), key=lambda each: abs(each - luminance("#{:02x}{:02x}{:02x}".format(*letter))))
    for at in ((480, 50), (1190, 10), (10, 620), (1190, 480)):
        behind = luminance("#{:02x}{:02x}{:02x}".format(*drawn(said("I", colour=colour)).getpixel(at)))
        assert (max(ink, behind) + 0.05) / (min(ink, behind) + 0.05) >= 3


def test_a_long_text_is_made_smaller_then_cut() -> None:
    sizes = range(84, 43, -4)
    short, long = (fitted(text, STRONG, sizes, width=600, most=3) for text in ("Ada", "Ada Lovelace " * 9))
    assert (short.texts, short.font.size) == (("Ada",), 84)
    assert (len(long.texts), long.font.size) == (3, 44)
    assert long.texts[-1].endswith("…")
    assert all(long.font.getlength(line) <= 600 for line in long.texts)
    broken = fitted("x" * 90, STRONG, sizes, width=600, most=3)
    assert all(0 < broken.font.getlength(line) <= 600 for line in broken.texts)


def test_the_costliest_texts_take_a_fraction_of_a_second() -> None:
    what = said("W" * 120, title="M" * 200, organisation="Q" * 200, photo=photo(noise=True))
    draw_preview(what)
    start = time.process_time()
    draw_preview(what)
    assert time.process_time() - start < 0.3
