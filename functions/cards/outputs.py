"""Outputs of a card: the formats of its views, made once and cached with the card while there is room."""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import Any

import azure.functions as func

from adapters.drawing.qr import Look
from adapters.published_cache import CachedCard, PublishedCache
from domain.visibility.view import Viewer, is_for_everyone
from functions.framework.compression import encoded
from functions.framework.replies import reply

# Bytes. A larger output, such as a contact with a large photo, is made each time and not cached. The picture
# of link previews, which is slow to draw, is always cached.
MOST_BYTES = 160 * 1024
# Bytes of an output beside its body: the headers of both its replies, as measured.
_HEADERS = 2600

# Viewer, format, language of a page's labels ("" for other formats), content coding; and those with the look
# of a code, and whether it has the logo.
Shown = tuple[Viewer, str, str, str]
Drawn = tuple[Viewer, str, str, str, Look, bool]


@dataclass(frozen=True)
class Output:
    """One format of a card view: the full reply, and the 304 for a client that has it already."""

    etag: str
    full: func.HttpResponse

    def encoded(self, coding: str) -> "Output":
        """The same in another content coding; another representation has another ETag."""
        smaller = encoded(self.full, coding)
        if smaller is self.full:
            return self
        tag = f'{self.etag[:-1]}-{coding}"'
        smaller.headers["ETag"] = tag
        return Output(tag, smaller)

    @property
    def size(self) -> int:
        return len(self.full.get_body()) + _HEADERS

    @cached_property
    def unchanged(self) -> func.HttpResponse:
        headers = dict(self.full.headers)
        content_type = headers.pop("Content-Type")
        headers.pop("Content-Encoding", None)
        return reply(status=HTTPStatus.NOT_MODIFIED, content_type=content_type, headers=headers)


@dataclass
class Outputs:
    """Outputs made from one cached card; `drawn` holds its codes in requested looks.

    `coming` are those that are being made now.
    """

    for_everyone: bool
    made: dict[Shown, Output] = field(default_factory=dict)
    coming: dict[Shown, asyncio.Task[Output]] = field(default_factory=dict)
    drawn: dict[Drawn, Output] = field(default_factory=dict)

    @property
    def size(self) -> int:
        return sum(output.size for outputs in (self.made, self.drawn) for output in outputs.values())


def outputs_of(cached: CachedCard) -> Outputs:
    if not isinstance(cached.derived, Outputs):
        cached.derived = Outputs(is_for_everyone(cached.card))
    return cached.derived


async def made_once(outputs: Outputs, key: Shown, make: Callable[[], Coroutine[Any, Any, Output]]) -> Output:
    """An output that all who ask for it while it is being made get together."""
    task = outputs.coming.get(key)
    if task is None:
        task = outputs.coming[key] = asyncio.create_task(make())
        task.add_done_callback(lambda _done: outputs.coming.pop(key))
    # One of them who leaves does not stop it for the others.
    return await asyncio.shield(task)


def keep[Key](output: Output, outputs: dict[Key, Output], key: Key, *, cache: PublishedCache) -> None:
    """Cache an output, unless it is too large."""
    if output.size <= MOST_BYTES:
        outputs[key] = output
        cache.add_derived(output.size)
