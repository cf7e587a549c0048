"""SIGKILL at each call of a merge, of its undoing, and of those of many at once: what is stored goes on.

Only orders and the timer continue after a kill. What belongs to a contact is with one of the two, once, and
undoing has everything back to the byte.
"""

import itertools
import os
from datetime import UTC, datetime, timedelta

import pytest

import wiring.operations
from domain.operations.orders import OrderMessage
from functions.framework.clock import new_id
from tests.functions.privacy.test_copy import account_of
from tests.functions.relationships.duplicates.test_duplicates import mail, search
from tests.functions.relationships.duplicates.test_merges import found
from tests.functions.relationships.notes.test_notes import a_note
from tests.functions.relationships.reminders.test_reminders import a_reminder
from tests.functions.relationships.strength.test_interactions import log, stored
from tests.functions.relationships.strength.test_weekly import anew
from tests.functions.relationships.test_contacts import a_contact
from wiring.relationships import duplicates

pytestmark = pytest.mark.kills

KILLS = int(os.environ.get("KILLS", "10"))
# Two documents in a batch: a merge then takes some fifty calls, of which a worker may die at any.
FEW = {"adapters.cosmos.relationships.duplicates.merges:_AT_ONCE": 2}
SIDES = ("after", "before")
LISTS = ("", "/notes", "/interactions", "/reminders", "/strength")


def deaths(step: int, calls: int):
    """Where the next worker dies: after each of its calls, in no order; then before each of them."""
    numbers = [(step * call) % calls + 1 for call in range(calls)]
    return itertools.cycle(["any", side, number] for side in SIDES for number in numbers)


class Two:
    """Two companies of one owner, each with notes, meetings, reminders and a person."""

    def __init__(self, worker, person) -> None:
        self.worker, self.person, self.at = worker, person, datetime.now(UTC)
        self.dies, self.dies_in_order = deaths(17, 44), deaths(11, 30)

    async def begin(self) -> "Two":
        self.owner, self.companies, self.people = await account_of(self.person), [], []
        for name, word in (("Acme", "anvil"), ("Acme Ltd", "rocket")):
            company = await a_contact(self.person, name, kind="entity", tags=[word])
            for number in range(3):
                await a_note(self.person, company, f"{word} {number}")
                await a_reminder(self.person, company, text=f"{word} {number}", silentWeeks=number + 1)
                await log(self.person, company, "call", ago=number + len(name))
            self.companies.append(company["id"])
            employee = await a_contact(self.person, f"Of {name}", organisation=name, entityId=company["id"])
            self.people.append(employee["id"])
        self.before = await self.state()
        return self

    async def state(self) -> dict[str, bytes]:
        """Everything that is told of both, as bytes."""
        paths = [f"contacts/{company}{of}" for company in self.companies for of in LISTS]
        paths += [f"contacts/{person}" for person in self.people]
        answers = {path: await self.person.api("GET", path, params={"limit": 50}) for path in paths}
        told = {path: answer.content if answer.is_success else b"absent" for path, answer in answers.items()}
        return told | {word: str(await found(self.person, word)).encode() for word in ("anvil", "rocket")}

    async def do(self, act: str, **order: object) -> str:
        """Ask for it with a worker that dies; the order goes on with others, of which the last one lives."""
        self.at += timedelta(minutes=2)
        asked = {"do": act, "owner": self.owner, "id": self.merge_id, "bounds": FEW, **order}
        said = await self.worker(**asked, at=self.at.isoformat(), die=next(self.dies))
        gone = self.companies[1]
        kind = f"move-merged-{gone}" if act == "merge" else f"move-back-{self.merge_id}"
        message = OrderMessage(container="relations", owner_id=self.owner, order_id=f"order-{kind}")
        for die in (next(self.dies_in_order), next(self.dies_in_order), None):
            self.at += timedelta(hours=2)
            await self.worker(do="timer", at=self.at.isoformat())
            order_of = {"container": "relations", "owner": self.owner, "id": message.order_id}
            await self.worker(do="order", **order_of, at=self.at.isoformat(), die=die, bounds=FEW)
        assert await wiring.operations.orders().get(message) is None
        return said

    async def merged(self) -> None:
        """Everything is with the kept one, once."""
        kept, gone = self.companies
        now = await self.state()
        assert [now[f"contacts/{gone}{of}"] for of in LISTS] == [b"absent"] * len(LISTS)
        for of in LISTS[1:4]:
            found_now = await self.listed(kept, of)
            assert len(found_now) == 6, of
            assert set(found_now) == self.ids[of]
        assert {(await self.read(person))["content"]["entityId"] for person in self.people} == {kept}
        assert now["anvil"] == now["rocket"] == str({kept}).encode()
        strength = await stored(self.person, {"id": kept})
        expected = await anew(self.owner, {"id": kept})
        assert strength.model_dump(exclude={"version"}) == expected.model_dump(exclude={"version"})

    async def read(self, contact: str) -> dict:
        return (await self.person.api("GET", f"contacts/{contact}")).json()

    async def listed(self, contact: str, of: str) -> list[str]:
        answer = await self.person.api("GET", f"contacts/{contact}{of}", params={"limit": 50})
        return [each["id"] for each in answer.json()["data"]]

    async def remember(self) -> None:
        self.ids = {
            of: {each for company in self.companies for each in await self.listed(company, of)}
            for of in LISTS[1:4]
        }


