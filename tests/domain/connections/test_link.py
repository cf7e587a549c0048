"""The two sides of a connection agree once all is told, whatever came twice, late or never."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.connections.link import QUIET_TIME, Access, Link, Side, link_id

AT = datetime(2026, 11, 26, 12, tzinfo=UTC)
ACTS = {
    "want": lambda link, at: link.wanted(at),
    "leave": lambda link, at: link.left(at),
    "decline": lambda link, at: link.declined(at),
    "block": lambda link, at: link.closed(at),
    "unblock": lambda link, at: link.opened(at),
}


def side(name: str) -> Side:
    return Side(profile_id=f"prf_{name}", card_id=f"crd_{name}", handle=name)


def link(owner: str, other: str) -> Link:
    return Link(
        id=link_id(f"prf_{owner}", f"prf_{other}"),
        owner_id=owner,
        other_id=other,
        mine=side(owner),
        theirs=side(other),
        since=AT,
    )


class Two:
    """Two people, what each has said so far, and a clock."""

    def __init__(self) -> None:
        self.links = {"ann": link("ann", "bob"), "bob": link("bob", "ann")}
        self.said = {"ann": [side("ann")], "bob": [side("bob")]}
        self.at = AT

    def act(self, who: str, what: str) -> None:
        if what == "want" and self.links[who].blocked:
            return
        self.at += timedelta(days=1)
        self.links[who] = ACTS[what](self.links[who], self.at)
        self.said[who].append(self.links[who].mine)

    def tell(self, who: str, which: int) -> None:
        """Deliver something that this one has said at some time."""
        other = self.links[who].other_id
        said = self.said[who][which % len(self.said[who])]
        self.links[other] = self.links[other].heard(said, self.at)

    def states(self) -> tuple[str, str]:
        return self.links["ann"].state, self.links["bob"].state


people = st.sampled_from(["ann", "bob"])
steps = st.lists(
    st.tuples(st.just("act"), people, st.sampled_from(list(ACTS)))
    | st.tuples(st.just("tell"), people, st.integers(0, 30)),
    max_size=40,
)


@given(steps)
def test_both_agree_once_everything_is_told(history) -> None:
    two = Two()
    for what, who, how in history:
        getattr(two, what)(who, how)
    for who in ("ann", "bob"):
        two.tell(who, len(two.said[who]) - 1)
    ann, bob = two.states()
    assert (ann == "connected") == (bob == "connected")
    if ann == "asked":
        assert bob in ("waiting", "declined", "blocked")
    if ann in ("waiting", "declined"):
        assert bob == "asked"
    # Told again, all of it, nothing changes.
    before = dict(two.links)
    for who in ("ann", "bob"):
        for which in range(len(two.said[who])):
            two.tell(who, which)
    assert two.links == before


@given(steps)
def test_declining_and_blocking_are_never_told(history) -> None:
    """What the other is told does not say it: both histories leave the same side."""
    told = []
    for quiet in ("decline", None):
        two = Two()
        two.act("ann", "want")
        two.tell("ann", -1)
        if quiet:
            two.act("bob", quiet)
        for what, who, how in history:
            if what == "tell" or who == "ann":
                getattr(two, what)(who, how)
        two.tell("bob", -1)
        told.append((two.links["ann"].model_dump(exclude={"since"}), two.states()[0]))
    strip = [{k: v for k, v in dump.items() if k not in ("mine", "declined_at")} for dump, _ in told]
    assert strip[0] == strip[1]
    assert told[0][1] == told[1][1]


def test_a_wish_from_before_the_other_left_is_over() -> None:
    two = Two()
    for who in ("ann", "bob"):
        two.act(who, "want")
        two.tell(who, -1)
    assert two.states() == ("connected", "connected")
    two.act("bob", "leave")
    two.tell("bob", -1)
    assert two.states() == ("ended", "ended")
    two.act("bob", "want")
    two.tell("bob", -1)
    assert two.states() == ("waiting", "asked")


def test_somebody_who_was_declined_is_heard_again_after_the_quiet_time() -> None:
    bob = link("bob", "ann").heard(side("ann").wanting(side("bob"), AT), AT).declined(AT)
    assert bob.state == "declined"
    early = bob.theirs.wanting(bob.mine, AT + QUIET_TIME - timedelta(seconds=1))
    assert bob.heard(early, AT).state == "declined"
    late = early.wanting(bob.mine, AT + QUIET_TIME)
    assert bob.heard(late, AT).state == "waiting"


def test_asking_from_both_sides_is_one_connection() -> None:
    assert link_id("prf_a", "prf_b") == link_id("prf_b", "prf_a")
    assert link_id("prf_a", "prf_b") != link_id("prf_a", "prf_c")


def test_who_is_blocked_through_one_profile_sees_nothing_through_another() -> None:
    first, second = link("bob", "ann"), link("bob", "ann").model_copy(update={"id": "cnn_other"})
    connected = second.wanted(AT).heard(side("ann").wanting(side("bob"), AT), AT)
    access = Access(owner_id="bob", profile_id="prf_bob", account_id="ann").after(connected)
    assert access.connected
    blocked = access.after(first.closed(AT))
    assert not blocked.connected
    assert blocked.after(first.closed(AT).opened(AT)).connected
