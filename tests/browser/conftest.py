"""Fixtures: the product on a real socket, and Chromium."""

import os
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from playwright.async_api import Browser, async_playwright

from local import demo
from tests.browser import pages
from tests.browser.windows import ARGUMENTS, CHROMIUM, Visit, product, visit


@pytest.fixture(scope="session")
async def chromium() -> AsyncIterator[Browser]:
    if CHROMIUM is None:
        if os.environ.get("CI") == "true":
            pytest.fail("Chromium is missing, and CI skips no browser test")
        pytest.skip("Chromium is missing: install it with `apt-get install chromium`")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest.fixture(scope="session")
async def product_settings(
    chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[dict[str, str]]:
    # After Chromium, so that nothing is started for tests that are skipped.
    async with product(tmp_path_factory.mktemp("logs")) as started:
        yield started


@pytest.fixture(scope="session")
def origin(product_settings: dict[str, str]) -> str:
    return product_settings["PUBLIC_ORIGIN"]


@pytest.fixture(scope="session")
async def people(origin: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Make the demo people's cards; return the path of the fullest one."""
    folder: Path = tmp_path_factory.mktemp("demo")
    return await demo.first_start(folder, {"PUBLIC_ORIGIN": origin})


@pytest.fixture(scope="session")
async def places(chromium: Browser, origin: str, people: str) -> AsyncIterator[pages.Places]:
    """Make the pages that are looked at, and sign in the person whose they are."""
    async with pages.places(chromium, origin) as found:
        yield found


@pytest.fixture
async def open_window(chromium: Browser, origin: str) -> AsyncIterator[Callable[..., Awaitable[Visit]]]:
    windows = []

    async def open_one(**options: object) -> Visit:
        windows.append(await visit(chromium, origin, **options))
        return windows[-1]

    yield open_one
    for window in windows:
        await window.context.close()
