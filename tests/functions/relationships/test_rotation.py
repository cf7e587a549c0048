"""Rotation of keys: nobody notices it, nothing is lost by it; and a shredded key opens nothing any more."""

import asyncio
import base64
import json
import os
import re
from datetime import UTC, datetime, timedelta

import pytest

import wiring
import wiring.operations
import wiring.relationships
from adapters.cosmos.relationships.contacts import CosmosContacts
from adapters.cosmos.relationships.keys import CosmosWrappedKeys
from adapters.cosmos.relationships.notes import CosmosNotes
from adapters.cosmos.relationships.sealed import SEALED, CosmosSealed
from adapters.cosmos.relationships.tags import CosmosTags
from adapters.owner_keys import KEPT_SECONDS, KeptOwnerKeys, MasterKeySmith
from adapters.sealing import Sealer
from domain.base.errors import NotFound, StaleVersion, Unavailable
from domain.operations.slices import Slice
from domain.operations.work import SYSTEM, new_work
from domain.relationships.contact import ContactContent
from domain.relationships.contacts import Book, ContactVersion, Creating, change_contact, create_contact
from domain.relationships.keys import Place
from domain.relationships.notes.note import NoteContent
from domain.relationships.notes.notes import (
    Notebook,
    NoteVersion,
    Writing,
    change_note,
    create_note,
    delete_note,
    read_note,
    restore_note,
)
from domain.relationships.rotation import (
    KEPT_ON,
    KEY_AGE,
    LAST_STEP,
    RESEAL,
    ROTATE,
    STEP,
    ResealJob,
    RotateJob,
)
from domain.relationships.together import Tagging, tag_contacts
from functions.framework.clock import new_id
from release.rotate_keys import rotate, state_of
from tests.functions.relationships.test_contacts import a_contact
from tests.stored import everything

LABELS = [f"tag {number}" for number in range(9)]
SEALED_TEXT = re.compile(r"[0-9]+\.[\w-]{38,}")
AT = datetime(2026, 11, 26, 12, tzinfo=UTC)


def a_master() -> str:
    return base64.b64encode(os.urandom(32)).decode()


class Sent:
    """Queue that keeps the work in its messages."""

    def __init__(self) -> None:
        self.messages: list = []

    async def send(self, message, **_hidden) -> None:
        self.messages.append(message)


class KeysOf(CosmosWrappedKeys):
    """The keys of some owners, of whatever other tests have stored."""

    def __init__(self, owners: set[str]) -> None:
        super().__init__(wiring.database())
        self.owners = owners

    async def due(self, master, now):
        async for keys in super().due(master, now):
            if keys.owner_id in self.owners:
                yield keys


class Worker:
    """One worker: keys in a memory of its own, under the setting that it was started with."""

    def __init__(self, clock, setting: str) -> None:
        self._clock = clock
        self.start(setting)

    def start(self, setting: str) -> None:
        self.master = Sealer(setting)
        self.keys = KeptOwnerKeys(CosmosWrappedKeys(wiring.database()), self.master, lambda: self._clock[0])
        contacts = CosmosContacts(wiring.database(), self.keys)
        self.book = Book(contacts, CosmosTags(wiring.database(), self.keys))
        self.notes = Notebook(CosmosNotes(wiring.database(), self.keys), contacts)


class Rotation:
    """Workers on one clock, and what their nights do."""

    def __init__(self, workers: int) -> None:
        self.clock, self.setting = [0.0], a_master()
        self.workers = [Worker(self.clock, self.setting) for _ in range(workers)]
        self.owner = new_id("acc")
        self.keys = KeysOf({self.owner})

    @property
    def now(self) -> datetime:
        return AT + timedelta(seconds=self.clock[0])

    def wait(self, time: timedelta) -> None:
        self.clock[0] += time.total_seconds()

    async def night(self):
        """One run of the timer, and the long work that it starts; the progress of the first."""
        queue, works = Sent(), wiring.operations.works()
        rotate = RotateJob(self.keys, MasterKeySmith(self.workers[0].master), works, queue)
        work = new_work(ROTATE, SYSTEM, new_id("job"), self.now)
        progress = await rotate.slice(work, Slice(lambda: 0.0))
        for message in queue.messages:
            started = await works.get(message.owner_id, message.work_id)
            assert started.kind == RESEAL
            await self.reseal(started)
        return progress

    async def reseal(self, work, items: int = 3) -> None:
        sealed = CosmosSealed(wiring.database(), self.workers[-1].keys)
        job = ResealJob(self.keys, sealed)
        while True:
            progress = await job.slice(work, Slice(lambda: 0.0, items=items))
            assert progress.failures == ()
            if progress.over:
                return
            work = work.model_copy(update={"cursor": progress.cursor})

    async def generations(self) -> set[str]:
        """The generations of keys that sealed what the owner has."""
        items = wiring.relationships.contacts()._items
        stored = await items.query("SELECT * FROM c", self.owner)
        members = {each.kind: each.member for each in SEALED}
        return {
            document[members[document["kind"]]]["text"].partition(".")[0]
            for document in stored
            if document["kind"] in members
        }


