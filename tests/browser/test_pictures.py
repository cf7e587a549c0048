"""Pages look as they did when somebody last looked at their pictures."""

import os
import subprocess

import pytest
from playwright.async_api import async_playwright

from tests.browser.pages import PAGES, open_page
from tests.browser.pictures import (
    KEPT,
    VARIANTS,
    differences,
    keep,
    kept,
    names,
    paint,
    painter,
    window,
)

CARD = next(shown for shown in PAGES if shown.name == "card")
PLANTED = {
    "a moved button": "document.querySelector('a[href$=vcf]').style.translate = '0 12px'",
    "a lost style sheet": "document.querySelectorAll('style, link[rel=stylesheet]').forEach(e => e.remove())",
    "a wrong colour": "document.querySelector('a[href$=vcf]').style.background = '#bfe3cd'",
    "a lost picture": "document.querySelector('header img').style.visibility = 'hidden'",
    "a lost row": "document.querySelector('section li').remove()",
}
SMALL = {
    "nothing": "0",
    "other hints of glyphs": "document.body.style.textRendering = 'geometricPrecision'",
    "letters a little wider": "document.body.style.letterSpacing = '.02px'",
    "a pixel of the screen": "document.querySelector('main').style.translate = '0 1px'",
    "a shade": "document.querySelector('a[href$=vcf]').style.background = '#f6f6f6'",
}


def has_fonts() -> bool:
    known = subprocess.run(["fc-list", "DejaVu Sans"], capture_output=True, check=False)
    return bool(known.stdout) or os.environ.get("CI") == "true"


pytestmark = pytest.mark.skipif(not has_fonts(), reason="no fonts: install Debian's fonts-dejavu-core")


@pytest.fixture(scope="module")
async def browser(chromium):
    # The fixture of the other browser skips these tests where there is none.
    async with async_playwright() as playwright, painter(playwright) as started:
        yield started


@pytest.mark.parametrize("variant", VARIANTS)
async def test_pages_look_as_their_kept_pictures(browser, origin, places, tmp_path, variant: str) -> None:
    """What differs is laid beside the kept picture: `python -m tests.browser.pictures` takes it over."""
    found = {}
    async with window(browser, origin, places.state, variant) as page:
        for shown in PAGES:
            if not shown.kept:
                continue
            name = f"{shown.name}-{variant}"
            await open_page(page, shown, places)
            picture, before = await paint(page, shown, variant), kept(name)
            assert before is not None, f"take the picture of {name}: python -m tests.browser.pictures"
            if differing := differences(before, picture):
                found[str(keep(name, picture, tmp_path))] = differing
    assert found == {}


def test_only_pictures_of_pages_are_kept_and_they_are_small() -> None:
    assert {path.stem for path in KEPT.iterdir()} == names()
    assert sum(path.stat().st_size for path in KEPT.iterdir()) < 1_500_000


@pytest.mark.parametrize("fault", PLANTED)
async def test_what_people_would_see_is_told(browser, origin, places, fault: str) -> None:
    async with window(browser, origin, places.state, "390") as page:
        await open_page(page, CARD, places)
        await page.evaluate(PLANTED[fault])
        assert differences(kept("card-390"), await paint(page, CARD, "390"))


@pytest.mark.parametrize("change", SMALL)
async def test_what_nobody_would_see_is_not(browser, origin, places, change: str) -> None:
    async with window(browser, origin, places.state, "390") as page:
        await open_page(page, CARD, places)
        await page.evaluate(SMALL[change])
        assert differences(kept("card-390"), await paint(page, CARD, "390")) == []
