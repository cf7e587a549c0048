"""Rewriting of pictures in a separate process: its results, and safety of the worker from hostile ones."""

import asyncio
import resource
import sys
import time

import pytest
from PIL import Image

from adapters.drawing import picture_process
from adapters.drawing.picture_process import PictureProcess, RewritingFailed
from adapters.drawing.pictures import FORMS, rewrite
from domain.images.image import PROBLEMS, PictureRefused
from tests.adapters.drawing.test_pictures import corners, jpeg_with_canaries, saved


async def refusal(content: bytes) -> str:
    with pytest.raises(PictureRefused) as refused:
        await PictureProcess().rewrite(content, "photo")
    assert refused.value.problem in PROBLEMS
    return refused.value.problem


async def test_a_picture_is_made_as_it_is_in_this_process() -> None:
    content = jpeg_with_canaries()
    for purpose in FORMS:
        made, here = await PictureProcess().rewrite(content, purpose), rewrite(content, FORMS[purpose])
        assert (made.files, made.width, made.height) == (here.files, here.width, here.height)


async def test_a_refusal_is_told() -> None:
    assert await refusal(b"GIF89a") == "image_type_refused"
    assert await refusal(saved(Image.new("RGB", (1, 1)), "PNG")) == "image_too_small"
    assert await refusal(saved(corners(), "JPEG")[:2000]) == "image_broken"


def played(monkeypatch: pytest.MonkeyPatch, attack: str) -> None:
    """Replace the decoder by one that a picture has taken over; the limits stay."""
    hostile = f"from adapters.drawing import pictures as p; p.rewrite = lambda *_: {attack}; p.main()"
    monkeypatch.setattr(picture_process, "_PROGRAM", ("-S", "-c", hostile))


@pytest.mark.parametrize(
    ("attack", "problem"),
    [
        ("[None for _ in iter(int, 1)]", "image_too_costly"),
        pytest.param(
            "bytearray(200_000_000)",
            "image_too_costly",
            marks=pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits memory"),
        ),
        ("__import__('ctypes').string_at(0)", "image_broken"),
        ("__import__('os').abort()", "image_broken"),
    ],
    ids=["endless", "huge", "crash", "abort"],
)
async def test_what_a_picture_does_to_its_decoder_ends_with_it(
    monkeypatch, attack: str, problem: str
) -> None:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    played(monkeypatch, attack)
    assert await refusal(b"a picture") == problem
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 2.5


async def test_a_fault_of_our_own_is_no_picture_that_was_refused(monkeypatch) -> None:
    played(monkeypatch, "1 / 0")
    with pytest.raises(RewritingFailed):
        await PictureProcess().rewrite(b"a picture", "photo")


async def test_the_decoder_knows_no_secret(monkeypatch) -> None:
    monkeypatch.setenv("SESSION_KEY", "CANARY")
    played(monkeypatch, "__import__('sys').exit(5 if 'CANARY' in __import__('os').environ.values() else 6)")
    with pytest.raises(RewritingFailed) as failed:
        await PictureProcess().rewrite(b"a picture", "photo")
    assert failed.value.args == (6,)


async def test_no_process_is_left_of_one_that_is_given_up(monkeypatch) -> None:
    monkeypatch.setattr(picture_process, "_WALL_SECONDS", 0.2)
    played(monkeypatch, "__import__('time').sleep(30)")
    start = time.monotonic()
    with pytest.raises(TimeoutError):
        await PictureProcess().rewrite(b"a picture", "photo")
    assert time.monotonic() - start < 10


async def test_one_picture_is_made_at_a_time(monkeypatch) -> None:
    process, most, now = PictureProcess(), 0, 0
    run = picture_process._run

    async def counted(content: bytes, purpose: str) -> tuple[int, bytes]:
        nonlocal most, now
        now += 1
        most = max(most, now)
        try:
            return await run(content, purpose)
        finally:
            now -= 1

    monkeypatch.setattr(picture_process, "_run", counted)
    await asyncio.gather(*(process.rewrite(saved(corners(), "PNG"), "photo") for _ in range(3)))
    assert most == 1
