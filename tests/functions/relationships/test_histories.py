"""Random histories of an address book: nothing is lost or doubled, and what is taken back is as it was."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

import wiring.relationships
from domain.base.errors import NotFound, StaleVersion
from domain.relationships.contact import ContactContent
from domain.relationships.contacts import (
    ContactVersion,
    Creating,
    Filter,
    archive_contact,
    change_contact,
    create_contact,
    delete_contact,
    erase_contact,
    restore_contact,
)
from domain.relationships.together import Tagging, tag_contacts
from functions.framework.clock import new_id

AT = datetime(2026, 11, 26, 12, tzinfo=UTC)
NAMES = ("Ann", "ann", "Émile", "王小明")
SLOTS = 2

THERE = ("change", "stale", "delete", "archive", "unarchive", "tag", "untag")
# What is tried in each state of a contact; most of it is possible there.
ACTS = {
    "absent": ("create", "create", "create", "change", "tag", "delete"),
    "there": (*THERE, "delete", "archive", "restore"),
    "deleted": ("restore", "restore", "restore", "erase", "change", "tag", "archive", "delete"),
    "erased": ("change", "tag", "restore", "erase", "create"),
}
steps = st.lists(
    st.tuples(st.integers(0, SLOTS - 1), st.integers(0, 2**16), st.sampled_from(NAMES)),
    min_size=10,
    max_size=40,
)


class History:
    """An owner's address book, and what it must be: the content of each slot, and where it is."""

    def __init__(self) -> None:
        self.owner, self.book = new_id("acc"), wiring.relationships.book()
        self.ids: dict[int, str] = {}
        self.versions: dict[int, int] = {}
        self.there: dict[int, ContactContent] = {}
        self.deleted: dict[int, ContactContent] = {}

    def state(self, slot: int) -> str:
        if slot not in self.ids:
            return "absent"
        return "there" if slot in self.there else "deleted" if slot in self.deleted else "erased"

    def _of(self, slot: int, *, late: int = 0) -> ContactVersion:
        return ContactVersion(
            self.owner, self.ids.get(slot, new_id("con")), self.versions.get(slot, 1) - late
        )

    async def do(self, what: str, slot: int, name: str) -> None:
        if what == "create":
            if slot not in self.ids:
                content = ContactContent(name=name)
                # Sent twice under one key, as after a lost answer.
                for _ in range(2):
                    creating = Creating(new_id("con"), f"{self.owner}-{slot}", AT)
                    made = await create_contact(self.owner, content, creating, book=self.book)
                self.ids[slot], self.versions[slot], self.there[slot] = made.id, 1, made.content
        elif what == "stale":
            if slot in self.there:
                with pytest.raises(StaleVersion):
                    await change_contact(
                        self._of(slot, late=1), ContactContent(name=name), now=AT, book=self.book
                    )
        elif what in ("tag", "untag"):
            await self._tag(slot, add=what == "tag")
        elif slot in (self.deleted if what in ("restore", "erase") else self.there):
            await getattr(self, f"_{what}")(slot, name)
            self.versions[slot] += 1
        else:
            with pytest.raises(NotFound):
                await self._refused(what, slot, name)

    async def _refused(self, what: str, slot: int, name: str) -> None:
        contacts = self.book.contacts
        if what == "change":
            await change_contact(self._of(slot), ContactContent(name=name), now=AT, book=self.book)
        elif what in ("archive", "unarchive"):
            await archive_contact(self._of(slot), archived=True, now=AT, contacts=contacts)
        elif what == "restore":
            await restore_contact(self._gone(slot), now=AT, book=self.book)
        else:
            act = {"delete": delete_contact, "erase": erase_contact}[what]
            await act(self._gone(slot), now=AT, contacts=contacts)

    def _gone(self, slot: int) -> ContactVersion:
        # A restoration that is repeated is answered as done; this one is of another version.
        return self._of(slot)._replace(version=self.versions.get(slot, 1) + 7)

    async def _change(self, slot: int, name: str) -> None:
        kept = self.there[slot].tags
        saved = await change_contact(
            self._of(slot), ContactContent(name=name, tags=kept), now=AT, book=self.book
        )
        self.there[slot] = saved.content

    async def _delete(self, slot: int, _name: str) -> None:
        await delete_contact(self._of(slot), now=AT, contacts=self.book.contacts)
        self.deleted[slot] = self.there.pop(slot)

    async def _restore(self, slot: int, _name: str) -> None:
        for _ in range(2):
            back = await restore_contact(self._of(slot), now=AT, book=self.book)
        self.there[slot] = self.deleted.pop(slot)
        assert back.content == self.there[slot]

    async def _erase(self, slot: int, _name: str) -> None:
        await erase_contact(self._of(slot), now=AT + timedelta(hours=23), contacts=self.book.contacts)
        del self.deleted[slot]

    async def _archive(self, slot: int, _name: str) -> None:
        await self._put(slot, archived=True)

    async def _unarchive(self, slot: int, _name: str) -> None:
        await self._put(slot, archived=False)

    async def _put(self, slot: int, *, archived: bool) -> None:
        before = self.there[slot]
        saved = await archive_contact(self._of(slot), archived=archived, now=AT, contacts=self.book.contacts)
        self.there[slot] = before.model_copy(update={"archived": archived})
        assert saved.content == self.there[slot]
        # What is so already is no change, and has no new version.
        self.versions[slot] -= before.archived == archived

    async def _tag(self, slot: int, *, add: bool) -> None:
        wanted = Tagging(ids=[self.ids.get(slot, new_id("con"))], **{"add" if add else "remove": ["Kept"]})
        done = await tag_contacts(
            self.owner, wanted, now=AT, contacts=self.book.contacts, tags=self.book.tags
        )
        assert done.missing == ([] if slot in self.there else wanted.ids)
        changes = slot in self.there and ("Kept" in self.there[slot].tags) != add
        assert len(done.changed) == changes
        if changes:
            tags = ["Kept"] if add else []
            self.there[slot] = self.there[slot].model_copy(update={"tags": tags})
            self.versions[slot] += 1

    async def check(self) -> None:
        contacts = self.book.contacts
        for archived in (False, True):
            found, following = await contacts.by_name(self.owner, Filter(archived=archived), 50, None)
            expected = [
                (content.sort, self.ids[slot], content, self.versions[slot])
                for slot, content in self.there.items()
                if content.archived == archived
            ]
            assert following is None
            assert [(each.content.sort, each.id, each.content, each.version) for each in found] == sorted(
                expected, key=lambda each: each[:2]
            )
        gone, _following = await contacts.list_deleted(self.owner, 50, None)
        assert {each.id: each.content for each in gone} == {
            self.ids[slot]: content for slot, content in self.deleted.items()
        }


# Without shrinking, which takes minutes: a history is short enough to be read.
@settings(
    max_examples=60,
    deadline=None,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    suppress_health_check=list(HealthCheck),
)
@given(steps=steps)
async def test_every_history_of_an_address_book_is_what_was_done(host, steps) -> None:
    history = History()
    for slot, choice, name in steps:
        acts = ACTS[history.state(slot)]
        await history.do(acts[choice % len(acts)], slot, name)
    await history.check()
