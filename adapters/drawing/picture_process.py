"""Rewriting of a picture in a separate process.

A hostile picture can crash a decoder, keep it busy or fill the memory. The damage ends with the process, and
the worker itself never loads a decoder.
"""

import asyncio
import json
import os
import signal
import sys
from typing import Final

from domain.images.image import ImagePurpose, Picture, PictureRefused

# Wall time. The program limits its own CPU time; this ends one that gets none on a stalled machine.
_WALL_SECONDS: Final = 60
_PROGRAM: Final = ("-S", "-m", "adapters.drawing.pictures")
# Exits that are the file's fault: a crash, or a limit of the program or the system that was reached.
_PROBLEMS: Final = {
    signal.SIGXCPU: "image_too_costly",
    signal.SIGKILL: "image_too_costly",
    signal.SIGSEGV: "image_broken",
    signal.SIGBUS: "image_broken",
    signal.SIGFPE: "image_broken",
    signal.SIGABRT: "image_broken",
}


class RewritingFailed(Exception):
    """The program ended in a way that no picture can cause."""


class PictureProcess:
    """Rewriter of pictures, one at a time, because a worker has one core, each in a separate process."""

    def __init__(self) -> None:
        self._turn = asyncio.Semaphore(1)

    async def rewrite(self, content: bytes, purpose: ImagePurpose) -> Picture:
        async with self._turn:
            status, told = await _run(content, purpose)
        if status < 0 and (problem := _PROBLEMS.get(signal.Signals(-status))):
            raise PictureRefused(problem)
        if status != 0:
            raise RewritingFailed(status)
        return _read(told)


async def _run(content: bytes, purpose: ImagePurpose) -> tuple[int, bytes]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, *_PROGRAM, purpose,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
        env=_environment(),
    )  # fmt: skip
    try:
        async with asyncio.timeout(_WALL_SECONDS):
            told, _ = await process.communicate(content)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode or 0, told


def _environment() -> dict[str, str]:
    """Environment of the process: Python's own variables, and none of the app's secrets."""
    return {
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
        "LD_LIBRARY_PATH": f"{sys.base_prefix}/lib",
    }


def _read(told: bytes) -> Picture:
    line, _, data = told.partition(b"\n")
    head = json.loads(line)
    if "problem" in head:
        raise PictureRefused(head["problem"])
    files, at = [], 0
    for form, extension, size in head["files"]:
        files.append((form, extension, data[at : at + size]))
        at += size
    return Picture(files, head["width"], head["height"])
