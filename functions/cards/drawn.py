"""Drawn formats of a card: QR codes in a requested look, and the picture for previews of its link."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager

from adapters.drawing.link_preview import Said, draw_preview
from adapters.drawing.qr import PLAIN, Look, qr_png, qr_svg_with, sized
from domain.base.errors import InvalidInput, Unavailable
from domain.cards.palette import OUR_BRAND
from domain.visibility.view import CardView
from functions.framework.filters import initials

_SIZE = re.compile("[0-9]{1,4}")


def code_look(query: Mapping[str, str]) -> Look:
    """Look of a code from the parameters `fg`, `bg` and `size`. Raises `InvalidInput` with all faults."""
    size = query.get("size", str(PLAIN.size))
    look = Look(
        dark=_colour(query, "fg", PLAIN.dark),
        light=_colour(query, "bg", PLAIN.light),
        size=int(size) if _SIZE.fullmatch(size) else 0,
    )
    if faults := look.faults():
        raise InvalidInput(faults)
    return look


def _colour(query: Mapping[str, str], name: str, default: str) -> str:
    return f"#{query[name].removeprefix('#').lower()}" if name in query else default


def draw_code(format_name: str, url: str, look: Look, logo: bytes | None) -> bytes:
    """Draw a code of the formats `qr.svg` and `qr.png` in a requested look."""
    return qr_png(url, look, logo) if format_name == "qr.png" else qr_svg_with(url, look, logo).encode()


def plain_svg(view: CardView, _url: str, _photo: bytes | None) -> bytes:
    return sized(view.code, PLAIN.size).encode()


def plain_png(_view: CardView, url: str, _photo: bytes | None) -> bytes:
    return qr_png(url)


def said_in_preview(view: CardView, photo: bytes | None) -> Said:
    """What the picture of link previews tells of a view: the beginning of its page."""
    card = view.content
    colour = view.palette.brand if view.palette else OUR_BRAND
    return Said(card.name, card.title, card.organisation, initials(card.name), colour, photo)


def link_preview(view: CardView, _url: str, photo: bytes | None) -> bytes:
    return draw_preview(said_in_preview(view, photo))


# A picture that tells of nobody.
NOBODY = Said("", None, None, "", OUR_BRAND, None)


class Drawing:
    """Concurrency limit for drawing: one at a time, with a short queue.

    After each drawing the worker pauses for as long as it took: drawing takes at most half of its time.
    """

    MOST_WAITING = 8

    def __init__(self) -> None:
        self._free = asyncio.Semaphore(1)
        self._waiting = 0
        self._rest = 0.0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Wait for a turn. Raises `Unavailable` when too many requests are waiting."""
        if self._waiting >= self.MOST_WAITING:
            raise Unavailable
        self._waiting += 1
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1
        self._rest = 0.0
        try:
            yield
        finally:
            asyncio.get_running_loop().call_later(self._rest, self._free.release)

    async def draw[**P](self, made: Callable[P, bytes], *args: P.args, **kwargs: P.kwargs) -> bytes:
        start = time.monotonic()
        try:
            return await asyncio.to_thread(made, *args, **kwargs)
        finally:
            self._rest = time.monotonic() - start


# One turn at a time for a whole worker.
drawing = Drawing()
