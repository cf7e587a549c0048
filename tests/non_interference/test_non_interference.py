"""Nobody can tell what another person keeps on contacts: not from answers, copies, mails, queues or logs.

Random histories are run in two worlds that differ in the private texts of one person only (`worlds.py`).
Whatever anybody else sees must be the same in both. Planted leaks show that the watch is awake.
"""

import json
import logging
import os
import secrets
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from random import Random
from typing import Any

import pytest

import wiring.operations
from tests.functions.cards.test_api_cards import shown
from tests.non_interference import exchange_steps, steps
from tests.non_interference.steps import STEPS
from tests.non_interference.worlds import CANARIES, NAMES, Person, Step, Texts, World, unlike, watched
from tests.stored import everything

pytestmark = [pytest.mark.fuzzing, pytest.mark.timeout(1200)]

HISTORIES = int(os.environ.get("HISTORIES", "500"))
# The same histories each time, so that a change is judged by itself; other ones are for who looks for leaks.
SEED = int(os.environ.get("SEED", "20261127"))
MOST_STEPS = 8
# Owners and others of each world, who take turns: a person may change so much in a minute.
PEOPLE = 15
LOOK = {"theme": "bold", "colour": "#1f5a7a"}


class Stage:
    """The people of both worlds, signed in once, and their cards."""

    def __init__(self, host: Any, client: Any) -> None:
        self._host, self._client = host, client
        self._people: list[list[tuple[Person, Person, str]]] = []

    async def enter(self, signed_in: Any) -> None:
        run = secrets.token_hex(4)
        for name in NAMES:
            people = []
            for number in range(PEOPLE):
                owner = Person(await signed_in(f"{name} Owner {run} {number}"))
                other = Person(await signed_in(f"{name} Other {run} {number}"))
                await self._card(other, f"{name.lower()}-{run}-other-{number}")
                people.append((owner, other, await self._card(owner, f"{name.lower()}-{run}-{number}")))
            self._people.append(people)

    async def _card(self, owner: Person, handle: str) -> str:
        profile = (await owner.api("POST", "profiles", json={"name": "Work"})).json()["id"]
        content = shown(name="Owner", look=LOOK)
        made = await owner.api(
            "POST", "cards", json={"profileId": profile, "handle": handle, "content": content}
        )
        assert made.status_code == 201, made.text
        owner.remember("crd", made)
        await owner.changed("PUT", f"cards/{made.json()['id']}/publication")
        return handle

    async def run(self, history: Sequence[Step], seed: int) -> str:
        """Run a history in both worlds; what differs for others, if anything."""
        worlds = []
        for number in range(len(NAMES)):
            owner, other, handle = self._people[number][seed % PEOPLE]
            owner.ids = {"crd": owner.ids["crd"]}
            texts, choices = Texts(number, seed), Random(seed)
            async with self._client() as stranger:
                stranger.headers["Accept-Encoding"] = "identity"
                world = World(number, owner, other, stranger, self._host, handle, texts, choices)
                with watched(world):
                    for step in history:
                        await step(world)
                    # Nothing of this world is left for the other.
                    for queue in ("orders", "work", "mail"):
                        await self._host.drain_queue(queue)
            worlds.append(world)
        return unlike(*worlds)


@pytest.fixture(scope="module")
async def stage(host, client, signed_in) -> AsyncIterator[Stage]:
    made = Stage(host, client)
    await made.enter(signed_in)
    await host.drain_queue("mail")
    await host.drain_queue("orders")
    # What other tests left would be done in one of the worlds.
    await host.drain_queue("work")
    return made


def a_history(seed: int) -> list[Step]:
    """Random steps; the first two make something that the others are about."""
    random = Random(seed)
    some = random.choices(list(STEPS), weights=list(STEPS.values()), k=random.randint(2, MOST_STEPS - 2))
    return [steps.make_contact, steps.write_note, *some]


async def test_nobody_can_tell_what_another_person_keeps(stage) -> None:
    for seed in range(SEED, SEED + HISTORIES):
        history = a_history(seed)
        difference = await stage.run(history, seed)
        assert not difference, (seed, [step.__name__ for step in history], difference)


async def test_nothing_of_it_is_in_the_copy_of_somebody_else(stage) -> None:
    difference = await stage.run([steps.make_contact, steps.write_note, steps.other_gets_a_copy], 1)
    assert not difference


async def test_who_left_details_sees_nothing_of_what_is_written_about_them(stage) -> None:
    """Nor whether they were kept; and the same of a correction and a withdrawal."""
    about, look = exchange_steps, exchange_steps.stranger_looks_at_details
    history = [about.stranger_leaves_details, look, about.owner_takes_details_in, look]
    history += [about.stranger_corrects_details, steps.write_note, look]
    history += [about.stranger_withdraws_details, look, about.other_asks_for_details]
    for seed in range(PEOPLE):
        difference = await stage.run(history, seed)
        assert not difference, difference


