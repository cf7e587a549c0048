"""What a handle stands for, for every combination of what a card may be, and rows and circles of handles."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from domain.cards.card import Card, Ending, Kept, PublishedCard
from domain.cards.content import CardContent
from domain.publishing.handles import ANSWERS, STATES, find, redirect_of, standing_of, state_of
from domain.publishing.publication import Ports, project

AT = datetime(2026, 11, 27, tzinfo=UTC)
CONTENT = CardContent(name="Ada Lovelace")
REASONS = ("moved", "left", "organisation_gone", "lapsed")
ENDINGS = [None, *(Ending(why=why, successor=to, at=AT) for why in REASONS for to in (None, "successor"))]


def cards() -> list[Card]:
    """Every combination of being published, paused, over, deleted and erased."""
    made = []
    for published, paused, ending, gone in itertools.product(
        (False, True), (False, True), ENDINGS, ("", "deleted", "erased")
    ):
        kept = Kept(draft=CONTENT, published=None, published_at=None, previous=None, until=AT + timedelta(1))
        made.append(
            Card(
                id="crd_1", account_id="acc_1", profile_id="prf_1",
                handle="present", former_handles=["former"], version=3, draft=CONTENT,
                published=CONTENT if published and not gone else None,
                published_at=AT if published and not gone else None, paused=paused, was_published=True,
                deleted=bool(gone), kept=kept if gone == "deleted" else None, ending=ending,
                created_at=AT, updated_at=AT,
            )
        )  # fmt: skip
    return made


class Published:
    """What was projected of each handle."""

    def __init__(self) -> None:
        self.cards: dict[str, PublishedCard] = {}

    async def get(self, handle: str) -> PublishedCard | None:
        return self.cards.get(handle)

    async def project(self, card: PublishedCard, *, first: bool) -> None:  # noqa: ARG002 - the port's name
        self.cards[card.handle] = card

    def lead(self, handle: str, to: str | None, card_id: str = "") -> None:
        self.cards[handle] = PublishedCard(
            handle=handle, card_id=card_id or handle, version=1, redirect_to=to, published_at=None,
            content=None if to else CONTENT,
        )  # fmt: skip


def test_every_card_has_a_state_of_the_table_at_each_of_its_handles() -> None:
    seen = {state_of(card, handle) for card in cards() for handle in ("present", "former")}
    assert seen == STATES.keys() - {"draft"}
    assert state_of(cards()[0].model_copy(update={"was_published": False}), "present") == "draft"


async def test_what_is_projected_stands_as_the_table_says_and_tells_nothing_else() -> None:
    for card in cards():
        published = Published()
        published.lead("successor", None)
        ports = Ports(None, None, published, None, lambda handle: f"<svg>{handle}</svg>")  # type: ignore[arg-type]
        await project(card, ports, first=False)
        for handle in ("present", "former"):
            found = await find(handle, published.get)
            assert found.standing == standing_of(card, handle)
            stored = published.cards[handle]
            assert stored.redirect_to == redirect_of(card, handle)
            if found.standing != "shown":
                assert (stored.content, stored.owner_id, stored.profile_id, stored.code) == (None, "", "", "")
            assert (found.standing == "shown") == (card.is_live and handle == "present")


async def test_cards_that_are_not_shown_are_stored_alike_whatever_became_of_them() -> None:
    seen = set()
    for card in cards():
        published = Published()
        ports = Ports(None, None, published, None, lambda handle: handle)  # type: ignore[arg-type]
        await project(card, ports, first=False)
        seen |= {
            stored.model_copy(update={"handle": "", "published_at": None}).model_dump_json()
            for handle, stored in published.cards.items()
            if standing_of(card, handle) == "off"
        }
    assert len(seen) == 1


def test_nothing_that_was_shown_is_ever_missing() -> None:
    for state, standings in STATES.items():
        for standing in filter(None, standings):
            answers = set(ANSWERS[standing].values())
            assert ("missing" in answers) == (state == "draft")


@pytest.mark.parametrize(
    ("leads", "standing", "handle"),
    [
        ({}, "unknown", "a"),
        ({"a": None}, "shown", "a"),
        ({"a": "b", "b": None}, "succeeded", "b"),
        ({"a": "b", "b": "c", "c": None}, "succeeded", "c"),
        ({"a": "b"}, "off", "a"),
        ({"a": "a"}, "off", "a"),
        ({"a": "b", "b": "a"}, "off", "a"),
        ({"a": "b", "b": "c", "c": "b"}, "off", "a"),
        ({"a": "b", "b": "c", "c": "d", "d": None}, "succeeded", "d"),
    ],
)
async def test_a_handle_is_followed_to_a_shown_card_and_never_in_a_circle(leads, standing, handle) -> None:
    published = Published()
    for name, to in leads.items():
        published.lead(name, to)
    assert await find("a", published.get) == (standing, handle)


async def test_a_former_handle_of_the_same_card_is_renamed_and_not_succeeded() -> None:
    published = Published()
    published.lead("a", "b", "crd_1")
    published.lead("b", None, "crd_1")
    assert await find("a", published.get) == ("renamed", "b")


async def test_a_long_row_costs_a_bounded_number_of_reads() -> None:
    published, reads = Published(), []
    for number in range(100):
        published.lead(f"h{number}", f"h{number + 1}")
    published.lead("h100", None)

    async def read(handle: str) -> PublishedCard | None:
        reads.append(handle)
        return await published.get(handle)

    assert (await find("h0", read)).standing == "succeeded"
    assert len(reads) == 8
