"""Versions of stored documents, and the upgrade of an older one when it is read.

Three rules let two releases run side by side and a release be rolled back by one version:

1. A release reads its own version and the one before, and writes its own.
2. A version newer than a release can read is refused, never guessed at: an unknown field may be the one that
   hides another. `NEWEST_READABLE` is raised one release before `SCHEMA_VERSION`, by a release whose
   models keep the new fields and do not use them yet. Rolling back to that release loses nothing.
3. An upgrade only fills in missing values, so that it may run twice.
"""

import logging
from collections.abc import Callable, Iterable
from typing import Any

from domain.base.errors import Unavailable
from domain.cards.look import first_look
from domain.cards.palette import palette_of

log = logging.getLogger("izwop.cosmos")

Document = dict[str, Any]

SCHEMA_VERSION = 3
NEWEST_READABLE = 3

_LISTS = ("emails", "phones", "social_links", "product_links")
_SINGLES = ("title", "organisation", "website", "company_text", "video_link", "office_address", "map_link")


def _show_to_all(content: Document | None) -> None:
    """Before version 2 a card had no audiences: every viewer saw all its values."""
    if content is None:
        return
    for entry in (entry for name in _LISTS for entry in content.get(name, [])):
        entry.setdefault("audience", "public")
    if "audiences" not in content:
        content["audiences"] = {name: "public" for name in _SINGLES if content.get(name) is not None}


def _card(card: Document) -> None:
    for name in ("draft", "published", "previous"):
        _show_to_all(card.get(name))
    # Without it a deletion would not be projected.
    card.setdefault("was_published", card.get("published") is not None)


def _published(document: Document) -> None:
    _show_to_all(document.get("content"))
    absent: Document = {"redirectTo": None, "code": "", "images": {}, "ownerId": ""}
    for name, value in absent.items():
        document.setdefault(name, value)


def _keep_colour(content: Document | None, handle: str) -> None:
    """Before version 3 a card had no look: its colour followed its handle."""
    if content is not None:
        content.setdefault("look", first_look(handle).model_dump())


def _card_with_look(card: Document) -> None:
    # A deleted card has its content in `kept`, and may come back.
    for contents in (card, card.get("kept") or {}):
        for name in ("draft", "published", "previous"):
            _keep_colour(contents.get(name), card["handle"])


def _published_with_look(document: Document) -> None:
    content = document.get("content")
    _keep_colour(content, document["handle"])
    colour = content and content["look"]["colour"]
    document.setdefault("palette", palette_of(colour).model_dump() if colour else None)


# Changes of each version, by container and kind. `published` holds one kind, which it does not name.
UPGRADES: dict[int, dict[tuple[str, str | None], Callable[[Document], None]]] = {
    2: {
        ("accounts", "card"): lambda document: _card(document["body"]),
        ("accounts", "card-creation"): lambda document: _card(document["body"]["made"]),
        ("published", None): _published,
    },
    3: {
        ("accounts", "card"): lambda document: _card_with_look(document["body"]),
        ("accounts", "deleted-card"): lambda document: _card_with_look(document["body"]),
        ("accounts", "card-creation"): lambda document: _card_with_look(document["body"]["made"]),
        ("published", None): _published_with_look,
    },
}

OLDEST_READABLE = min(UPGRADES) - 1


def upgraded(container: str, document: Document) -> Document:
    """Return a document at today's version. A part of a document, without its version, is left as it is.

    Raises `Unavailable` for a document of a newer version: while a release is rolled out or back, another
    worker can read it. A document that does not match its version may raise any exception.
    """
    version = document.get("schemaVersion")
    if version is None:
        return document
    if type(version) is not int or not OLDEST_READABLE <= version <= NEWEST_READABLE:
        told = version if type(version) is int else type(version).__name__
        log.error("document_of_unknown_version container=%s version=%s", container, told)
        raise Unavailable
    for step in range(version + 1, SCHEMA_VERSION + 1):
        change = UPGRADES[step].get((container, document.get("kind")))
        if change is not None:
            change(document)
        document["schemaVersion"] = step
    return document


def sweepable() -> Iterable[tuple[str, str | None]]:
    """Kinds that a sweep upgrades: those that changed, but for records that expire within a day."""
    kinds = UPGRADES[SCHEMA_VERSION]
    return [(container, kind) for container, kind in kinds if kind is None or not kind.endswith("-creation")]