class Load:
    """Readers and writers of one owner, on all workers in turn, and what they have been told is stored."""

    def __init__(self, rotation: Rotation) -> None:
        self._rotation, self._going, self.done = rotation, True, 0
        self.texts: dict[str, str] = {}
        self._wanted, self._reached = 0, asyncio.Event()

    @property
    def worker(self) -> Worker:
        self.done += 1
        if self.done >= self._wanted:
            self._reached.set()
        return self._rotation.workers[self.done % len(self._rotation.workers)]

    async def run(self) -> None:
        book, owner = self._rotation.workers[0].book, self._rotation.owner
        content = ContactContent(name="Grace", tags=list(LABELS), custom_fields=[{"label": "a", "text": "b"}])
        made = [
            await create_contact(owner, content, Creating(new_id("con"), None, AT), book=book)
            for _ in range(5)
        ]
        await asyncio.gather(*(self._one(contact.id, number) for number, contact in enumerate(made)))

    async def _one(self, contact: str, number: int) -> None:
        owner, notes = self._rotation.owner, {}
        written = 0
        while self._going:
            written += 1
            text = f"note {number} {written}"
            if len(notes) < 4:
                key = f"{contact}-{written}" if written % 2 else None
                writing = Writing(new_id("nte"), key, AT)
                note = await create_note(
                    owner, contact, NoteContent(text=text), writing, book=self.worker.notes
                )
            else:
                note = notes[list(notes)[written % 4]]
                assert (await read_note(owner, note.id, book=self.worker.notes)).text == self.texts[note.id]
                of = NoteVersion(owner, note.id, note.version)
                note = await change_note(of, NoteContent(text=text), now=AT, book=self.worker.notes)
                if written % 7 == 0:
                    gone = await delete_note(
                        NoteVersion(owner, note.id, note.version), now=AT, book=self.worker.notes
                    )
                    note = await restore_note(
                        NoteVersion(owner, note.id, gone.version), now=AT, book=self.worker.notes
                    )
            notes[note.id], self.texts[note.id] = note, text
            await self._change(contact, written)

    async def _change(self, contact: str, written: int) -> None:
        owner, worker = self._rotation.owner, self.worker
        add = Tagging(ids=[contact], add=[LABELS[written % 9]], remove=[LABELS[(written + 5) % 9]])
        await tag_contacts(owner, add, now=AT, contacts=worker.book.contacts, tags=worker.book.tags)
        found = await worker.book.contacts.get(owner, contact)
        content = found.content.model_copy(update={"title": f"{written}"})
        await change_contact(
            ContactVersion(owner, contact, found.version), content, now=AT, book=self.worker.book
        )
        after = await self.worker.book.contacts.get(owner, contact)
        assert after.content.tags == found.content.tags
        assert after.content.custom_fields == found.content.custom_fields

    async def reach(self, more: int = 60) -> None:
        """Wait until so much more was done."""
        self._wanted = self.done + more
        self._reached.clear()
        await self._reached.wait()

    def stop(self) -> None:
        self._going = False


async def under_load(rotation: Rotation, steps) -> Load:
    """Run the steps while the load goes on; every failure of a reader or a writer is raised."""
    load = Load(rotation)
    async with asyncio.TaskGroup() as group:
        group.create_task(load.run())
        await load.reach()
        async for _ in steps:
            await load.reach()
        load.stop()
    for note, text in load.texts.items():
        for worker in rotation.workers:
            assert (await read_note(rotation.owner, note, book=worker.notes)).text == text
    assert len(load.texts) == 20
    return load


async def test_the_key_of_an_owner_is_replaced_while_they_read_and_write(host) -> None:
    rotation = Rotation(workers=3)

    async def nights():
        await rotation.night()
        assert (await rotation.keys.get(rotation.owner)).due_at == AT + KEY_AGE
        rotation.wait(KEY_AGE)
        for wait in (STEP, LAST_STEP, KEPT_ON, timedelta(0)):
            # Every worker has just read the keys when they change.
            yield
            await rotation.night()
            # One worker is started now; each of the others finds out when its own minute is over.
            rotation.workers[0].start(rotation.setting)
            for _ in range(4):
                yield
                rotation.wait(timedelta(seconds=KEPT_SECONDS / 4))
            rotation.wait(wait)

    await under_load(rotation, nights())
    keys = await rotation.keys.get(rotation.owner)
    assert (keys.generation, keys.previous, keys.following) == (2, None, None)
    assert await rotation.generations() == {"2"}


