"""The committed icons and picture are those that the mark gives today."""

import io

import pytest
from PIL import Image, ImageChops

from adapters.drawing.mark import filled
from release.site_pictures import FOLDER, PICTURES


def looks_like(one: bytes, other: bytes) -> bool:
    """Whether two pictures differ by no more than another version of an encoder does."""
    pictures = [Image.open(io.BytesIO(data)).convert("RGBA") for data in (one, other)]
    if pictures[0].size != pictures[1].size:
        return False
    return max(most for _, most in ImageChops.difference(*pictures).getextrema()) <= 24


@pytest.mark.parametrize("name", PICTURES)
def test_a_committed_picture_is_the_one_that_is_made(name: str) -> None:
    made = looks_like((FOLDER / name).read_bytes(), PICTURES[name]())
    assert made, "make the pictures anew with `python -m release.site_pictures`"


def test_an_outdated_picture_is_noticed() -> None:
    out = io.BytesIO()
    filled(180, 0.97).save(out, "PNG")
    assert not looks_like(out.getvalue(), PICTURES["apple-touch-icon.png"]())


def test_the_picture_of_the_home_page_fits_every_network() -> None:
    picture = Image.open(FOLDER / "home.jpg")
    assert (picture.format, picture.size) == ("JPEG", (1200, 630))
    assert (FOLDER / "home.jpg").stat().st_size < 100_000
