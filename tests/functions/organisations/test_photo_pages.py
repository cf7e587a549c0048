"""The pages of photos from a zip, without script."""

import re
import zipfile

import pytest

from tests.forms import SAME_SITE, Fields
from tests.functions.organisations.photographed import Album, face, packed
from tests.functions.organisations.test_organisations import an_organisation


class Pages(Album):
    @property
    def path(self) -> str:
        return f"/org/{self.org['id']}/photos"

    async def upload(self, content: bytes):
        form = Fields((await self.person.http.get(self.path)).text, self.path).values
        return await self.person.http.post(
            self.path,
            data={name: text for name, text in form.items() if name != "file"},
            files={"file": ("photos.zip", content, "application/zip")},
            headers=SAME_SITE,
        )

    async def open(self, path: str) -> str:
        answer = await self.person.http.get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def press(self, path: str, then: str):
        forms = re.findall(r"<form.*?</form>", await self.open(path), re.DOTALL)
        [form] = [each for each in forms if re.search(rf'value="{then}"', each)][:1]
        values = Fields(form, path).values | {"then": then}
        return await self.person.http.post(path, data=values, headers=SAME_SITE)

    async def go(self, path: str, then: str) -> str:
        answer = await self.press(path, then)
        assert answer.status_code == 303, answer.text
        await self.host.drain_queue("work")
        return await self.open(path)


@pytest.fixture
async def pages(host, signed_in) -> Pages:
    ada = await signed_in()
    made = Pages(host, ada, await an_organisation(ada))
    await made.office.template()
    return made


async def test_photos_are_set_and_taken_back_by_the_pages_alone(pages) -> None:
    there, card = await pages.colleague()
    for path in ("people", "imports"):
        assert pages.path in await pages.open(f"/org/{pages.org['id']}/{path}")
    zipped = packed((f"{there['externalId']}.jpg", face()), ("nobody.jpg", face()))
    sent = await pages.upload(zipped)
    assert sent.status_code == 303, sent.text
    path = sent.headers["location"]
    report = await pages.open(path)
    for text in (there["name"], "One photo fits a card", "Nobody here has this identifier", "Set one photo"):
        assert text in report
    left_out = await pages.open(f"{path}?show=left-out")
    assert ("nobody.jpg" in left_out, there["name"] in left_out) == (True, False)
    done = await pages.go(path, "set")
    assert ("One photo is set" in done, "You can undo it until" in done) == (True, True)
    assert await pages.photo(card)
    back = await pages.go(path, "undo")
    assert "One photo is put back" in back
    assert await pages.photo(card) is None
    assert path in await pages.open(pages.path)


async def test_what_is_wrong_with_a_zip_is_told_at_its_field(pages) -> None:
    for content, text in (
        (b"Hello", "The file is not a zip, or it is damaged"),
        (packed(("staff/a.jpg", face())), "staff/a.jpg is in a folder"),
        (bytes(40_000_001), "The file is larger than 40 MB"),
        (bytes(41_000_000), "The file is larger than 40 MB"),
        (b"", "Choose a file first"),
    ):
        answer = await pages.upload(content)
        assert (answer.status_code, text in answer.text) == (422, True), text


async def test_a_zip_of_more_than_other_forms_may_have_is_taken(pages) -> None:
    large = [(f"{number}.jpg", face() + bytes(4_800_000)) for number in range(8)]
    zipped = packed(*large, packing=zipfile.ZIP_STORED)
    assert len(zipped) > 38_000_000
    answer = await pages.upload(zipped)
    assert answer.status_code == 303, answer.text


async def test_a_zip_without_anybody_s_photo_says_what_to_do_and_is_given_up(pages) -> None:
    sent = await pages.upload(packed(("nobody.jpg", face())))
    path = sent.headers["location"]
    page = await pages.open(path)
    assert "There is no photo to set" in page
    given_up = await pages.go(path, "forget")
    assert "This zip was given up" in given_up
