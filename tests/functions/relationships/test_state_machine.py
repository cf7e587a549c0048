"""Random histories of an address book beside a model of it: nothing is lost or doubled, and undo restores.

The owner works through the API, on the local cloud. After each step the book must be as the model has it: the
contacts and what they say, the notes and interactions of each, and the contact of the connection. A strength
must be what its interactions give when they are counted anew. Who is turned away must not learn it.
"""

import asyncio
import copy
import re
from collections.abc import Coroutine
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from domain.relationships.interactions.interaction import number_of
from tests.functions.connections.people import ask, connect, details, do, own_card
from tests.functions.privacy.test_copy import account_of
from tests.functions.relationships.transfer.test_imports import imported, put

ONE = st.integers(0, 1000)


@dataclass
class Item:
    """A note, an interaction or a connection, with the contact that it belongs to."""

    kind: str
    owner: str
    there: bool = True
    said: Any = None


@dataclass
class Merged:
    kept: str
    gone: str
    before: dict[str, dict]
    moved: list[str]
    undone: bool = False


@dataclass
class Book:
    """What the address book should be."""

    contents: dict[str, dict] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    merges: dict[str, Merged] = field(default_factory=dict)
    imports: list[tuple[dict, list[str]]] = field(default_factory=list)
    # Contacts that were changed or added to, and so survive the undo of their import.
    touched: set[str] = field(default_factory=set)

    def of(self, state: str) -> list[str]:
        return [each for each, now in self.states.items() if now == state]

    def on(self, contact: str, kind: str, *, there: bool = True) -> dict[str, Item]:
        return {
            name: item
            for name, item in self.items.items()
            if (item.owner, item.kind, item.there) == (contact, kind, there)
        }


