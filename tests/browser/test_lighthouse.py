"""Pages as Lighthouse judges them on a phone, but for their speed, which `make lighthouse` measures."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.browser.lighthouse import JUDGED, Lighthouse
from tests.browser.pages import Shown

TIMELESS = ["accessibility", "best-practices"]


@pytest.fixture(scope="module")
def lighthouse(chromium) -> Iterator[Lighthouse]:
    # The fixture of the other browser skips these tests where there is none.
    judge = Lighthouse()
    yield judge
    judge.close()


@pytest.mark.parametrize("shown", JUDGED, ids=lambda shown: shown.name)
async def test_lighthouse_misses_nothing(lighthouse, origin, places, shown: Shown) -> None:
    judged = await asyncio.to_thread(lighthouse.judge, shown, origin, places, TIMELESS)
    assert judged.missed == []
    assert judged.scores == dict.fromkeys(TIMELESS, 100)


async def test_lighthouse_tells_what_is_missed(lighthouse, places) -> None:
    """The page of parts has no description, and its site no `robots.txt`."""
    parts = Shown("parts", "{parts}/")
    judged = await asyncio.to_thread(lighthouse.judge, parts, "", places, ["seo"])
    assert judged.scores["seo"] < 100
    assert any("meta description" in each for each in judged.missed)
