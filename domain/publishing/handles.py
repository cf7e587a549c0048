"""What a handle answers: one table of all states of cards and handles, and one of all forms.

What was printed never dies. A handle that ever stood for a published card answers every form with something
useful or leads on; only a handle that never did is not found. What is projected of a card that is not shown
says neither why nor whose it was, so that all its states answer with the same bytes.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final, Literal, NamedTuple

from domain.cards.card import Card, PublishedCard

State = Literal[
    "draft",  # never published, or no card at all: nobody was led here
    "shown",
    "renamed",  # a former handle of a card that is shown
    "paused",
    "unpublished",
    "deleted",
    "moved",  # its owner named a successor
    "merged",  # the same, and then it was deleted
    "left",  # its person left the organisation
    "organisation_gone",
    "lapsed",  # no longer paid for
]
# How a handle stands, as far as its visitors may know.
Standing = Literal["unknown", "shown", "renamed", "succeeded", "off"]

# With a successor, if the state may have one, and without.
STATES: Final[Mapping[State, tuple[Standing | None, Standing]]] = {
    "draft": (None, "unknown"),
    "shown": (None, "shown"),
    "renamed": (None, "renamed"),
    "paused": (None, "off"),
    "unpublished": (None, "off"),
    "deleted": (None, "off"),
    "moved": ("succeeded", "off"),
    "merged": ("succeeded", "off"),
    "left": ("succeeded", "off"),
    "organisation_gone": ("succeeded", "off"),
    "lapsed": ("succeeded", "off"),
}

# The forms of a card: its page, contact files, JSON, text, codes, the picture beside links, its pictures, the
# links that it counts, and the form by which people leave their details.
Form = Literal["page", "contact", "data", "text", "code", "preview", "picture", "link", "exchange"]
FORMS: Final[tuple[Form, ...]] = (
    "page", "contact", "data", "text", "code", "preview", "picture", "link", "exchange",
)  # fmt: skip
# `card`: the form itself. `neutral`: 200 and the form without a card. The others redirect for good: `same` to
# the same form of the handle that it leads to, `page` to the page of that handle, or of its own.
Answer = Literal["missing", "card", "neutral", "same", "page"]

ANSWERS: Final[Mapping[Standing, Mapping[Form, Answer]]] = {
    "unknown": dict.fromkeys(FORMS, "missing"),
    "shown": dict.fromkeys(FORMS, "card"),
    "renamed": dict.fromkeys(FORMS, "same"),
    "succeeded": {
        "page": "same",
        "contact": "same",
        "data": "same",
        "text": "same",
        "code": "same",
        "preview": "same",
        # Somebody else's face would be wrong where this one was.
        "picture": "neutral",
        # The other card has other links, and perhaps no such form.
        "link": "page",
        "exchange": "page",
    },
    "off": {
        "page": "neutral",
        # An address book would keep an empty contact, or put it over the one that it has.
        "contact": "page",
        "data": "neutral",
        "text": "neutral",
        # A code says its address and nothing else, and the card may come back.
        "code": "neutral",
        "preview": "neutral",
        "picture": "neutral",
        "link": "page",
        "exchange": "page",
    },
}

# Handles in a row that one request reads; visitors follow the rest of a longer one.
MOST_STEPS = 8

Read = Callable[[str], Awaitable[PublishedCard | None]]


def state_of(card: Card, handle: str) -> State:
    """The state of a card, for one of its handles."""
    if not card.was_published:
        return "draft"
    if card.deleted:
        return "deleted" if card.ending is None or card.ending.successor is None else "merged"
    if card.ending is not None:
        return card.ending.why
    if card.published is None:
        return "unpublished"
    if card.paused:
        return "paused"
    return "shown" if handle == card.handle else "renamed"


def standing_of(card: Card, handle: str) -> Standing:
    with_successor, without = STATES[state_of(card, handle)]
    followed = card.ending is not None and card.ending.successor is not None
    return with_successor if followed and with_successor else without


def redirect_of(card: Card, handle: str) -> str | None:
    """The handle that one of the card's handles leads to, if it leads on."""
    standing = standing_of(card, handle)
    if standing == "succeeded" and card.ending is not None:
        return card.ending.successor
    return card.handle if standing == "renamed" else None


class Found(NamedTuple):
    """How a handle stands, and the handle whose card stands for it: its own, unless it leads on."""

    standing: Standing
    handle: str

    def answer(self, form: Form) -> Answer:
        return ANSWERS[self.standing][form]


async def find(handle: str, read: Read) -> Found:
    """Follow a handle to the card that is shown for it; where none is, it is off whatever it led to."""
    first = card = await read(handle)
    if first is None:
        return Found("unknown", handle)
    passed = {handle}
    for _ in range(MOST_STEPS - 1):
        if card is None or card.redirect_to is None:
            break
        if card.redirect_to in passed:
            return Found("off", handle)
        passed.add(card.redirect_to)
        card = await read(card.redirect_to)
    if card is not None and card.redirect_to is not None:
        return Found("succeeded", card.redirect_to)
    if card is None or card.content is None:
        return Found("off", handle)
    if card is first:
        return Found("shown", handle)
    return Found("renamed" if card.card_id == first.card_id else "succeeded", card.handle)
