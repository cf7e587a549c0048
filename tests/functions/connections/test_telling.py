"""Connections survive workers that die between any two writes, and messages that come twice."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import wiring.connections
import wiring.operations
import wiring.relationships
from domain.base.errors import Conflict, StaleVersion
from domain.cards.card import Card, PublishedCard
from domain.cards.content import CardContent
from domain.connections.answering import LinkVersion, answer
from domain.connections.asking import ask
from domain.connections.ports import TELLING
from domain.connections.telling import carry_out_telling
from domain.operations.orders import Order
from domain.relationships.contacts import Filter
from functions.framework.clock import new_id

AT = datetime(2026, 11, 26, 12, tzinfo=UTC)


class Killed(BaseException):
    """The worker dies here."""


class Fragile:
    """The store of connections in a worker that dies before or after a write."""

    def __init__(self, store, *, lives: int, after: bool) -> None:
        self._store, self._lives, self._after = store, lives, after

    def __getattr__(self, name: str):
        return getattr(self._store, name)

    async def save(self, *what):
        return await self._write(self._store.save, *what)

    async def save_linked(self, linked):
        return await self._write(self._store.save_linked, linked)

    async def _write(self, write, *what):
        self._lives -= 1
        if self._lives < 0 and not self._after:
            raise Killed
        done = await write(*what)
        if self._lives < 0:
            raise Killed
        return done


class OwnCards:
    """The cards of people, as their owners find them."""

    def __init__(self, cards) -> None:
        self._cards = cards

    async def list(self, account_id: str, _limit: int, _cursor: str | None):
        return [card for card in self._cards if card.account_id == account_id], None


class Pair:
    """Two people with a card each, whose addresses are their names."""

    def __init__(self) -> None:
        self.at, self.notices = AT, []
        self.ids = {name: new_id("acc") for name in ("ann", "bob")}
        self.cards = {name: self._card(name) for name in self.ids}
        self.ports = wiring.connections.ports()._replace(
            take=self.take, cards=OwnCards(list(self.cards.values())), notices=self
        )

    def _card(self, name: str) -> Card:
        content = CardContent(name=name.title())
        return Card(
            id=new_id("crd"), account_id=self.ids[name], profile_id=new_id("prf"), handle=name, version=1,
            draft=content, published=content, published_at=AT, created_at=AT, updated_at=AT,
        )  # fmt: skip

    async def take(self, handle: str) -> PublishedCard:
        card = self.cards[handle]
        return PublishedCard(
            handle=handle, card_id=card.id, version=1, content=card.published, published_at=AT,
            owner_id=card.account_id, profile_id=card.profile_id,
        )  # fmt: skip

    async def somebody_asks(self, account_id: str, link_id: str) -> None:
        self.notices.append((account_id, link_id))

    async def do(self, who: str, act: str, ports=None) -> None:
        self.at += timedelta(minutes=1)
        ports, account = ports or self.ports, self.ids[who]
        if act == "ask":
            await ask(account, "bob" if who == "ann" else "ann", None, now=self.at, ports=ports)
            return
        link = await self.link(who)
        if link is not None:
            of = LinkVersion(account, link.id, link.version)
            await answer(of, act, now=self.at, ports=ports)

    async def link(self, who: str):
        links = wiring.connections.links()
        for state in ("connected", "waiting", "asked", "blocked", "ended"):
            found, _ = await links.page(self.ids[who], state, 10, None)
            if found:
                return found[0]
        return None

    async def carry_out(self) -> None:
        """Carry out what is ordered for both, until nothing more follows."""
        for _ in range(4):
            for who in ("ann", "bob"):
                link = await self.link(who)
                if link is not None:
                    # As often as a message may come.
                    order = Order(
                        container="relations", kind=TELLING, owner_id=self.ids[who], subject_id=link.id,
                        due_at=AT, created_at=AT,
                    )  # fmt: skip
                    await carry_out_telling(order, now=self.at, ports=self.ports)

    async def states(self) -> list[str | None]:
        links = [await self.link(who) for who in ("ann", "bob")]
        return [link and link.state for link in links]

    async def contacts(self, who: str) -> list[str]:
        found, _ = await wiring.relationships.contacts().by_name(self.ids[who], Filter(), 10, None)
        return [contact.content.name for contact in found]

    async def sees(self, who: str) -> bool:
        """Whether the other lets this one see what is for connections."""
        other = self.cards["bob" if who == "ann" else "ann"]
        links = wiring.connections.links()
        return await links.connected(other.account_id, other.profile_id, self.ids[who])


@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("lives", range(7))
async def test_a_worker_that_dies_at_any_write_leaves_nothing_half(host, lives, after) -> None:
    pair = Pair()
    await pair.do("ann", "ask")
    dying = pair.ports._replace(links=Fragile(pair.ports.links, lives=lives, after=after))
    with suppress(Killed):
        await pair.do("bob", "accept", dying)
    await pair.carry_out()
    if await pair.states() != ["connected", "connected"]:
        # Nothing at all was stored: the person presses again.
        assert (lives, after) == (0, False)
        await pair.do("bob", "accept")
    assert await pair.states() == ["connected", "connected"]
    assert [await pair.contacts(who) for who in ("ann", "bob")] == [["Bob"], ["Ann"]]
    assert [await pair.sees(who) for who in ("ann", "bob")] == [True, True]


async def test_an_order_is_stored_with_what_was_said(host) -> None:
    """Killed before anything was told: the order is there for the timer."""
    pair = Pair()
    dying = pair.ports._replace(links=Fragile(pair.ports.links, lives=0, after=True))
    with pytest.raises(Killed):
        await pair.do("ann", "ask", dying)
    assert await pair.states() == ["asked", None]
    link = await pair.link("ann")
    items = wiring.connections.links()._items
    stored = await items.read(f"order-{TELLING}-{link.id}", pair.ids["ann"])
    order = Order.model_validate(stored["body"])
    await wiring.operations.effects()[TELLING](order)
    assert await pair.states() == ["asked", "waiting"]


steps = st.lists(
    st.tuples(
        st.sampled_from(["ann", "bob"]),
        st.sampled_from(
            ["ask", "ask", "accept", "accept", "decline", "withdraw", "disconnect", "block", "unblock"]
        ),
        st.integers(0, 8),
    ),
    min_size=3,
    max_size=12,
)


@settings(
    max_examples=15,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(steps=steps)
async def test_every_history_of_two_people_ends_alike_for_both(host, steps) -> None:
    """Workers die now and then; then both agree, each has a contact at most, nobody sees too much."""
    pair = Pair()
    for who, act, lives in steps:
        ports = pair.ports._replace(links=Fragile(pair.ports.links, lives=lives, after=lives % 2 == 0))
        with suppress(Killed, Conflict, StaleVersion):
            await pair.do(who, act, ports)
    await pair.carry_out()
    ann, bob = await pair.states()
    assert (ann == "connected") == (bob == "connected")
    assert [await pair.sees(who) for who in ("ann", "bob")] == [ann == "connected"] * 2
    for who, name in (("ann", "Bob"), ("bob", "Ann")):
        found = await pair.contacts(who)
        assert found == [name] or (found == [] and ann != "connected")


class Counting:
    """The store of connections, which counts what it is asked."""

    def __init__(self, store) -> None:
        self._store, self.calls = store, []

    def __getattr__(self, name: str):
        self.calls.append(name)
        return getattr(self._store, name)


async def test_asking_takes_as_long_whatever_the_other_did_before(host) -> None:
    """The same calls to the store: for who was never heard of, is declined, or is blocked."""
    taken = []
    for before in (None, "decline", "block"):
        pair = Pair()
        await pair.do("ann", "ask")
        if before:
            await pair.do("bob", before)
        await pair.do("ann", "withdraw")
        counting = Counting(pair.ports.links)
        await pair.do("ann", "ask", pair.ports._replace(links=counting))
        taken.append(counting.calls)
        assert pair.notices == []
        assert (await pair.states())[0] == "asked"
    assert taken[0] == taken[1] == taken[2]


async def test_a_person_who_was_blocked_is_not_heard_through_another_profile(host) -> None:
    pair = Pair()
    await pair.do("ann", "ask")
    await pair.do("bob", "block")
    other = pair.cards["ann"].model_copy(update={"id": new_id("crd"), "profile_id": new_id("prf")})
    cards = OwnCards([other])
    link = await ask(pair.ids["ann"], "bob", None, now=pair.at, ports=pair.ports._replace(cards=cards))
    assert link.state == "asked"
    links = wiring.connections.links()
    assert (await links.page(pair.ids["bob"], "waiting", 10, None))[0] == []
    assert (await links.get(pair.ids["bob"], link.id)).state == "declined"