async def test_the_master_key_is_replaced_while_people_read_and_write(host) -> None:
    rotation = Rotation(workers=3)
    old, new = rotation.setting, a_master()

    async def stages():
        for setting in (f"{old},{new}", f"{new},{old}"):
            for worker in rotation.workers:
                worker.start(setting)
                yield
        progress = await rotation.night()
        assert (progress.done, progress.over) == (1, True)
        yield
        for worker in rotation.workers:
            worker.start(new)
            yield

    await under_load(rotation, stages())
    assert (await rotation.keys.get(rotation.owner)).master == Sealer(new).name
    assert (await rotation.night()).done == 0


async def test_a_key_that_no_master_key_wrapped_is_told_and_left_as_it_is(host) -> None:
    rotation = Rotation(workers=1)
    await rotation.workers[0].keys.of(rotation.owner)
    before = await rotation.keys.get(rotation.owner)
    rotation.workers[0].start(a_master())
    progress = await rotation.night()
    assert [(failure.item, failure.code) for failure in progress.failures] == [
        (rotation.owner, "unwrappable")
    ]
    assert progress.over
    assert await rotation.keys.get(rotation.owner) == before


async def test_the_earlier_key_stays_while_something_cannot_be_read_with_it(host) -> None:
    rotation = Rotation(workers=1)
    worker, owner = rotation.workers[0], rotation.owner
    contact = await create_contact(
        owner, ContactContent(name="x"), Creating(new_id("con"), None, AT), book=worker.book
    )
    note = await create_note(
        owner, contact.id, NoteContent(text="x"), Writing(new_id("nte"), None, AT), book=worker.notes
    )
    items = wiring.relationships.contacts()._items
    stored = await items.read(note.id, owner)
    await items.replace(
        stored | {"private": {"version": 9, "text": stored["private"]["text"]}}, stored["_etag"]
    )
    await rotation.night()
    rotation.wait(KEY_AGE)
    for wait in (STEP, LAST_STEP):
        await rotation.night()
        rotation.wait(wait)
    with pytest.raises(AssertionError):  # the work tells of it
        await rotation.night()
    assert (await rotation.keys.get(owner)).previous is not None


async def test_the_timer_takes_due_keys_further(host, signed_in) -> None:
    rotation = Rotation(workers=1)
    rotation.workers[0].start(os.environ.get("RELATIONS_KEY") or host_key())
    await wiring.relationships.keys().of(rotation.owner)
    assert await host.run_timer("relationships_rotate_keys")
    await host.drain_queue("work")
    assert (await rotation.keys.get(rotation.owner)).due_at is not None


def host_key() -> str:
    from settings.relationships import load  # noqa: PLC0415

    return load().relations_key.get_secret_value()


async def test_a_shredded_key_opens_nothing_any_more_and_no_new_one_is_made(host) -> None:
    rotation = Rotation(workers=2)
    here, elsewhere = rotation.workers
    owner = rotation.owner
    content = ContactContent(name="x", tags=["secret"])
    contact = await create_contact(owner, content, Creating(new_id("con"), None, AT), book=here.book)
    writing = Writing(new_id("nte"), "key", AT)
    note = await create_note(owner, contact.id, NoteContent(text="secret"), writing, book=here.notes)
    for _ in range(2):
        await here.keys.forget(owner)
    rotation.wait(timedelta(seconds=KEPT_SECONDS))
    for worker in (here, elsewhere):
        with pytest.raises(Unavailable):
            await worker.notes.notes.get(owner, note.id)
        with pytest.raises(Unavailable):
            await worker.book.contacts.get(owner, contact.id)
    # Nor by who makes a key of their own and puts it in the place of the old one.
    items = wiring.relationships.contacts()._items
    await items.delete("owner-key", owner)
    found = await here.notes.notes.get(owner, note.id)
    assert (found.unreadable, found.text) == (True, "")
    assert "secret" not in str(await items.query("SELECT * FROM c", owner))


