"""What needs a person today: cards to finish, pictures to send again, what can be fetched or undone."""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final, NamedTuple

import wiring.images
from domain.cards.card import Card
from domain.cards.content import IMAGE_PURPOSES
from domain.images.image import Image
from domain.operations.work import Work
from domain.privacy.copy import KEEP
from functions.framework.filters import moment
from functions.framework.pages import wait_until
from functions.framework.texts import _, ngettext
from functions.relationships.reminders.section import text_of, waiting_today

# A card has four, and few drafts have a new one.
_MOST_PICTURES: Final = 8


class Need(NamedTuple):
    """Something to do about `title`: a link, or with a `version` a form that does it, named by `label`.

    `about` is the address of what it is about, where that is not where it is done.
    """

    title: str
    text: str
    at: str
    act: str
    version: int | None = None
    label: str = ""
    about: str = ""


async def pictures_of(account_id: str, cards: Sequence[Card]) -> dict[str, Image | None]:
    """At most `_MOST_PICTURES` pictures that only drafts have, by id: those of published cards are ready."""
    wanted = list(dict.fromkeys(image for card in cards for image in _new_pictures(card)))[:_MOST_PICTURES]
    store = wiring.images.store()
    found = await asyncio.gather(*(store.get(account_id, image) for image in wanted))
    return dict(zip(wanted, found, strict=True))


def _new_pictures(card: Card) -> Iterator[str]:
    for field in IMAGE_PURPOSES:
        image = getattr(card.draft, field)
        if image and (card.published is None or image != getattr(card.published, field)):
            yield image


def need_of_card(card: Card, pictures: Mapping[str, Image | None]) -> Need | None:
    """The first thing to do about a card."""
    at, name = f"/my/cards/{card.id}", card.draft.name
    for image in (pictures[each] for each in _new_pictures(card) if each in pictures):
        if image is None:
            return Need(name, _("A picture of this card is gone."), at, _("Send it again"))
        if image.state == "refused":
            return Need(name, _("A picture of this card was not taken."), at, _("Choose another one"))
    if card.published is None:
        return Need(name, _("Nobody can see this card yet."), at, _("Finish and publish"))
    if card.paused:
        said = _("This card is paused: nobody sees it at its link.")
        return Need(name, said, f"{at}/settings", _("Show it again"))
    if card.published != card.draft:
        return Need(name, _("You have changes that others cannot see yet."), at, _("Look and publish"))
    return None


def need_of_requests(number: int, *, more: bool) -> Need:
    """People who ask to connect; there may be `more` of them than `number`."""
    said = ngettext("One person waits for your answer.", "%(num)s people wait for your answer.", number)
    if more:
        said = _("More than %(number)s people wait for your answer.", number=number)
    return Need(_("Somebody asks to connect"), said, "/my/requests", _("Answer"))


def need_of_exchanges(number: int) -> Need:
    """What people left on cards and nobody has looked at."""
    title = ngettext("Somebody left their details", "%(num)s people left their details", number)
    return Need(title, _("On a card of yours."), "/my/requests/exchanges", _("Look at it"))


def need_of_copy(kept: Work) -> Need:
    """The copy of one's data that is ready."""
    until = moment(kept.ended_at + KEEP) if kept.ended_at else ""
    said = _("It is ready, and can be fetched until %(until)s UTC.", until=until)
    return Need(_("The copy of your data"), said, "/my/account/copy", _("Fetch it"))


def need_of_deleted(card: Card, now: datetime) -> Need:
    """A deleted card that can come back."""
    left = wait_until(card.kept.until, now) if card.kept else ""
    said = _("You deleted this card. It is erased %(time)s.", time=left)
    name = card.as_it_was.draft.name
    label = _("Undo the deletion of %(name)s", name=name)
    return Need(name, said, f"/my/cards/{card.id}/restoration", _("Undo"), card.version, label)


async def needs_of_reminders(account_id: str) -> list[Need]:
    """The reminders that rang last, each done with one press."""
    waiting, more = await waiting_today(account_id)
    needs = [
        Need(
            contact.content.name,
            text_of(reminder),
            f"/my/reminders/{reminder.id}/done",
            _("Done"),
            reminder.version,
            _("Done: %(text)s", text=text_of(reminder)),
            f"/my/contacts/{contact.id}",
        )
        for reminder, contact in waiting
    ]
    if more:
        needs.append(Need(_("More reminders"), _("Others are due, too."), "/my/reminders", _("See them")))
    return needs
