"""Long work in the real store: taken once, done in slices, paused, cancelled, given up, and never lost."""

import asyncio
import itertools
import secrets
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

import wiring.operations
from functions.framework.clock import new_id

MINUTE = timedelta(minutes=1)


@pytest.fixture
def work(host):
    """The names of both modules as the host loaded them."""
    from domain.operations import slices, work  # noqa: PLC0415

    return SimpleNamespace(**{**vars(work), **vars(slices)})


class Killed(BaseException):
    """The worker's process is gone."""


async def vanish() -> None:
    raise Killed


async def nothing() -> None:
    """The slice is not disturbed."""


class Counter:
    """A job of so many items; what it did is in `seen`. `first` and `last` happen around a slice."""

    def __init__(self, work, items: int, *, fails: int = 0, first=nothing, last=nothing) -> None:
        self._work, self.items, self.fails = work, items, fails
        self._first, self._last = first, last
        self.seen: list[int] = []
        self.discarded = 0

    async def slice(self, work, bound):
        await self._first()
        begun = at = int(work.cursor or 0)
        while at < self.items and not bound.is_over:
            if self.fails:
                self.fails -= 1
                raise RuntimeError("a fault")
            self.seen.append(at)
            bound.spend()
            at += 1
        await self._last()
        return self._work.Progress(str(at), at - begun, over=at == self.items, total=self.items)

    async def discard(self, work) -> None:  # noqa: ARG002 - every job takes it
        self.discarded += 1


class Queue:
    """The messages for one owner's work: the timer looks after everybody's."""

    def __init__(self, owner: str) -> None:
        self._owner, self.sent = owner, []

    async def send(self, message, **_hidden) -> None:
        if message.owner_id == self._owner:
            self.sent.append(message)


class Bench:
    """One work of an account, a job, and a clock that the test moves."""

    def __init__(self, work, job: Counter, *, slice_items: int = 2) -> None:
        self._work, self.job, self.slice_items = work, job, slice_items
        self.id, self.owner = new_id("job"), new_id("acc")
        self.queue, self.works = Queue(self.owner), wiring.operations.works()
        self.at = datetime.now(UTC)

    async def start(self):
        made = self._work.new_work("count", self.owner, self.id, self.at)
        return await self._work.start_work(made, works=self.works, queue=self.queue)

    async def do(self, message=None, *, job=None, jobs=None):
        message = message or self._work.WorkMessage(owner_id=self.owner, work_id=self.id)
        return await self._work.do_slice(
            message,
            jobs={"count": job or self.job} if jobs is None else jobs,
            works=self.works,
            queue=self.queue,
            lease=secrets.token_hex(8),
            bound=self._work.Slice(itertools.count().__next__, items=self.slice_items),
            now=lambda: self.at,
        )

    async def change(self, change: str):
        return await self._work.change_work(
            self.owner, self.id, change, now=self.at, works=self.works, queue=self.queue
        )

    async def now(self):
        return await self.works.get(self.owner, self.id)

    async def drain(self) -> None:
        while self.queue.sent:
            await self.do(self.queue.sent.pop(0))

    async def timer(self) -> None:
        await self._work.send_due_work(self.at, works=self.works, queue=self.queue)


@pytest.fixture
def bench(work):
    return lambda items=5, **given: Bench(work, Counter(work, items, **given))


async def test_it_is_done_slice_by_slice_and_tells_how_far_it_is(bench) -> None:
    five = bench(5)
    await five.start()
    told = []
    while five.queue.sent:
        done = await five.do(five.queue.sent.pop())
        told.append((done.work.state, done.work.done, done.work.total))
    assert told == [("running", 2, 5), ("running", 4, 5), ("done", 5, 5)]
    assert five.job.seen == [0, 1, 2, 3, 4]
    assert (await five.now()).ended_at == five.at
    assert await five.do() is None


async def test_starting_it_twice_is_one_work(bench) -> None:
    five = bench(5)
    await five.start()
    await five.do()
    again = await five.start()
    assert again.done == 2


async def test_two_messages_at_once_do_one_slice(bench) -> None:
    five = bench(100)
    await five.start()
    done = await asyncio.gather(*(five.do() for _ in range(8)))
    assert sorted(five.job.seen) == list(range(2 * sum(each is not None for each in done)))
    assert (await five.now()).done == len(five.job.seen)


async def test_a_worker_that_vanished_is_replaced_once_its_lease_is_over(bench, work) -> None:
    five = bench(5)

    await five.start()
    five.queue.sent.clear()
    with pytest.raises(Killed):
        await five.do(job=Counter(work, 5, first=vanish))
    assert await five.do() is None
    await five.timer()
    assert five.queue.sent == []
    five.at += work.LEASE + MINUTE
    await five.timer()
    await five.drain()
    assert ((await five.now()).state, five.job.seen) == ("done", [0, 1, 2, 3, 4])


async def test_a_message_that_was_lost_is_sent_again(bench, work) -> None:
    five = bench(5)
    await five.start()
    five.queue.sent.clear()
    five.at += work.PATIENCE + MINUTE
    await five.timer()
    # Not once more a minute later: a queue that is behind would fill up with the same.
    five.at += MINUTE
    await five.timer()
    assert len(five.queue.sent) == 1