async def test_what_was_only_sealed_anew_is_no_conflict_and_what_was_changed_is_one(host) -> None:
    rotation = Rotation(workers=1)
    worker, owner = rotation.workers[0], rotation.owner
    contact = await create_contact(
        owner, ContactContent(name="x"), Creating(new_id("con"), None, AT), book=worker.book
    )
    writing = Writing(new_id("nte"), None, AT)
    await create_note(owner, contact.id, NoteContent(text="one"), writing, book=worker.notes)
    store, items = worker.notes.notes, wiring.relationships.contacts()._items
    read = await store.get(owner, writing.note_id)
    stored = await items.read(read.id, owner)
    text = (await worker.keys.of(owner)).seal(b"one", Place("note", read.id, 1))
    moved = {"private": {"version": 1, "text": text}, "contactId": "con_other"}
    await items.replace(stored | moved, stored["_etag"])
    await store.save(read.changed(AT, text="two"))
    saved = await store.get(owner, read.id)
    assert (saved.text, saved.version, saved.contact_id) == ("two", 2, "con_other")
    with pytest.raises(StaleVersion):
        await store.save(read.changed(AT, text="three"))
    with pytest.raises(NotFound):
        await read_note(owner, read.id, book=worker.notes)


async def test_operators_see_counts_and_begin_a_rotation_without_any_secret(host) -> None:
    rotation = Rotation(workers=1)
    await rotation.workers[0].keys.of(rotation.owner)
    await rotation.night()
    name = rotation.workers[0].master.name
    told = await rotate(wiring.database(), AT, begin=False)
    assert f"1 keys are wrapped by the master key {name}." in told
    assert (await rotation.keys.get(rotation.owner)).due_at > AT
    begun = await rotate(wiring.database(), AT, begin=True)
    assert re.fullmatch("[1-9][0-9]* keys are due now.", begun[-1])
    await rotation.night()
    assert state_of(await rotation.keys.get(rotation.owner)) == "announced"
    assert any("are announced" in line for line in await rotate(wiring.database(), AT, begin=False))
    assert rotation.owner not in str(begun)


async def test_what_ends_by_itself_ends_no_later_for_being_sealed_anew(host) -> None:
    """The store begins to count with each write."""
    rotation = Rotation(workers=1)
    worker, owner = rotation.workers[0], rotation.owner
    contact = await create_contact(
        owner, ContactContent(name="x"), Creating(new_id("con"), None, AT), book=worker.book
    )
    writing = Writing(new_id("nte"), None, AT)
    note = await create_note(owner, contact.id, NoteContent(text="x"), writing, book=worker.notes)
    await delete_note(NoteVersion(owner, note.id, note.version), now=AT, book=worker.notes)
    items = wiring.relationships.contacts()._items
    stored = await items.read(note.id, owner)
    keys = await rotation.keys.get(owner)
    following = MasterKeySmith(worker.master).new_key(owner)
    changed = {"generation": 2, "previous": keys.current, "current": following}
    await rotation.keys.save(keys.model_copy(update=changed))
    rotation.wait(timedelta(seconds=2 * KEPT_SECONDS))
    sealed = CosmosSealed(wiring.database(), worker.keys)
    written = datetime.fromtimestamp(stored["_ts"], UTC)
    for days, left in ((20, stored["ttl"] - 20 * 86_400), (3000, 1)):
        old = await items.read(note.id, owner)
        await items.replace({**old, "private": stored["private"], "ttl": stored["ttl"]}, old["_etag"])
        now = written + timedelta(days=days)
        assert (await sealed.reseal(owner, "", Slice(lambda: 0.0), now=now)).done > 0
        anew = await items.read(note.id, owner)
        assert anew["private"]["text"].startswith("2.")
        assert anew["ttl"] == pytest.approx(left, abs=60)


async def test_every_kind_of_sealed_documents_is_sealed_anew(host, signed_in) -> None:
    """Whatever any test has stored: a new kind needs a line in `SEALED`, unless it is gone after a day."""
    ada = await signed_in()
    contact = await a_contact(ada, tags=["x"], customFields=[{"label": "x", "text": "y"}])
    await ada.api("POST", f"contacts/{contact['id']}/notes", json={"text": "x"})
    await ada.api("POST", f"contacts/{contact['id']}/reminders", json={"text": "x", "silentWeeks": 3})
    kinds = {
        document["kind"]
        for document in map(json.loads, (await everything()).values())
        for member in document.values()
        if isinstance(member, dict) and any(SEALED_TEXT.fullmatch(str(text)) for text in member.values())
    }
    assert {"contact", "contact-tags", "note", "reminder"} <= kinds
    brief = {kind for kind in kinds if kind.endswith("-creation")}
    brief |= {"duplicate-rows", "merged-contact", "unconfirmed-exchange"}
    assert kinds - brief <= {each.kind for each in SEALED}
