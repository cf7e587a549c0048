"""What this worker read of published cards in the last seconds, and what it made of it."""

import time
from collections import OrderedDict
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus

import azure.functions as func

import wiring
from domain.base.errors import NotFound, Unavailable
from domain.cards.card import PublishedCard
from domain.visibility.view import Viewer, is_for_everyone
from functions.framework.replies import reply

FRESH_SECONDS = 3.0
# While the store is down, a card that was just read is better than none.
OUTAGE_SECONDS = 60.0
SHELF_SIZE = 512


@dataclass(frozen=True)
class Output:
    """One form of a card view, made once: the answer, and the one for who has it already."""

    etag: str
    full: func.HttpResponse

    @cached_property
    def unchanged(self) -> func.HttpResponse:
        headers = dict(self.full.headers)
        content_type = headers.pop("Content-Type")
        return reply(status=HTTPStatus.NOT_MODIFIED, content_type=content_type, headers=headers)


@dataclass
class Shelved:
    """A published card as it was read, and the outputs made from it so far, by viewer and form."""

    card: PublishedCard
    read_at: float
    for_everyone: bool
    outputs: dict[tuple[Viewer, str], Output] = field(default_factory=dict)


class Shelf:
    """The cards this worker read in the last seconds, the longest unused dropped first."""

    def __init__(self) -> None:
        self._cards: OrderedDict[str, Shelved] = OrderedDict()
        # Raised by every change, so that a card read before it is not put back after it.
        self._changes = 0

    async def take(self, handle: str) -> Shelved:
        """Return the card of a handle, live or leading elsewhere; anything else is `NotFound`."""
        shelved = self._cards.get(handle)
        now = time.monotonic()
        if shelved is not None and now - shelved.read_at < FRESH_SECONDS:
            self._cards.move_to_end(handle)
            return shelved
        changes = self._changes
        try:
            card = await wiring.services().published.get(handle)
        except Unavailable:
            if shelved is not None and time.monotonic() - shelved.read_at < OUTAGE_SECONDS:
                return shelved
            raise
        if card is None or (card.content is None and card.redirect_to is None):
            self._cards.pop(handle, None)
            raise NotFound
        if shelved is not None and shelved.card == card:
            if changes == self._changes:
                shelved.read_at = now
            return shelved
        fresh = Shelved(card, now, is_for_everyone(card))
        if changes == self._changes:
            self._cards[handle] = fresh
        if len(self._cards) > SHELF_SIZE:
            self._cards.popitem(last=False)
        return fresh

    def forget(self, *handles: str) -> None:
        self._changes += 1
        for handle in handles:
            self._cards.pop(handle, None)


shelf = Shelf()
