"""Whatever happens to an organisation, in whatever order: in the end each card says what follows from now.

Random histories are played (`histories.py`), and then everything is worked out afresh and compared.
"""

import os
from typing import Any

import pytest

import wiring.cards
import wiring.organisations
import wiring.organisations.assignments
import wiring.organisations.brand
import wiring.organisations.teams
import wiring.organisations.templates
from domain.operations import orders
from tests.functions.framework.test_foreign_ids import unlimited
from tests.functions.organisations.histories import History, dying
from tests.functions.organisations.joined import own
from tests.functions.organisations.test_assignments import firm

__all__ = ["firm", "unlimited"]

pytestmark = [pytest.mark.fuzzing, pytest.mark.timeout(300)]

HISTORIES = int(os.environ.get("HISTORIES", "4"))
# The same histories each time, so that a change is judged by itself; other ones are for who looks for faults.
SEED = int(os.environ.get("SEED", "20261127"))
STEPS_OF_EACH = 40


class Afresh:
    """What an organisation has by what is stored of it now. `wrong` is what is otherwise."""

    def __init__(self, history: History) -> None:
        self.history, self.org_id, self.wrong = history, history.firm.id, list[str]()

    async def read(self) -> None:
        store = wiring.organisations.store()
        self.organisation = await store.get(self.org_id)
        self.members = {each.id: each for each in await self.history.members()}
        self.teams = await wiring.organisations.teams.store().get(self.org_id)
        self.assignments = await wiring.organisations.assignments.store().get(self.org_id)
        self.brand = await wiring.organisations.brand.store().get(self.org_id)
        found, _ = await wiring.organisations.templates.staff_cards().newest(self.org_id, 100, None)
        self.cards = {card.staff.member_id: card for card in found if card.staff}

    def unlike(self, what: str, *found: object) -> None:
        if len(set(map(repr, found))) > 1:
            self.wrong.append(f"{what}: {found}")

    async def release_for(self, template_id: str) -> Any:
        from domain.organisations.staff_cards.branding import in_brand  # noqa: PLC0415 - the host's

        templates = wiring.organisations.templates.store()
        template = await templates.get(self.org_id, template_id)
        release = await templates.get_release(self.org_id, template_id, template.number)
        return in_brand(release, self.brand)

    async def cards_follow(self) -> None:
        from domain.organisations.staff_cards.following import said  # noqa: PLC0415 - what the host loaded
        from domain.organisations.templates.assigning import template_for  # noqa: PLC0415

        for member_id, listed in self.cards.items():
            card = await wiring.cards.store().get(self.org_id, listed.id)
            member, shown = self.members.get(member_id), await self.shown(card.handle)
            if member is None:
                self.unlike(f"{member_id} has left", card.ending and card.ending.why, "left")
                self.unlike(f"{member_id} has left and is shown", shown, {"shown": False})
                continue
            template = template_for(member, self.teams, self.assignments.in_force) or card.staff.template_id
            release = await self.release_for(template)
            content, staff = said(member, release, self.organisation, card.staff)
            self.unlike(f"{member_id} follows", card.staff, staff)
            self.unlike(f"{member_id} says", card.draft, content.looking(card.draft.look))
            self.unlike(f"{member_id} is published", card.published, card.draft)
            self.unlike(f"{member_id} has ended", card.ending, None)
            for name in ("title", "companyText", "organisation"):
                said_by_page = card.draft.model_dump(by_alias=True)[name]
                self.unlike(f"{member_id} shows {name}", shown.get(name), said_by_page)

    async def shown(self, handle: str) -> dict:
        async with self.history.client() as stranger:
            return (await stranger.get(f"/c/{handle}.json")).json()

    def new_people_have_cards(self) -> None:
        from domain.organisations.templates.assigning import template_for  # noqa: PLC0415

        for member in self.members.values():
            if self.assignments.is_new(member) and template_for(
                member, self.teams, self.assignments.in_force
            ):
                self.unlike(f"{member.id} has a card", member.id in self.cards, True)

    async def people_are_known_once(self) -> None:
        store = wiring.organisations.store()
        self.unlike("people", await store.count_members(self.org_id), len(self.members) + 1)
        for team in self.history.teams:
            size = await wiring.organisations.teams.store().size(self.org_id, team["id"])
            there = [each for each in self.members.values() if team["id"] in each.teams]
            self.unlike(f"people of {team['name']}", size, len(there))
        for member in self.members.values():
            if member.account_id:
                by_account = await store.of_account(self.org_id, member.account_id)
                self.unlike("account of", by_account and by_account.id, member.id)
            known = {"external_id": member.external_id, "user_name": member.user_name}
            known |= {"address": member.email if member.added else None}
            for kind, value in known.items():
                if value:
                    self.unlike(f"{kind} of", await store.id_of(self.org_id, kind, value), member.id)
        for member_id, person in self.history.people.items():
            listed = self.org_id in await own(person)
            self.unlike(f"{member_id} is in their list", listed, member_id in self.members)
        for each in self.history.of_directory:
            answer = await self.history.directory.send("GET", f"Users/{each['id']}")
            active = answer.status_code == 200 and answer.json()["active"]
            if answer.status_code != 404:
                self.unlike(f"{each['id']} is active", active, each["id"] in self.members)


@pytest.fixture
def a_history(firm, client, signed_in, unlimited, monkeypatch):
    async def begin(seed: int) -> History:
        history = History(firm, client, signed_in, seed)
        await history.begin()
        monkeypatch.setattr(orders, "carry_out", dying(history, orders.carry_out))
        return history

    return begin


async def as_afresh(history: History) -> None:
    """In the end everything is as it follows from what is there, and nothing broke."""
    await history.rest()
    afresh = Afresh(history)
    await afresh.read()
    await afresh.cards_follow()
    afresh.new_people_have_cards()
    await afresh.people_are_known_once()
    wrong = [*afresh.wrong, *history.broken]
    assert not wrong, "\n".join([", ".join(history.happened), *wrong])


@pytest.mark.parametrize("seed", range(SEED, SEED + HISTORIES))
async def test_cards_follow_from_what_is_there_in_the_end(a_history, seed) -> None:
    history = await a_history(seed)
    for of_all in (True, False):
        for _ in range(STEPS_OF_EACH // 2):
            await history.step(of_all=of_all)
        await history.rest()
    await as_afresh(history)


@pytest.mark.parametrize("seed", range(SEED, SEED + HISTORIES // 3))
async def test_cards_follow_also_where_several_things_happen_at_once(a_history, seed) -> None:
    history = await a_history(seed)
    for _ in range(STEPS_OF_EACH // 3):
        await history.several_at_once()
    await as_afresh(history)