async def test_no_private_word_is_stored_in_the_clear_but_in_contacts(stage) -> None:
    """What a contact says beside its tags, groups and own fields is protected by its partition only."""
    found = [json.loads(text) for text in (await everything()).values()]
    holding = [each for each in found if any(word in json.dumps(each).lower() for word in CANARIES)]
    assert {each["kind"] for each in holding} <= {"contact", "deleted-contact", "merged-contact"}
    # One at least of each history in each world, of which some are deleted again.
    kinds = Counter(each.get("kind") for each in found)
    assert kinds["note"] + kinds["deleted-note"] + kinds["erased-note"] > HISTORIES
    assert kinds["reminder"] > 0


class Leak:
    """Makes the app tell something of the last note that was written."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        from adapters.cosmos.relationships.notes import CosmosNotes  # noqa: PLC0415 - what the host loaded

        self.patch, self.note = monkeypatch, None
        create = CosmosNotes.create

        async def created(store: Any, note: Any, creation: Any) -> bool:
            self.note = note
            await self.written(note)
            return await create(store, note, creation)

        monkeypatch.setattr(CosmosNotes, "create", created)

    async def written(self, note: Any) -> None:
        """What happens when a note is written."""

    @property
    def size(self) -> int:
        return len(self.note.text) if self.note else 0


def in_a_search(leak: Leak) -> None:
    """An index that several people share."""
    from adapters.cosmos.relationships.contacts import CosmosContacts  # noqa: PLC0415

    by_name = CosmosContacts.by_name

    async def found(store: Any, owner_id: str, *wanted: Any) -> Any:
        own, following = await by_name(store, owner_id, *wanted)
        note = leak.note
        also = await store.get(note.owner_id, note.contact_id) if note and note.owner_id != owner_id else None
        return [*own, also] if also else own, following

    leak.patch.setattr(CosmosContacts, "by_name", found)


def in_a_copy(leak: Leak) -> None:
    from domain.privacy.copy_of_notes import NotesSection, Page, json_file  # noqa: PLC0415
    from domain.privacy.sections import Item  # noqa: PLC0415

    async def page(_section: Any, *_: Any) -> Any:
        return Page([Item("Notes", [], [json_file("notes/notes.json", {"size": leak.size})])], None)

    leak.patch.setattr(NotesSection, "page", page)


def in_a_public_card(leak: Leak) -> None:
    from functions.cards.formats import Format  # noqa: PLC0415

    write = Format.write
    leak.patch.setattr(Format, "write", lambda *given: write(*given) + b" " * leak.size)


def in_the_log(leak: Leak) -> None:
    async def written(note: Any) -> None:
        logging.getLogger("izwop.notes").info("note_written characters=%s", len(note.text))

    leak.written = written


def in_a_queue(leak: Leak) -> None:
    from domain.operations.orders import OrderMessage  # noqa: PLC0415

    async def written(note: Any) -> None:
        order = OrderMessage(owner_id=note.owner_id, order_id=f"order-note-{len(note.text)}")
        await wiring.operations.order_queue().send(order)

    leak.written = written


def in_an_error(leak: Leak) -> None:
    """A refusal that says more to who asks for somebody else's note."""
    from domain.base.errors import NotFound  # noqa: PLC0415
    from functions.relationships.notes import api  # noqa: PLC0415

    read = api.read_note

    async def told(*given: Any, **ports: Any) -> Any:
        try:
            return await read(*given, **ports)
        except NotFound:
            raise NotFound(f"There is no such note, or it has {leak.size} characters") from None

    leak.patch.setattr(api, "read_note", told)


def in_somebodys_details(leak: Leak) -> None:
    """The page at the link of who left them."""
    from functions.exchange import link_pages  # noqa: PLC0415 - the module that the host loaded

    page = link_pages.page

    def told(*given: Any, **values: Any) -> Any:
        answer = page(*given, **values)
        answer.headers["X-Kept"] = str(leak.size)
        return answer

    leak.patch.setattr(link_pages, "page", told)


@pytest.mark.parametrize(
    ("planted", "history"),
    [
        (in_a_search, None),
        (in_a_copy, [steps.make_contact, steps.write_note, steps.other_gets_a_copy]),
        (
            in_a_public_card,
            [steps.make_contact, steps.write_note, steps.publish_card, *[steps.stranger_opens_the_card] * 4],
        ),
        (
            in_somebodys_details,
            [
                exchange_steps.stranger_leaves_details,
                exchange_steps.owner_takes_details_in,
                exchange_steps.stranger_looks_at_details,
            ],
        ),
        (in_the_log, None),
        (in_a_queue, None),
        (in_an_error, None),
    ],
)
async def test_a_leak_is_found(stage, monkeypatch, planted, history) -> None:
    leak = Leak(monkeypatch)
    planted(leak)
    seeds = range(PEOPLE if history else 200)
    for seed in seeds:
        if await stage.run(history or a_history(seed), seed):
            return
    pytest.fail("nobody has noticed")
