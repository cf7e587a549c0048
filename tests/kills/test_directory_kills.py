"""SIGKILL of the worker at each call of what a directory asks for: sent again, it is done, once."""

import itertools
import secrets
from datetime import UTC, datetime, timedelta

import pytest

import wiring.operations
import wiring.organisations
import wiring.organisations.directory
import wiring.organisations.teams
from domain.base.errors import NotFound
from domain.organisations.directory.groups import SaidGroup, create_group
from domain.organisations.directory.people import read_person
from tests.functions.organisations.test_organisations import an_organisation
from tests.kills.directory_acts import request_of
from tests.kills.test_invitation_kills import carry_out_orders
from tests.kills.test_kills import KILLS

pytestmark = pytest.mark.kills

# More than the calls of each, in no order, so that few kills are spread over all of them.
CALLS = [(7 * call) % 19 + 1 for call in range(19)]


@pytest.mark.timeout(600)
async def test_what_a_directory_asks_for_survives_the_death_of_workers(worker, signed_in) -> None:
    dying = itertools.cycle(["any", side, call] for side in ("before", "after") for call in CALLS)
    start = worker.kills
    while worker.kills - start < KILLS:
        org, at = (await an_organisation(await signed_in()))["id"], datetime.now(UTC)
        word, died = secrets.token_hex(8), list[object]()

        async def twice(
            *, org: str = org, now: datetime = at, died: list[object] = died, **order: object
        ) -> str:
            """Killed at some call, and then sent again."""
            died.append(next(dying))
            await worker(**order, org=org, at=now.isoformat(), die=died[-1])
            return await worker(**order, org=org, at=(now + timedelta(seconds=1)).isoformat())

        said = {"user_name": word, "external_id": word, "email": f"{word}@example.com", "display": "Grace"}
        member_id = await twice(do="directory makes", said=said)
        assert member_id.startswith("mem_"), died
        group = await create_group(await request_of(org, at), SaidGroup(name="Navy"), [member_id])
        for active, title, people in ((False, "Captain", 0), (True, "Admiral", 1)):
            await twice(do="directory changes", id=member_id, said={"active": active, "title": title})
            person = await read_person(await request_of(org, at), member_id)
            assert (person.ended is None, person.details.title) == (active, title), died
            assert person.teams == [group.id], died
            assert await wiring.organisations.teams.store().size(org, group.id) == people, died
            assert await wiring.organisations.store().count_members(org) == 1 + people, died
        await twice(do="directory deletes", id=member_id)
        with pytest.raises(NotFound):
            await read_person(await request_of(org, at), member_id)
        assert await wiring.organisations.store().count_members(org) == 1, died
        assert await wiring.organisations.teams.store().size(org, group.id) == 0, died
        assert await twice(do="directory makes", said=said) == member_id, died
        assert (await wiring.organisations.directory.store().people(org, 1, 9))[0] == 1, died
        await carry_out_orders(org)
        later = datetime.now(UTC) + timedelta(hours=1)
        assert [each async for each in wiring.operations.orders().due(later) if each.owner_id == org] == []
