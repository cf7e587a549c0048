"""The demo organisation: made once, also when a run was cut off, with cards that follow two templates."""

import asyncio
from datetime import UTC, datetime

import pytest

import wiring
import wiring.accounts
import wiring.organisations
import wiring.organisations.teams
import wiring.organisations.templates
from domain.accounts.account import Account
from domain.organisations.organisation import MemberFilter
from functions.framework.clock import new_id
from local.demo_organisation import fill

pytestmark = pytest.mark.usefixtures("wired")


@pytest.fixture
async def wired(cloud, monkeypatch):
    for name, value in cloud.settings.items():
        monkeypatch.setenv(name, value)
    yield
    await wiring.close()


async def test_an_organisation_is_made_once_however_often_it_is_tried() -> None:
    owner, now = new_id("acc"), datetime.now(UTC)
    known = Account(id=owner, iss="demo", sub=owner, email="ada@example.com", created_at=now)
    await wiring.accounts.store().create(known)
    with pytest.raises(asyncio.TimeoutError):
        async with asyncio.timeout(0.2):
            await fill(owner, now, size=9)
    await fill(owner, now, size=9)
    await fill(owner, now, size=9)
    [mine] = (await wiring.organisations.memberships().get(owner)).organisations
    org_id = mine.org_id
    people, _ = await wiring.organisations.store().members(org_id, MemberFilter(), 50, None)
    assert len(people) == 10
    sizes = await wiring.organisations.teams.store().sizes(org_id)
    assert sorted(sizes.values()) == [3, 3, 3]
    templates = await wiring.organisations.templates.store().all(org_id)
    cards = wiring.organisations.templates.staff_cards()
    follow = {each.draft.name: await cards.count_of_template(org_id, each.id) for each in templates}
    assert follow == {"Standard": 6, "Sales": 3}
    shown = [card for each in templates for card in await cards.of_template(org_id, each.id, 50, "")]
    assert all(card.is_live and not card.staff.problems for card in shown)
