"""SIGKILL of the worker at each call of an import of people and of its undo: each row counts once."""

import itertools
from datetime import UTC, datetime, timedelta

import pytest

import wiring.cards
import wiring.organisations
import wiring.organisations.imports
import wiring.organisations.teams
import wiring.organisations.templates
from tests.functions.organisations.imported import a_word, staff, table
from tests.functions.organisations.test_leaving import leads_to
from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.organisations.test_staff_cards import Office
from tests.functions.privacy.test_copy import account_of
from tests.kills.test_invitation_kills import carry_out_orders
from tests.kills.test_kills import IN_A_ROW, KILLS

pytestmark = pytest.mark.kills

ROWS, CALLS = 40, 61
# In no order, so that few kills are spread over all calls of a stage.
ORDER = [(23 * call) % CALLS + 1 for call in range(CALLS)]
# With teams and cards: fewer people, and more calls for each.
CARDED, CARDED_CALLS = 6, 131
CARDED_ORDER = [(47 * call) % CARDED_CALLS + 1 for call in range(CARDED_CALLS)]
MOST_ALIVE = 5


class Importer:
    """Imports of one organisation, by workers that die."""

    def __init__(self, worker, by, calls: list[int] = ORDER) -> None:
        self.worker, self.by, self.org_id = worker, by, by.organisation.id
        self.at, self.kills = datetime.now(UTC), 0
        self.deaths = itertools.cycle(["any", side, call] for call in calls for side in ("before", "after"))

    async def now(self):
        return await wiring.organisations.imports.store().get(self.org_id, self.import_id)

    async def begin(self, content: bytes) -> None:
        from domain.organisations.imports.columns import Columns  # noqa: PLC0415 - the host's
        from domain.organisations.imports.imports import ImportVersion  # noqa: PLC0415
        from domain.organisations.imports.uploads import choose_columns, receive_file  # noqa: PLC0415
        from domain.organisations.organisation import Creating  # noqa: PLC0415

        to = wiring.organisations.imports.intake()._replace(limiter=NoLimit())
        found = await receive_file(self.by, content, Creating(a_word(), self.at), to=to)
        self.import_id = found.id
        of = ImportVersion(found.id, found.version)
        await choose_columns(self.by, of, Columns(fields=found.fields), now=self.at, imports=to.imports)

    async def version(self):
        from domain.organisations.imports.imports import ImportVersion  # noqa: PLC0415 - the host's

        found = await self.now()
        return ImportVersion(found.id, found.version)

    async def write(self, template: str | None = None) -> None:
        from domain.organisations.imports.writing import start_writing  # noqa: PLC0415 - the host's

        await start_writing(
            self.by,
            await self.version(),
            template,
            now=self.at,
            imports=wiring.organisations.imports.store(),
            organisations=wiring.organisations.store(),
            releases=wiring.organisations.templates.releases(),
        )

    async def undo(self) -> None:
        from domain.organisations.imports.imports import start_undo  # noqa: PLC0415 - the host's

        store = wiring.organisations.imports.store()
        await start_undo(self.by, await self.version(), now=self.at, imports=store)

    async def finish(self) -> None:
        """The work of the present stage, by workers that die; what they leave is found by the timer."""
        found = await self.now()
        stage, work_id = found.stage, found.work_id
        order = {"container": "organisations", "owner": self.org_id, "id": f"order-org-import-{found.id}"}
        for die in itertools.chain(itertools.islice(self.deaths, IN_A_ROW), [None] * MOST_ALIVE):
            self.at += timedelta(minutes=5)
            await self.worker(do="order", at=self.at.isoformat(), **order)
            await self.worker(do="timer", at=self.at.isoformat())
            said = await self.worker(
                do="work", owner=self.org_id, id=work_id, at=self.at.isoformat(), items=500, die=die
            )
            self.kills += said == "killed"
            if (await self.now()).stage != stage and said in ("done", "nothing"):
                break
        assert (await self.now()).stage != stage, said

    async def people(self) -> dict[str, tuple]:
        """What is known of each person, by their name."""
        from domain.organisations.organisation import MemberFilter  # noqa: PLC0415 - the host's

        found, _ = await wiring.organisations.store().members(self.org_id, MemberFilter(), 100, None)
        return {each.name: (each.id, each.email, each.external_id, each.details.title) for each in found}


