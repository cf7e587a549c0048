"""Outputs of a card: the formats of its views, made once and kept for as long as the card is cached."""

from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus

import azure.functions as func

from adapters.drawing.qr import Look
from adapters.published_cache import CachedCard
from domain.visibility.view import Viewer, is_for_everyone
from functions.framework.compression import encoded
from functions.framework.replies import reply


@dataclass(frozen=True)
class Output:
    """One format of a card view: the full reply, and the 304 for a client that has it already."""

    etag: str
    full: func.HttpResponse
    _codings: "dict[str, Output]" = field(default_factory=dict)

    def encoded(self, coding: str) -> "Output":
        """The same in another content coding, made once; another representation has another ETag."""
        if coding not in self._codings:
            smaller = encoded(self.full, coding)
            if smaller is self.full:
                # Not kept: what refers to itself stays in memory until a full collection.
                return self
            tag = f'{self.etag[:-1]}-{coding}"'
            smaller.headers["ETag"] = tag
            self._codings[coding] = Output(tag, smaller)
        return self._codings[coding]

    @cached_property
    def unchanged(self) -> func.HttpResponse:
        headers = dict(self.full.headers)
        content_type = headers.pop("Content-Type")
        headers.pop("Content-Encoding", None)
        return reply(status=HTTPStatus.NOT_MODIFIED, content_type=content_type, headers=headers)


@dataclass
class Outputs:
    """Outputs made from one cached card; `drawn` holds its codes in requested looks."""

    for_everyone: bool
    made: dict[tuple[Viewer, str], Output] = field(default_factory=dict)
    drawn: dict[tuple[Viewer, str, Look, bool], Output] = field(default_factory=dict)


def outputs_of(cached: CachedCard) -> Outputs:
    if cached.made is None:
        cached.made = Outputs(is_for_everyone(cached.card))
    made: Outputs = cached.made
    return made