class History(RuleBasedStateMachine):
    """A history of one owner; `world` is what all of them share."""

    world: "World"

    def __init__(self) -> None:
        super().__init__()
        self.book, self.steps = Book(), 0
        self.ada, self.card = self.run(self.world.owner())
        self.link: str | None = None
        self.told: str | None = None

    def run[T](self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self.world.loop).result(60)

    def call(self, method: str, path: str, *statuses: int, **options: Any) -> Any:
        answer = self.run(self.ada.api(method, path, **options))
        assert answer.status_code in (statuses or (200,)), (
            f"{method} {path}: {answer.status_code} {answer.text}"
        )
        return answer

    def etag(self, path: str) -> dict[str, str]:
        return {"If-Match": self.call("GET", path).headers["etag"]}

    def one(self, number: int, of: list[str]) -> str:
        return sorted(of, key=list(self.book.states).index)[number % len(of)]

    @property
    def here(self) -> list[str]:
        return self.book.of("here")

    def name(self) -> str:
        self.steps += 1
        return f"Contact {self.steps}"

    def has(*, here: int = 0, state: str = "") -> Any:
        return precondition(lambda self: len(self.here) >= here and (not state or bool(self.book.of(state))))

    @rule(importance=st.integers(0, 5))
    def create(self, importance: int) -> None:
        name = self.name()
        body = {"name": name, "importance": importance, "tags": [f"Tag {importance}"]}
        body["emails"] = [{"address": f"{name.replace(' ', '')}@example.com"}]
        made = self.call("POST", "contacts", 201, json=body).json()
        self.book.contents[made["id"]], self.book.states[made["id"]] = made["content"], "here"

    @has(here=1)
    @rule(which=ONE, importance=st.integers(0, 5))
    def change(self, which: int, importance: int) -> None:
        contact = self.one(which, self.here)
        path = f"contacts/{contact}"
        body = self.book.contents[contact] | {"title": self.name(), "importance": importance}
        self.book.contents[contact] = self.call("PUT", path, json=body, headers=self.etag(path)).json()[
            "content"
        ]
        self.book.touched.add(contact)

    @has(here=1)
    @rule(which=ONE)
    def delete(self, which: int) -> None:
        contact = self.one(which, self.here)
        path = f"contacts/{contact}"
        self.call("DELETE", path, 200, 204, headers=self.etag(path))
        self.book.states[contact] = "deleted"
        self.book.touched.add(contact)

    @has(state="deleted")
    @rule(which=ONE)
    def restore(self, which: int) -> None:
        contact = self.one(which, self.book.of("deleted"))
        path = f"contacts/{contact}/restoration"
        self.call("PUT", path, headers=self.etag(path))
        self.book.states[contact] = "here"
        self.book.touched.add(contact)

    @has(state="deleted")
    @rule(which=ONE)
    def erase(self, which: int) -> None:
        contact = self.one(which, self.book.of("deleted"))
        path = f"contacts/{contact}/restoration"
        self.call("DELETE", path, 204, headers=self.etag(path))
        gone = {contact}
        for _ in self.book.merges:
            gone |= {m.gone for m in self.book.merges.values() if m.kept in gone and not m.undone}
        for each in gone:
            self.book.states[each] = "erased"
        self.book.items = {name: item for name, item in self.book.items.items() if item.owner not in gone}

    @has(here=2)
    @rule(which=ONE, other=ONE)
    def merge(self, which: int, other: int) -> None:
        kept = self.one(which, self.here)
        gone = self.one(other, [each for each in self.here if each != kept])
        before = {each: copy.deepcopy(self.book.contents[each]) for each in (kept, gone)}
        versions = [int(self.etag(f"contacts/{each}")["If-Match"].strip('"')) for each in (kept, gone)]
        body = {"keepId": kept, "keepVersion": versions[0], "dropId": gone, "dropVersion": versions[1]}
        made = self.call("POST", "contact-merges", 201, json=body).json()["id"]
        moved = [name for name, item in self.book.items.items() if item.owner == gone]
        self.book.merges[made] = Merged(kept, gone, before, moved)
        for name in moved:
            self.book.items[name].owner = kept
        self.book.states[gone] = "merged"
        self.book.touched |= {kept, gone}
        content = self.call("GET", f"contacts/{kept}").json()["content"]
        said = {each["address"] for each in content["emails"]}
        for one in before.values():
            assert {each["address"] for each in one["emails"]} <= said
            assert set(one["tags"]) <= set(content["tags"])
        self.book.contents[kept] = content

    def undoable(self) -> list[str]:
        """Merges into contacts that are there."""
        merges = self.book.merges.items()
        return [name for name, m in merges if not m.undone and self.book.states[m.kept] == "here"]

    @precondition(lambda self: self.undoable())
    @rule(which=ONE)
    def undo_merge(self, which: int) -> None:
        names = self.undoable()
        # The latest one: of an earlier one the kept contact says more than it did.
        name = names[-1 - which % 2 if len(names) > 1 else -1]
        m = self.book.merges[name]
        path = f"contact-merges/{name}"
        self.call("DELETE", path, 204, headers=self.etag(path))
        m.undone = True
        self.book.states[m.gone] = "here"
        self.book.contents |= copy.deepcopy(m.before)
        for item in (self.book.items[each] for each in m.moved if each in self.book.items):
            if item.owner == m.kept:
                item.owner = m.gone

    @rule(rows=st.integers(1, 3))
    def import_file(self, rows: int) -> None:
        names = [self.name() for _ in range(rows)]
        cards = [f"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:{name}\r\nEND:VCARD\r\n" for name in names]
        made = self.run(imported(self.world.host, self.ada, "".join(cards)))
        assert made["written"] == rows
        found = [each for each in self.everybody() if each["id"] not in self.book.states]
        assert sorted(each["content"]["name"] for each in found) == sorted(names)
        for each in found:
            self.book.contents[each["id"]], self.book.states[each["id"]] = each["content"], "here"
        self.book.imports.append((made, [each["id"] for each in found]))

    @precondition(lambda self: self.book.imports)
    @rule(which=ONE)
    def undo_import(self, which: int) -> None:
        made, contacts = self.book.imports.pop(which % len(self.book.imports))
        assert self.run(put(self.ada, made, "undo")).status_code == 200
        self.run(self.world.host.drain_queue("work"))
        for each in contacts:
            if self.book.states[each] == "here" and each not in self.book.touched:
                self.book.states[each] = "deleted"

    @has(here=1)
    @rule(which=ONE)
    def note(self, which: int) -> None:
        contact, text = self.one(which, self.here), self.name()
        made = self.call("POST", f"contacts/{contact}/notes", 201, json={"text": text}).json()
        self.book.items[made["id"]] = Item("note", contact, said=text)
        self.book.touched.add(contact)

    @has(here=1)
    @rule(which=ONE, ago=st.integers(0, 60), kind=st.sampled_from(["meeting", "call", "mail"]))
    def log(self, which: int, ago: int, kind: str) -> None:
        contact = self.one(which, self.here)
        day = str((datetime.now(UTC) - timedelta(days=ago)).date())
        body = {"kind": kind, "day": day}
        made = self.call("POST", f"contacts/{contact}/interactions", 201, json=body).json()
        self.book.items[made["id"]] = Item("interaction", contact, said=False)
        self.book.touched.add(contact)

    def logged(self, *, there: bool = True) -> list[tuple[str, str]]:
        return [(each, name) for each in self.here for name in self.book.on(each, "interaction", there=there)]

    @precondition(lambda self: self.logged())
    @rule(which=ONE)
    def ignore(self, which: int) -> None:
        found = self.logged()
        contact, name = found[which % len(found)]
        path, item = f"contacts/{contact}/interactions/{name}", self.book.items[name]
        self.call("DELETE" if item.said else "PUT", f"{path}/ignored", headers=self.etag(path))
        item.said = not item.said

    @precondition(lambda self: self.logged())
    @rule(which=ONE)
    def delete_interaction(self, which: int) -> None:
        found = self.logged()
        contact, name = found[which % len(found)]
        path = f"contacts/{contact}/interactions/{name}"
        self.call("DELETE", path, 204, headers=self.etag(path))
        self.book.items[name].there = False

    @precondition(lambda self: self.logged(there=False))
    @rule(which=ONE)
    def restore_interaction(self, which: int) -> None:
        found = self.logged(there=False)
        contact, name = found[which % len(found)]
        self.call("PUT", f"contacts/{contact}/interactions/{name}/restoration")
        self.book.items[name].there = True

    @precondition(lambda self: self.link is None)
    @rule()
    def connect(self) -> None:
        self.link = self.run(connect(self.world.bob, self.ada, self.card["handle"]))
        contact = self.run(details(self.ada, self.link))["contactId"]
        assert contact not in self.book.states
        self.book.contents[contact] = self.call("GET", f"contacts/{contact}").json()["content"]
        self.book.states[contact] = "here"
        self.book.touched.add(contact)
        self.book.items[self.link] = Item("connection", contact)
        [logged] = self.call("GET", f"contacts/{contact}/interactions").json()["data"]
        self.book.items[logged["id"]] = Item("interaction", contact, said=False)

    @precondition(lambda self: self.link is not None and self.state() == "connected")
    @rule(how=st.sampled_from([("DELETE", ""), ("PUT", "/block")]))
    def leave(self, how: tuple[str, str]) -> None:
        self.run(do(self.ada, how[0], f"connections/{self.link}{how[1]}"))
        assert self.run(details(self.world.bob, self.link or ""))["state"] == "ended"

    def state(self) -> str:
        return str(self.run(details(self.ada, self.link or ""))["state"])

    @rule(how=st.sampled_from([("PUT", "connections", "/block"), ("PUT", "connection-requests", "/decline")]))
    def turn_away(self, how: tuple[str, str, str]) -> None:
        """Decline or block who asks: what they see is what they saw."""
        link = self.run(ask(self.world.eve, self.card["handle"]))
        assert link.status_code == 201, link.text
        name = link.json()["id"]
        before = self.told or self.run(self.world.seen_by_eve(name, self.card["handle"]))
        if self.run(details(self.ada, name))["state"] == "waiting":
            self.run(do(self.ada, how[0], f"{how[1]}/{name}{how[2]}"))
            self.run(self.world.host.drain_queue("orders"))
        self.told = self.run(self.world.seen_by_eve(name, self.card["handle"]))
        assert self.told == before

    @rule()
    def orders_are_carried_out(self) -> None:
        self.run(self.world.host.drain_queue("orders"))

    def everybody(self) -> list[dict]:
        return list(self.call("GET", "contacts", params={"limit": "100"}).json()["data"])

    @invariant()
    def nobody_is_lost_or_doubled(self) -> None:
        found = self.everybody()
        assert len(found) == len({each["id"] for each in found})
        assert {each["id"]: each["content"] for each in found} == {
            each: self.book.contents[each] for each in self.here
        }
        deleted = self.call("GET", "deleted-contacts", params={"limit": "100"}).json()["data"]
        assert {each["contact"]["id"] for each in deleted} == set(self.book.of("deleted"))

    @invariant()
    def what_belongs_to_each_is_there(self) -> None:
        for contact in self.here:
            path, most = f"contacts/{contact}", {"limit": "100"}
            notes = self.call("GET", f"{path}/notes", params=most).json()["data"]
            mine = self.book.on(contact, "note").items()
            assert {each["id"]: each["content"]["text"] for each in notes} == {
                name: item.said for name, item in mine
            }
            logged = self.call("GET", f"{path}/interactions", params=most).json()["data"]
            assert {each["id"]: each["ignored"] for each in logged} == {
                name: item.said for name, item in self.book.on(contact, "interaction").items()
            }
            self.run(self.world.counted_anew(self.ada, contact))
        if self.link is not None:
            item = self.book.items.get(self.link)
            assert self.run(details(self.ada, self.link))["contactId"] == (item and item.owner)


