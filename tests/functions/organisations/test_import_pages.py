"""The pages of people from a file, without script."""

import re

import pytest

from tests.forms import SAME_SITE, Fields
from tests.functions.organisations.imported import HEADER, Imports, a_word, staff, table
from tests.functions.organisations.test_organisations import an_organisation
from tests.functions.organisations.test_staff_cards import Office


class Pages(Imports):
    @property
    def path(self) -> str:
        return f"/org/{self.org['id']}/imports"

    async def upload(self, content: bytes, **fields: str):
        form = Fields((await self.person.http.get(self.path)).text, self.path).values | fields
        return await self.person.http.post(
            self.path,
            data={name: text for name, text in form.items() if name != "file"},
            files={"file": ("people.csv", content, "text/csv")},
            headers=SAME_SITE,
        )

    async def open(self, path: str) -> str:
        answer = await self.person.http.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def press(self, path: str, then: str, **fields: str):
        """Press a button of the page, with what its form says."""
        page = await self.open(path)
        forms = re.findall(r"<form.*?</form>", page, re.DOTALL)
        [form] = [each for each in forms if re.search(rf'value="{then}"', each)][:1]
        values = Fields(form, path).values | {"then": then} | fields
        return await self.person.http.post(path, data=values, headers=SAME_SITE)

    async def go(self, path: str, then: str, **fields: str) -> str:
        answer = await self.press(path, then, **fields)
        assert answer.status_code == 303, answer.text
        await self.host.drain_queue("work")
        return await self.open(path)


@pytest.fixture
async def firm(host, signed_in) -> Pages:
    ada = await signed_in()
    return Pages(host, ada, await an_organisation(ada))


async def test_people_come_from_a_file_and_go_again_by_the_pages_alone(firm) -> None:
    word = a_word()
    assert firm.path in await firm.open(f"/org/{firm.org['id']}/people")
    sent = await firm.upload(table(staff(word, 1), f"Wrong {word},nobody,,,"))
    assert sent.status_code == 303, sent.text
    path = sent.headers["location"]
    columns = await firm.open(path)
    assert [columns.count(each) > 0 for each in (f"Person 1 {word}", "Check every row")] == [True, True]
    checked = await firm.go(path, "columns")
    assert "One person is new" in checked
    assert "E-mail is not a valid e-mail address" in checked
    faulty = await firm.open(f"{path}?show=faulty")
    assert (f"Wrong {word}" in faulty, f"Person 1 {word}" in faulty) == (True, False)
    done = await firm.go(path, "write")
    assert "One person is stored" in done
    assert f"Person 1 {word}" in await firm.open(f"/org/{firm.org['id']}/people")
    file = await firm.person.http.get(f"{path}/faulty-rows")
    assert "attachment" in file.headers["content-disposition"]
    assert f"Wrong {word}" in file.text
    assert "taken back" in await firm.go(path, "undo")
    assert len(await firm.people()) == 1
    assert "Taken back" in await firm.open(firm.path)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "Choose a file first"),
        (b"Name,E-mail,name\nA,a@example.com,B", "Columns 1 and 3 have the same name: name"),
        (b"Name,E-mail\nA," + b"x" * 5_000_001, "The file is larger than 5 MB"),
        (b"Name,E-mail\nA," + b"x" * 33_000_000, "The file is larger than 5 MB"),
    ],
    ids=["nothing", "columns", "large", "larger"],
)
async def test_the_page_says_what_is_wrong_with_a_file(firm, content: bytes, said: str) -> None:
    answer = await firm.upload(content)
    assert (answer.status_code, said in answer.text) == (422, True), answer.text
    assert "<h1>People from a file" in answer.text


async def test_wrong_columns_are_told_and_stay_as_they_were_chosen(firm) -> None:
    path = (await firm.upload(table(staff(a_word(), 1)))).headers["location"]
    wrong = {f"fields-{place}": field for place, field in enumerate(("title", "title", "", "", ""))}
    answer = await firm.press(path, "columns", **wrong)
    assert answer.status_code == 422
    assert "E-mail is what column 1 says already" in answer.text
    fields = Fields(answer.text, path)
    assert [fields.values[f"fields-{place}"] for place in range(5)] == ["title", "title", "", "", ""]
    assert "fields-1" in fields.invalid


async def test_columns_can_be_chosen_anew_after_the_check(firm) -> None:
    path = (await firm.upload(table("A,a@example.com,1,x,"))).headers["location"]
    assert "?columns=1" in await firm.go(path, "columns")
    again = Fields(await firm.open(f"{path}?columns=1"), path).values
    assert again["fields-3"] == "title"
    answer = await firm.person.http.post(
        path, data=again | {"then": "columns", "fields-3": "number"}, headers=SAME_SITE
    )
    assert answer.status_code == 303, answer.text
    await firm.host.drain_queue("work")
    assert "One person is new" in await firm.open(path)


async def test_letters_are_asked_with_their_likely_readings(firm) -> None:
    content = "Namn;E-post\nÅsa Öberg;asa@example.com\n".encode("cp1252")
    path = (await firm.upload(content)).headers["location"]
    assert "Åsa Öberg" in await firm.open(path)
    assert "What do the columns say?" in await firm.go(path, "encoding")


async def test_cards_can_be_made_at_once(firm) -> None:
    office = Office(firm.person, firm.org)
    await office.template()
    path = (await firm.upload(table(staff(a_word(), 1)))).headers["location"]
    assert "Make cards for these people" in await firm.go(path, "columns")
    await firm.go(path, "write", template=office.template_id)
    cards = (await firm.person.api("GET", f"{office.at}/staff-cards")).json()["data"]
    assert len(cards) == 1


async def test_an_import_is_paused_goes_on_and_is_cancelled_by_its_page(firm) -> None:
    path = (await firm.upload(table(staff(a_word(), 1)))).headers["location"]
    await firm.press(path, "columns")
    assert (await firm.press(path, "pause")).status_code == 303
    assert "It waits until you go on." in await firm.open(path)
    checked = await firm.go(path, "resume")
    assert "nothing is stored yet" in checked
    await firm.press(path, "write")
    assert (await firm.press(path, "cancel")).status_code == 303
    await firm.host.drain_queue("work")
    await firm.host.drain_queue("work")
    assert "taken back" in await firm.open(path)
    assert len(await firm.people()) == 1


async def test_a_file_without_good_rows_offers_nothing_to_store(firm) -> None:
    path = (await firm.upload(f"{HEADER}\nA,nobody,,,".encode())).headers["location"]
    checked = await firm.go(path, "columns")
    assert "There is nothing to store" in checked
    assert 'value="write"' not in checked
    given_up = await firm.go(path, "forget")
    assert "This import was given up" in given_up
