"""Zips of photos of the people of an organisation."""

import io
import zipfile
from typing import Any, Final

from tests.adapters.drawing.test_pictures import corners, saved
from tests.functions.organisations.imported import Imports, a_word
from tests.functions.organisations.test_known_people import added, somebody
from tests.functions.organisations.test_staff_cards import Office

ZIP: Final = {"Content-Type": "application/zip"}


def face(width: int = 120) -> bytes:
    """A picture; another one for each width."""
    return saved(corners(width, 100), "JPEG")


def packed(*files: tuple[str, bytes], packing: int = zipfile.ZIP_DEFLATED) -> bytes:
    written = io.BytesIO()
    with zipfile.ZipFile(written, "w", packing) as archive:
        for name, content in files:
            archive.writestr(name, content)
    return written.getvalue()


class Album(Imports):
    """Zips of one organisation, by one person."""

    def __init__(self, host: Any, person: Any, org: dict) -> None:
        super().__init__(host, person, org)
        self.at = f"organisations/{org['id']}/photos"
        self.office = Office(person, org)

    async def post(self, content: bytes, media: str = "application/zip", **headers: str):
        return await super().post(content, media, **headers)

    async def colleague(self, **known: str | None) -> tuple[dict, str]:
        """Somebody who has a card, and its id."""
        known = somebody(**known)
        there = known | await added(self.person, self.org, known)
        card = await self.office.card(there["id"])
        assert card.status_code == 201, card.text
        return there, card.json()["id"]

    async def colleagues(self, number: int) -> tuple[str, dict[str, str]]:
        """People who have cards, by a file: a word in their identifiers, and ids of cards by those."""
        word = a_word()
        people = [await self.colleague(externalId=f"{word}-{each}") for each in range(number)]
        return word, {f"{word}-{each}": card for each, (_, card) in enumerate(people)}

    async def set_all(self, content: bytes) -> dict:
        return await self.step(await self.send(content), "setting")

    async def files(self, made: dict) -> list[dict]:
        found, cursor = [], {}
        while True:
            answer = (await self.person.api("GET", f"{self.at}/{made['id']}/files", params=cursor)).json()
            found += answer["data"]
            if answer["page"]["next"] is None:
                return found
            cursor = {"cursor": answer["page"]["next"]}

    async def photo(self, card_id: str) -> str | None:
        return (await self.office.get(card_id)).json()["content"]["photo"]
