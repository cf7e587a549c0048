"""Hostile pictures sent to a running app: their resource use, and the waiting time of other pictures."""

import asyncio
import os
import re
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PIL import Image

from local import processes
from tests.adapters.drawing.test_pictures import BOMBS, LARGEST, SEGMENTS, TOO_COSTLY, corners, saved
from tests.conftest import ROOT
from tests.functions.images.test_images import seen, sent

HOSTILE = [
    *(SEGMENTS[kind] for kind in ("exif", "exif behind an end", "exif in another", "comments")),
    *(TOO_COSTLY[kind] for kind in TOO_COSTLY),
    *(BOMBS[kind] for kind in ("png 13000", "webp lossless")),
    *(LARGEST[kind] for kind in ("alpha", "wide")),
    lambda: saved(Image.new("RGB", (1, 16_000_000)), "PNG"),
    lambda: saved(Image.new("RGB", (512, 31_250)), "PNG"),
]


@pytest.fixture
async def app(cloud, tmp_path) -> AsyncIterator[processes.Child]:
    """The app in a separate process that handles the queue."""
    port = processes.free_port()
    command = [sys.executable, "-m", "local.functions_host", "--app", str(ROOT), "--port", str(port)]
    child, _ = await processes.start_ready(
        "app", command, logs=tmp_path, env={**os.environ, **cloud.settings}
    )
    yield child
    await child.stop()


def mebibytes(pid: int, what: str) -> int:
    found = re.search(rf"{what}:\s+(\d+)", Path(f"/proc/{pid}/status").read_text())
    assert found
    return int(found[1]) // 1024


async def over(person, image: dict) -> float:
    """Seconds until an image is processed."""
    start = time.monotonic()
    while (await seen(person, image))["state"] == "processing":  # noqa: ASYNC110 - only the answer tells
        await asyncio.sleep(0.05)
    return time.monotonic() - start


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells what a process holds")
async def test_hostile_pictures_keep_no_memory_and_nobody_waiting(app, signed_in) -> None:
    ada, mallory = await signed_in(), await signed_in()
    await over(ada, await sent(ada, saved(corners(), "JPEG")))
    before = mebibytes(app.pid, "VmRSS")
    pictures = [make() for make in HOSTILE]
    hostile = [await sent(mallory, picture) for picture in pictures]
    waited = await over(ada, await sent(ada, saved(corners(), "JPEG")))
    for image in hostile:
        await over(mallory, image)
    # Those thirteen once left 450 MiB behind, and one of them kept the next picture for half a minute.
    assert mebibytes(app.pid, "VmRSS") < before + 50
    assert mebibytes(app.pid, "VmHWM") < before + 100
    assert waited < 25