async def test_a_worker_that_lost_its_lease_counts_nothing(bench, work) -> None:
    """It was held up for longer than its lease, and another did the slice meanwhile."""
    five = bench(5)
    await five.start()

    async def overtaken() -> None:
        five.at += work.LEASE + MINUTE
        await five.do()

    assert await five.do(job=Counter(work, 5, last=overtaken)) is None
    assert (await five.now()).done == 2
    assert (await five.now()).cursor == "2"


async def test_what_fails_is_tried_again_later_and_later_and_then_given_up(bench, work) -> None:
    five = bench(5, fails=99)
    await five.start()
    five.queue.sent.clear()
    waits = []
    while (present := await five.now()).state == "running":
        five.at = max(five.at, present.due_at)
        done = await five.do()
        assert isinstance(done.error, RuntimeError)
        if done.work.due_at:
            waits.append(done.work.due_at - five.at)
    assert len(waits) == work.MAX_TRIES - 1
    assert waits == sorted(waits)
    assert waits[-1] == work.MOST_PATIENCE
    assert five.queue.sent == []
    assert (present.state, present.due_at) == ("failed", None)
    five.job.fails = 0
    await five.change("resume")
    await five.drain()
    assert (await five.now()).state == "done"


async def test_work_that_this_release_does_not_know_waits_for_one_that_does(bench) -> None:
    """It was begun by the next release, which was taken back for some hours."""
    five = bench(5)
    await five.start()
    done = await five.do(jobs={})
    assert isinstance(done.error, KeyError)
    assert (done.work.state, done.work.lease) == ("running", None)


async def test_workers_that_vanish_again_and_again_do_not_go_on_for_ever(bench, work) -> None:
    """Something in a slice takes more memory than there is."""
    five = bench(5)
    await five.start()

    for _ in range(work.MAX_TRIES):
        with pytest.raises(Killed):
            await five.do(job=Counter(work, 5, first=vanish))
        five.at += work.LEASE + MINUTE
    done = await five.do(job=Counter(work, 5, first=vanish))
    assert (done.work.state, done.work.due_at) == ("failed", None)


async def test_one_failure_does_not_spoil_the_tries_of_later_slices(bench) -> None:
    five = bench(5, fails=1)
    await five.start()
    await five.do()
    assert (await five.now()).tries == 1
    five.at = (await five.now()).due_at
    await five.do()
    assert (await five.now()).tries == 0


async def test_paused_work_waits_until_it_is_resumed(bench, work) -> None:
    five = bench(5)
    await five.start()
    await five.do()
    assert (await five.change("pause")).state == "paused"
    assert (await five.change("pause")).state == "paused"
    await five.drain()
    five.at += work.LEASE * 10
    await five.timer()
    await five.drain()
    assert five.job.seen == [0, 1]
    await five.change("resume")
    await five.drain()
    assert five.job.seen == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("change", ["pause", "cancel"])
async def test_what_is_asked_for_during_a_slice_holds_after_it(bench, work, change) -> None:
    five = bench(5)
    await five.start()
    five.queue.sent.clear()

    async def asked() -> None:
        await five.change(change)

    await five.do(job=Counter(work, 5, last=asked))
    found = await five.now()
    state = {"pause": "paused", "cancel": "cancelled"}[change]
    assert (found.state, found.done, found.lease) == (state, 2, None)
    await five.drain()
    assert five.job.discarded == (change == "cancel")
    assert (await five.now()).due_at is None


async def test_work_that_was_paused_under_a_worker_that_vanished_stays_paused(bench, work) -> None:
    five = bench(5)
    await five.start()

    async def paused() -> None:
        await five.change("pause")
        raise Killed

    with pytest.raises(Killed):
        await five.do(job=Counter(work, 5, first=paused))
    five.at += work.LEASE + MINUTE
    await five.timer()
    await five.drain()
    assert five.job.seen == []
    assert ((await five.now()).state, (await five.now()).due_at) == ("paused", None)


async def test_cancelled_work_leaves_nothing(bench, work) -> None:
    five = bench(5)
    await five.start()
    await five.do()
    await five.change("cancel")
    await five.drain()
    assert (five.job.seen, five.job.discarded) == ([0, 1], 1)
    assert ((await five.now()).state, (await five.now()).due_at) == ("cancelled", None)
    with pytest.raises(work.WrongWorkState):
        await five.change("resume")


async def test_what_is_over_cannot_be_changed(bench, work) -> None:
    five = bench(1)
    await five.start()
    await five.drain()
    for change in ("pause", "resume", "cancel"):
        with pytest.raises(work.WrongWorkState):
            await five.change(change)


async def test_failures_are_counted_and_the_first_are_named(bench, work) -> None:
    five = bench(5)

    class Faulty(Counter):
        async def slice(self, work_, bound):
            progress = await super().slice(work_, bound)
            failures = [work.Failure(item=f"item_{n}", code="broken") for n in range(15)]
            return progress._replace(failures=tuple(failures))

    five.job = Faulty(work, 5)
    await five.start()
    await five.drain()
    found = await five.now()
    assert (found.failed, len(found.failures)) == (45, work.MOST_FAILURES)


async def test_a_slice_ends_by_its_items_and_by_its_time(work) -> None:
    clock = iter([0.0, 1.0, 2.0, work.SLICE_SECONDS + 0.5]).__next__
    bound = work.Slice(clock, items=5)
    bound.spend(2)
    assert not bound.is_over
    bound.spend(2)
    assert (bound.is_over, bound.left) == (False, 1)
    assert bound.is_over
    spent = work.Slice(lambda: 0.0, items=1)
    spent.spend()
    assert spent.is_over