class World:
    """What all histories share: the host, and two people who ask the owners to connect."""

    def __init__(self, host: Any, signed_in: Any) -> None:
        self.host, self._signed_in, self.loop = host, signed_in, asyncio.get_running_loop()
        self.accounts: dict[str, str] = {}

    async def enter(self) -> None:
        self.bob, self.eve = await self._signed_in(), await self._signed_in()
        for person in (self.bob, self.eve):
            await own_card(person)

    async def owner(self) -> tuple[Any, dict]:
        ada = await self._signed_in()
        self.accounts[ada.name] = await account_of(ada)
        return ada, await own_card(ada)

    async def seen_by_eve(self, link: str, handle: str) -> str:
        answers = [
            await self.eve.api("GET", f"connections/{link}"),
            await ask(self.eve, handle),
            await self.eve.http.get(f"/my/connections/{link}"),
            await self.eve.http.get(f"/c/{handle}"),
        ]
        text = "\n".join(f"{each.status_code} {each.text}" for each in answers)
        # Both are made anew for each page.
        return re.sub(r'nonce(-|=")[\w+/=-]+|name="csrf" value="[0-9a-f]+"', "", text)

    async def counted_anew(self, ada: Any, contact: str) -> None:
        """Replaying the interactions reproduces the strength and each past point."""
        import wiring.relationships.strength  # noqa: PLC0415 - once the host has set the environment

        store = wiring.relationships.strength.interactions()
        kept = await store.kept(self.accounts[ada.name], contact)
        if kept is None or (strength := kept.strength) is None:
            return
        found = await store.all_of(strength.owner_id, contact)
        today = number_of(datetime.now(UTC).date())
        anew = strength.counted([each.entry for each in found if not each.ignored], today).touched(today)
        now = strength.touched(today)
        assert (anew.sums, anew.weeks(today), anew.score) == (now.sums, now.weeks(today), now.score)


@pytest.fixture
async def histories(host, signed_in, monkeypatch) -> Any:
    from adapters.rate_limiter import RateLimiter  # noqa: PLC0415 - what the host loaded

    async def take(*_: object) -> None:
        """Count nothing."""

    monkeypatch.setattr(RateLimiter, "take", take)
    world = World(host, signed_in)
    await world.enter()

    async def run(examples: int) -> None:
        machine = type("Histories", (History,), {"world": world})
        how = settings(
            max_examples=examples,
            stateful_step_count=12,
            derandomize=True,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            report_multiple_bugs=False,
            print_blob=False,
            suppress_health_check=list(HealthCheck),
        )
        await asyncio.to_thread(run_state_machine_as_test, machine, settings=how)

    return run


@pytest.mark.timeout(300)
async def test_nothing_is_lost_or_doubled_in_any_history(histories) -> None:
    await histories(6)
