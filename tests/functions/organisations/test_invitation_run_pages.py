"""The pages on which those who have not joined are invited, without script."""

import re

import pytest

from tests.forms import SAME_SITE, Fields
from tests.functions.operations.test_jobs import Mailbox
from tests.functions.organisations.imported import Imports, staff, table
from tests.functions.organisations.invited import invited, waiting
from tests.functions.organisations.test_invitation_runs import Runs
from tests.functions.organisations.test_organisations import an_organisation


@pytest.fixture
def mailbox(cloud) -> Mailbox:
    return Mailbox(cloud)


class Pages(Runs):
    @property
    def path(self) -> str:
        return f"/org/{self.org['id']}/invitation-runs"

    async def open(self, path: str) -> str:
        answer = await self.person.http.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def post_form(self, path: str, **fields: str):
        return await self.person.http.post(path, data={"csrf": self.person.csrf} | fields, headers=SAME_SITE)

    async def begun(self, **fields: str) -> str:
        form = Fields(await self.open(self.path), self.path).values
        answer = await self.post_form(self.path, **(form | fields))
        assert answer.status_code == 303, answer.text
        return answer.headers["location"]

    async def press(self, path: str, then: str):
        forms = re.findall(r"<form.*?</form>", await self.open(path), re.DOTALL)
        [form] = [each for each in forms if f'value="{then}"' in each]
        return await self.post_form(path, **Fields(form, path).values)

    async def go(self, path: str, then: str = "") -> str:
        if then:
            assert (await self.press(path, then)).status_code == 303
        await self.host.drain_queue("work")
        return await self.open(path)


@pytest.fixture
async def pages(host, signed_in) -> Pages:
    ada = await signed_in()
    return Pages(host, ada, await an_organisation(ada))


async def test_everybody_is_counted_and_invited_by_the_pages_alone(pages, mailbox) -> None:
    for number in range(3):
        await pages.add(number)
    await invited(pages.person, pages.org["id"], pages.address(2))
    assert f'href="{pages.path}"' in await pages.open(f"/org/{pages.org['id']}/people")
    assert f'href="{pages.path}"' in await pages.open(f"/org/{pages.org['id']}/invitations")
    path = await pages.begun()
    assert "The people are being counted" in await pages.open(path)
    counted = await pages.go(path)
    assert "2 people would be invited" in counted
    assert "One person has an invitation that is still valid" in counted
    assert f"Person 2 {pages.word}" in counted
    assert await pages.mails(mailbox, 0, 1) == [0, 0]
    done = await pages.go(path, "send")
    assert "2 people were invited" in done
    assert "One person has joined already" in done
    assert await pages.mails(mailbox, 0, 1, 2) == [1, 1, 1]
    assert "2 people were invited" in await pages.open(pages.path)


async def test_the_team_of_the_list_of_people_is_chosen_already(pages) -> None:
    one = await pages.add(1)
    at = f"organisations/{pages.org['id']}/teams"
    team = (await pages.person.api("POST", at, json={"name": "Sales", "parentId": None})).json()
    await pages.person.api("POST", f"{at}/{team['id']}/members", json={"members": [one["id"]]})
    link = f"{pages.path}?team={team['id']}"
    assert f'href="{link}"' in await pages.open(f"/org/{pages.org['id']}/people?team={team['id']}")
    form = Fields(await pages.open(link), pages.path).values
    assert form["teamId"] == team["id"]
    answer = await pages.post_form(pages.path, **form)
    counted = await pages.go(answer.headers["location"])
    assert "<h1>Team: Sales" in counted
    assert "One person would be invited" in counted


async def test_the_page_of_an_import_leads_to_its_people(host, pages) -> None:
    made = await Imports(host, pages.person, pages.org).written(table(staff(pages.word, 1)))
    await pages.add(9)
    page = await pages.open(f"/org/{pages.org['id']}/imports/{made['id']}")
    form = Fields(page, pages.path).values
    assert form["importId"] == made["id"]
    answer = await pages.post_form(pages.path, **form)
    assert "2 people" not in (counted := await pages.go(answer.headers["location"]))
    assert "One person would be invited" in counted
    assert "The people of an import" in counted


async def test_a_wrong_choice_is_told_and_stays(pages) -> None:
    form = Fields(await pages.open(pages.path), pages.path).values
    wrong = await pages.post_form(pages.path, **(form | {"teamId": "tem_" + "a" * 26}))
    assert (wrong.status_code, "Whom to invite is not one of the choices" in wrong.text) == (422, True)
    assert "teamId" in Fields(wrong.text, pages.path).invalid
    old = await pages.post_form(pages.path, **(form | {"importId": "imp_" + "a" * 26}))
    assert old.status_code == 422


async def test_a_run_is_paused_goes_on_and_is_given_up_by_its_page(pages) -> None:
    await pages.add(1)
    path = await pages.begun()
    assert (await pages.press(path, "pause")).status_code == 303
    assert "It waits until you go on." in await pages.go(path)
    assert "One person would be invited" in await pages.go(path, "resume")
    assert "This was given up" in await pages.go(path, "forget")
    late = await pages.post_form(path, then="send", version="2")
    assert late.status_code in (409, 412)
    other = await pages.begun()
    await pages.go(other)
    await pages.press(other, "send")
    assert (await pages.press(other, "cancel")).status_code == 303
    await pages.host.drain_queue("work")
    assert "Nobody was invited." in await pages.go(other)
    assert await waiting(pages.person, pages.org["id"]) == []


async def test_with_nobody_to_invite_the_page_says_so(pages) -> None:
    counted = await pages.go(await pages.begun())
    assert "There is nobody to invite here." in counted
    assert 'value="send"' not in counted
