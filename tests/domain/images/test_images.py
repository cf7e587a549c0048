"""Rules of images that need no storage: names, and the decisions of the sweep."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.images.image import Image, media_name
from domain.images.sweep import _kept

NOW = datetime(2026, 11, 22, 3, 20, tzinfo=UTC)
HOUR = timedelta(hours=1)


def test_a_name_depends_on_the_image_and_on_every_byte() -> None:
    names = {media_name(image, "webp", data) for image in ("img_a", "img_b") for data in (b"1", b"2")}
    assert len(names) == 4
    assert media_name("img_a", "webp", b"1") in names
    assert all(len(name) == 37 for name in names)


def image(state: str, *, age: timedelta, unused: timedelta | None = None) -> Image:
    since = NOW - unused if unused is not None else None
    return Image(
        id="img_a",
        account_id="acc_a",
        purpose="photo",
        state=state,
        created_at=NOW - age,
        updated_at=NOW - age,
        unused_since=since,
    )


@pytest.mark.parametrize("used", [True, False])
def test_an_image_whose_picture_never_came_goes(used: bool) -> None:
    assert _kept(image("waiting", age=25 * HOUR), NOW, used=used) is None


def test_work_that_goes_on_for_a_day_is_given_up() -> None:
    kept = _kept(image("processing", age=25 * HOUR), NOW, used=True)
    assert (kept.state, kept.problem) == ("refused", "image_failed")
    young = image("processing", age=23 * HOUR)
    assert _kept(young, NOW, used=True) is young


@pytest.mark.parametrize("state", ["ready", "refused"])
def test_an_image_goes_once_no_card_names_it_for_a_day(state: str) -> None:
    noticed = _kept(image(state, age=900 * HOUR), NOW, used=False)
    assert noticed.unused_since == NOW
    for unused, goes in ((23 * HOUR, False), (24 * HOUR, True), (90 * HOUR, True)):
        kept = _kept(image(state, age=900 * HOUR, unused=unused), NOW, used=False)
        assert (kept is None) == goes
    again = _kept(image(state, age=900 * HOUR, unused=90 * HOUR), NOW, used=True)
    assert again.unused_since is None
    used = image(state, age=900 * HOUR)
    assert _kept(used, NOW, used=True) is used