class NoLimit:
    async def take(self, rate, subject, now) -> None: ...


@pytest.mark.timeout(900)
async def test_an_import_of_people_survives_the_death_of_its_workers(worker, host, signed_in) -> None:
    from domain.organisations.organisation import acting  # noqa: PLC0415 - what the host loaded

    ada = await signed_in()
    org = await an_organisation(ada)
    store = wiring.organisations.store()
    by = await acting(org["id"], await account_of(ada), "change_people", organisations=store)
    importer, word = Importer(worker, by), a_word()
    # Half of the people are there already.
    await importer.begin(table(*(staff(word, number) for number in range(ROWS // 2))))
    for step in (importer.finish, importer.write, importer.finish):
        await step()
    before = await importer.people()
    while importer.kills < KILLS:
        await importer.begin(table(*(staff(word, number, "Captain") for number in range(ROWS))))
        await importer.finish()
        found = await importer.now()
        assert (found.stage, found.effects) == ("ready", "c" * (ROWS // 2) + "n" * (ROWS // 2))
        await importer.write()
        await importer.finish()
        found, there = await importer.now(), await importer.people()
        assert (found.stage, found.effects) == ("done", "c" * (ROWS // 2) + "n" * (ROWS // 2))
        assert len(there) == ROWS + 1
        assert [each[3] for name, each in there.items() if word in name] == ["Captain"] * ROWS
        await importer.undo()
        await importer.finish()
        found = await importer.now()
        assert (found.stage, found.undone, found.stayed_count) == ("undone", ROWS, 0)
        assert await importer.people() == before


@pytest.mark.timeout(900)
async def test_an_import_with_teams_and_cards_is_stored_and_taken_back_once(
    worker, host, signed_in, client
) -> None:
    from domain.organisations.organisation import acting  # noqa: PLC0415 - what the host loaded
    from domain.organisations.staff_cards.making import staff_card_id  # noqa: PLC0415

    ada = await signed_in()
    office = Office(ada, await an_organisation(ada))
    await office.template()
    made = await ada.api("POST", f"{office.at}/teams", json={"name": "Sales", "parentId": None})
    org_id, sales = office.org["id"], made.json()["id"]
    store, teams = wiring.organisations.store(), wiring.organisations.teams.store()
    by = await acting(org_id, await account_of(ada), "change_people", organisations=store)
    importer, word, known = Importer(worker, by, CARDED_ORDER), a_word(), dict[str, tuple]()
    rows = table(*(f"{staff(word, number)}Sales" for number in range(CARDED)))
    while importer.kills < KILLS:
        await importer.begin(rows)
        await importer.finish()
        await importer.write(office.template_id)
        await importer.finish()
        await carry_out_orders(org_id)
        there = await importer.people()
        assert (len(there), await teams.size(org_id, sales)) == (CARDED + 1, CARDED)
        # Who comes back with the next file is who they were.
        known = known or there
        assert {name: each[0] for name, each in there.items()} == {
            name: each[0] for name, each in known.items()
        }
        ids = [staff_card_id(org_id, each[0]) for name, each in known.items() if word in name]
        cards = [await wiring.cards.store().get(org_id, each) for each in ids]
        assert [await leads_to(client, card.handle) for card in cards] == [card.handle for card in cards]
        await importer.undo()
        await importer.finish()
        await carry_out_orders(org_id)
        found = await importer.now()
        assert (found.stage, found.undone, found.stayed_count) == ("undone", CARDED, 0)
        assert (len(await importer.people()), await teams.size(org_id, sales)) == (1, 0)
        assert [await leads_to(client, card.handle) for card in cards] == [None] * CARDED