@pytest.mark.timeout(600)
async def test_a_merge_and_its_undoing_survive_the_death_of_their_workers(worker, signed_in) -> None:
    two, start = await Two(worker, await signed_in()).begin(), worker.kills
    await two.remember()
    merges, half = duplicates.merges(), 0
    kept, gone = two.companies
    while worker.kills - start < KILLS:
        two.merge_id = new_id("mrg")
        said = await two.do("merge", kept=kept, gone=gone)
        merge = await merges.get(two.owner, two.merge_id)
        if merge is None:
            # It died before it was stored: nothing happened.
            assert (said, await two.state()) == ("killed", two.before)
            continue
        await two.merged()
        half += said == "killed"
        while (await merges.get(two.owner, two.merge_id)).state == "done":
            await two.do("unmerge")
        assert await two.state() == two.before
    assert half, "some died when it was stored already"


class Run:
    """Long work over the pairs of one owner, by workers that die."""

    def __init__(self, worker, owner: str) -> None:
        self.worker, self.owner, self.at = worker, owner, datetime.now(UTC)
        self.dies = deaths(13, 44)

    async def finish(self, work_id: str):
        for die in (*itertools.islice(self.dies, 5), *[None] * 5):
            self.at += timedelta(minutes=5)
            await self.worker(do="timer", at=self.at.isoformat())
            said = await self.worker(
                do="work", owner=self.owner, id=work_id, at=self.at.isoformat(), items=10, bounds=FEW, die=die
            )
            if said in ("done", "nothing"):
                break
        return await wiring.operations.works().get(self.owner, work_id)


@pytest.mark.timeout(600)
async def test_merging_all_sure_pairs_and_taking_it_back_survive_the_death_of_their_workers(
    worker, host, signed_in
) -> None:
    ada, start = await signed_in(), worker.kills
    owner = await account_of(ada)
    for name in ("Ann", "Bob", "Cid"):
        for number in range(2):
            contact = await a_contact(ada, f"{name} Stone", **mail(f"{name}@example.com"), title=str(number))
            await a_note(ada, contact, f"note {name} {number}")
    await search(host, ada)
    run = Run(worker, owner)

    async def listed() -> tuple[bytes, list[set[str]]]:
        words = [await found(ada, word) for word in ("stone", "note", "ann", "bob", "cid")]
        return (await ada.api("GET", "contacts", params={"limit": 100})).content, words

    before = await listed()
    while worker.kills - start < KILLS:
        begun = (await ada.api("POST", "contact-merge-runs")).json()["id"]
        work = await run.finish(begun)
        assert (work.state, work.done, work.failed) == ("done", 3, 0)
        content, words = await listed()
        assert content.count(b"Stone") >= 3
        assert [len(each) for each in words] == [3, 3, 1, 1, 1]
        page, _ = await duplicates.merges().page(owner, 100, None)
        assert len([merge for merge in page if merge.group == begun and merge.state == "done"]) == 3
        undo = (await ada.api("POST", f"contact-merge-runs/{begun}/undo")).json()["id"]
        work = await run.finish(undo)
        assert (work.state, work.failed) == ("done", 0)
        await carry_out_all(run, [merge.id for merge in page if merge.group == begun])
        assert await listed() == before


async def carry_out_all(run: Run, merges: list[str]) -> None:
    for merge in merges:
        order = {"container": "relations", "owner": run.owner, "id": f"order-move-back-{merge}"}
        await run.worker(do="order", **order, at=run.at.isoformat())
